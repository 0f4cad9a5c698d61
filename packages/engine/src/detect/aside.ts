/**
 * Detection in threads of their own, for a process that serves others meanwhile: a large project takes a fifth of a second, and texts can
 * be written so that an expression never comes to an end. A thread that takes too long is ended, and with it nothing but its own question.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { DeployError, type ErrorReport } from "../error.ts";
import type { Detection } from "./detection.ts";

/** What a directory is. Throws INVALID_SOURCE, and what reading it throws. */
export type Detect = (directory: string, signal?: AbortSignal) => Promise<Detection>;

/** The same in the thread that asks. */
export const detectHere: Detect = async (directory) => (await import("./detect.ts")).detect(directory);

type Answer = { detection: Detection } | { error: ErrorReport };

const limitMs = 30_000;
/** A thread without a question for so long is ended: it holds some thirty megabytes. */
const idleMs = 10_000;
const program = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./detect-thread.js", import.meta.url);

/** As many at once as there are processors, but one for everything else; who comes later waits. */
export function detectingAside(options: { limitMs?: number; threads?: number } = {}): Detect {
  const { limitMs: limit = limitMs, threads = Math.max(1, availableParallelism() - 1) } = options;
  const idle: { worker: Worker; end: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let running = 0;

  function take(): Worker {
    const kept = idle.pop();
    if (!kept) return new Worker(program);
    clearTimeout(kept.end);
    kept.worker.ref();
    return kept.worker;
  }

  /** It holds nobody back from ending. */
  function keep(worker: Worker): void {
    worker.unref();
    const end = setTimeout(() => {
      idle.splice(
        idle.findIndex((one) => one.worker === worker),
        1,
      );
      void worker.terminate();
    }, idleMs).unref();
    idle.push({ worker, end });
  }

  return async (directory, signal) => {
    while (running >= threads) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      signal?.throwIfAborted();
      const worker = take();
      const answer = await answerOf(worker, { directory, limit, signal }).catch(async (error: unknown) => {
        await worker.terminate();
        throw error;
      });
      keep(worker);
      if ("error" in answer) throw new DeployError(answer.error.code, answer.error);
      return answer.detection;
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}

async function answerOf(
  worker: Worker,
  { directory, limit, signal }: { directory: string; limit: number; signal: AbortSignal | undefined },
): Promise<Answer> {
  const listening = new AbortController();
  const heard = {
    signal: AbortSignal.any([AbortSignal.timeout(limit), listening.signal, ...(signal ? [signal] : [])]),
  };
  const answer = once(worker, "message", heard).then(([message]) => message as Answer);
  const ended = once(worker, "exit", heard).then(() => {
    throw new Error("The thread ended without an answer.");
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  worker.postMessage(directory);
  try {
    return await Promise.race([answer, ended]);
  } catch (error) {
    throw signal?.aborted ? signal.reason : heard.signal.aborted ? tooLong(directory, limit) : error;
  } finally {
    listening.abort();
    await Promise.allSettled([answer, ended]);
  }
}

function tooLong(directory: string, limit: number): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: `What this is could not be told within ${limit / 1_000} seconds.`,
    where: directory,
    next: "Deploy a part of it (--subdirectory), or what its build makes (--prebuilt).",
  });
}
