/** Artifacts of services that need no command: their files are in the store already. */
import { posix } from "node:path";
import type { Artifact, StaticRules } from "../artifact.ts";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Blobs } from "../snapshot/blobs.ts";
import type { Snapshot, SnapshotFile } from "../snapshot/snapshot.ts";
import { inspectOutput } from "./checks.ts";
import { artifactOf, type Collected } from "./files.ts";

/** How files are served when nothing is said. */
export const plainRules: StaticRules = { spaFallback: false, cleanUrls: true };

/** The snapshot's files as the artifact. Throws OUTPUT_MISSING. */
export async function artifactOfSnapshot({
  service,
  snapshot,
  blobs,
}: {
  service: ServicePlan;
  snapshot: Snapshot;
  blobs: Blobs;
}): Promise<{ artifact: Artifact; warnings: string[] }> {
  if (service.kind === "static" && service.accepts !== "source") {
    const path = posix.join(service.path, service.build?.outputDir ?? ".");
    return prebuiltArtifact({ snapshot, rules: service.static ?? plainRules, blobs, path });
  }
  const artifact = artifactOf({ kind: service.accepts, collected: sized(snapshot.files), start: service.start });
  return { artifact, warnings: [] };
}

/** A folder that is served as it is. `path` is the directory to serve, relative to the snapshot's root. */
async function prebuiltArtifact({
  snapshot,
  rules,
  blobs,
  path,
}: {
  snapshot: Snapshot;
  rules: StaticRules;
  blobs: Blobs;
  path: string;
}): Promise<{ artifact: Artifact; warnings: string[] }> {
  const files = served(below(snapshot.files, path));
  if (files.length === 0) {
    throw new DeployError("OUTPUT_MISSING", {
      what: path === "." ? "There is no file to serve." : `There is no file to serve in ${path}.`,
      next: "Give the directory that holds index.html.",
      step: "build",
    });
  }
  const artifact = artifactOf({ kind: "files", collected: sized(files), rules });
  return { artifact, warnings: await inspectOutput({ files, blobs, isStatic: true, secrets: [] }) };
}

function below(files: readonly SnapshotFile[], path: string): SnapshotFile[] {
  const start = posix.normalize(path);
  if (start === ".") return [...files];
  return files
    .filter((file) => file.path.startsWith(`${start}/`))
    .map((file) => ({ ...file, path: file.path.slice(start.length + 1) }));
}

function served(files: SnapshotFile[]): SnapshotFile[] {
  return files.filter((file) => !isHidden(file.path));
}

/** Not for browsers when a whole project is served: dependencies, and files that begin with a dot but for `.well-known`. */
export function isHidden(path: string): boolean {
  return path.split("/").some((part) => part === "node_modules" || (part.startsWith(".") && part !== ".well-known"));
}

function sized(files: readonly SnapshotFile[]): Collected {
  return { files: [...files], sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), warnings: [] };
}
