/**
 * Where the bytes of a manifest's files are read: in the store, or in the folder they were left in (a prebuilt folder for a hosted
 * platform is not copied first). What is read from a folder is compared with its digest: a file that was changed since is not sent.
 */
import { createHash, hash } from "node:crypto";
import { closeSync, constants, createReadStream, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import type { Blobs } from "./blobs.ts";
import type { SnapshotFile } from "./snapshot.ts";

export interface Bytes {
  /**
   * The whole content at once: for files of some megabytes at most. With `scratch` it is read into that when it fits, and good until the next
   * call: thousands of files leave no garbage. Throws NOT_FOUND, INVALID_SOURCE (changed since).
   */
  whole(file: SnapshotFile, scratch?: Buffer): Buffer;
  /** The content in parts. A change is noticed at the end at the latest: the last part is held back until all is right. */
  read(file: SnapshotFile): AsyncIterable<Uint8Array>;
}

export function storedBytes(blobs: Blobs): Bytes {
  return {
    whole: (file, scratch) => wholeOf(blobs.path(file.sha256), scratch) ?? raise(gone(file, "the store")),
    read: (file) => blobs.read(file.sha256),
  };
}

/** Files below `root`, or in the store when they were altered on their way into the snapshot. */
export function folderBytes(root: string, blobs: Blobs): Bytes {
  const stored = storedBytes(blobs);
  return {
    whole(file, scratch) {
      if (file.link === undefined) {
        const bytes = wholeOf(join(root, file.path), scratch);
        if (bytes && bytes.length === file.sizeBytes && hash("sha256", bytes) === file.sha256) return bytes;
      }
      if (blobs.has(file.sha256, file.sizeBytes)) return stored.whole(file, scratch);
      throw changed(file, root);
    },
    async *read(file) {
      if (blobs.has(file.sha256, file.sizeBytes)) {
        yield* stored.read(file);
        return;
      }
      const digest = createHash("sha256");
      let held: Uint8Array | undefined;
      const path = join(root, file.path);
      try {
        const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
        for await (const chunk of createReadStream(path, { fd, highWaterMark: 256 * 1024 })) {
          digest.update(chunk as Buffer);
          if (held) yield held;
          held = chunk as Buffer;
        }
      } catch (error) {
        throw errnoOf(error) === undefined ? error : changed(file, root);
      }
      if (digest.digest("hex") !== file.sha256) throw changed(file, root);
      if (held) yield held;
    },
  };
}

/** Null when it is not there, or a link has taken its place. */
function wholeOf(path: string, scratch?: Buffer): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return null; // Whatever the reason, the bytes are not to be had here.
  }
  try {
    if (!scratch || fstatSync(descriptor).size >= scratch.length) return readFileSync(descriptor);
    let length = 0;
    for (let count = -1; count !== 0 && length < scratch.length; length += count)
      count = readSync(descriptor, scratch, length, scratch.length - length, null);
    return scratch.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function raise(error: Error): never {
  throw error;
}

function gone(file: SnapshotFile, place: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `The bytes of ${file.path} are no longer in ${place}.`,
    next: "Deploy from the source again.",
    step: "upload",
  });
}

function changed(file: SnapshotFile, root: string): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: `${file.path} was changed or removed after the deployment was accepted, and before it was sent.`,
    where: join(root, file.path),
    next: "Deploy again: the folder is sent as it is then.",
    step: "upload",
  });
}
