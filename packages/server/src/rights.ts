/** Streams and sockets end when the right that opened them does: asked again a few times a second, for all streams of one caller at once. */
import type { Access } from "@landfall/contract";
import { unauthorized } from "./errors.ts";
import { permit, type Principal, type Principals } from "./people/principal.ts";

const everyMs = 500;

interface Held {
  access: Access;
  end: AbortController;
}

export interface Rights extends Disposable {
  /** A signal that ends with the right; `release` when the stream ends by itself. */
  hold(principal: Principal, access: Access): { signal: AbortSignal; release(): void };
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
        const now = await principals.renew(principal).catch(() => principal); // A database that is away for a moment ends no stream.
        for (const { access, end } of held) {
          try {
            if (!now) throw unauthorized("The session or key that opened this has ended.");
            permit(now, access);
          } catch (error) {
            end.abort(error);
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
    hold(principal, access) {
      const key = `${principal.via} ${principal.id} ${principal.organization?.id}`;
      const entry = open.get(key) ?? { principal, held: new Set<Held>() };
      open.set(key, entry);
      const one = { access, end: new AbortController() };
      entry.held.add(one);
      return {
        signal: one.end.signal,
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
