/** A numbered stream of a server, whole and in order however often the connection breaks. */
import { DeployError } from "@landfall/engine/error";
import { setTimeout as delay } from "node:timers/promises";
import { failureOf, mayPass } from "./failure.ts";

/** A server that is away for so long is given up; the deployment goes on there. */
const patienceMs = 10 * 60_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

interface Numbered {
  seq: number;
}

/** A stream that answers something at its true end, and nothing when it was cut off. */
type Stream<E> = AsyncIterator<E, object | undefined, undefined>;

export interface Followed<E extends Numbered> {
  /** Opens the stream after the event with this id; with none, at `from`. */
  open(at: { from: number; lastEventId: string | undefined }): Promise<Stream<E>>;
  from: number;
  url: string;
  signal: AbortSignal | undefined;
}

/** Each event once, from `from` on, until the stream says that no more will come. Throws what the server refuses with. */
export async function* followed<E extends Numbered>({ open, from, url, signal }: Followed<E>): AsyncGenerator<E> {
  let next = from;
  let lastSeenMs = Date.now();
  for (let failures = 0; ; failures++) {
    signal?.throwIfAborted();
    let failure: unknown;
    try {
      const events = await open({ from: next, lastEventId: next > from ? String(next - 1) : undefined });
      try {
        for (;;) {
          const { done, value } = await events.next();
          if (done && value !== undefined) return;
          // Cut off, or not what comes next: asked again, from where we are.
          if (done || value.seq > next) break;
          if (value.seq < next) continue;
          next += 1;
          failures = 0;
          lastSeenMs = Date.now();
          yield value;
        }
      } finally {
        await events.return?.().catch(() => {}); // The connection is gone already.
      }
    } catch (error) {
      signal?.throwIfAborted();
      failure = failureOf(error, url);
      if (!mayPass(failure)) throw failure;
    }
    if (Date.now() - lastSeenMs > patienceMs) throw failure ?? silent(url);
    await delay(Math.min(firstPauseMs * 2 ** failures, longestPauseMs), undefined, signal ? { signal } : {});
  }
}

function silent(url: string): DeployError {
  return new DeployError("STORE_UNAVAILABLE", {
    what: "The server ends the stream of events again and again.",
    where: url,
    next: "What was accepted goes on there; look with: landfall inspect",
  });
}
