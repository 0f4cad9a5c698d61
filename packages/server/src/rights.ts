/** Streams and sockets end when the right that opened them does: asked again a few times a second, for all streams of one caller at once. */
import { unauthorized } from "./errors.ts";
import type { Principal, Principals } from "./people/principal.ts";

const everyMs = 500;

/** Throws when the caller may not any more. */
export type Check = (now: Principal) => void;

interface Held {
  check: Check;
  now: Principal;
  end: AbortController;
}

export interface Rights extends Disposable {
  /** A signal that ends when `check` fails, and the caller as of the last look; `release` when the stream ends by itself. */
  hold(principal: Principal, check: Check): { signal: AbortSignal; now(): Principal; release(): void };
  /** How many streams are open. */
  count(): number;
}

export function rightsOf(principals: Principals): Rights {
  const open = new Map<string, { principal: Principal; held: Set<Held> }>();
  let isAsking = false;

  async function askAgain(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      for (const { principal, held } of open.values()) {
        const now = await principals.renew(principal).catch(() => undefined);
        if (now === undefined) continue; // A database that is away for a moment ends no stream.
        for (const one of held) {
          try {
            if (!now) throw unauthorized("The session or key that opened this has ended.");
            one.now = now;
            one.check(now);
          } catch (error) {
            one.end.abort(error);
          }
        }
      }
    } finally {
      isAsking = false;
    }
  }
  const timer = setInterval(() => void askAgain(), everyMs);
  timer.unref();

  return {
    hold(principal, check) {
      const key = `${principal.via} ${principal.id} ${principal.organization?.id}`;
      const entry = open.get(key) ?? { principal, held: new Set<Held>() };
      open.set(key, entry);
      const one: Held = { check, now: principal, end: new AbortController() };
      entry.held.add(one);
      return {
        signal: one.end.signal,
        now: () => one.now,
        release() {
          entry.held.delete(one);
          if (entry.held.size === 0 && open.get(key) === entry) open.delete(key);
        },
      };
    },
    count: () => [...open.values()].reduce((sum, { held }) => sum + held.size, 0),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
