/**
 * The workflow of a deployment: its steps in order. Whoever holds the lease runs it from the top; finished steps answer from the
 * journal, so it goes on where the last owner stopped.
 */
import type { Artifact } from "../artifact.ts";
import { artifactOf } from "../build/files.ts";
import { instant } from "../clock.ts";
import { type PlatformAccess, siteAddress } from "../connections/access.ts";
import { DeployError } from "../error.ts";
import { builtDetail, sealedDetail } from "./detail.ts";
import type { Journal } from "./journal.ts";
import type { DeployPlan, ServicePlan } from "../plan/plan.ts";
import type { DeployRequest } from "../plan/request.ts";
import type { DeployContext, DeployedService, Platform, Release, StepContext } from "../platform.ts";
import { pinTarget, type Reach } from "./reach.ts";
import {
  giveTraffic,
  isSameBundle,
  liveRelease,
  openRelease,
  sealRelease,
  servicesOf,
  type ServiceValues,
} from "./release.ts";
import { folderBytes, storedBytes } from "../snapshot/bytes.ts";
import type { Snapshot, SnapshotFile } from "../snapshot/snapshot.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { buildValues, valuesByService } from "../variables.ts";
import { verifyService } from "./verify.ts";

/** What a build is asked for and answers; build/build.ts does it. */
export type Build = (input: {
  organization: string;
  service: ServicePlan;
  snapshot: Snapshot;
  variables: Record<string, string>;
  force: boolean;
  signal: AbortSignal;
  log(line: string, stream: "stdout" | "stderr"): void;
}) => Promise<{ artifact: Artifact; reused: boolean; warnings: string[] }>;

export interface Work {
  store: Store;
  row: DeploymentRow;
  journal: Journal;
  platform: Platform;
  access: PlatformAccess | undefined;
  reach: Reach;
  build: Build;
  /** Every value of the deployment, opened. */
  values: Record<string, string>;
  signal: AbortSignal;
  /** Told where its services are as soon as they are there, before they are verified. */
  reached(services: DeployedService[]): void;
  log(step: string, line: string, stream: "stdout" | "stderr"): void;
}

/** Carry the deployment to its end; returns what is live. Throws what stopped it. */
export async function runDeployment(work: Work): Promise<{ release: Release; services: DeployedService[] }> {
  const { journal, platform, row } = work;
  const plan = JSON.parse(row.plan!) as DeployPlan;
  const release = await releaseFor(work, plan);

  await journal.setState("deploying");
  const context = await contextFor(work, plan, release);
  const operation = operationOf(work);
  // A deployment that took the release of an earlier one found it served; a crash later that may have changed.
  const isTaken = row.operation === "deploy" && release.deploymentId !== row.id;
  const served = isTaken ? await platform.served?.({ release, signal: work.signal }) : null;
  const services = (served ?? (await operation(context))).map((service) => ({
    ...service,
    url: siteAddress(service.url, platform, work.access),
    alsoAt: (service.alsoAt ?? []).map((url) => siteAddress(url, platform, work.access)),
  }));

  work.reached(services);

  await journal.setState("verifying");
  await journal.step("verify", (step) => verify(work, { release, services, step, note: context.note }));
  await journal.transaction((tx) =>
    giveTraffic(tx, { place: row, releaseId: release.id, at: instant(work.store.clock) }),
  );
  return { release, services };
}

/** Every address answers as it should. */
async function verify(
  { access, platform, store, signal }: Work,
  {
    release,
    services,
    step,
    note,
  }: { release: Release; services: DeployedService[]; step: StepContext; note: DeployContext["note"] },
): Promise<void> {
  if (access?.apiUrl !== undefined && access.sitesUrl === undefined) {
    step.log(`${platform.name} is asked at another address than its own, so its sites are not asked.`);
    return;
  }
  const seen: string[] = [];
  for (const service of services) {
    const { plan, artifact } = release.services.find(({ plan: one }) => one.name === service.name)!;
    seen.push(
      await verifyService({
        service,
        plan,
        artifact,
        release: release.id,
        hosted: platform.baseUrl !== undefined,
        clock: store.clock,
        signal,
        log: step.log,
        note,
      }),
    );
  }
  step.detail(seen.join("; "));
}

/** What the platform is to do; throws NO_ROUTE for what it cannot. */
function operationOf({ row, platform }: Work): (context: DeployContext) => Promise<DeployedService[]> {
  if (row.operation === "promote" && platform.promote) return platform.promote;
  if (row.operation !== "rollback") return platform.deploy;
  if (platform.rollback) return platform.rollback;
  throw new DeployError("NO_ROUTE", {
    what: `${platform.name} cannot give traffic back to an earlier release.`,
    next: "Deploy the earlier version again.",
    step: "deploy",
  });
}

async function contextFor(work: Work, plan: DeployPlan, release: Release): Promise<DeployContext> {
  const { journal, store, row } = work;
  // Small files are read at once while they are sent, so they are to be on this machine.
  if (work.platform.baseUrl !== undefined) await store.blobs.bring(storedFiles(work, plan, release), work.signal);
  return {
    ...(await work.reach.context(work.signal)),
    plan,
    release,
    bytes: plan.source.folder === undefined ? storedBytes(store.blobs) : folderBytes(plan.source.folder, store.blobs),
    earlier: row.source_release_id === null ? [] : await servicesOf(store, row.source_release_id),
    step: (name, run) => journal.step(name, run),
    log: (line) => work.log("deploy", line, "stdout"),
    note: (message) => journal.append({ type: "note", level: "warning", message }),
    pin: (target) => journal.transaction((tx) => pinTarget(tx, { row, target, at: instant(store.clock) })),
    transaction: (run) => journal.transaction(run),
  };
}

/** The files of a release that are read in the store, and not in the folder they were left in. */
function* storedFiles({ store: { blobs } }: Work, plan: DeployPlan, { services }: Release): Generator<SnapshotFile> {
  for (const { artifact } of services)
    for (const file of artifact.files)
      if (plan.source.folder === undefined || blobs.has(file.sha256, file.sizeBytes)) yield file;
}

/** A rollback takes the earlier release as it is; a promotion its artifacts with this environment's variables; all else is built. */
async function releaseFor(work: Work, plan: DeployPlan): Promise<Release> {
  const { journal, row } = work;
  if (row.operation === "rollback") return releaseOf(work, row.source_release_id!);
  if (row.operation === "promote") {
    const source = await releaseOf(work, row.source_release_id!);
    return seal(
      work,
      plan,
      plan.services.map((service) => ({
        plan: service,
        artifact: source.services.find(({ plan: one }) => one.name === service.name)!.artifact.digest,
      })),
    );
  }
  await journal.setState("building");
  const services = await buildAll(work, plan);
  await journal.setState("uploading");
  return seal(work, plan, services);
}

type BuiltService = { plan: ServicePlan; artifact: string };

/** The artifact of every service, in the plan's order. */
async function buildAll(work: Work, plan: DeployPlan): Promise<BuiltService[]> {
  const { journal, store } = work;
  const snapshot = await store.manifest<Snapshot>(plan.source.snapshot);
  if (!snapshot) {
    throw new DeployError("NOT_FOUND", {
      what: "The files of this deployment are no longer kept.",
      where: `snapshot ${plan.source.snapshot.slice(0, 12)}`,
      next: "Deploy from the source again.",
      step: "build",
    });
  }
  if (plan.source.folder !== undefined) {
    // Nothing is built, and the bytes stay where they are: the manifest is the artifact.
    const [service] = plan.services as [ServicePlan];
    const collected = { files: snapshot.files, sizeBytes: snapshot.sizeBytes, warnings: [] };
    const artifact = artifactOf({
      kind: service.accepts,
      collected,
      ...(service.static ? { rules: service.static } : {}),
    });
    await store.putManifest(artifact.digest, artifact);
    return [{ plan: service, artifact: artifact.digest }];
  }
  const values = valuesByService(plan.services, work.values);
  const services: BuiltService[] = [];
  for (const service of plan.services) {
    const shared = services.find(({ plan: { name } }) => name === service.filesOf);
    if (shared) {
      services.push({ plan: service, artifact: shared.artifact });
      continue;
    }
    const name =
      plan.services.filter(({ filesOf }) => filesOf === undefined).length === 1 ? "build" : `build ${service.name}`;
    const built = await journal.step(name, async ({ signal, detail }) => {
      const { artifact, reused, warnings } = await work.build({
        organization: work.row.organization_id,
        service,
        snapshot,
        variables: buildValues(service, values[service.name] ?? {}),
        force: isForced(work),
        signal,
        log: (line, stream) => work.log(name, line, stream),
      });
      for (const message of warnings) await journal.append({ type: "note", level: "warning", message });
      await store.putManifest(artifact.digest, artifact);
      const made = { files: artifact.files.length, sizeBytes: artifact.sizeBytes, reused };
      detail(builtDetail(made));
      return { artifact: artifact.digest, ...made };
    });
    services.push({ plan: service, artifact: built.artifact });
  }
  return services;
}

async function seal(work: Work, plan: DeployPlan, services: BuiltService[]): Promise<Release> {
  const { journal, store, row } = work;
  const values = valuesByService(plan.services, work.values);
  const { release } = await journal.step("seal", async ({ detail }) => {
    const same = await servedAlready(work, { services, values });
    if (same) {
      detail("nothing has changed");
      await journal.append({
        type: "note",
        level: "info",
        message: `Nothing changed: release ${same} goes on running. --force starts it anew.`,
      });
      return { release: same, reused: true };
    }
    const sealed = await journal.transaction(async (tx) => {
      // An earlier owner may have sealed and died before the step was noted.
      const before = await tx.selectFrom("release").select("id").where("deployment_id", "=", row.id).executeTakeFirst();
      if (before) return before.id;
      const { id: deploymentId, project_id: projectId, environment, platform } = row;
      return sealRelease(store, tx, { deploymentId, projectId, environment, platform, services, values });
    });
    detail(sealedDetail(values, services.length));
    return { release: sealed, reused: false };
  });
  return releaseOf(work, release);
}

/** The release that has the traffic, when it is the same in everything and well, so that nothing has to be made or started. */
async function servedAlready(
  work: Work,
  bundle: { services: BuiltService[]; values: ServiceValues },
): Promise<string | null> {
  const { row, platform, store, signal } = work;
  if (row.operation !== "deploy" || isForced(work) || !platform.served) return null;
  const release = await liveRelease(store, row);
  if (!release || !isSameBundle(release, bundle)) return null;
  return (await platform.served({ release, signal })) ? release.id : null;
}

/** A person wants it built and started again. */
function isForced({ row }: Work): boolean {
  return (JSON.parse(row.request) as DeployRequest).force ?? false;
}

async function releaseOf({ store }: Work, id: string): Promise<Release> {
  const release = await openRelease(store, id);
  if (release) return release;
  throw new DeployError("NOT_FOUND", {
    what: "The release is no longer kept, so it cannot be started.",
    where: id,
    next: "Deploy from the source again.",
    step: "deploy",
  });
}
