/**
 * Garbage collection by reachability: what no retained release, open deployment or live environment leads to is removed.
 * Data of users (what programs wrote outside their release) is never touched.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import type { Artifact } from "../artifact.ts";
import type { DeployPlan } from "../plan/plan.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Schema } from "./schema.ts";
import { readManifest, type Store } from "./store.ts";

/** What releases are to stay, and what they and open deployments lead to. */
export interface Reachable {
  releases: Set<string>;
  manifests: Set<string>;
  /** Blobs, with their sizes. */
  blobs: Map<string, number>;
  /** Those that were sent to a platform from the folder they were in, and need not be in the store. */
  inFolders: Set<string>;
}

/** A manifest that was kept so lately stays, though nothing leads to it yet. */
const manifestGraceMs = 3_600_000;

export async function collect(
  store: Store,
  { retainReleases, signal }: { retainReleases: number; signal?: AbortSignal },
): Promise<{ freedBytes: number; blobs: number }> {
  const { home, blobs } = store;
  const { releases } = await forgetUnreachable(store, retainReleases);
  for (const name of await readdir(join(home, "releases"))) {
    signal?.throwIfAborted();
    if (!releases.has(name.split(".")[0]!)) await rm(join(home, "releases", name), { recursive: true, force: true });
  }
  // Read again: what was accepted meanwhile counts.
  const kept = await reachable(store.db, retainReleases);
  return blobs.collect(kept.blobs.keys(), signal ? { signal } : {});
}

/** Remove the rows of releases, manifests and pictures that nothing leads to. A manifest is kept before the deployment that names it is accepted. */
export async function forgetUnreachable(
  { db, clock }: Pick<Store, "db" | "clock">,
  retainReleases: number,
): Promise<Retained> {
  const oldest = new Date(clock.now() - manifestGraceMs).toISOString();
  // One look for all: what others add meanwhile is neither seen nor removed.
  const transaction = db.transaction().setIsolationLevel("repeatable read");
  return transaction.execute(async (tx) => {
    const kept = await retained(tx, retainReleases);
    const all = await tx.selectFrom("release").select("id").execute();
    for (const { id } of all) if (!kept.releases.has(id)) await tx.deleteFrom("release").where("id", "=", id).execute();
    const manifests = await tx.selectFrom("manifest").select("digest").where("created_at", "<", oldest).execute();
    for (const { digest } of manifests)
      if (!kept.manifests.has(digest)) await tx.deleteFrom("manifest").where("digest", "=", digest).execute();
    const pictures = await tx.selectFrom("screenshot").select("deployment_id").execute();
    for (const { deployment_id: id } of pictures)
      if (!kept.deployments.has(id)) await tx.deleteFrom("screenshot").where("deployment_id", "=", id).execute();
    return kept;
  });
}

/** Everything that `retainReleases` of each place, what is live and what is under way lead to. */
export async function reachable(db: Kysely<Schema>, retainReleases: number): Promise<Reachable> {
  const kept = await retained(db, retainReleases);
  const blobs = new Map<string, number>();
  const inFolders = new Set<string>();
  for (const digest of kept.manifests) {
    const manifest = await readManifest<Snapshot | Artifact>(db, digest);
    for (const { sha256, sizeBytes } of manifest?.files ?? []) {
      if (!kept.ofFolders.has(digest)) inFolders.delete(sha256);
      else if (!blobs.has(sha256)) inFolders.add(sha256);
      blobs.set(sha256, sizeBytes);
    }
  }
  const pictures = await db.selectFrom("screenshot").selectAll().execute();
  for (const { deployment_id: id, sha256, size_bytes: size } of pictures) {
    if (sha256 === null || size === null || !kept.deployments.has(id)) continue;
    inFolders.delete(sha256);
    blobs.set(sha256, size);
  }
  return { ...kept, blobs, inFolders };
}

interface Retained extends Pick<Reachable, "releases" | "manifests"> {
  /** Manifests of files that were sent from the folder they were in. */
  ofFolders: Set<string>;
  /** Those whose release stays, and those under way. */
  deployments: Set<string>;
}

async function retained(db: Kysely<Schema>, count: number): Promise<Retained> {
  const releases = await db.selectFrom("release").selectAll().orderBy("id", "desc").execute();
  const live = await db.selectFrom("live").selectAll().execute();
  const keep = new Set(
    live.flatMap((row) => [row.release_id, ...(row.previous_release_id ? [row.previous_release_id] : [])]),
  );
  const perPlace = new Map<string, number>();
  for (const release of releases) {
    const place = `${release.project_id}/${release.environment}/${release.platform}`;
    const number = (perPlace.get(place) ?? 0) + 1;
    perPlace.set(place, number);
    if (number <= count) keep.add(release.id);
  }
  const manifests = new Set<string>();
  const kept = new Set<string>();
  const ofFolders = new Set<string>();
  const sentFromFolders = new Set<string>();
  const deployments = await db
    .selectFrom("deployment")
    .select(["id", "release_id", "source_release_id", "state", "plan"])
    .execute();
  for (const deployment of deployments) {
    const open = !["success", "failed", "cancelled"].includes(deployment.state);
    if (open && deployment.source_release_id) keep.add(deployment.source_release_id);
    if (open && deployment.release_id) keep.add(deployment.release_id);
    if (open || (deployment.release_id && keep.has(deployment.release_id))) {
      kept.add(deployment.id);
      if (!deployment.plan) continue;
      const { snapshot, folder } = (JSON.parse(deployment.plan) as DeployPlan).source;
      manifests.add(snapshot);
      if (folder === undefined) continue;
      ofFolders.add(snapshot);
      if (deployment.release_id) sentFromFolders.add(deployment.release_id);
    }
  }
  for (const release of releases) {
    if (!keep.has(release.id)) continue;
    for (const { artifact } of (JSON.parse(release.sealed) as { services: { artifact: string }[] }).services) {
      manifests.add(artifact);
      if (sentFromFolders.has(release.id)) ofFolders.add(artifact);
    }
  }
  return { releases: keep, manifests, ofFolders, deployments: kept };
}
