/** Deployments that use what an earlier one made: the same once more, traffic back to an earlier release, a preview's release to production. */
import type { PlatformAccess } from "../connections/access.ts";
import { chooseCredential } from "../connections/choose.ts";
import { DeployError } from "../error.ts";
import { checkedName } from "../name.ts";
import type { DeployPlan } from "../plan/plan.ts";
import { inEnvironment } from "../plan/hosts.ts";
import type { PreparedInside } from "../plan/prepare.ts";
import { type Platform, platformOf } from "../platform.ts";
import type { Projects } from "../projects.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { accept, type Asker, type Seen } from "./accept.ts";
import { valuesAgain } from "./values.ts";
import { commitOf, deploymentRow, type DeploymentView } from "./views.ts";

/** See Engine.redeploy, rollback and promote. */
export function againOf({
  store,
  platforms,
  access,
  domain,
  projects,
  view,
  by,
}: {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
  /** Of the host names on this machine. */
  domain(): Promise<string>;
  projects: Projects;
  view(row: DeploymentRow): Promise<DeploymentView>;
  by: Asker;
}) {
  const { db } = store;

  /** A deployment that uses what an earlier one made. */
  async function again(
    operation: "redeploy" | "rollback" | "promote",
    from: DeploymentRow,
    change: { environment?: string; given?: Record<string, string>; sourceReleaseId?: string } & Seen,
  ): Promise<DeploymentView> {
    const plan = JSON.parse(from.plan!) as DeployPlan;
    const environmentName = change.environment ?? from.environment;
    const opens = await chooseCredential(store, platformOf(platforms, from.platform), {
      access: access[from.platform],
      before: from.connection_id,
    });
    const id = await accept(store, {
      ...(opens ? { opens } : {}),
      projectId: from.project_id,
      environment: environmentName,
      platform: from.platform,
      operation,
      request: JSON.parse(from.request) as PreparedInside["request"],
      plan: environmentName === from.environment ? plan : inEnvironment(plan, environmentName, await domain()),
      given: change.given ?? {},
      ...(change.sourceReleaseId === undefined ? {} : { sourceReleaseId: change.sourceReleaseId }),
      ...(change.expectLive === undefined ? {} : { expectLive: change.expectLive }),
      // It has the same files: what was said of them is as true of it.
      ...(from.message === null ? {} : { message: from.message }),
      by,
      commit: commitOf(from),
    });
    return view(await deploymentRow(store, id));
  }

  /** What has the traffic; without a platform, on the one where it was given last. */
  function live(place: { projectId: string; environment: string; platform: string | undefined }) {
    let query = db
      .selectFrom("live")
      .selectAll()
      .where("project_id", "=", place.projectId)
      .where("environment", "=", place.environment)
      .orderBy("since", "desc");
    if (place.platform !== undefined) query = query.where("platform", "=", place.platform);
    return query.executeTakeFirst();
  }

  /** The last deployment that brought the release live. */
  async function lastOf(releaseId: string | null | undefined): Promise<DeploymentRow | undefined> {
    if (!releaseId) return undefined;
    return db
      .selectFrom("deployment")
      .selectAll()
      .where("release_id", "=", releaseId)
      .where("state", "=", "success")
      .orderBy("id", "desc")
      .executeTakeFirst();
  }

  return {
    async redeploy(deploymentId: string, seen: Seen = {}): Promise<DeploymentView> {
      const from = await deploymentRow(store, deploymentId);
      const { given } = await valuesAgain(store, from);
      return again("redeploy", from, { ...seen, given });
    },

    async rollback({
      project,
      environment: environmentName = "production",
      platform,
      to,
      ...seen
    }: { project: string; environment?: string; platform?: string; to?: string } & Seen): Promise<DeploymentView> {
      const { id: projectId } = await projects.row(project);
      const named = to === undefined ? null : await deploymentRow(store, to);
      const isOther =
        named &&
        (named.project_id !== projectId ||
          named.environment !== environmentName ||
          (platform !== undefined && named.platform !== platform));
      if (isOther) {
        const place = [project, environmentName, ...(platform === undefined ? [] : [`on ${platform}`])].join(", ");
        throw new DeployError("NOT_FOUND", {
          what: `${named.id} is not a deployment of ${place}.`,
          next: `List them with: landfall ls ${project}`,
        });
      }
      const here = await live({ projectId, environment: environmentName, platform: platform ?? named?.platform });
      const target = named ?? (await lastOf(here?.previous_release_id));
      if (!target?.release_id || target.state !== "success") {
        throw new DeployError("NOT_FOUND", {
          what: `There is no earlier release of ${project}, ${environmentName}, to go back to.`,
          next: `List its deployments with: landfall ls ${project}`,
        });
      }
      if (target.release_id === here?.release_id) {
        throw new DeployError("CONFLICT", {
          what: `${target.id} has the traffic already.`,
          next: `List earlier ones with: landfall ls ${project}`,
        });
      }
      return again("rollback", target, { ...seen, sourceReleaseId: target.release_id });
    },

    async promote(deploymentId: string, environmentName = "production", seen: Seen = {}): Promise<DeploymentView> {
      const from = await deploymentRow(store, deploymentId);
      checkedName("environment", environmentName);
      if (from.state !== "success" || !from.release_id) {
        throw new DeployError("CONFLICT", {
          what: `${from.id} did not succeed, so it has nothing to promote.`,
          next: "Choose a deployment that succeeded: landfall ls",
        });
      }
      if (from.environment === environmentName) {
        throw new DeployError("CONFLICT", {
          what: `${from.id} is in ${environmentName} already.`,
          next: "To give it the traffic back, use: landfall rollback",
        });
      }
      return again("promote", from, { ...seen, environment: environmentName, sourceReleaseId: from.release_id });
    },
  };
}
