/** Waiting until something was written: a hint where the database gives one, and a look every now and then all the same. */
import type { Clock } from "../clock.ts";

/** On a topic: `work`, or a deployment's id for its events. */
export interface Watch extends Disposable {
  /** Resolves when something of the topic may have been written since the last call. Rejects with the signal's reason. */
  changed(signal?: AbortSignal): Promise<void>;
}

/** A hint may be lost, with the connection it comes over; after so long one looks without. */
const lookEveryMs = 1_000;

/**
 * What opens a watch. Where there are no hints it is asked every `pollMs` whether anything was written, and `changed` resolves after
 * `atLatestMs` (default 1,000) all the same: for those who wait for time to pass as well.
 */
export type Watching = (topic: string, poll: { pollMs: number; atLatestMs?: number }) => Watch;

/** Without hints: `stamp` is another one after anything was written. */
export function polling(clock: Clock, stamp: () => string): Watching {
  return (_topic, { pollMs, atLatestMs = lookEveryMs }) => {
    // Nobody knows what was written before: the first look is not far.
    let seen = "";
    return {
      async changed(signal) {
        const latest = clock.now() + atLatestMs;
        let now: string;
        do {
          await clock.sleep(pollMs, signal);
          now = stamp();
        } while (now === seen && clock.now() < latest);
        seen = now;
      },
      [Symbol.dispose]() {},
    };
  };
}

export interface Hints {
  watching: Watching;
  /** Something of the topic was written; without one, of any may have been. */
  tell(topic?: string): void;
}

/** `begin` is called when somebody watches for the first time: hints come from then on. */
export function hints(clock: Clock, begin: () => void): Hints {
  const watches = new Map<string, Set<() => void>>();
  return {
    watching(topic) {
      begin();
      // Written between a look and the wait for the next: told already.
      let isTold = false;
      let wake: (() => void) | null = null;
      const tell = (): void => {
        isTold = true;
        wake?.();
      };
      const others = watches.get(topic) ?? new Set();
      watches.set(topic, others.add(tell));
      return {
        async changed(signal) {
          signal?.throwIfAborted();
          if (!isTold) {
            const rest = new AbortController();
            const ends = signal ? AbortSignal.any([signal, rest.signal]) : rest.signal;
            const told = new Promise<void>((resolve) => (wake = resolve));
            const looked = clock.sleep(lookEveryMs, ends).catch(() => {}); // The caller's reason is thrown below.
            await Promise.race([told, looked]);
            rest.abort();
            wake = null;
            signal?.throwIfAborted();
          }
          isTold = false;
        },
        [Symbol.dispose]() {
          others.delete(tell);
          if (others.size === 0) watches.delete(topic);
        },
      };
    },
    tell(topic) {
      for (const [name, told] of watches) if (topic === undefined || name === topic) for (const one of told) one();
    },
  };
}
