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
}

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

/** Remove the rows of releases and manifests that nothing leads to. */
export async function forgetUnreachable({ db }: Pick<Store, "db">, retainReleases: number): Promise<Retained> {
  const kept = await retained(db, retainReleases);
  await db.transaction().execute(async (tx) => {
    const all = await tx.selectFrom("release").select("id").execute();
    for (const { id } of all) if (!kept.releases.has(id)) await tx.deleteFrom("release").where("id", "=", id).execute();
    const manifests = await tx.selectFrom("manifest").select("digest").execute();
    for (const { digest } of manifests)
      if (!kept.manifests.has(digest)) await tx.deleteFrom("manifest").where("digest", "=", digest).execute();
  });
  return kept;
}

/** Everything that `retainReleases` of each place, what is live and what is under way lead to. */
export async function reachable(db: Kysely<Schema>, retainReleases: number): Promise<Reachable> {
  const kept = await retained(db, retainReleases);
  const blobs = new Map<string, number>();
  for (const digest of kept.manifests) {
    const manifest = await readManifest<Snapshot | Artifact>(db, digest);
    for (const file of manifest?.files ?? []) blobs.set(file.sha256, file.sizeBytes);
  }
  return { ...kept, blobs };
}

type Retained = Pick<Reachable, "releases" | "manifests">;

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
  const deployments = await db
    .selectFrom("deployment")
    .select(["id", "release_id", "source_release_id", "state", "plan"])
    .execute();
  for (const deployment of deployments) {
    const open = !["success", "failed", "cancelled"].includes(deployment.state);
    if (open && deployment.source_release_id) keep.add(deployment.source_release_id);
    if (open && deployment.release_id) keep.add(deployment.release_id);
    if (open || (deployment.release_id && keep.has(deployment.release_id))) {
      if (deployment.plan) manifests.add((JSON.parse(deployment.plan) as DeployPlan).source.snapshot);
    }
  }
  for (const release of releases) {
    if (!keep.has(release.id)) continue;
    for (const { artifact } of (JSON.parse(release.sealed) as { services: { artifact: string }[] }).services)
      manifests.add(artifact);
  }
  return { releases: keep, manifests };
}
