/** Who is calling, in which organisation, and what they may do there: one answer for REST, RPC, streams and sockets. */
import {
  type Access,
  type Permission,
  permissionsInProject,
  permissionsOf,
  type ProjectRole,
  type Role,
} from "@landfall/contract";
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
  /** Their roles in single projects, by the project's name, and what these allow there; of a key no more than its scopes. */
  projects: ReadonlyMap<string, InProject>;
  /** Of this call: what is accepted under it is accepted once, however often it is sent. */
  requestKey?: string;
}

interface InProject {
  role: ProjectRole;
  permissions: ReadonlySet<Permission>;
}

export const keyPrefix = "lf_";
/** How exactly one can see when a key was used. */
const lastUsedMs = 60_000;

/** What somebody is, and so may do, in one organisation and its projects. */
type Standing = Pick<Principal, "organization" | "permissions" | "projects">;
const nowhere: Standing = { organization: null, permissions: new Set(), projects: new Map() };

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
  /** In the organisation that is asked for, or the first one; nowhere for who is not in it. */
  async function standing(userId: string, organizationId: string | undefined): Promise<Standing> {
    let query = db
      .selectFrom("member")
      .innerJoin("organization", "organization.id", "member.organization_id")
      .leftJoin("collaborator", (join) =>
        join
          .onRef("collaborator.organization_id", "=", "member.organization_id")
          .onRef("collaborator.user_id", "=", "member.user_id"),
      )
      .leftJoin("project", "project.id", "collaborator.project_id")
      .select(["organization.id as id", "organization.name as name", "member.role as role"])
      .select(["project.name as project", "collaborator.role as projectRole"])
      .where("member.user_id", "=", userId)
      .orderBy("member.created_at")
      .orderBy("member.id");
    if (organizationId !== undefined) query = query.where("member.organization_id", "=", organizationId);
    const rows = await query.execute();
    const [first] = rows;
    if (!first) return nowhere;
    const { id, name, role } = first;
    const projects = new Map<string, InProject>();
    for (const { id: where, project, projectRole } of rows)
      if (where === id && project !== null && projectRole !== null)
        projects.set(project, { role: projectRole, permissions: permissionsInProject[projectRole] });
    return { organization: { id, name, role }, permissions: permissionsOf[role], projects };
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
    const owner = await standing(row.user_id, row.organization_id);
    if (!owner.organization) return null;
    const scopes = JSON.parse(row.scopes) as Permission[];
    const within = (allowed: ReadonlySet<Permission>) => new Set(scopes.filter((scope) => allowed.has(scope)));
    const projects = [...owner.projects].map(
      ([project, { role, permissions }]) => [project, { role, permissions: within(permissions) }] as const,
    );
    const { id, user_id: userId, name, email } = row;
    return {
      via: "key",
      id,
      userId,
      name,
      email,
      organization: owner.organization,
      permissions: within(owner.permissions),
      projects: new Map(projects),
    };
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
      const here = await standing(person.userId, organizationId);
      if (organizationId !== undefined && !here.organization) throw denied("You are not in this organisation.");
      return { via: "session", id, ...person, ...here };
    },

    async renew(principal) {
      if (principal.via === "key") return ofKey(await keys().where("api_key.id", "=", principal.id).executeTakeFirst());
      const session = await db
        .selectFrom("session")
        .select("expiresAt")
        .where("id", "=", principal.id)
        .executeTakeFirst();
      if (!session || new Date(session.expiresAt).getTime() <= Date.now()) return null;
      const { organization, userId } = principal;
      return { ...principal, ...(organization ? await standing(userId, organization.id) : nowhere) };
    },
  };
}

/** The one check of rights: in the project, if one is meant, its role counts besides the organisation's. Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS. */
export function permit(principal: Principal | null, access: Access, project?: string): void {
  if (access === "anyone") return;
  if (!principal) throw unauthorized();
  if (access === "signed-in" || may(principal, access, project)) return;
  if (!principal.organization) throw denied("You are in no organisation.", "Ask for an invitation.");
  throw denied(
    `${inWords(principal, project)} may not ${access === "nobody" ? "do this" : access.replace(":", " ")}.`,
    principal.via === "key" ? "Make a key with this scope." : "Ask an owner or administrator.",
  );
}

/** For what is about no project in particular: allowed in one is enough, and the caller sees only what `openProjects` says. Throws as `permit`. */
export function permitAnywhere(principal: Principal | null, access: Access): void {
  const [project] = principal ? (openProjects(principal, access) ?? []) : [];
  permit(principal, access, project);
}

/** See `permit`. */
export function may(principal: Principal, access: Access, project?: string): boolean {
  const { permissions, projects } = principal;
  const holds = (allowed: ReadonlySet<string> | undefined): boolean => allowed?.has(access) === true;
  return holds(permissions) || (project !== undefined && holds(projects.get(project)?.permissions));
}

/** Names of the projects in which this is allowed, when it is not in the whole organisation; null when it is. */
export function openProjects(principal: Principal, access: Access): string[] | null {
  if (may(principal, access)) return null;
  return [...principal.projects.keys()].filter((project) => may(principal, access, project));
}

/** Who is refused something, as a sentence begins: `A viewer of Acme`. */
export function inWords({ via, organization, projects }: Principal, project?: string): string {
  const role = project === undefined ? undefined : projects.get(project)?.role;
  if (via === "key" || !organization) return "This API key";
  return role === undefined ? `A ${organization.role} of ${organization.name}` : `A ${role} in ${project}`;
}
