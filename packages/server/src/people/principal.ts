/** Who is calling, in which organisation, and what they may do there: one answer for REST, RPC, streams and sockets. */
import { type Access, type Permission, permissionsOf, type Role } from "@landfall/contract";
import type { Kysely } from "kysely";
import { denied, unauthorized } from "../errors.ts";
import type { Attempts } from "../limits.ts";
import { digestOf } from "../token.ts";
import type { Auth } from "./auth.ts";
import type { PeopleSchema } from "./tables.ts";

export interface Principal {
  via: "session" | "key";
  /** Of the session or the key. */
  id: string;
  userId: string;
  name: string;
  email: string;
  organization: { id: string; name: string; role: Role } | null;
  /** In the organisation; of a key no more than its scopes and its owner's role both allow. */
  permissions: ReadonlySet<Permission>;
}

export const keyPrefix = "lf_";
/** How exactly one can see when a key was used. */
const lastUsedMs = 60_000;
const nothing: ReadonlySet<Permission> = new Set();

export interface Principals {
  /** Null when the request carries no credential. Throws UNAUTHORIZED for one that opens nothing, RATE_LIMIT_EXCEEDED. */
  identify(asked: { headers: Headers; organizationId: string | undefined; address: string }): Promise<Principal | null>;
  /** The same one as of now; null when the session, the key or the membership is gone. */
  renew(principal: Principal): Promise<Principal | null>;
}

export function principalsOf({
  db,
  auth,
  attempts,
}: {
  db: Kysely<PeopleSchema>;
  auth: Auth;
  attempts: Attempts;
}): Principals {
  async function membership(userId: string, organizationId: string | undefined): Promise<Principal["organization"]> {
    let query = db
      .selectFrom("member")
      .innerJoin("organization", "organization.id", "member.organization_id")
      .select(["organization.id as id", "organization.name as name", "member.role as role"])
      .where("member.user_id", "=", userId)
      .orderBy("member.created_at");
    if (organizationId !== undefined) query = query.where("member.organization_id", "=", organizationId);
    return (await query.executeTakeFirst()) ?? null;
  }

  function keys() {
    return db
      .selectFrom("api_key")
      .innerJoin("person", "person.id", "api_key.user_id")
      .select([
        "api_key.id as id",
        "api_key.organization_id",
        "api_key.user_id",
        "api_key.scopes",
        "api_key.expires_at",
      ])
      .select(["api_key.last_used_at", "person.name as name", "person.email as email"]);
  }
  type KeyRow = Awaited<ReturnType<ReturnType<typeof keys>["executeTakeFirstOrThrow"]>>;

  async function ofKey(row: KeyRow | undefined): Promise<Principal | null> {
    if (!row || (row.expires_at !== null && row.expires_at <= new Date().toISOString())) return null;
    const organization = await membership(row.user_id, row.organization_id);
    if (!organization) return null;
    const allowed = permissionsOf[organization.role];
    const scopes = (JSON.parse(row.scopes) as Permission[]).filter((scope) => allowed.has(scope));
    const { id, user_id: userId, name, email } = row;
    return { via: "key", id, userId, name, email, organization, permissions: new Set(scopes) };
  }

  async function byKey(secret: string, address: string): Promise<Principal> {
    const row = await keys().where("api_key.secret", "=", digestOf(secret)).executeTakeFirst();
    const principal = await ofKey(row);
    if (!row || !principal) {
      await attempts.wrong("key", address);
      throw unauthorized("This API key opens nothing: it is wrong, has ended or was taken back.");
    }
    const now = new Date();
    if (row.last_used_at === null || Date.parse(row.last_used_at) < now.getTime() - lastUsedMs)
      await db.updateTable("api_key").set({ last_used_at: now.toISOString() }).where("id", "=", row.id).execute();
    return principal;
  }

  return {
    async identify({ headers, organizationId, address }) {
      const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
      if (headers.has("authorization") && bearer === undefined)
        throw unauthorized("This kind of Authorization is not known here.");
      if (bearer?.startsWith(keyPrefix)) {
        const principal = await byKey(bearer, address);
        if (organizationId !== undefined && organizationId !== principal.organization?.id)
          throw denied("This API key is for another organisation.");
        return principal;
      }
      const session = bearer === undefined && !headers.has("cookie") ? null : await auth.session(headers);
      if (!session) {
        if (bearer === undefined) return null;
        await attempts.wrong("session", address);
        throw unauthorized("The session has ended.");
      }
      const { sessionId: id, ...person } = session;
      const organization = await membership(person.userId, organizationId);
      if (organizationId !== undefined && !organization) throw denied("You are not in this organisation.");
      return {
        via: "session",
        id,
        ...person,
        organization,
        permissions: organization ? permissionsOf[organization.role] : nothing,
      };
    },

    async renew(principal) {
      if (principal.via === "key") return ofKey(await keys().where("api_key.id", "=", principal.id).executeTakeFirst());
      const session = await db
        .selectFrom("session")
        .select("expiresAt")
        .where("id", "=", principal.id)
        .executeTakeFirst();
      if (!session || new Date(session.expiresAt).getTime() <= Date.now()) return null;
      const organization = principal.organization && (await membership(principal.userId, principal.organization.id));
      return { ...principal, organization, permissions: organization ? permissionsOf[organization.role] : nothing };
    },
  };
}

/** The one check of rights. Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS. */
export function permit(principal: Principal | null, access: Access): void {
  if (access === "anyone") return;
  if (!principal) throw unauthorized();
  if (access === "signed-in") return;
  if (access !== "nobody" && principal.permissions.has(access)) return;
  if (!principal.organization) throw denied("You are in no organisation.", "Ask for an invitation.");
  const { name, role } = principal.organization;
  throw denied(
    principal.via === "key"
      ? `This API key may not ${inWords(access)}.`
      : `A ${role} of ${name} may not ${inWords(access)}.`,
    principal.via === "key" ? "Make a key with this scope." : "Ask an owner or administrator.",
  );
}

function inWords(access: Access): string {
  return access === "nobody" ? "do this" : access.replace(":", " ");
}
