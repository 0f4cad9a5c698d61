/** Take a snapshot: walk the project, read what is not known yet, store it, and write the manifest. */
import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, systemClock } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { Blobs } from "./blobs.ts";
import type { DigestCache, FileState, KnownFile, KnownFiles } from "./cache.ts";
import { fileDigester } from "./file-digest.ts";
import type { Tracked } from "./ignore.ts";
import { followLink } from "./links.ts";
import { ChangedWhileRead, type ReadFile, type Reading, readInto } from "./read.ts";
import { readTogether } from "./readers.ts";
import type { FileDigest, Snapshot, SnapshotFile } from "./snapshot.ts";
import { type FoundFile, type Walked, messageOf, walk } from "./walk.ts";

export interface SnapshotOptions {
  blobs: Blobs;
  /** `reference` leaves the bytes where they are and stores nothing but what is altered. Default `copy`. */
  keep?: "copy" | "reference";
  /** Another digest to take in the same read. */
  digest?: FileDigest;
  /** Leave it out for a directory that will not be seen again. */
  cache?: DigestCache;
  signal?: AbortSignal;
  /** The folder is a build's output: no ignore rules, only secrets and version control stay out. */
  prebuilt?: boolean;
  /** What no .gitignore keeps out. */
  tracked?: Tracked;
  /** Only these files and directories, relative to the root. What else is there is neither read nor reported. */
  subset?: readonly string[];
  /** Default 500,000: more is a folder given by mistake. */
  mostFiles?: number;
  clock?: Clock;
}

/** Longest time the event loop is kept, in milliseconds. */
const turnMs = 10;

/**
 * A file system's clock may stand still for so long (Linux: a timer tick, at most 10 ms). A file read within that time of its last change
 * could change again and look the same, so it is read when the time is over.
 */
const clockStepMs = 25;

/**
 * The files of `root` now. Reads what the cache does not know, keeps only the executable bit, follows no link.
 * Safe to repeat, and free of charge for what did not change. Throws INVALID_SOURCE (nothing there, unreadable files, files that
 * go on changing, too many files), DISK_FULL, CANCELLED.
 */
export async function takeSnapshot(root: string, options: SnapshotOptions): Promise<Snapshot> {
  const { blobs, signal, clock = systemClock } = options;
  throwIfAborted(signal, "reading the project");
  const real = directoryAt(root);
  const mostFiles = options.mostFiles ?? 500_000;
  const walked = await walk(real, {
    prebuilt: options.prebuilt ?? false,
    mostFiles,
    ...(options.tracked ? { tracked: options.tracked } : {}),
    ...(options.subset ? { subset: options.subset } : {}),
    ...(signal ? { signal } : {}),
  });
  if (walked.files.length > mostFiles) throw tooMany(root, mostFiles);

  const known = options.cache?.of(real);
  const reading: Reading = {
    blobs,
    keep: options.keep ?? "copy",
    ...(options.digest ? { also: { name: options.digest, digester: await fileDigester(options.digest) } } : {}),
    ...(signal ? { signal } : {}),
  };
  const files: SnapshotFile[] = [];
  const late: FoundFile[] = [];
  let filesRead = 0;
  let turn = performance.now();

  const enter = ({ path, executable }: FoundFile, found: KnownFile): void => {
    if (found.secret) {
      const whole = found.secret.left === "file";
      walked.exclusions.add(path, { reason: "secret", detail: found.secret.detail }, false);
      if (whole) return;
    }
    const { sizeBytes, sha256, digests } = found;
    files.push({ path, mode: executable ? 0o755 : 0o644, sizeBytes, sha256, ...(digests ? { digests } : {}) });
  };
  const take = (file: FoundFile, { known: found, state }: ReadFile): void => {
    filesRead++;
    if (known && isSettled(state, clock.now())) known.keep(file.path, state, found);
    enter(file, found);
  };
  const read = async (file: FoundFile): Promise<void> => {
    try {
      take(file, await readInto(real, file, reading));
    } catch (error) {
      if (error instanceof DeployError) throw error;
      if (errnoOf(error) === "ENOENT") return; // Removed after it was listed: it is not in the project now.
      if (error instanceof ChangedWhileRead)
        walked.faults.push({ path: file.path, message: "goes on changing while it is read" });
      else walked.faults.push({ path: file.path, message: messageOf(error) });
    }
  };

  const unread: FoundFile[] = [];
  for (const file of walked.files) {
    if (performance.now() - turn > turnMs) {
      await nextTurn();
      throwIfAborted(signal, "reading the project");
      turn = performance.now();
    }
    const found = known && findKnown(known, reading, file);
    if (found) {
      known.keep(file.path, file.state, found);
      enter(file, found);
    } else if (known && clock.now() - newest(file.state) < clockStepMs) late.push(file);
    else unread.push(file);
  }
  await readTogether(unread, { root: real, reading, here: read, elsewhere: take });
  if (late.length > 0) {
    const waitMs = Math.max(...late.map(({ state }) => newest(state))) + clockStepMs - clock.now();
    if (waitMs > 0) await clock.sleep(Math.min(waitMs, clockStepMs));
    for (const file of late) {
      throwIfAborted(signal, "reading the project");
      await read(file);
    }
  }
  if (walked.faults.length > 0) throw unreadable(walked.faults);
  files.push(...linksThatStay(walked, files, blobs));
  if (files.length === 0) throw empty(root, walked);
  known?.save({ partial: options.subset !== undefined });

  files.sort(byPath);
  return {
    digest: manifestDigest(files),
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    excluded: walked.exclusions.list(),
    filesRead,
  };
}

/** sha256 (hex) of the canonical manifest: five fields a file, each ended by NUL, which no path holds. `files` must be sorted. */
function manifestDigest(files: readonly SnapshotFile[]): string {
  const hash = createHash("sha256").update("landfall snapshot 1\0");
  for (const { path, mode, sizeBytes, sha256, link } of files)
    hash.update(`${path}\0${mode.toString(8)}\0${sizeBytes}\0${sha256}\0${link ?? ""}\0`);
  return hash.digest("hex");
}

/** Bytewise by UTF-8, which differs from JavaScript's own order where surrogates are involved. */
export function byPath(a: { path: string }, b: { path: string }): number {
  if (a.path === b.path) return 0;
  const surrogates = /[\ud800-\udfff]/;
  if (surrogates.test(a.path) || surrogates.test(b.path))
    return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
  return a.path < b.path ? -1 : 1;
}

function findKnown(
  known: KnownFiles,
  { blobs, keep, also }: Reading,
  { path, state }: FoundFile,
): KnownFile | undefined {
  const found = known.find(path, state);
  if (!found || found.secret?.left === "file") return found;
  if (also && found.digests?.[also.name] === undefined) return undefined;
  if (keep === "reference" && found.secret === undefined) return found;
  // The blob may have been collected, or cut short by a power failure, since.
  return blobs.has(found.sha256, found.sizeBytes) ? found : undefined;
}

function newest(state: FileState): number {
  return Math.max(state.mtimeMs, state.ctimeMs);
}

/** Whether a later change is certain to show in the times. Not when they lie in the future, nor when the disk counts in whole seconds. */
function isSettled(state: FileState, now: number): boolean {
  const coarse = state.mtimeMs % 1000 === 0 && state.ctimeMs % 1000 === 0;
  return now - newest(state) >= (coarse ? 2_000 : clockStepMs - 5);
}

/** The links that lead to something in the snapshot; the others are reported. */
function linksThatStay(walked: Walked, files: readonly SnapshotFile[], blobs: Blobs): SnapshotFile[] {
  if (walked.links.size === 0) return [];
  const present = new Set<string>(["."]);
  for (const { path } of files) {
    for (let at = path; at !== "" && !present.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf("/"))))
      present.add(at);
  }
  const kept: SnapshotFile[] = [];
  for (const [path, target] of walked.links) {
    const destination = followLink(path, walked.links);
    if (!destination.inside && destination.why !== "circle") {
      const how = destination.why === "absolute" ? "is absolute" : "is outside";
      walked.exclusions.add(
        path,
        { reason: "link-leaves", detail: `its target ${how}: ${target.slice(0, 200)}` },
        false,
      );
    } else if (!destination.inside || !present.has(destination.path)) {
      walked.exclusions.add(
        path,
        { reason: "link-dangling", detail: `its target is not there: ${target.slice(0, 200)}` },
        false,
      );
    } else {
      const { sha256, sizeBytes } = blobs.putSync(Buffer.from(target));
      kept.push({ path, mode: 0o644, sizeBytes, sha256, link: target });
    }
  }
  return kept;
}

function directoryAt(root: string): string {
  try {
    const real = realpathSync(root);
    if (statSync(real).isDirectory()) return real;
  } catch {
    // Not there: the same answer.
  }
  throw new DeployError("INVALID_SOURCE", {
    what: "This is not a folder.",
    where: root,
    next: "Give the folder of the project.",
  });
}

function tooMany(root: string, mostFiles: number): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: `The folder has more than ${mostFiles.toLocaleString("en")} files that are not ignored.`,
    where: root,
    next: "Give the project's own folder, or name what does not belong to it in .landfallignore.",
  });
}

function unreadable(faults: Walked["faults"]): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what:
      faults.length === 1 ? "A file cannot be read." : `${faults.length.toLocaleString("en")} files cannot be read.`,
    where: faults[0]!.path,
    next: "Make them readable, stop what writes to them, or name them in .landfallignore.",
    faults: faults.slice(0, 1_000),
  });
}

function empty(root: string, walked: Walked): DeployError {
  const excluded = walked.exclusions.list();
  return new DeployError("INVALID_SOURCE", {
    what:
      excluded.length === 0
        ? "The folder is empty."
        : "Nothing is left of the folder once its ignore rules have been followed.",
    where: root,
    next:
      excluded.length === 0
        ? "Give the project's folder."
        : "Look at the rules named here, or deploy the folder as it is with --prebuilt.",
    faults: excluded.slice(0, 20).map(({ path, reason, detail }) => ({ path, message: `${reason}: ${detail}` })),
  });
}
