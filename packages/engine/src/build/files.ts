/** From a directory a build wrote to the files of an artifact: read once, digested, put into the blob store. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Artifact, StaticRules } from "../artifact.ts";
import type { Command } from "../process/command.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { Blobs } from "../snapshot/blobs.ts";
import type { SnapshotFile } from "../snapshot/snapshot.ts";

export interface CollectInput {
  /** Directories or files to take, absolute, and the paths they get in the artifact. */
  roots: { from: string; to: string }[];
  /** Whether to leave out a path of the artifact, with all below it. */
  excludes(path: string): boolean;
  /** Links may lead anywhere below this directory; what they lead to outside the taken files is taken in their place. */
  within: string;
  blobs: Blobs;
  maxFiles: number;
  signal: AbortSignal;
  /** Digests known from before, so that files of dependencies need not be read again. */
  known?: KnownDigests | undefined;
}

export interface KnownDigests {
  /** The digest of the file at the absolute path, when it is certain. */
  find(absolute: string, stats: Stats): string | undefined;
  note(absolute: string, stats: Stats, sha256: string): void;
}

export interface Collected {
  /** Sorted bytewise by path. */
  files: SnapshotFile[];
  sizeBytes: number;
  warnings: string[];
}

interface Found {
  path: string;
  absolute: string;
  stats: Stats;
}

const smallBytes = 1024 ** 2;
/** Longest time the event loop is kept. */
const turnMs = 10;

/** All files below the roots. Safe to repeat. Throws BUILD_FAILED when there are more than `maxFiles`. */
export async function collectFiles(input: CollectInput): Promise<Collected> {
  const { blobs, signal } = input;
  const warnings: string[] = [];
  const found = new Map<string, Found>();
  const links: { path: string; absolute: string }[] = [];
  const walk = (absolute: string, path: string): void => {
    throwIfAborted(signal, "reading the output");
    if (path !== "." && input.excludes(path)) return;
    const stats = lstatSync(absolute);
    if (stats.isSymbolicLink()) {
      links.push({ path, absolute });
    } else if (stats.isDirectory()) {
      for (const name of readdirSync(absolute)) walk(join(absolute, name), path === "." ? name : `${path}/${name}`);
    } else if (stats.isFile()) {
      found.set(path, { path, absolute, stats });
      if (found.size > input.maxFiles) throw tooMany(input.maxFiles);
    }
  };
  for (const root of input.roots) walk(root.from, root.to);

  const files: SnapshotFile[] = [];
  const within = realpathSync(input.within);
  const directories = new Set([...found.keys()].flatMap(ancestors));
  for (const link of links) {
    const target = targetOf(link.absolute, within);
    if (target === null) {
      warnings.push(`${link.path} is a link to nothing, or out of the project; it is left out.`);
      continue;
    }
    const inside = posix.normalize(posix.join(posix.dirname(link.path), target));
    if (found.has(inside) || directories.has(inside) || links.some((other) => other.path === inside)) {
      const { sha256 } = blobs.putSync(Buffer.from(target));
      files.push({ path: link.path, mode: 0o644, sizeBytes: Buffer.byteLength(target), sha256, link: target });
    } else {
      const real = realpathSync(link.absolute);
      // A directory that is linked from outside the taken files: its files take the link's place.
      const visit = (absolute: string, path: string): void => {
        const stats = statSync(absolute, { throwIfNoEntry: false });
        if (!stats || input.excludes(path)) return;
        if (stats.isDirectory())
          for (const name of readdirSync(absolute)) visit(join(absolute, name), `${path}/${name}`);
        else if (stats.isFile() && realpathSync(absolute).startsWith(within + sep))
          found.set(path, { path, absolute, stats });
        if (found.size > input.maxFiles) throw tooMany(input.maxFiles);
      };
      visit(real, link.path);
    }
  }
  let turn = performance.now();
  for (const { path, absolute, stats } of found.values()) {
    const mode = stats.mode & 0o100 ? 0o755 : 0o644;
    const certain = input.known?.find(absolute, stats);
    if (certain !== undefined && blobs.has(certain, stats.size)) {
      files.push({ path, mode, sizeBytes: stats.size, sha256: certain });
    } else {
      // Small files are most of them, and a stream for each would take ten times as long.
      const { sha256, sizeBytes } =
        stats.size <= smallBytes ? blobs.putSync(readFileSync(absolute)) : await blobs.putFile(absolute, { signal });
      input.known?.note(absolute, stats, sha256);
      files.push({ path, mode, sizeBytes, sha256 });
    }
    if (performance.now() - turn > turnMs) {
      await nextTurn();
      throwIfAborted(signal, "reading the output");
      turn = performance.now();
    }
  }
  files.sort(byPath);
  return { files, sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), warnings };
}

/** A link's target relative to the link, or null when it leads nowhere or out of `within`. */
function targetOf(absolute: string, within: string): string | null {
  try {
    const real = realpathSync(absolute);
    if (real !== within && !real.startsWith(within + sep)) return null;
    const target = readlinkSync(absolute);
    const own = target.startsWith("/") ? relative(realpathSync(dirname(absolute)), real) : target;
    return own.split(sep).join("/");
  } catch {
    return null; // The target does not exist, or links lead in a circle.
  }
}

function ancestors(path: string): string[] {
  const all: string[] = [];
  for (let at = posix.dirname(path); at !== "."; at = posix.dirname(at)) all.push(at);
  return all;
}

function byPath(a: SnapshotFile, b: SnapshotFile): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

function tooMany(limit: number): DeployError {
  return new DeployError("BUILD_FAILED", {
    what: `The output has more than ${limit} files.`,
    next: "Check that the output directory is the build's result and not the whole project; otherwise raise the limit.",
    step: "build",
  });
}

/** The artifact of collected files. Its digest covers what it is, its files, how they are served, and what starts it. */
export function artifactOf({
  kind,
  collected,
  rules,
  start,
}: {
  kind: Artifact["kind"];
  collected: Collected;
  rules?: StaticRules | undefined;
  start?: Command | undefined;
}): Artifact {
  const { files, sizeBytes } = collected;
  const canonical = JSON.stringify([
    1,
    kind,
    rules ? [rules.spaFallback, rules.cleanUrls, rules.trailingSlash ?? null] : null,
    start ? [start.argv, start.cwd ?? ".", Object.entries(start.env ?? {})] : null,
    files.map((file) => [file.path, file.mode, file.sha256, file.link ?? null]),
  ]);
  const digest = createHash("sha256").update(canonical).digest("hex");
  return { kind, digest, files, sizeBytes, ...(rules ? { static: rules } : {}) };
}
