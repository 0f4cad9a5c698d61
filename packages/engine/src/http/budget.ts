/** A platform's rate limit as its headers tell it: who would be refused waits instead. One per connection. */
import type { Clock } from "../clock.ts";

export interface Budget {
  /** Resolves when a request may be made. */
  wait(signal?: AbortSignal): Promise<void>;
  /** Read what an answer says about what is left. */
  saw(headers: Record<string, string>): void;
  /** A request was refused; everybody waits so long. */
  refused(askedMs: number | undefined): void;
}

/** A limit that resets later than this is met by being refused, which tells the person; waiting in silence would not. */
const longestSilentWaitMs = 60_000;
const afterRefusalMs = 1_000;
/** A platform that asks for a longer wait is told to the person instead of waited for. */
export const longestWaitMs = 5 * 60_000;

export function budgetOf(clock: Clock, patienceMs = longestWaitMs): Budget {
  const silentMs = Math.min(longestSilentWaitMs, patienceMs);
  let openAt = 0;
  return {
    async wait(signal) {
      for (let left = openAt - clock.now(); left > 0; left = openAt - clock.now()) await clock.sleep(left, signal);
    },
    saw(headers) {
      if (headers["x-ratelimit-remaining"] !== "0") return;
      const resetMs = instantOf(headers["x-ratelimit-reset"], clock.now());
      if (resetMs !== undefined && resetMs - clock.now() <= silentMs) openAt = Math.max(openAt, resetMs);
    },
    refused(askedMs) {
      if (askedMs !== undefined && askedMs > patienceMs) return; // A quota of one kind of request; others go on.
      const waitMs = Math.min(askedMs ?? afterRefusalMs, silentMs);
      openAt = Math.max(openAt, clock.now() + waitMs);
    },
  };
}

/** Milliseconds that an answer asks to wait: Retry-After in seconds or as a date, else the reset of the rate limit. */
export function retryAfterMs(headers: Record<string, string>, now: number): number | undefined {
  const asked = headers["retry-after"];
  if (asked !== undefined) {
    const at = /^\d+(\.\d+)?$/.test(asked) ? now + Number(asked) * 1_000 : Date.parse(asked);
    if (!Number.isNaN(at)) return Math.max(0, at - now);
  }
  const reset = instantOf(headers["x-ratelimit-reset"] ?? headers["ratelimit-reset"], now);
  return reset === undefined ? undefined : Math.max(0, reset - now);
}

/** Unix seconds, seconds from now, or a date, as vendors write it; milliseconds since the epoch. */
function instantOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isNaN(number)) return number > 1_000_000_000 ? number * 1_000 : now + number * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
