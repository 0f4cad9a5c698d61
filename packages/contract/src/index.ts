/** The contract: everything that crosses the wire between Landfall's server and whoever speaks with it. Written by hand. */
import { z } from "zod";
import { open } from "./base.ts";
import { collaborators } from "./collaborators.ts";
import { connections, platforms, targets } from "./connections.ts";
import { deployments, detect, planning } from "./deployments.ts";
import { live } from "./live.ts";
import { notifications, ownNotifications } from "./notifications.ts";
import { audit, invitations, keys, me, members, organizations, setup } from "./people.ts";
import { domains, environments, previews, projects, variables } from "./projects.ts";
import { sandboxes } from "./sandboxes.ts";
import { servers } from "./servers.ts";
import { shared } from "./shared.ts";
import { shares } from "./shares.ts";
import { uploads } from "./uploads.ts";
import { webhooks } from "./webhooks.ts";

export { type About, type Meta } from "./base.ts";
export { type ProcedureFacts, proceduresOf } from "./procedures.ts";
export { auditFilter } from "./people.ts";
export { upload, uploadAnnouncement } from "./uploads.ts";
export { deployEvent, deployment } from "./deployments.ts";
export { errorReport, errorStatus, wireErrorStatus, type WireError, type WireErrorCode } from "./errors.ts";
export {
  type Access,
  allPermissions,
  type Permission,
  permissionsInProject,
  permissionsOf,
  type ProjectRole,
  projectRoles,
  type Resource,
  type Role,
  roles,
  type Verb,
} from "./permissions.ts";

/** The whole API by resource. REST under /api, the typed client under /rpc. */
export const contract = {
  health: open("anyone")
    .route({ method: "GET", path: "/health", tags: ["operations"] })
    .output(z.object({ status: z.literal("ok"), version: z.string() })),
  setup,
  me,
  organizations,
  members,
  invitations,
  keys,
  audit,
  projects,
  collaborators,
  environments,
  previews,
  variables,
  shared,
  domains,
  notifications,
  ownNotifications,
  uploads,
  detect,
  plan: planning,
  deployments,
  shares,
  live,
  connections,
  platforms,
  targets,
  sandboxes,
  servers,
  webhooks,
};
