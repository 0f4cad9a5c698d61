/** Releases: sealed when the artifacts are there, opened to be started, never changed. */
import { isDeepStrictEqual } from "node:util";
import { instant } from "../clock.ts";
import type { Artifact } from "../artifact.ts";
import { newId } from "../id.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { DeployedService, Release } from "../platform.ts";
import type { Transaction } from "kysely";
import type { DeploymentRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

interface Sealed {
  services: { plan: ServicePlan; artifact: string }[];
}

/** Values of each service, by service name. */
export type ServiceValues = Record<string, Record<string, string>>;

/** Seal inside a transaction of the deployment; returns the release's id. */
export async function sealRelease(
  store: Store,
  tx: Transaction<Schema>,
  from: {
    deploymentId: string;
    projectId: string;
    environment: string;
    platform: string;
    services: { plan: ServicePlan; artifact: string }[];
    values: ServiceValues;
  },
): Promise<string> {
  const id = newId("rel", store.clock);
  const sealed: Sealed = { services: from.services };
  await tx
    .insertInto("release")
    .values({
      id,
      deployment_id: from.deploymentId,
      project_id: from.projectId,
      environment: from.environment,
      platform: from.platform,
      sealed: JSON.stringify(sealed),
      variables: store.vault.seal(JSON.stringify(from.values), id),
      created_at: instant(store.clock),
    })
    .execute();
  await tx.updateTable("deployment").set({ release_id: id }).where("id", "=", from.deploymentId).execute();
  return id;
}

/** A release with its manifests and values, or null when it is not there (any more). */
export async function openRelease(store: Store, id: string): Promise<Release | null> {
  const row = await store.db
    .selectFrom("release")
    .innerJoin("project", "project.id", "release.project_id")
    .selectAll("release")
    .select(["project.name as project", "project.organization_id as organization"])
    .where("release.id", "=", id)
    .executeTakeFirst();
  if (!row) return null;
  const { services } = JSON.parse(row.sealed) as Sealed;
  const values = JSON.parse(store.vault.open(row.variables, id)) as ServiceValues;
  const opened = [];
  for (const { plan, artifact } of services) {
    const manifest = await store.manifest<Artifact>(artifact);
    if (!manifest) return null;
    opened.push({ plan, artifact: manifest, variables: values[plan.name] ?? {} });
  }
  return {
    id,
    deploymentId: row.deployment_id,
    organization: row.organization,
    projectId: row.project_id,
    project: row.project,
    environment: row.environment,
    createdAtMs: Date.parse(row.created_at),
    services: opened,
  };
}

/** The release that has the traffic of the place, or null. */
export async function liveRelease(
  store: Store,
  place: Pick<DeploymentRow, "project_id" | "environment" | "platform">,
): Promise<Release | null> {
  const row = await store.db
    .selectFrom("live")
    .select("release_id")
    .where("project_id", "=", place.project_id)
    .where("environment", "=", place.environment)
    .where("platform", "=", place.platform)
    .executeTakeFirst();
  return row ? openRelease(store, row.release_id) : null;
}

/** Write down that the release has the traffic, and is not stopped; answers which had it before, null when that was the same or none. Safe to repeat. */
export async function giveTraffic(
  tx: Transaction<Schema>,
  {
    place,
    releaseId,
    at,
  }: { place: Pick<DeploymentRow, "project_id" | "environment" | "platform">; releaseId: string; at: string },
): Promise<string | null> {
  const { project_id, environment, platform } = place;
  const before = await tx
    .selectFrom("live")
    .select(["release_id", "stopped_at"])
    .where("project_id", "=", project_id)
    .where("environment", "=", environment)
    .where("platform", "=", platform)
    .executeTakeFirst();
  if (before?.release_id === releaseId) {
    if (before.stopped_at !== null)
      await tx.updateTable("live").set({ stopped_at: null }).where("release_id", "=", releaseId).execute();
    return null;
  }
  const row = { release_id: releaseId, previous_release_id: before?.release_id ?? null, since: at, stopped_at: null };
  await tx
    .insertInto("live")
    .values({ project_id, environment, platform, ...row })
    .onConflict((c) => c.columns(["project_id", "environment", "platform"]).doUpdateSet(row))
    .execute();
  return before?.release_id ?? null;
}

/** The services of the deployment that made the release, as they were deployed, with the platform's ids. */
export async function servicesOf({ db }: Store, releaseId: string): Promise<DeployedService[]> {
  const row = await db
    .selectFrom("release")
    .innerJoin("deployment", "deployment.id", "release.deployment_id")
    .select("deployment.services")
    .where("release.id", "=", releaseId)
    .executeTakeFirst();
  return row?.services ? (JSON.parse(row.services) as DeployedService[]) : [];
}

/** Whether a release sealed of this would behave as `release` does: same services and settings, same artifacts, same values. */
export function isSameBundle(
  release: Release,
  { services, values }: { services: Sealed["services"]; values: ServiceValues },
): boolean {
  const ours = services.map(({ plan, artifact }) => [settingsOf(plan), artifact, values[plan.name] ?? {}]);
  const theirs = release.services.map(({ plan, artifact, variables }) => [
    settingsOf(plan),
    artifact.digest,
    variables,
  ]);
  return isDeepStrictEqual(ours, theirs);
}

/** A plan without what only tells a person where a variable was found, why it is needed, and where its value came from. */
function settingsOf({ variables, ...plan }: ServicePlan): unknown {
  return [plan, variables.map(({ from: _from, foundIn: _foundIn, because: _because, ...variable }) => variable)];
}
