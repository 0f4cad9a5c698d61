/**
 * The files of a project, read by several threads: system calls and digests are nearly all that a snapshot costs, and one thread keeps one
 * processor busy with them. Each takes the next file that nobody has taken. This thread reads too, and reads what another could not:
 * whatever is wrong with a file is said in one place.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { throwIfAborted } from "../process/exec.ts";
import type { Blob } from "./blobs.ts";
import type { ReadFile, Reading } from "./read.ts";
import type { FileDigest } from "./snapshot.ts";
import type { FoundFile } from "./walk.ts";

export interface ReaderOptions {
  root: string;
  /** Of the store on this machine. */
  directory: string;
  keep: Reading["keep"];
  digest?: FileDigest;
  files: Pick<FoundFile, "path" | "state">[];
  /** Holds the index of the next file, which all threads count up. */
  next: Int32Array;
}

/** What a thread has read since it last said so; files it could not read are left out. */
export interface Progress {
  read: { index: number; file: ReadFile }[];
  put: Blob[];
}

/** A thread takes some sixty milliseconds to start; below one of these, it gains nothing (bench/upload.ts). Copying takes several times as long. */
const enough = { copy: { files: 1_000, bytes: 20_000_000 }, reference: { files: 4_000, bytes: 80_000_000 } };
/** Each has memory of its own; more of them wait for the disk. */
const mostThreads = 3;
/** Longest time the event loop is kept, in milliseconds. */
const turnMs = 10;

const program = new URL(import.meta.url.endsWith(".ts") ? "./read-thread.ts" : "./read-thread.js", import.meta.url);

/**
 * Read each file once: `here` by this thread, which may throw, or by another, whose result goes to `elsewhere`. Order is nobody's business.
 * Throws what `here` throws, and CANCELLED.
 */
export async function readTogether(
  files: readonly FoundFile[],
  {
    root,
    reading,
    here,
    elsewhere,
  }: {
    root: string;
    reading: Reading;
    here(file: FoundFile): Promise<void>;
    elsewhere(file: FoundFile, read: ReadFile): void;
  },
): Promise<void> {
  const { blobs, keep, also, signal } = reading;
  const next = new Int32Array(new SharedArrayBuffer(4));
  /** By index, until somebody has read it. */
  const unread = new Set(files.keys());
  let turn = performance.now();

  async function readHere(index: number): Promise<void> {
    if (performance.now() - turn > turnMs) {
      await nextTurn();
      throwIfAborted(signal, "reading the project");
      turn = performance.now();
    }
    unread.delete(index);
    await here(files[index]!);
  }

  const bytes = files.reduce((sum, { state }) => sum + state.sizeBytes, 0);
  const isMuch = files.length >= enough[keep].files || bytes >= enough[keep].bytes;
  const threads = isMuch ? Math.min(availableParallelism() - 1, mostThreads) : 0;
  const options: ReaderOptions = {
    root,
    directory: blobs.directory,
    keep,
    ...(also ? { digest: also.name } : {}),
    files: threads > 0 ? files.map(({ path, state }) => ({ path, state })) : [],
    next,
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(program, { workerData: options });
    worker.on("message", ({ read, put }: Progress) => {
      blobs.takeOver(put);
      for (const { index, file } of read) if (unread.delete(index)) elsewhere(files[index]!, file);
    });
    // One that throws has left files, which are read here: what is wrong shows then.
    return { worker, ended: once(worker, "exit").catch(() => undefined) };
  });
  try {
    for (let index; (index = Atomics.add(next, 0, 1)) < files.length; ) await readHere(index);
    for (const { ended } of workers) await ended;
    for (const index of unread) await readHere(index);
  } finally {
    for (const { worker } of workers) await worker.terminate();
  }
}
