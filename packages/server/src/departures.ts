/** People who were sent to a platform to connect an account, and have not come back yet. */
import type { Kysely } from "kysely";
import type { Principal } from "./people/principal.ts";
import type { PeopleSchema } from "./people/tables.ts";
import { digestOf } from "./token.ts";

/** People who were sent to a platform: the state that comes back belongs to one session or key, and to the organisation it was asked for. */
export function departuresOf(db: Kysely<PeopleSchema>) {
  const prefix = "server/state/";
  const keyOf = (state: string): string => prefix + digestOf(state);
  /** The end first: what is over is found by it. */
  const valueOf = (expiresAt: string, { via, id }: Principal, organization: string): string =>
    [expiresAt, via, id, organization].join(" ");

  return {
    async remember(
      principal: Principal,
      organization: string,
      { state, expiresAt }: { state: string; expiresAt: string },
    ) {
      await db
        .deleteFrom("setting")
        .where("key", "like", `${prefix}%`)
        .where("value", "<", new Date().toISOString())
        .execute();
      await db
        .insertInto("setting")
        .values({ key: keyOf(state), value: valueOf(expiresAt, principal, organization) })
        .execute();
    },

    /** Which organisation it was asked for; undefined for a state that nobody was sent with. */
    async organizationOf(state: string): Promise<string | undefined> {
      const row = await db.selectFrom("setting").select("value").where("key", "=", keyOf(state)).executeTakeFirst();
      return row?.value.split(" ")[3];
    },

    /** True once, for whom it belongs to and in time. */
    async take(principal: Principal, organization: string, state: string): Promise<boolean> {
      const row = await db.selectFrom("setting").select("value").where("key", "=", keyOf(state)).executeTakeFirst();
      const [expiresAt = ""] = row?.value.split(" ") ?? [];
      if (expiresAt <= new Date().toISOString() || row?.value !== valueOf(expiresAt, principal, organization))
        return false;
      const { numDeletedRows } = await db.deleteFrom("setting").where("key", "=", keyOf(state)).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}
