/** A deployment as anyone sees it who was given its address. It can be looked at, and nothing else. */
import type { DeployEvent, Engine } from "@landfall/engine";
import { withEventMeta } from "@orpc/server";
import type { Call } from "../call.ts";
import { missing, withoutHome } from "../errors.ts";
import type { Gate } from "../gate.ts";
import type { Services } from "../services.ts";
import { firstSeq, type Held, whileHeld } from "../stream.ts";

/** A stream ends so soon after its address did. */
const askAgainMs = 1_000;

export function shareProcedures(os: Gate, services: Services) {
  const { engine: machine, hub, attempts } = services;
  const hold = openTokens(services);

  /** Throws NOT_FOUND for one that opens nothing, RATE_LIMIT_EXCEEDED after many of these. */
  async function opened(token: string, call: Call): Promise<{ engine: Engine; id: string }> {
    const found = await machine.shares.open(token);
    if (found) return { engine: machine.of(found.organization), id: found.deploymentId };
    await attempts.wrong("share", call.address);
    throw missing("shared deployment: its address is wrong, has ended or was taken back");
  }

  return {
    shares: {
      get: os.shares.get.handler(async ({ input, context }) => {
        const { engine, id } = await opened(input.token, context.call);
        const view = await engine.deployment(id);
        return { deployment: withoutHome(view, machine.home) };
      }),
      events: os.shares.events.handler(async ({ input, context, signal, lastEventId }) => {
        const { token } = input;
        const { engine, id } = await opened(token, context.call);
        const from = firstSeq({ lastEventId, from: input.from });
        async function* read(until: AbortSignal): AsyncGenerator<DeployEvent> {
          for await (const event of hub.follow({ engine, deploymentId: id, from, signal: until }))
            yield withEventMeta({ ...event }, { id: String(event.seq) });
        }
        return whileHeld(services, { hold: () => hold(token), call: context.call, signal }, read);
      }),
    },
  };
}

/** Streams of a token end when it opens nothing any more: asked for all of them at once. */
function openTokens({ engine }: Services): (token: string) => Held {
  const watched = new Map<string, { streams: Set<AbortController>; timer: NodeJS.Timeout }>();

  async function askAgain(token: string): Promise<void> {
    const isOpen = await engine.shares.open(token).catch(() => true); // A database that is away for a moment ends no stream.
    if (isOpen) return;
    for (const end of watched.get(token)?.streams ?? []) end.abort(missing("shared deployment any more"));
  }

  return (token) => {
    let entry = watched.get(token);
    if (!entry) {
      const timer = setInterval(() => void askAgain(token), askAgainMs);
      timer.unref();
      watched.set(token, (entry = { streams: new Set(), timer }));
    }
    const { streams, timer } = entry;
    const end = new AbortController();
    streams.add(end);
    return {
      signal: end.signal,
      release() {
        streams.delete(end);
        if (streams.size > 0) return;
        clearInterval(timer);
        watched.delete(token);
      },
    };
  };
}
