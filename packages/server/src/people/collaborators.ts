/** People with a role in one project. Nobody gives, takes or ends a role above their own. */
import { type ProjectRole, type Role, roles } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import type { Kysely } from "kysely";
import { missing } from "../errors.ts";
import { below } from "./members.ts";
import type { Principal } from "./principal.ts";
import type { PeopleSchema } from "./tables.ts";

export interface CollaboratorView {
  userId: string;
  name: string;
  email: string;
  role: ProjectRole;
  createdAt: string;
}

/** A project by its name, and the role of whoever acts there: that in the project or that in the organisation, whichever is stronger. */
interface Place {
  organizationId: string;
  project: string;
  role: Role;
}

export function placeOf({ organization, projects }: Principal, project: string): Place {
  const own: Role[] = [organization!.role, projects.get(project)?.role ?? "guest"];
  return { organizationId: organization!.id, project, role: roles.findLast((role) => own.includes(role))! };
}

export function collaboratorsOf(db: Kysely<PeopleSchema>) {
  /** Throws NOT_FOUND. */
  async function projectId(on: Kysely<PeopleSchema>, { organizationId, project }: Place): Promise<string> {
    const found = await on
      .selectFrom("project")
      .select("id")
      .where("organization_id", "=", organizationId)
      .where("name", "=", project)
      .executeTakeFirst();
    if (!found) throw missing("project");
    return found.id;
  }

  function of(on: Kysely<PeopleSchema>, project: string) {
    return on
      .selectFrom("collaborator")
      .innerJoin("person", "person.id", "collaborator.user_id")
      .select(["person.id as userId", "person.name as name", "person.email as email"])
      .select(["collaborator.role as role", "collaborator.created_at as createdAt"])
      .where("collaborator.project_id", "=", project);
  }

  return {
    list: async (place: Place): Promise<CollaboratorView[]> =>
      of(db, await projectId(db, place))
        .orderBy("collaborator.created_at")
        .execute(),

    /** Throws NOT_FOUND for who is not in the organisation, INSUFFICIENT_PERMISSIONS, INVALID_CONFIG. */
    set: (
      place: Place,
      { userId, email, role }: { userId?: string | undefined; email?: string | undefined; role: ProjectRole },
    ): Promise<CollaboratorView> =>
      db.transaction().execute(async (tx) => {
        below(place.role, role);
        if ((userId === undefined) === (email === undefined))
          throw new DeployError("INVALID_CONFIG", { what: "Say who it is by either `userId` or `email`." });
        const project = await projectId(tx, place);
        const member = await tx
          .selectFrom("member")
          .innerJoin("person", "person.id", "member.user_id")
          .select(["person.id as userId", "person.name as name", "person.email as email"])
          .where("member.organization_id", "=", place.organizationId)
          .where(userId === undefined ? "person.email" : "person.id", "=", userId ?? email!)
          .executeTakeFirst();
        if (!member)
          throw new DeployError("NOT_FOUND", {
            what: "Nobody like this is in the organisation.",
            next: "Invite them first, as a guest when they are to see this project alone.",
          });
        const before = await of(tx, project).where("person.id", "=", member.userId).executeTakeFirst();
        if (before) below(place.role, before.role);
        const row = {
          id: `${project} ${member.userId}`,
          organization_id: place.organizationId,
          project_id: project,
          user_id: member.userId,
          role,
          created_at: before?.createdAt ?? new Date().toISOString(),
        };
        await tx
          .insertInto("collaborator")
          .values(row)
          .onConflict((conflict) => conflict.column("id").doUpdateSet({ role }))
          .execute();
        return { ...member, role, createdAt: row.created_at };
      }),

    /** What they are in the organisation stays. Throws NOT_FOUND, INSUFFICIENT_PERMISSIONS. */
    remove: (place: Place, userId: string): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const project = await projectId(tx, place);
        const found = await of(tx, project).where("person.id", "=", userId).executeTakeFirst();
        if (!found) throw missing("collaborator");
        below(place.role, found.role);
        await tx.deleteFrom("collaborator").where("project_id", "=", project).where("user_id", "=", userId).execute();
      }),

    /** Roles in projects that are no more. */
    async forget(organizationId: string): Promise<void> {
      await db
        .deleteFrom("collaborator")
        .where("organization_id", "=", organizationId)
        .where("project_id", "not in", db.selectFrom("project").select("id"))
        .execute();
    },
  };
}
