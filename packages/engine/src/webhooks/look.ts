/** After a hint: which of our deployments is meant, and what the platform itself says of it now. */
import type { PlatformAccess } from "../connections/access.ts";
import { openStates } from "../deployment/claim.ts";
import { openReach } from "../deployment/reach.ts";
import { reportOf } from "../error.ts";
import { isSettled } from "../events.ts";
import type { Platform } from "../platform.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

export interface Looking {
  store: Store;
  platforms: Platform[];
  accessOf(organization: string): Record<string, PlatformAccess>;
}

export interface Outcome {
  deploymentId: string | null;
  /** For a person. */
  says: string;
}

/** A platform is given so long to say what runs. */
const lookMs = 30_000;

/** Find the deployment of the platform's id and ask the platform about it. Never throws for what the platform or its credential does. */
export async function lookAt(
  { store, platforms, accessOf }: Looking,
  {
    organization_id,
    platform: platformId,
    remoteId,
  }: { organization_id: string; platform: string; remoteId: string | null },
): Promise<Outcome> {
  const platform = platforms.find(({ id }) => id === platformId);
  const row = remoteId === null ? null : await deploymentOf(store, { organization_id, platform: platformId, remoteId });
  if (!row || !platform) return { deploymentId: null, says: "No deployment of ours is meant." };
  const deploymentId = row.id;
  if (!isSettled(row.state)) return { deploymentId, says: "It is under way, and asks the platform by itself." };
  if (!platform.status) return { deploymentId, says: `${platform.name} cannot be asked what runs.` };
  try {
    await using reach = await openReach({ store, platform, access: accessOf(organization_id)[platformId], row });
    const running = await platform.status(await reach.context(AbortSignal.timeout(lookMs)));
    const told = running.map(({ service, release, state }) => `${service}: ${release ?? "not ours"}, ${state}`);
    return { deploymentId, says: `Running now: ${told.join("; ") || "nothing"}.` };
  } catch (error) {
    const { what } = reportOf(error);
    return { deploymentId, says: `${platform.name} could not be asked: ${what}` };
  }
}

/** The newest deployment with this id of the platform's among its services, or among what the steps of an open one made. */
async function deploymentOf(
  { db }: Store,
  of: { organization_id: string; platform: string; remoteId: string },
): Promise<DeploymentRow | null> {
  const quoted = JSON.stringify(of.remoteId);
  const rows = () =>
    db
      .selectFrom("deployment")
      .selectAll("deployment")
      .where("deployment.organization_id", "=", of.organization_id)
      .where("deployment.platform", "=", of.platform)
      .orderBy("deployment.id", "desc");
  // `_` and `%` are letters like others here: what they find besides is sorted out below.
  const settled = await rows().where("services", "like", `%"remoteId":${quoted}%`).limit(10).execute();
  const open = await rows()
    .innerJoin("step", "step.deployment_id", "deployment.id")
    .where("deployment.state", "in", [...openStates])
    .where("step.result", "like", `%${quoted}%`)
    .select("step.result as made")
    .execute();
  return (
    open.find(({ made }) => made?.includes(quoted)) ??
    settled.find(({ services }) => services?.includes(`"remoteId":${quoted}`)) ??
    null
  );
}
