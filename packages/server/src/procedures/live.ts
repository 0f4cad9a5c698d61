/** The stream of a screen: changes of the organisation and the events of what is followed, joined into one. */
import type { DeployEvent } from "@landfall/engine";
import type { Change } from "../changes.ts";
import { type Gate, inside } from "../gate.ts";
import type { Services } from "../services.ts";
import { whileAllowed } from "../stream.ts";

type Told = DeployEvent | Change | { type: "beat" } | { type: "ended"; deploymentId: string };

const beatMs = 10_000;
/** A followed deployment waits when its reader is so far behind. */
const mostWaiting = 64;

export function liveProcedure(os: Gate, services: Services) {
  const { changes, hub } = services;

  return os.live.handler(async ({ input, context, signal: asked }) => {
    const { principal, engine } = inside(services, context.principal);
    const followed = await Promise.all(
      (input.follow ?? []).map(async ({ id, from = 1 }) => ({ id: (await engine.deployment(id)).id, from })),
    );

    async function* read(signal: AbortSignal): AsyncGenerator<Told> {
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      const waiting: Told[] = [];
      let wake = Promise.withResolvers<void>();
      let room = Promise.withResolvers<void>();
      let failure: { error: unknown } | null = null;
      const stop = (): void => (wake.resolve(), room.resolve());
      either.addEventListener("abort", stop);
      const put = (one: Told): void => {
        waiting.push(one);
        wake.resolve();
      };
      using _changes = changes.listen(engine, put);
      const beats = setInterval(() => put({ type: "beat" }), beatMs);
      const follow = async ({ id, from }: (typeof followed)[number]): Promise<void> => {
        for await (const event of hub.follow({ engine, deploymentId: id, from, signal: either })) {
          while (waiting.length >= mostWaiting && !either.aborted) await room.promise;
          put(event);
        }
        put({ type: "ended", deploymentId: id });
      };
      for (const one of followed)
        follow(one).catch((error: unknown) => {
          failure ??= { error };
          wake.resolve();
        });
      try {
        // At once, so that a reader knows that it is heard.
        yield { type: "beat" };
        for (;;) {
          signal.throwIfAborted();
          if (failure !== null) throw (failure as { error: unknown }).error;
          const next = waiting.shift();
          if (next) {
            yield next;
            continue;
          }
          room.resolve();
          room = Promise.withResolvers();
          await wake.promise;
          wake = Promise.withResolvers();
        }
      } finally {
        clearInterval(beats);
        either.removeEventListener("abort", stop);
        over.abort();
      }
    }
    return whileAllowed(services, { principal, call: context.call, access: "read:deployment", signal: asked }, read);
  });
}
