import type { ServerAction, ServerView } from "@landfall/engine";
import { type Gate, inside } from "../gate.ts";
import type { Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { allowedTo, type Asks } from "./allowed.ts";

const fileOnly =
  "Its database is a file, which is one machine's. Make a backup, restore it with LANDFALL_DATABASE_URL into PostgreSQL, and serve with DATABASE_URL.";

const asks: Asks<ServerAction> = {
  drain: { access: "update:server", words: "drain machines" },
  resume: { access: "update:server", words: "take machines back" },
  remove: { access: "delete:server", words: "remove machines" },
};

export function serverProcedures(os: Gate, services: Services) {
  const of = (principal: Principal | null) => inside(services, principal).engine.servers;
  const shown = (view: ServerView, principal: Principal | null): ServerView => ({
    ...view,
    actions: allowedTo(principal, view.actions, { asks }),
  });
  return {
    servers: {
      list: os.servers.list.handler(async ({ context: { principal } }) => ({
        servers: (await of(principal).list()).map((one) => shown(one, principal)),
        add:
          services.engine.database.kind === "postgres"
            ? { possible: true, reason: null }
            : { possible: false, reason: fileOnly },
      })),
      drain: os.servers.drain.handler(async ({ input, context: { principal } }) =>
        shown(await of(principal).drain(input.name), principal),
      ),
      resume: os.servers.resume.handler(async ({ input, context: { principal } }) =>
        shown(await of(principal).resume(input.name), principal),
      ),
      remove: os.servers.remove.handler(async ({ input, context }) => {
        await of(context.principal).remove(input.name);
        return {};
      }),
    },
  };
}
