/**
 * The content-addressed store, in a directory of this machine (remote-blobs.ts puts one that machines share behind it): every file by the sha256 of its bytes, `ab/cdef…`, so that equal files are stored once.
 * A blob is complete and right when it has its name: it is written beside and renamed. Any number of processes may share a directory.
 */
import { createHash, hash, randomBytes } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  write as writeCallback,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { type Clock, systemClock } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { exec, throwIfAborted } from "../process/exec.ts";
import { type LinkMode, materialise, missing, storeFailure } from "./materialise.ts";
import type { SnapshotFile } from "./snapshot.ts";

/** Bytes read at once from a large file: large enough that system calls do not count, small enough to keep many. */
export const readSize = 1024 * 1024;

export interface Blob {
  /** Lower-case hex; its name. */
  sha256: string;
  sizeBytes: number;
}

export interface Blobs {
  readonly directory: string;
  /** Where they are kept, for people. */
  readonly address: string;
  /** Store bytes, a stream or (`putFile`) a file's content, and answer its name. Safe to repeat. Throws DISK_FULL. */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): Promise<Blob>;
  putFile(path: string, options?: { signal?: AbortSignal }): Promise<Blob>;
  /** Store bytes whose digest is known already; at once, for small files. */
  putSync(content: Uint8Array, sha256?: string): Blob;
  /**
   * Whether the blob is here and, when given, has this size (a blob cut short by a power failure does not). Counts as use: the blob
   * is young for the collection from now on.
   */
  has(sha256: string, sizeBytes?: number): boolean;
  /** Where the blob is on this machine, or would be. Read-only to everyone. */
  path(sha256: string): string;
  /**
   * The same, once the blob is there: at once when it is on this machine, else brought, once for all who ask, and compared. Of a store that
   * is on this machine alone nothing is looked at. Throws NOT_FOUND, DIGEST_MISMATCH, PLATFORM_UNAVAILABLE.
   */
  fetch(sha256: string, signal?: AbortSignal): string | Promise<string>;
  /** Fetch many. What is used stays on this machine for an hour at least. */
  bring(blobs: Iterable<Pick<Blob, "sha256">>, signal?: AbortSignal): Promise<void>;
  /** As `has`, and certain: what is not known on this machine is asked for where it is kept. */
  holds(sha256: string, sizeBytes: number): Promise<boolean>;
  /** The blob's bytes, or those from `start` to `end`, both inclusive. Throws NOT_FOUND, while reading. */
  read(sha256: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>;
  /** Read the blob whole and compare; a wrong one is removed, so that the next put stores it again. Throws NOT_FOUND, DIGEST_MISMATCH. */
  verify(sha256: string, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Write a manifest's files and links into `directory`, which is made if need be and should be empty. Throws NOT_FOUND (a blob is missing),
   * CONFLICT (a file is in the way), INVALID_SOURCE (a path that leaves), DISK_FULL.
   */
  materialise(
    files: readonly SnapshotFile[],
    directory: string,
    options: { link: LinkMode; signal?: AbortSignal },
  ): Promise<void>;
  /** Force what was put since the last flush to the disk itself, and those that are named to where they are kept, before a manifest names them. */
  flush(named?: Iterable<Blob>): Promise<void>;
  /**
   * Remove every blob that is not reachable and not young: used within `graceMs` (default an hour), for somebody may be about to refer
   * to it. Less than two minutes is for a store nobody else uses. Answers what was freed. May be cancelled and repeated at any time.
   */
  collect(
    reachable: Iterable<string> | AsyncIterable<string>,
    options?: { graceMs?: number; clock?: Clock; signal?: AbortSignal },
  ): Promise<{ blobs: number; freedBytes: number }>;
  /** Another thread of this process has put them into the same directory (`handOver`): they are flushed with what was put here. */
  takeOver(put: readonly Blob[]): void;
  /** Whether where they are kept can be reached; throws why not. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface LocalBlobs extends Blobs {
  /** What was put since the last flush, which is from now on for somebody else to flush. */
  handOver(): Blob[];
}

const writeSome = promisify(writeCallback);

const digestName = /^[0-9a-f]{64}$/;
/** A blob's age is renewed at most so often: use must not cost a write each time. */
const renewAfterMs = 60_000;
/** Files up to this size are stored in one go. */
const smallBytes = 256 * 1024;
/** From so many on the whole file system is flushed at once: one by one, each waits for a turn of the disk. */
const manyBlobs = 100;
/** Longest time the event loop is kept by small synchronous work, in milliseconds. */
const turnMs = 10;

/** The store in `directory`, made when it is not there. */
export function openBlobs(directory: string): LocalBlobs {
  const incoming = join(directory, "incoming");
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const shards = new Set<string>();
  let unflushed: Blob[] = [];

  const pathOf = (sha256: string): string => {
    if (!digestName.test(sha256))
      throw new DeployError("INTERNAL", { what: "This is not the name of a blob.", where: sha256.slice(0, 80) });
    return join(directory, sha256.slice(0, 2), sha256.slice(2));
  };

  const temporary = (): string => join(incoming, `${process.pid}-${randomBytes(8).toString("hex")}`);

  const has = (sha256: string, sizeBytes?: number): boolean => {
    const path = pathOf(sha256);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || (sizeBytes !== undefined && stats.size !== sizeBytes)) return false;
    if (Date.now() - stats.mtimeMs < renewAfterMs) return true;
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false; // Collected in between.
      throw error;
    }
    return true;
  };

  /** Give the finished temporary file its name; the rename is what makes it a blob. */
  const adopt = (from: string, sha256: string, sizeBytes: number): Blob => {
    const path = pathOf(sha256);
    const shard = sha256.slice(0, 2);
    if (!shards.has(shard)) {
      mkdirSync(join(directory, shard), { recursive: true });
      shards.add(shard);
    }
    try {
      renameSync(from, path);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      mkdirSync(join(directory, shard), { recursive: true }); // Another process removed the directory while it was empty.
      renameSync(from, path);
    }
    const blob = { sha256, sizeBytes };
    unflushed.push(blob);
    return blob;
  };

  const handOver = (): Blob[] => {
    const put = unflushed;
    unflushed = [];
    return put;
  };

  const putSync = (content: Uint8Array, sha256 = hash("sha256", content)): Blob => {
    if (has(sha256, content.length)) return { sha256, sizeBytes: content.length };
    const from = temporary();
    try {
      const descriptor = openSync(from, "wx", 0o444);
      try {
        for (let at = 0; at < content.length; ) at += writeSync(descriptor, content, at);
      } finally {
        closeSync(descriptor);
      }
      return adopt(from, sha256, content.length);
    } catch (error) {
      removeFile(from);
      throw storeFailure(error, directory);
    }
  };

  const putStream = async (content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<Blob> => {
    const from = temporary();
    try {
      const digest = createHash("sha256");
      let sizeBytes = 0;
      const descriptor = openSync(from, "wx", 0o444);
      try {
        for await (const chunk of content) {
          throwIfAborted(signal, "storing a file");
          digest.update(chunk);
          // Not at once: the disk may be slow, and others have to be served meanwhile.
          for (let at = 0; at < chunk.length; ) at += (await writeSome(descriptor, chunk, at)).bytesWritten;
          sizeBytes += chunk.length;
        }
      } finally {
        closeSync(descriptor);
      }
      const sha256 = digest.digest("hex");
      if (!has(sha256, sizeBytes)) return adopt(from, sha256, sizeBytes);
      unlinkSync(from);
      return { sha256, sizeBytes };
    } catch (error) {
      removeFile(from);
      throw storeFailure(error, directory);
    }
  };

  return {
    directory,
    address: directory,
    putSync,
    has,
    path: pathOf,
    fetch: pathOf,
    async bring() {},
    holds: async (sha256, sizeBytes) => has(sha256, sizeBytes),
    handOver,
    takeOver: (put) => void unflushed.push(...put),
    async check() {},
    async close() {},

    put: async (content, { signal } = {}) =>
      content instanceof Uint8Array ? putSync(content) : putStream(content, signal),

    putFile: async (path, { signal } = {}) =>
      statSync(path).size <= smallBytes
        ? putSync(readFileSync(path))
        : putStream(createReadStream(path, { highWaterMark: readSize }), signal),

    async *read(sha256, range = {}) {
      try {
        yield* createReadStream(pathOf(sha256), { ...range, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw errnoOf(error) === "ENOENT" ? missing(sha256) : error;
      }
    },

    async verify(sha256, { signal } = {}) {
      const path = pathOf(sha256);
      const digest = createHash("sha256");
      try {
        for await (const chunk of createReadStream(path, { highWaterMark: readSize })) {
          throwIfAborted(signal, "reading a file");
          digest.update(chunk as Buffer);
        }
      } catch (error) {
        throw errnoOf(error) === "ENOENT" ? missing(sha256) : error;
      }
      if (digest.digest("hex") === sha256) return;
      removeFile(path);
      throw new DeployError("DIGEST_MISMATCH", {
        what: "A stored file is damaged: its bytes do not have the digest it is stored under. It was removed.",
        where: path,
        next: "Deploy once more, which stores it again; then check the disk, and the memory.",
      });
    },

    async materialise(files, into, { link, signal }) {
      await materialise(files, into, { link, pathOf, ...(signal ? { signal } : {}) });
    },

    async flush() {
      const put = handOver();
      if (put.length >= manyBlobs && (await syncFileSystem(directory))) return;
      const directories = new Set<string>([directory]);
      let turn = performance.now();
      for (const { sha256 } of put) {
        const path = pathOf(sha256);
        syncToDisk(path);
        directories.add(dirname(path));
        if (performance.now() - turn > turnMs) {
          await nextTurn();
          turn = performance.now();
        }
      }
      for (const one of directories) syncToDisk(one);
    },

    async collect(reachable, { graceMs = 3_600_000, clock = systemClock, signal } = {}) {
      const keep = new Set<string>();
      for await (const sha256 of reachable) keep.add(sha256);
      const oldest = clock.now() - graceMs;
      const freed = { blobs: 0, freedBytes: 0 };
      let turn = performance.now();
      for (const shard of readdirSync(directory)) {
        const isIncoming = shard === "incoming";
        if (!isIncoming && !/^[0-9a-f]{2}$/.test(shard)) continue;
        for (const rest of readdirSync(join(directory, shard))) {
          throwIfAborted(signal, "the collection of unused files");
          if (performance.now() - turn > turnMs) {
            await nextTurn();
            turn = performance.now();
          }
          if (!isIncoming && keep.has(shard + rest)) continue;
          const size = removeOld(join(directory, shard, rest), { oldest, aside: temporary() });
          if (size === undefined) continue;
          freed.blobs += isIncoming ? 0 : 1;
          freed.freedBytes += size;
        }
        if (!isIncoming) removeIfEmpty(join(directory, shard));
        shards.delete(shard);
      }
      return freed;
    },
  };
}

/**
 * Remove a file that was not used since `oldest`; answers its size, or undefined when it stays. Between looking and removing somebody may
 * have begun to use it, so it is moved aside first, looked at once more, and moved back when its age was renewed.
 */
function removeOld(path: string, { oldest, aside }: { oldest: number; aside: string }): number | undefined {
  const before = statSync(path, { throwIfNoEntry: false });
  if (!before || before.mtimeMs >= oldest) return undefined;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined; // Another process collects as well.
    throw error;
  }
  if (statSync(aside).mtimeMs >= oldest) {
    renameSync(aside, path);
    return undefined;
  }
  unlinkSync(aside);
  return before.size;
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not made, or is gone already.
  }
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Blobs are in it, which is the usual case.
  }
}

/** Force everything of the file system that `directory` is on to the disk; false where there is no program that can. */
async function syncFileSystem(directory: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const how = { cwd: directory, env: { PATH: "/usr/bin:/bin" } };
  // What is not installed, or knows no such option (`sync` of some small systems), has synced nothing that could be relied on.
  return exec(["sync", "-f", directory], how).then(
    ({ code }) => code === 0,
    () => false,
  );
}

function syncToDisk(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return; // Collected in between.
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
