/**
 * Sends many things at once, as many as the other side takes: the number in flight grows while answers come back, is halved when the
 * platform asks to wait or connections break, and is bounded by bytes so that memory stays flat at any size of site.
 */
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import { ApiError } from "../http/api-error.ts";
import { longestWaitMs } from "../http/budget.ts";

export interface SendOptions<T> {
  /** Send one. It may be called again for the same item after an error that another try may mend; one that is sent already must do no harm. */
  send(item: T, signal: AbortSignal): Promise<void>;
  /** Bytes held in memory while it is sent. */
  weigh(item: T): number;
  clock: Clock;
  signal: AbortSignal;
  /** In flight at once: to begin with, and at most. Default 16 and 50. */
  concurrency?: { start: number; most: number };
  /** Bytes in flight at once; one item may be larger. Default 24 MiB. */
  memoryBytes?: number;
  /** Tries of one item. Default 6. */
  tries?: number;
  /** Nothing at all came through for so long: give up. Default 120,000. */
  stalledAfterMs?: number;
  onSent?(item: T): void;
  random?: () => number;
}

/**
 * Resolves when every item is sent. Throws the first error that no other try mends (the others in flight are aborted), UPLOAD_FAILED
 * when an item failed too often or nothing moved for too long, CANCELLED.
 */
export async function sendAll<T>(items: readonly T[], options: SendOptions<T>): Promise<void> {
  const { clock, signal, weigh, random = Math.random } = options;
  const { start, most } = options.concurrency ?? { start: 16, most: 50 };
  const memoryBytes = options.memoryBytes ?? 24 * 1024 * 1024;
  const tries = options.tries ?? 6;
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  let allowed = start;
  let inFlight = 0;
  let heldBytes = 0;
  let next = 0;
  let sinceCut = 0;
  let movedAt = clock.now();
  let failure: unknown;
  const done = Promise.withResolvers<void>();

  const fail = (error: unknown): void => {
    failure ??= error;
    stop.abort(failure);
  };

  async function sendOne(item: T): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        await options.send(item, all);
        movedAt = clock.now();
        options.onSent?.(item);
        // Grows by one for each round of good answers, as long as nothing speaks against it.
        if (++sinceCut >= allowed && allowed < most) {
          allowed += Math.max(1, allowed >> 1);
          allowed = Math.min(allowed, most);
          sinceCut = 0;
        }
        return;
      } catch (error) {
        if (all.aborted) throw all.reason;
        if (!(error instanceof DeployError) || error.row.retry === "never") throw error;
        allowed = Math.max(2, allowed >> 1);
        sinceCut = 0;
        const asked = error instanceof ApiError ? (error.text.retryAfterMs ?? 0) : 0;
        if (asked > longestWaitMs) throw error;
        if (tried >= tries) throw exhausted(error, tried);
        await clock.sleep(Math.max(asked, 100 * 2 ** tried * (0.5 + random())), all);
      }
    }
  }

  function pump(): void {
    while (!all.aborted && next < items.length && inFlight < allowed) {
      const item = items[next]!;
      const bytes = weigh(item);
      if (inFlight > 0 && heldBytes + bytes > memoryBytes) break;
      next += 1;
      inFlight += 1;
      heldBytes += bytes;
      sendOne(item)
        .catch(fail)
        .finally(() => {
          inFlight -= 1;
          heldBytes -= bytes;
          pump();
        });
    }
    if (inFlight === 0 && (next >= items.length || all.aborted)) done.resolve();
  }

  const watch = setInterval(() => {
    if (clock.now() - movedAt > (options.stalledAfterMs ?? 120_000)) fail(stalled(clock.now() - movedAt));
  }, 1_000);
  try {
    pump();
    await done.promise;
  } finally {
    clearInterval(watch);
  }
  if (failure !== undefined) throw failure;
  signal.throwIfAborted();
}

function exhausted(error: DeployError, tried: number): DeployError {
  if (error.code === "RATE_LIMIT_EXCEEDED") return error;
  return new DeployError(
    "UPLOAD_FAILED",
    {
      what: `A part of the upload failed ${tried} times. ${error.text.what}`,
      ...(error.text.where === undefined ? {} : { where: error.text.where }),
      next: "Deploy again: what has arrived already is not sent twice.",
      step: "upload",
    },
    { cause: error },
  );
}

function stalled(forMs: number): DeployError {
  return new DeployError("UPLOAD_FAILED", {
    what: `The upload stands still: nothing came through for ${Math.round(forMs / 1_000)} s.`,
    next: "Deploy again when the network is better: what has arrived already is not sent twice.",
    step: "upload",
  });
}
