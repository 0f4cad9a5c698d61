/** Artifacts remembered by what they were made of: when nothing changed, nothing is built. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../artifact.ts";
import { errnoOf } from "../errno.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Blobs } from "../snapshot/blobs.ts";

/** So many are remembered, the last used ones: the manifest of a server has thousands of files. */
const mostRemembered = 100;

/** Raised when the same inputs would make another artifact than before. */
const builderVersion = 3;

/**
 * Key of an artifact: all a build can see. `tools` are the versions of what it runs with. A host name, a port or a variable of the running
 * program is not among them, so changing one builds nothing.
 */
export function artifactKey({
  organization,
  service,
  sources,
  variables,
  tools,
}: {
  organization: string;
  service: ServicePlan;
  /** Digest of the files it is made of: the snapshot's, or its scope's (scope.ts). */
  sources: string;
  variables: Readonly<Record<string, string>>;
  tools: readonly string[];
}): string {
  const { timeoutMs: _, ...build } = service.build ?? { timeoutMs: 0 };
  const parts = [
    builderVersion,
    organization,
    `${process.platform}-${process.arch}`,
    tools,
    sources,
    [service.path, service.kind, service.framework ?? null, service.runtime, service.runtimeVersion ?? null],
    [build, service.start ?? null, service.before ?? null, service.alsoStarts ?? null, service.static ?? null],
    Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** What was remembered: the artifact and what was worth saying about it. */
export interface Remembered {
  artifact: Artifact;
  warnings: string[];
}

/** The artifact made of the same things before, if all its bytes are still there. */
export async function recall({
  home,
  key,
  blobs,
}: {
  home: string;
  key: string;
  blobs: Blobs;
}): Promise<Remembered | null> {
  let remembered: Remembered;
  try {
    remembered = JSON.parse(await readFile(pathOf(home, key), "utf8")) as Remembered;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
  for (const file of remembered.artifact.files) if (!blobs.has(file.sha256, file.sizeBytes)) return null;
  const now = new Date();
  await utimes(pathOf(home, key), now, now);
  return remembered;
}

/** Remember it for the next build. Safe to repeat. */
export async function remember({
  home,
  key,
  remembered,
}: {
  home: string;
  key: string;
  remembered: Remembered;
}): Promise<void> {
  await mkdir(join(home, "artifacts"), { recursive: true, mode: 0o700 });
  const fresh = `${pathOf(home, key)}.${crypto.randomUUID()}`;
  await writeFile(fresh, JSON.stringify(remembered), { mode: 0o600 });
  await rename(fresh, pathOf(home, key));
  await forgetOldest(join(home, "artifacts"));
}

async function forgetOldest(directory: string): Promise<void> {
  const names = await readdir(directory);
  if (names.length <= mostRemembered) return;
  const ages = await Promise.all(
    names.map(async (name) => ({ name, usedAt: (await stat(join(directory, name)).catch(() => null))?.mtimeMs ?? 0 })),
  );
  ages.sort((a, b) => b.usedAt - a.usedAt);
  for (const { name } of ages.slice(mostRemembered)) await rm(join(directory, name), { force: true });
}

function pathOf(home: string, key: string): string {
  return join(home, "artifacts", `${key}.json`);
}
