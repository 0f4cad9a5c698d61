/** The stream of a screen: changes of the organisation and the events of what is followed, joined into one. */
import type { DeployEvent } from "@landfall/engine";
import type { Change } from "../changes.ts";
import { type Gate, inside, permitDeployment } from "../gate.ts";
import { may, permit, permitAnywhere, type Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { whileAllowed } from "../stream.ts";

type Beat = { type: "beat" };
type Ended = { type: "ended"; deploymentId: string };
type Told = DeployEvent | Change | Beat | Ended;

const access = "read:deployment";
const beatMs = 10_000;
/** A followed deployment waits when its reader is so far behind. */
const mostEvents = 16;
/** So many deployments have changed unread: the stream ends, and who comes back reads the lists, which is less. */
const mostChanges = 200;

export function liveProcedure(os: Gate, services: Services) {
  const { changes, hub } = services;

  return os.live.handler(async ({ input, context, signal: asked }) => {
    const { principal, engine } = inside(services, context.principal);
    const followed = new Map<string, number>();
    const followedProjects = new Set<string>();
    for (const { id: beginning, from = 1 } of input.follow ?? []) {
      await permitDeployment(services, principal, { access, id: beginning });
      const { id, project } = await engine.deployment(beginning);
      followedProjects.add(project);
      followed.set(id, Math.min(from, followed.get(id) ?? from));
    }

    /** What is followed has to be seen for as long; of changes, those are told that may be seen by then. */
    function check(now: Principal): void {
      permitAnywhere(now, access);
      for (const project of followedProjects) permit(now, access, project);
    }

    async function* read(signal: AbortSignal, now: () => Principal): AsyncGenerator<Told> {
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      const queue = openQueue();
      either.addEventListener("abort", queue.wake);
      using listening = changes.listen(engine, (one) => {
        if (may(now(), access, one.project)) queue.change(one);
      });
      let beats: NodeJS.Timeout | undefined;
      const keepBeating = async (): Promise<void> => {
        await listening.ready;
        if (either.aborted) return;
        // At once: from here on no change is missed.
        queue.beat();
        beats = setInterval(queue.beat, beatMs);
      };
      void keepBeating();
      const follow = async (id: string, from: number): Promise<void> => {
        for await (const event of hub.follow({ engine, deploymentId: id, from, signal: either })) {
          while (queue.isFull() && !either.aborted) await queue.room();
          queue.put(event);
        }
        queue.put({ type: "ended", deploymentId: id });
      };
      for (const [id, from] of followed) follow(id, from).catch(queue.fail);
      try {
        for (;;) {
          signal.throwIfAborted();
          const next = queue.take();
          if (next) yield next;
          else if (queue.isLost()) return;
          else await queue.something();
        }
      } finally {
        clearInterval(beats);
        either.removeEventListener("abort", queue.wake);
        over.abort();
        queue.wake();
      }
    }
    return whileAllowed(services, { principal, call: context.call, check, signal: asked }, read);
  });
}

/** What waits for one reader. However slow it is, no more than so much: of each deployment the last change, one beat, a few events. */
function openQueue() {
  const events: Told[] = [];
  const changed = new Map<string, Change>();
  let beat: Beat | null = null;
  let failure: { error: unknown } | null = null;
  let isLost = false;
  let something = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();

  function told(): void {
    something.resolve();
    something = Promise.withResolvers();
  }
  function makeRoom(): void {
    room.resolve();
    room = Promise.withResolvers();
  }

  return {
    put(event: DeployEvent | Ended): void {
      events.push(event);
      told();
    },
    change(one: Change): void {
      changed.set(one.deploymentId, one);
      if (changed.size > mostChanges) {
        changed.clear();
        isLost = true;
      }
      told();
    },
    beat(): void {
      beat = { type: "beat" };
      told();
    },
    fail(error: unknown): void {
      failure ??= { error };
      told();
    },
    /** The next one, if there is one. Throws what reading threw. */
    take(): Told | undefined {
      if (failure) throw failure.error;
      if (isLost) return undefined;
      if (beat) {
        const one = beat;
        beat = null;
        return one;
      }
      for (const [id, one] of changed) {
        changed.delete(id);
        return one;
      }
      const event = events.shift();
      if (!event) return undefined;
      makeRoom();
      return event;
    },
    isFull: () => events.length >= mostEvents,
    isLost: () => isLost,
    room: () => room.promise,
    something: () => something.promise,
    wake(): void {
      told();
      makeRoom();
    },
  };
}
