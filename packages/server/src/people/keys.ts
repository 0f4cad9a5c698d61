/** API keys: 32 random bytes, of which only the digest is kept; scopes no wider than their owner's rights. */
import type { Permission } from "@landfall/contract";
import type { Kysely } from "kysely";
import { denied, missing } from "../errors.ts";
import { digestOf, newId, newSecret } from "../token.ts";
import { keyPrefix, may, openProjects, type Principal } from "./principal.ts";
import type { PeopleSchema } from "./tables.ts";

const dayMs = 24 * 3_600_000;
/** Enough to tell keys apart, too little to guess one. */
const shownCharacters = 8;

export function keysOf(db: Kysely<PeopleSchema>) {
  /** One's own; an administrator sees and ends those of all. */
  function visible(organizationId: string, principal: Principal) {
    const query = db.selectFrom("api_key").where("api_key.organization_id", "=", organizationId);
    return principal.permissions.has("delete:member") ? query : query.where("api_key.user_id", "=", principal.userId);
  }

  return {
    async list(organizationId: string, principal: Principal) {
      const rows = await visible(organizationId, principal)
        .innerJoin("person", "person.id", "api_key.user_id")
        .selectAll("api_key")
        .select("person.email as owner")
        .orderBy("api_key.id", "desc")
        .execute();
      return rows.map((row) => ({
        id: row.id,
        name: row.name,
        start: row.start,
        scopes: JSON.parse(row.scopes) as Permission[],
        owner: row.owner,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        lastUsedAt: row.last_used_at,
      }));
    },

    async create(
      organizationId: string,
      principal: Principal,
      { name, scopes, expiresInDays }: { name: string; scopes: Permission[]; expiresInDays?: number | undefined },
    ) {
      const isHeld = (scope: Permission): boolean =>
        may(principal, scope) || openProjects(principal, scope)!.length > 0;
      const beyond = scopes.filter((scope) => !isHeld(scope));
      if (beyond.length > 0) throw denied(`You may not do yourself what this key could: ${beyond.join(", ")}.`);
      const key = newSecret(keyPrefix);
      const now = Date.now();
      const row = {
        id: newId("key"),
        organization_id: organizationId,
        user_id: principal.userId,
        name,
        start: key.slice(0, keyPrefix.length + shownCharacters),
        secret: digestOf(key),
        scopes: JSON.stringify([...new Set(scopes)]),
        created_at: new Date(now).toISOString(),
        expires_at: expiresInDays === undefined ? null : new Date(now + expiresInDays * dayMs).toISOString(),
        last_used_at: null,
      };
      await db.insertInto("api_key").values(row).execute();
      const { id, start, created_at: createdAt, expires_at: expiresAt } = row;
      return { id, name, start, scopes, owner: principal.email, createdAt, expiresAt, lastUsedAt: null, key };
    },

    async remove(organizationId: string, principal: Principal, id: string): Promise<void> {
      const found = await visible(organizationId, principal)
        .select("api_key.id")
        .where("api_key.id", "=", id)
        .executeTakeFirst();
      if (!found) throw missing("API key");
      await db.deleteFrom("api_key").where("id", "=", id).execute();
    },
  };
}
