/** Who may do what: verbs, resources, and the one table from role to permissions. Everything that is not in it is denied. */

export const verbs = ["read", "create", "update", "delete"] as const;
export const resources = [
  "organization",
  "member",
  "invitation",
  "key",
  "project",
  "environment",
  "variable",
  "shared",
  "domain",
  "notification",
  "deployment",
  "source",
  "sandbox",
  "server",
  "connection",
  "webhook",
  "audit",
  "metrics",
] as const;

export type Verb = (typeof verbs)[number];
export type Resource = (typeof resources)[number];
export type Permission = `${Verb}:${Resource}`;

/** All there are, for schemas and tests. */
export const allPermissions = resources.flatMap((resource) =>
  verbs.map((verb): Permission => `${verb}:${resource}`),
) as [Permission, ...Permission[]];

/** From the weakest to the strongest. A guest is in the organisation for single projects only, and holds what they are given there. */
export const roles = ["guest", "viewer", "developer", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/** What somebody can be in one project, besides what they are in its organisation. */
export const projectRoles = ["viewer", "developer", "admin"] as const satisfies Role[];
export type ProjectRole = (typeof projectRoles)[number];

const every = (...of: Resource[]): Permission[] =>
  of.flatMap((one) => verbs.map((verb): Permission => `${verb}:${one}`));

const viewer: Permission[] = [
  "read:organization",
  "read:member",
  "read:project",
  "read:environment",
  "read:variable",
  "read:domain",
  "read:notification",
  "read:deployment",
  "read:connection",
  // One's own; those of others are an administrator's business.
  ...every("key"),
];
const developer: Permission[] = [
  ...viewer,
  "create:project",
  ...every("environment", "variable", "domain", "notification", "deployment", "source", "sandbox"),
];
const admin: Permission[] = [
  ...developer,
  "update:organization",
  "update:project",
  "delete:project",
  ...every("shared", "connection", "webhook", "member", "invitation"),
  "read:audit",
  "read:metrics",
  // The machines themselves: who sees deployments sees them; they are changed by those of whoever runs this Landfall.
  "update:server",
  "delete:server",
];

/** What each role may do. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  guest: new Set(),
  viewer: new Set(viewer),
  developer: new Set(developer),
  admin: new Set(admin),
  owner: new Set([...admin, ...every("organization")]),
};

/** What can be about one project, or about what somebody needs to work on one: their keys, and the sources they send. */
const ofProjects: readonly string[] = [
  "key",
  "project",
  "environment",
  "variable",
  "domain",
  "notification",
  "deployment",
  "source",
] satisfies Resource[];

/** What a role in one project allows there: of what the role allows in an organisation, what can be about a project that is there. */
export const permissionsInProject = Object.fromEntries(
  projectRoles.map((role) => [
    role,
    new Set(
      [...permissionsOf[role]].filter((one) => one !== "create:project" && ofProjects.includes(one.split(":", 2)[1]!)),
    ),
  ]),
) as unknown as Readonly<Record<ProjectRole, ReadonlySet<Permission>>>;

/** Who may call a procedure: anyone, whoever is signed in, who holds the permission in the organisation; nobody, unless it says otherwise. */
export type Access = "anyone" | "signed-in" | "nobody" | Permission;
