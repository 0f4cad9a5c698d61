/** Time as a parameter: what waits or stamps takes a Clock, so that tests need not sleep. */
import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    // Node rejects with an error of its own, whatever the reason is.
    await delay(ms, undefined, signal ? { signal } : undefined).catch(() => signal?.throwIfAborted());
  },
};

/** ISO 8601 in UTC. */
export function instant(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
