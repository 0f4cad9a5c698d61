/** A stream that lasts no longer than the right to see it. */
import type { Call } from "./call.ts";
import { failed } from "./failure.ts";
import type { Principal } from "./people/principal.ts";
import type { Check } from "./rights.ts";
import type { Services } from "./services.ts";

/** What opened a stream: its signal ends with that; `release` when the stream ends by itself. */
export interface Held {
  signal: AbortSignal;
  release(): void;
}

interface Stream {
  call: Call;
  signal: AbortSignal | undefined;
}

/** Everything `read` gives under its signal, which ends with the caller, with the right (see Rights.hold), and with this stream. */
export async function* whileAllowed<T>(
  services: Services,
  { principal, check, ...stream }: { principal: Principal; check: Check } & Stream,
  read: (signal: AbortSignal, now: () => Principal) => AsyncIterable<T>,
): AsyncGenerator<T, Record<string, never>> {
  const hold = () => services.rights.hold(principal, check);
  return yield* whileHeld(services, { hold, ...stream }, (signal, { now }) => read(signal, now));
}

/** The same, of whatever opened it. */
export async function* whileHeld<T, H extends Held>(
  services: Services,
  { hold, call, signal }: { hold(): H } & Stream,
  read: (signal: AbortSignal, held: H) => AsyncIterable<T>,
): AsyncGenerator<T, Record<string, never>> {
  const held = hold(); // Only now: a stream that nobody begins to read holds nothing.
  const either = AbortSignal.any([held.signal, ...(signal ? [signal] : [])]);
  const leave = (): void => void call.response?.destroy();
  // Not an end of the stream, which would say that no more will come: the connection breaks, and the client goes on elsewhere.
  services.stopping.addEventListener("abort", leave);
  try {
    yield* read(either, held);
    return {};
  } catch (error) {
    throw failed(services, call, held.signal.aborted ? held.signal.reason : error);
  } finally {
    services.stopping.removeEventListener("abort", leave);
    held.release();
  }
}

/** Seq of the first event that is asked for: the one after the last that the client has, else `from`, else the first. */
export function firstSeq({
  lastEventId,
  from = 1,
}: {
  lastEventId: string | undefined;
  from?: number | undefined;
}): number {
  return /^\d{1,9}$/.test(lastEventId ?? "") ? Number(lastEventId) + 1 : from;
}
