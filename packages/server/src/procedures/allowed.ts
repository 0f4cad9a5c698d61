/** What can be done with a thing, less what its caller may not do. */
import type { Permission } from "@landfall/contract";
import type { Possible } from "@landfall/engine";
import { inWords, may, type Principal } from "../people/principal.ts";

/** What each action asks of a person, as the procedure of its name does, and how it is said. */
export type Asks<Action extends string> = Record<Action, { access: Permission; words: string }>;

/** `project`: whose roles count besides the organisation's. */
export function allowedTo<Action extends string>(
  principal: Principal | null,
  actions: Record<Action, Possible>,
  { asks, project }: { asks: Asks<Action>; project?: string },
): Record<Action, Possible> {
  const who = principal ? inWords(principal, project) : "Nobody";
  const judged = Object.entries<Possible>(actions).map(([action, asked]) => {
    const { access, words } = asks[action as Action];
    return [
      action,
      principal && may(principal, access, project) ? asked : { possible: false, reason: `${who} may not ${words}.` },
    ];
  });
  return Object.fromEntries(judged) as Record<Action, Possible>;
}
