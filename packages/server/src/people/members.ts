/** Members of an organisation and invitations to it. Nobody gives, takes or ends a role above their own. */
import { type Role, roles } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import type { Kysely, Transaction } from "kysely";
import { denied, missing, unauthorized } from "../errors.ts";
import type { Attempts } from "../limits.ts";
import { digestOf, newId, newSecret } from "../token.ts";
import type { Auth } from "./auth.ts";
import type { Principal } from "./principal.ts";
import type { PeopleSchema } from "./tables.ts";

const invitationMs = 7 * 24 * 3_600_000;

export interface MemberView {
  id: string;
  userId: string;
  name: string;
  email: string;
  role: Role;
  createdAt: string;
}

/** Who acts, where. */
interface Acting {
  organizationId: string;
  role: Role;
}

export function membersOf({ db, auth }: { db: Kysely<PeopleSchema>; auth: Auth }) {
  function members(on: Kysely<PeopleSchema>, organizationId: string) {
    return on
      .selectFrom("member")
      .innerJoin("person", "person.id", "member.user_id")
      .select(["member.id as id", "member.user_id as userId", "person.name as name", "person.email as email"])
      .select(["member.role as role", "member.created_at as createdAt"])
      .where("member.organization_id", "=", organizationId);
  }

  /** The member, if whoever acts may change them. */
  async function changeable(
    tx: Transaction<PeopleSchema>,
    { organizationId, role }: Acting,
    id: string,
  ): Promise<MemberView> {
    const found = await members(tx, organizationId).where("member.id", "=", id).executeTakeFirst();
    if (!found) throw missing("member");
    below(role, found.role);
    return found;
  }

  async function keepOneOwner(
    tx: Transaction<PeopleSchema>,
    organizationId: string,
    leaving: MemberView,
  ): Promise<void> {
    if (leaving.role !== "owner") return;
    const owners = await members(tx, organizationId).where("member.role", "=", "owner").execute();
    if (owners.length > 1) return;
    throw new DeployError("CONFLICT", {
      what: "An organisation keeps one owner.",
      next: "Make somebody else an owner first.",
    });
  }

  return {
    /** A new organisation with its owner. */
    async found({ id, name, ownerId }: { id: string; name: string; ownerId: string }): Promise<void> {
      const created_at = new Date().toISOString();
      await db.transaction().execute(async (tx) => {
        await tx.insertInto("organization").values({ id, name, created_at }).execute();
        const owner = { organization_id: id, user_id: ownerId, role: "owner" as const };
        await tx
          .insertInto("member")
          .values({ id: newId("mem"), ...owner, created_at })
          .execute();
      });
    },

    list: (organizationId: string): Promise<MemberView[]> =>
      members(db, organizationId).orderBy("member.created_at").execute(),

    setRole: (acting: Acting, { id, role }: { id: string; role: Role }): Promise<MemberView> =>
      db.transaction().execute(async (tx) => {
        const member = await changeable(tx, acting, id);
        below(acting.role, role);
        if (role !== "owner") await keepOneOwner(tx, acting.organizationId, member);
        await tx.updateTable("member").set({ role }).where("id", "=", id).execute();
        return { ...member, role };
      }),

    /** Their keys for this organisation, their roles in its projects and what they are told end, and their sessions when they are in no other. */
    async remove(acting: Acting, id: string): Promise<void> {
      const { userId, isAlone } = await db.transaction().execute(async (tx) => {
        const member = await changeable(tx, acting, id);
        await keepOneOwner(tx, acting.organizationId, member);
        await tx.deleteFrom("member").where("id", "=", id).execute();
        for (const table of ["api_key", "collaborator"] as const)
          await tx
            .deleteFrom(table)
            .where("organization_id", "=", acting.organizationId)
            .where("user_id", "=", member.userId)
            .execute();
        await tx
          .deleteFrom("own_notification")
          .where("organization_id", "=", acting.organizationId)
          .where("person_id", "=", member.userId)
          .execute();
        const other = await tx
          .selectFrom("member")
          .select("id")
          .where("user_id", "=", member.userId)
          .executeTakeFirst();
        return { userId: member.userId, isAlone: other === undefined };
      });
      if (isAlone) await auth.endSessionsOf(userId);
    },
  };
}

export type Members = ReturnType<typeof membersOf>;

export function invitationsOf({
  db,
  auth,
  attempts,
  publicUrl,
}: {
  db: Kysely<PeopleSchema>;
  auth: Auth;
  attempts: Attempts;
  publicUrl: string;
}) {
  /** Join; again is no failure. */
  async function join(userId: string, invitation: { organization_id: string; role: Role }): Promise<void> {
    const there = await db
      .selectFrom("member")
      .select("id")
      .where("organization_id", "=", invitation.organization_id)
      .where("user_id", "=", userId)
      .executeTakeFirst();
    if (there) return;
    await db
      .insertInto("member")
      .values({
        id: newId("mem"),
        organization_id: invitation.organization_id,
        user_id: userId,
        role: invitation.role,
        created_at: new Date().toISOString(),
      })
      .execute();
  }

  return {
    async list(organizationId: string) {
      const rows = await db
        .selectFrom("invitation")
        .selectAll()
        .where("organization_id", "=", organizationId)
        .orderBy("id", "desc")
        .limit(200)
        .execute();
      return rows.map(({ id, email, role, status, expires_at }) => ({
        id,
        email,
        role,
        status,
        expiresAt: expires_at,
      }));
    },

    async create(acting: Acting, { email, role }: { email: string; role: Role }) {
      below(acting.role, role);
      const token = newSecret();
      const now = Date.now();
      const row = {
        id: newId("inv"),
        organization_id: acting.organizationId,
        email,
        role,
        status: "pending" as const,
        secret: digestOf(token),
        expires_at: new Date(now + invitationMs).toISOString(),
        created_at: new Date(now).toISOString(),
      };
      await db.insertInto("invitation").values(row).execute();
      const { id, status, expires_at: expiresAt } = row;
      // After the hash: a fragment is sent to no server and stands in no log.
      return { id, email, role, status, expiresAt, token, link: `${publicUrl}/invitation#${token}` };
    },

    async cancel(organizationId: string, id: string): Promise<void> {
      const { numUpdatedRows } = await db
        .updateTable("invitation")
        .set({ status: "canceled" })
        .where("organization_id", "=", organizationId)
        .where("id", "=", id)
        .where("status", "=", "pending")
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw missing("invitation");
    },

    /** Only the recipient, once. Throws NOT_FOUND, UNAUTHORIZED, INSUFFICIENT_PERMISSIONS, INVALID_CONFIG. */
    async accept(asked: {
      token: string;
      name: string | undefined;
      password: string | undefined;
      principal: Principal | null;
      address: string;
    }): Promise<{ organizationId: string; userId: string }> {
      const { token, name, password, principal, address } = asked;
      const invitation = await db
        .selectFrom("invitation")
        .selectAll()
        .where("secret", "=", digestOf(token))
        .where("status", "=", "pending")
        .where("expires_at", ">", new Date().toISOString())
        .executeTakeFirst();
      if (!invitation) {
        await attempts.wrong("invitation", address);
        throw missing("invitation");
      }
      if (principal && (principal.via === "key" || principal.email !== invitation.email))
        throw denied("This invitation is for somebody else.", "Sign in with the address it was sent to.");
      if (!principal) {
        const known = await db
          .selectFrom("person")
          .select("id")
          .where("email", "=", invitation.email)
          .executeTakeFirst();
        if (known) throw unauthorized("There is an account with the invited address: sign in with it first.");
        if (name === undefined || password === undefined)
          throw new DeployError("INVALID_CONFIG", { what: "A new account needs a name and a password." });
      }
      const pending = { status: "pending" as const };
      const claimed = await db
        .updateTable("invitation")
        .set({ status: "accepted" })
        .where("id", "=", invitation.id)
        .where("status", "=", pending.status)
        .executeTakeFirst();
      if (claimed.numUpdatedRows !== 1n) throw missing("invitation");
      try {
        const userId =
          principal?.userId ?? (await auth.createPerson({ name: name!, password: password!, email: invitation.email }));
        await join(userId, invitation);
        return { organizationId: invitation.organization_id, userId };
      } catch (error) {
        await db.updateTable("invitation").set(pending).where("id", "=", invitation.id).execute();
        throw error;
      }
    },
  };
}

/** Throws INSUFFICIENT_PERMISSIONS when `role` is above that of whoever acts. */
export function below(acting: Role, role: Role): void {
  if (roles.indexOf(role) > roles.indexOf(acting)) throw denied(`A ${acting} decides nothing about the role ${role}.`);
}
