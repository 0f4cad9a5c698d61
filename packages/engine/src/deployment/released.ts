/** How large what deployments released is. Their builds noted it, or those of the deployment whose release they use. */
import type { Kysely, Selectable } from "kysely";
import type { DeployPlan } from "../plan/plan.ts";
import type { DeploymentRow, Schema, StepRow } from "../store/schema.ts";

type Build = Pick<Selectable<StepRow>, "deployment_id" | "result">;

/** Bytes by id of a deployment; those without a release are not in it, nor those whose builds noted nothing. */
export async function releasedBytes(
  db: Kysely<Schema>,
  rows: readonly DeploymentRow[],
  { plans, steps }: { plans: ReadonlyMap<string, DeployPlan | null>; steps: readonly StepRow[] },
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const others: DeploymentRow[] = [];
  for (const row of rows) {
    if (row.release_id === null) continue;
    const source = (plans.get(row.id) as Partial<DeployPlan> | null)?.source;
    const builds = steps.filter(({ deployment_id, name }) => deployment_id === row.id && isBuild(name));
    // Nothing is built of what is sent from its folder.
    const size = source?.folder === undefined ? sizeOf(builds) : source.sizeBytes;
    if (size === null) others.push(row);
    else sizes.set(row.id, size);
  }
  if (others.length === 0) return sizes;
  const made = await db
    .selectFrom("deployment")
    .innerJoin("step", "step.deployment_id", "deployment.id")
    .select(["deployment.release_id", "step.deployment_id", "step.result"])
    .where("deployment.release_id", "in", [...new Set(others.map((row) => row.release_id!))])
    .where((eb) => eb.or([eb("step.name", "=", "build"), eb("step.name", "like", "build %")]))
    .execute();
  for (const { id, release_id } of others) {
    const ofRelease = made.filter((one) => one.release_id === release_id);
    const [one] = ofRelease;
    const size = sizeOf(ofRelease.filter(({ deployment_id }) => deployment_id === one?.deployment_id));
    if (size !== null) sizes.set(id, size);
  }
  return sizes;
}

/** `build`, and `build <service>` where there are several. */
const isBuild = (name: string): boolean => name === "build" || name.startsWith("build ");

function sizeOf(builds: readonly Build[]): number | null {
  const sizes = builds.map(({ result }) => (JSON.parse(result ?? "{}") as { sizeBytes?: number }).sizeBytes);
  return sizes.length === 0 || sizes.includes(undefined) ? null : sizes.reduce<number>((sum, one) => sum + one!, 0);
}
