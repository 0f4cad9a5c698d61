/**
 * The files of a project, read by several threads: system calls and digests are nearly all that a snapshot costs, and one thread keeps one
 * processor busy with them. This thread reads too, and reads what another could not: whatever is wrong with a file is said in one place.
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
}

export type Batch = Pick<FoundFile, "path" | "state">[];

export interface BatchRead {
  /** In the order of the batch; null for what could not be read. */
  files: (ReadFile | null)[];
  put: Blob[];
}

/** A thread takes some forty milliseconds to start; below this, reading takes no longer. */
const fewFiles = 1_000;
const fewBytes = 20_000_000;
/** Some ten milliseconds of reading: the last of them is waited for. */
const batchFiles = 100;
const batchBytes = 4_000_000;
/** Of memory of its own, each; more than three readers wait for the disk. */
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
  const ending = new AbortController();
  let next = 0;

  async function byThisThread(): Promise<void> {
    let turn = performance.now();
    while (!ending.signal.aborted) {
      if (performance.now() - turn > turnMs) {
        await nextTurn();
        throwIfAborted(signal, "reading the project");
        turn = performance.now();
      }
      // Only now: meanwhile another may have taken the last.
      const file = files[next++];
      if (!file) return;
      await here(file);
    }
  }

  async function byAnother(): Promise<void> {
    const options: ReaderOptions = { root, directory: blobs.directory, keep, ...(also ? { digest: also.name } : {}) };
    const worker = new Worker(program, { workerData: options });
    const ended = once(worker, "exit").then(
      () => null,
      () => null, // It threw. What that was is seen when its files are read here.
    );
    try {
      while (next < files.length && !ending.signal.aborted) {
        const batch = batchFrom(files, next);
        next += batch.length;
        const answer = once(worker, "message", { signal: ending.signal }).then(([message]) => message as BatchRead);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        worker.postMessage(batch.map(({ path, state }) => ({ path, state })));
        const read = await Promise.race([answer, ended]);
        blobs.takeOver(read?.put ?? []);
        for (const [index, file] of batch.entries()) {
          const found = read?.files[index];
          if (found) elsewhere(file, found);
          else await here(file);
        }
        if (!read) return;
      }
    } finally {
      await worker.terminate();
    }
  }

  const bytes = files.reduce((sum, { state }) => sum + state.sizeBytes, 0);
  const isMuch = files.length >= fewFiles || bytes >= fewBytes;
  const threads = isMuch ? Math.min(availableParallelism() - 1, mostThreads) : 0;
  const all = [byThisThread, ...Array.from({ length: threads }, () => byAnother)].map((work) =>
    work().catch((error: unknown) => {
      ending.abort();
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(all)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

function batchFrom(files: readonly FoundFile[], start: number): FoundFile[] {
  let bytes = 0;
  let end = start;
  while (end < files.length && end - start < batchFiles && bytes < batchBytes) bytes += files[end++]!.state.sizeBytes;
  return files.slice(start, end);
}
