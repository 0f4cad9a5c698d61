/** Where a deployment goes: what it takes from a saved target, the one it names or the platform's default, and from the deployment before. */
import { pinnedTarget } from "../deployment/reach.ts";
import type { DeployRequest } from "../plan/request.ts";
import { DeployError } from "../error.ts";
import type { Platform } from "../platform.ts";
import type { SavedTargetRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { savedTarget, targetIn } from "./targets.ts";

/** The request with what its saved target says in place of its name. Throws NOT_FOUND, INVALID_CONFIG (it says the same itself, otherwise). */
export async function atSavedTarget(store: Store, request: DeployRequest): Promise<DeployRequest> {
  if (request.savedTarget === undefined) return request;
  const row = await savedTarget(store, request.savedTarget);
  const faults = ["connection", "target"]
    .filter((field) => request[field as "connection" | "target"] !== undefined)
    .map((path) => ({ path, message: "is said by the saved target" }));
  if (request.platform !== undefined && request.platform !== row.platform)
    faults.push({ path: "platform", message: `is ${row.platform}, as the saved target says` });
  if (faults.length > 0)
    throw new DeployError("INVALID_CONFIG", {
      what: `The saved target ${row.name} says where to deploy, and so does the request.`,
      where: "savedTarget",
      next: "Leave out what is named here, or the saved target.",
      faults,
    });
  return { ...request, platform: row.platform, savedTarget: row.id, ...placeIn(row) };
}

/**
 * The request at the platform's default target, when it says nothing itself. A project that lives elsewhere on the platform already stays
 * there.
 */
export async function atDefaultTarget(
  store: Store,
  request: DeployRequest,
  { platform, project }: { platform: Platform; project: string },
): Promise<DeployRequest> {
  const { savedTarget: named, connection, target } = request;
  if (platform.baseUrl === undefined || [named, connection, target].some((said) => said !== undefined)) return request;
  const row = await store.db
    .selectFrom("saved_target")
    .selectAll()
    .where("organization_id", "=", store.organization)
    .where("platform", "=", platform.id)
    .where("is_default", "=", 1)
    .executeTakeFirst();
  if (!row) return request;
  const known = await store.project(project);
  const pinned = known ? await pinnedTarget(store, known.id, platform.id) : {};
  const wanted = targetIn(row) ?? {};
  const livesElsewhere = (["account", "projectId"] as const).some(
    (field) => pinned[field] !== undefined && wanted[field] !== undefined && pinned[field] !== wanted[field],
  );
  return livesElsewhere ? request : { ...request, savedTarget: row.id, ...placeIn(row) };
}

/** The platform the environment was deployed to last, or the project when that is new; undefined for one that was deployed nowhere. */
export async function lastPlatform(
  store: Store,
  { project, environment }: { project: string; environment: string },
): Promise<string | undefined> {
  const known = await store.project(project);
  if (!known) return undefined;
  const row = await store.db
    .selectFrom("deployment")
    .select("platform")
    .where("project_id", "=", known.id)
    .where("state", "=", "success")
    .orderBy((eb) => eb("environment", "!=", environment))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.platform;
}

function placeIn(row: SavedTargetRow): Pick<DeployRequest, "connection" | "target"> {
  const target = targetIn(row);
  return {
    ...(row.connection_id === null ? {} : { connection: row.connection_id }),
    ...(target === null ? {} : { target }),
  };
}
