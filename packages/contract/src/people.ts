/** People, organisations, keys, and the record of what they changed. Signing in itself is under /api/auth. */
import { z } from "zod";
import { cursor, id, instant, limit, nextCursor, nothing, open } from "./base.ts";
import { allPermissions, projectRoles, roles } from "./permissions.ts";

const email = z.email().max(200).toLowerCase();
const personName = z.string().trim().min(1).max(100);
/** Long enough not to be guessed, short enough to be hashed. */
const password = z.string().min(12).max(128);
const role = z.enum(roles);
const permission = z.enum(allPermissions);
const organizationName = z.string().trim().min(1).max(100);

/** How people sign in here. */
const signInWith = z.array(z.string()).describe("`password`, and `github` where that is set up.");

const organization = z.object({ id, name: z.string(), role }).meta({ id: "Organization" });
const member = z
  .object({ id, userId: id, name: z.string(), email: z.string(), role, createdAt: instant })
  .meta({ id: "Member" });
const invitation = z
  .object({ id, email: z.string(), role, status: z.enum(["pending", "accepted", "canceled"]), expiresAt: instant })
  .meta({ id: "Invitation" });
const key = z
  .object({
    id,
    name: z.string(),
    start: z.string().describe("The first characters, to tell it from others."),
    scopes: z.array(permission),
    owner: z.string(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: "ApiKey" });

export const setup = {
  status: open("anyone")
    .route({ method: "GET", path: "/setup", tags: ["people"] })
    .output(
      z.object({
        needed: z.boolean(),
        signInWith,
        sendsMail: z.boolean().describe("Whether invitations, and links for a new password, go by mail."),
      }),
    ),
  run: open("anyone")
    .route({
      method: "POST",
      path: "/setup",
      successStatus: 201,
      tags: ["people"],
      description: "The first person, with the token `landfall serve` printed. Gone after its use.",
    })
    .input(
      z.object({
        token: z.string().min(1).max(200),
        name: personName,
        email,
        password,
        organization: organizationName.optional(),
      }),
    )
    .output(z.object({ organization: id })),
};

export const me = open("signed-in")
  .route({ method: "GET", path: "/me", tags: ["people"] })
  .output(
    z.object({
      user: z.object({ id, name: z.string(), email: z.string() }),
      via: z.enum(["session", "key"]),
      organization: organization.nullable(),
      organizations: z.array(organization).describe("All one is in; of a key the one it is for."),
      permissions: z.array(permission).describe("In the organisation, and so in all its projects."),
      projects: z
        .array(z.object({ name: z.string(), role: z.enum(projectRoles), permissions: z.array(permission) }))
        .describe("Projects one has a role in, and what that allows there."),
      signInWith,
    }),
  );

export const organizations = {
  list: open("signed-in")
    .route({ method: "GET", path: "/organizations", tags: ["people"] })
    .output(z.object({ organizations: z.array(organization) })),
  create: open("create:organization")
    .route({
      method: "POST",
      path: "/organizations",
      successStatus: 201,
      tags: ["people"],
      description:
        "Another organisation on this server, with whoever asks as its owner. Calls name it in Landfall-Organization.",
    })
    .input(z.strictObject({ name: organizationName }))
    .output(organization),
  rename: open("update:organization")
    .route({ method: "PATCH", path: "/organization", tags: ["people"] })
    .input(z.strictObject({ name: organizationName }))
    .output(organization),
};

export const members = {
  list: open("read:member")
    .route({ method: "GET", path: "/members", tags: ["people"] })
    .output(z.object({ members: z.array(member) })),
  setRole: open("update:member")
    .route({
      method: "PUT",
      path: "/members/{id}/role",
      tags: ["people"],
      description: "Nobody gives or takes a role above their own, and one owner stays.",
    })
    .input(z.strictObject({ id, role }))
    .output(member),
  remove: open("delete:member")
    .route({ method: "DELETE", path: "/members/{id}", tags: ["people"] })
    .input(z.object({ id }))
    .output(nothing),
};

export const invitations = {
  list: open("read:invitation")
    .route({ method: "GET", path: "/invitations", tags: ["people"] })
    .output(z.object({ invitations: z.array(invitation) })),
  create: open("create:invitation")
    .route({
      method: "POST",
      path: "/invitations",
      successStatus: 201,
      tags: ["people"],
      description:
        "The answer has the one link the recipient can use; it is not kept. Where mail is set up it is mailed too.",
    })
    .input(z.strictObject({ email, role }))
    .output(
      invitation.extend({
        token: z.string(),
        link: z.string(),
        isMailed: z.boolean().describe("Whether the link is on its way to the recipient too."),
      }),
    ),
  cancel: open("delete:invitation")
    .route({ method: "DELETE", path: "/invitations/{id}", tags: ["people"] })
    .input(z.object({ id }))
    .output(nothing),
  accept: open("anyone")
    .route({
      method: "POST",
      path: "/invitations/accept",
      tags: ["people"],
      description:
        "By the recipient: signed in with the invited address, or with a name and a password for a new account of it.",
    })
    .input(
      z.strictObject({ token: z.string().min(1).max(200), name: personName.optional(), password: password.optional() }),
    )
    .output(z.object({ organization: id })),
};

export const keys = {
  list: open("read:key", { about: "any" })
    .route({ method: "GET", path: "/keys", tags: ["people"] })
    .output(z.object({ keys: z.array(key) })),
  create: open("create:key", { about: "any" })
    .route({
      method: "POST",
      path: "/keys",
      successStatus: 201,
      tags: ["people"],
      description: "Never more than its owner may do. The key is in this answer and nowhere else.",
    })
    .input(
      z.strictObject({
        name: z.string().trim().min(1).max(100),
        scopes: z.array(permission).min(1),
        expiresInDays: z.number().int().min(1).max(3650).optional(),
      }),
    )
    .output(key.extend({ key: z.string() })),
  remove: open("delete:key", { about: "any" })
    .route({ method: "DELETE", path: "/keys/{id}", tags: ["people"] })
    .input(z.object({ id }))
    .output(nothing),
};

/** An instant as it is asked for, with any offset; compared as UTC. */
const askedInstant = z.iso.datetime({ offset: true }).max(40);

/** Text as it may stand in the record: without control characters. */
const plain = z.string().regex(/^\P{Cc}+$/u);

/** What of the record of changes is meant. The export takes the same in its query. */
export const auditFilter = z.object({
  actor: plain.max(200).optional().describe("An address, whole."),
  action: plain.max(100).optional().describe("How it begins: `deployments` or `deployments.rollback`."),
  project: plain.max(100).optional(),
  from: askedInstant.optional().describe("The first instant that is meant."),
  to: askedInstant.optional().describe("The first that is not meant any more."),
});

export const audit = {
  list: open("read:audit")
    .route({ method: "GET", path: "/audit", tags: ["people"] })
    .input(auditFilter.extend({ limit, cursor }))
    .output(
      z.object({
        entries: z.array(
          z.object({
            id,
            at: instant,
            actor: z.string(),
            via: z.enum(["session", "key", "anyone"]),
            action: z.string(),
            target: z.string(),
            address: z.string(),
          }),
        ),
        nextCursor,
      }),
    ),
};
