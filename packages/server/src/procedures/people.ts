import { type Gate, inside } from "../gate.ts";
import { denied } from "../errors.ts";
import { invitationLetter } from "../letters.ts";
import { placeOf } from "../people/collaborators.ts";
import type { Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { newId } from "../token.ts";

export function peopleProcedures(os: Gate, services: Services) {
  const { db, setup, members, collaborators, invitations, keys, audit, auth, mail } = services;
  const { signInWith } = auth;
  const of = (principal: Principal | null) => inside(services, principal);
  /** Who acts on members: a person, since what a key may do to them nobody would see. */
  function acting(principal: Principal | null) {
    const { organization } = of(principal);
    return { organizationId: organization.id, role: organization.role };
  }

  return {
    setup: {
      status: os.setup.status.handler(async () => ({
        needed: await setup.isNeeded(),
        signInWith,
        sendsMail: mail !== null,
      })),
      run: os.setup.run.handler(async ({ input, context }) => {
        const { address } = context.call;
        const { organizationId } = await setup.run({ ...input, address });
        await audit.record({
          organization_id: organizationId,
          actor: input.email,
          via: "anyone",
          action: "setup",
          target: "",
          address,
        });
        return { organization: organizationId };
      }),
    },
    me: os.me.handler(async ({ context }) => {
      const { principal } = context;
      if (!principal) throw denied("Nobody is signed in.");
      const { userId: id, name, email, via, organization, permissions, projects } = principal;
      const organizations = await organizationsOf(db, principal);
      return {
        user: { id, name, email },
        via,
        organization,
        organizations,
        permissions: [...permissions],
        projects: [...projects].map(([project, one]) => ({
          name: project,
          role: one.role,
          permissions: [...one.permissions],
        })),
        signInWith,
      };
    }),
    organizations: {
      list: os.organizations.list.handler(async ({ context }) => ({
        organizations: await organizationsOf(db, context.principal!),
      })),
      create: os.organizations.create.handler(async ({ input, context }) => {
        const id = newId("org");
        await members.found({ id, name: input.name, ownerId: of(context.principal).principal.userId });
        return { id, name: input.name, role: "owner" as const };
      }),
      rename: os.organizations.rename.handler(async ({ input, context }) => {
        const { organization } = of(context.principal);
        await db.updateTable("organization").set({ name: input.name }).where("id", "=", organization.id).execute();
        return { ...organization, name: input.name };
      }),
    },
    members: {
      list: os.members.list.handler(async ({ context }) => ({
        members: await members.list(of(context.principal).organization.id),
      })),
      setRole: os.members.setRole.handler(({ input, context }) => members.setRole(acting(context.principal), input)),
      remove: os.members.remove.handler(async ({ input, context }) => {
        await members.remove(acting(context.principal), input.id);
        return {};
      }),
    },
    collaborators: {
      list: os.collaborators.list.handler(async ({ input, context }) => ({
        collaborators: await collaborators.list(placeOf(of(context.principal).principal, input.project)),
      })),
      set: os.collaborators.set.handler(({ input: { project, ...asked }, context }) =>
        collaborators.set(placeOf(of(context.principal).principal, project), asked),
      ),
      remove: os.collaborators.remove.handler(async ({ input, context }) => {
        await collaborators.remove(placeOf(of(context.principal).principal, input.project), input.userId);
        return {};
      }),
    },
    invitations: {
      list: os.invitations.list.handler(async ({ context }) => ({
        invitations: await invitations.list(of(context.principal).organization.id),
      })),
      create: os.invitations.create.handler(async ({ input, context }) => {
        const { principal: by, organization } = of(context.principal);
        const made = await invitations.create(acting(context.principal), input);
        const { email: to, role, link, expiresAt } = made;
        mail?.send(invitationLetter({ to, by, organization: organization.name, role, link, expiresAt }));
        return { ...made, isMailed: mail !== null };
      }),
      cancel: os.invitations.cancel.handler(async ({ input, context }) => {
        await invitations.cancel(of(context.principal).organization.id, input.id);
        return {};
      }),
      accept: os.invitations.accept.handler(async ({ input, context }) => {
        const { address } = context.call;
        const principal = await context.call.principal();
        const { organizationId } = await invitations.accept({
          token: input.token,
          name: input.name,
          password: input.password,
          principal,
          address,
        });
        await audit.record({
          organization_id: organizationId,
          actor: principal?.email ?? "(new person)",
          via: principal?.via ?? "anyone",
          action: "invitations.accept",
          target: "",
          address,
        });
        return { organization: organizationId };
      }),
    },
    keys: {
      list: os.keys.list.handler(async ({ context }) => {
        const { organization, principal } = of(context.principal);
        return { keys: await keys.list(organization.id, principal) };
      }),
      create: os.keys.create.handler(({ input, context }) => {
        const { organization, principal } = of(context.principal);
        return keys.create(organization.id, principal, input);
      }),
      remove: os.keys.remove.handler(async ({ input, context }) => {
        const { organization, principal } = of(context.principal);
        await keys.remove(organization.id, principal, input.id);
        return {};
      }),
    },
    audit: {
      list: os.audit.list.handler(({ input, context }) => audit.list(of(context.principal).organization.id, input)),
    },
  };
}

/** Those one is in, the first one first. A key is for one organisation and says nothing of the others. */
function organizationsOf(db: Services["db"], { userId, via, organization }: Principal) {
  let query = db
    .selectFrom("member")
    .innerJoin("organization", "organization.id", "member.organization_id")
    .select(["organization.id as id", "organization.name as name", "member.role as role"])
    .where("member.user_id", "=", userId)
    .orderBy("member.created_at");
  if (via === "key") query = query.where("organization.id", "=", organization!.id);
  return query.execute();
}
