/**
 * What frameworks remember from build to build, kept for the next build of the same service and lent to it by renaming. Only caches whose
 * vendor says that they may be kept between builds on a clean machine, and of those nothing that would bring back answers of other servers.
 *
 * Measured on examples/next-server with 2 cores and one changed page, three times: 10.8–18.7 s without, 2.1–7.7 s with.
 */
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "../errno.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { removeTree, type Workspace } from "./workspace.ts";

const rows: { framework: string; directory: string; without: string[]; source: string }[] = [
  {
    framework: "next",
    directory: ".next/cache",
    // Answers of fetch(): a page built again is to have today's.
    without: ["fetch-cache"],
    source: "https://nextjs.org/docs/app/guides/ci-build-caching",
  },
  { framework: "angular", directory: ".angular/cache", without: [], source: "https://angular.dev/cli/cache" },
];

export interface FrameworkCache {
  /** Whether an earlier build's is in the workspace. */
  restored: boolean;
  /** Take it back for the next build, when this one succeeded and no process of it is left. One that shows a secret is dropped. */
  keep(secrets: readonly string[]): Promise<void>;
}

/**
 * The cache of an earlier build of the same service with the same dependencies, variables and runtime put into the workspace; with `force`
 * that one is dropped. Null when the framework has none. Safe to run twice at once: of two builds one gets it.
 */
export async function lendCache({
  directory,
  organization,
  workspace,
  service,
  snapshot,
  variables,
  nodeVersion,
  force,
  budgetBytes,
}: {
  /** Where all of them are kept. */
  directory: string;
  organization: string;
  workspace: Workspace;
  service: ServicePlan;
  snapshot: Snapshot;
  variables: Readonly<Record<string, string>>;
  nodeVersion: string;
  force: boolean;
  /** For all of them together; the least recently used go first. */
  budgetBytes: number;
}): Promise<FrameworkCache | null> {
  const row = rows.find(({ framework }) => framework === service.framework);
  if (!row) return null;
  const parts = [
    2,
    organization,
    row.directory,
    [service.hosts, service.name, service.path, service.build?.build ?? []],
    snapshot.files.find(({ path }) => path === service.build?.lockfile)?.sha256 ?? null,
    Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)),
    nodeVersion,
    // Compilers write the place into what they keep.
    workspace.files,
  ];
  const kept = join(directory, createHash("sha256").update(JSON.stringify(parts)).digest("hex"));
  const place = join(realpathSync(workspace.files), service.path, row.directory);
  if (force) await removeTree(kept);
  return {
    restored: await restore(kept, place),
    async keep(secrets) {
      if (!existsSync(place) || !isItself(place)) return;
      for (const name of row.without) await removeTree(join(place, name));
      if (await shows(place, secrets)) return;
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await removeTree(kept);
      const now = new Date();
      await utimes(place, now, now);
      await rename(place, kept).catch(unless("ENOTEMPTY", "EEXIST")); // Another build kept its own in this moment.
      await evict(directory, budgetBytes);
    },
  };
}

async function restore(kept: string, place: string): Promise<boolean> {
  if (existsSync(place) || !existsSync(kept)) return false;
  await mkdir(dirname(place), { recursive: true });
  if (!isItself(dirname(place))) return false;
  await rename(kept, place).catch(unless("ENOENT")); // Another build was faster.
  return existsSync(place);
}

/** Whether no link on the way leads elsewhere: nothing out of the workspace is written or removed for a project that set one. */
function isItself(path: string): boolean {
  return realpathSync(path) === path;
}

function unless(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(errnoOf(error) ?? "")) throw error;
  };
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function shows(directory: string, secrets: readonly string[]): Promise<boolean> {
  if (secrets.length === 0) return false;
  for (const path of await filesBelow(directory)) {
    const bytes = await readFile(path);
    if (secrets.some((secret) => bytes.includes(secret))) return true;
  }
  return false;
}

async function evict(directory: string, budgetBytes: number): Promise<void> {
  const all: { path: string; usedAt: number; sizeBytes: number }[] = [];
  const measure = async (path: string): Promise<void> => {
    const sizes = await Promise.all((await filesBelow(path)).map(async (file) => (await lstat(file)).size));
    all.push({ path, usedAt: (await stat(path)).mtimeMs, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) });
  };
  // One that another build takes in this moment is not there to be removed.
  for (const name of await readdir(directory)) await measure(join(directory, name)).catch(unless("ENOENT"));
  let total = all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { path, sizeBytes } of all.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= budgetBytes) return;
    total -= sizeBytes;
    await removeTree(path);
  }
}
