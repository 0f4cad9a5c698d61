/** Write a manifest's files from the store into a directory. */
import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { SnapshotFile } from "./snapshot.ts";

/** How files get from the store into a directory. */
export type LinkMode =
  /** Own bytes on the disk, so that no later write can fail for want of space. */
  | "copy"
  /** Bytes shared unseen until one side writes, where the file system can do it; own bytes elsewhere. For trees that are written to. */
  | "reflink"
  /** The blob itself under another name. Only for trees nobody writes to: a write would change the blob. Executables are copied. */
  | "hardlink";

/** Longest time the event loop is kept, in milliseconds. */
const turnMs = 10;

/** See Blobs.materialise; `pathOf` says where a blob is. */
export async function materialise(
  files: readonly SnapshotFile[],
  into: string,
  { link, pathOf, signal }: { link: LinkMode; pathOf: (sha256: string) => string; signal?: AbortSignal },
): Promise<void> {
  const made = new Set<string>();
  const directoryOf = (path: string): void => {
    const directory = dirname(path);
    if (made.has(directory)) return;
    mkdirSync(directory, { recursive: true });
    made.add(directory);
  };
  mkdirSync(into, { recursive: true });
  let turn = performance.now();
  // Links come last: while files are written there is none that could lead elsewhere.
  for (const file of [
    ...files.filter((one) => one.link === undefined),
    ...files.filter((one) => one.link !== undefined),
  ]) {
    if (performance.now() - turn > turnMs) {
      await nextTurn();
      throwIfAborted(signal, "writing the project's files");
      turn = performance.now();
    }
    if (
      file.path === "" ||
      file.path.startsWith("/") ||
      file.path.includes("\0") ||
      file.path.split("/").some((part) => part === ".." || part === "." || part === "")
    )
      throw new DeployError("INVALID_SOURCE", {
        what: "A manifest names a path outside its directory.",
        where: file.path.slice(0, 200),
      });
    const path = join(into, file.path);
    directoryOf(path);
    try {
      if (file.link === undefined) place(pathOf(file.sha256), path, file.mode, link);
      else symlinkSync(file.link, path);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") throw missing(file.sha256, file.path);
      if (errnoOf(error) === "EEXIST")
        throw new DeployError(
          "CONFLICT",
          { what: "A file is in the way.", where: path, next: "Use an empty directory." },
          { cause: error },
        );
      throw storeFailure(error, into);
    }
  }
}

function place(blob: string, path: string, mode: number, link: LinkMode): void {
  if (link === "hardlink" && mode !== 0o755) {
    try {
      linkSync(blob, path);
      return;
    } catch (error) {
      // Another file system, one without links, or too many links to one blob: its bytes then.
      if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(errnoOf(error) ?? "")) throw error;
    }
  }
  copyFileSync(blob, path, constants.COPYFILE_EXCL | (link === "copy" ? 0 : constants.COPYFILE_FICLONE));
  chmodSync(path, mode);
}

/** NOT_FOUND for a blob. */
export function missing(sha256: string, path?: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: "The content of a file is no longer in the store.",
    where: path ?? sha256,
    next: "Deploy from the source once more, which stores it again.",
  });
}

/** DISK_FULL for what says so; anything else as it is. */
export function storeFailure(error: unknown, directory: string): unknown {
  const code = errnoOf(error);
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new DeployError(
    "DISK_FULL",
    {
      what: "There is no space left to store files.",
      where: directory,
      next: "Free some space (landfall collect removes what no release needs), then try again.",
    },
    { cause: error },
  );
}
