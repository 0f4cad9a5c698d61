/** The first person: only with the token that was printed on the terminal, and only once. */
import type { Kysely } from "kysely";
import { missing } from "../errors.ts";
import type { Attempts } from "../limits.ts";
import { digestOf, newSecret } from "../token.ts";
import type { Auth } from "./auth.ts";
import type { Members } from "./members.ts";
import type { PeopleSchema } from "./tables.ts";

/** What the command line did on this data directory before there were people belongs to the first organisation. */
const firstOrganization = "local";
const tokenKey = "server/setup-token";

export interface Setup {
  isNeeded(): Promise<boolean>;
  /** A new token while nobody is there, else null; an earlier one is good no more. */
  token(): Promise<string | null>;
  /** Throws NOT_FOUND when somebody is there already, or for a wrong token. */
  run(asked: {
    token: string;
    name: string;
    email: string;
    password: string;
    organization?: string | undefined;
    address: string;
  }): Promise<{
    userId: string;
    organizationId: string;
  }>;
}

export function setupOf({
  db,
  auth,
  attempts,
  members,
}: {
  db: Kysely<PeopleSchema>;
  auth: Auth;
  attempts: Attempts;
  members: Pick<Members, "found">;
}): Setup {
  // An organisation keeps one owner; until the first has one, nobody is there.
  const isNeeded = async (): Promise<boolean> =>
    (await db.selectFrom("member").select("id").limit(1).executeTakeFirst()) === undefined;

  /** Whom an earlier try has made before it was interrupted. */
  const personAt = async (email: string): Promise<string | undefined> =>
    (await db.selectFrom("person").select("id").where("email", "=", email.toLowerCase()).executeTakeFirst())?.id;

  async function keep(hash: string): Promise<void> {
    await db
      .insertInto("setting")
      .values({ key: tokenKey, value: hash })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: hash }))
      .execute();
  }

  return {
    isNeeded,
    async token() {
      if (!(await isNeeded())) return null;
      const token = newSecret();
      await keep(digestOf(token));
      return token;
    },
    async run({ token, name, email, password, organization = "My organisation", address }) {
      if (!(await isNeeded())) throw missing("page");
      const hash = digestOf(token);
      // Whoever takes the row is the first; a second one at the same moment finds nothing.
      const taken = await db
        .deleteFrom("setting")
        .where("key", "=", tokenKey)
        .where("value", "=", hash)
        .executeTakeFirst();
      if (taken.numDeletedRows !== 1n) {
        await attempts.wrong("setup", address);
        throw missing("setup token");
      }
      try {
        const userId = (await personAt(email)) ?? (await auth.createPerson({ name, email, password }));
        await members.found({ id: firstOrganization, name: organization, ownerId: userId });
        return { userId, organizationId: firstOrganization };
      } catch (error) {
        await keep(hash);
        throw error;
      }
    },
  };
}
