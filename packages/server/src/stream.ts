/** A stream that lasts no longer than the right to see it. */
import type { Call } from "./call.ts";
import { failed } from "./failure.ts";
import type { Principal } from "./people/principal.ts";
import type { Permission } from "@landfall/contract";
import type { Services } from "./services.ts";

/** Everything `read` gives under its signal, which ends with the caller, with the right, and with this stream. */
export async function* whileAllowed<T>(
  services: Services,
  {
    principal,
    call,
    access,
    signal,
  }: { principal: Principal; call: Call; access: Permission; signal: AbortSignal | undefined },
  read: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, Record<string, never>> {
  const held = services.rights.hold(principal, access);
  const either = AbortSignal.any([held.signal, ...(signal ? [signal] : [])]);
  const leave = (): void => void call.response?.destroy();
  // Not an end of the stream, which would say that no more will come: the connection breaks, and the client goes on elsewhere.
  services.stopping.addEventListener("abort", leave);
  try {
    yield* read(either);
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
