/** Secrets that all servers on one database share, each made when it is first needed. */
import type { Kysely } from "kysely";
import type { PeopleSchema } from "./people/tables.ts";
import { newSecret } from "./token.ts";

/** `cookie` signs cookies, `assistant` what assistants are asked to confirm. */
export async function keptSecret(db: Kysely<PeopleSchema>, what: "cookie" | "assistant"): Promise<string> {
  const key = `server/${what}-secret`;
  const kept = () => db.selectFrom("setting").select("value").where("key", "=", key);
  const known = await kept().executeTakeFirst();
  if (known) return known.value;
  await db
    .insertInto("setting")
    .values({ key, value: newSecret() })
    // Another server has made it meanwhile.
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  return (await kept().executeTakeFirstOrThrow()).value;
}
