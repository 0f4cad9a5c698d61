/** What changes in an organisation, for everybody who looks at it: one look at its newest deployments for all of them. */
import type { DeploymentView, Engine } from "@landfall/engine";

const lookEveryMs = 400;
/** Changes happen to the newest; what has the traffic may be older, and is told by the one that gave it away. */
const looked = 100;

export interface Change {
  type: "change";
  deploymentId: string;
  project: string;
  environment: string;
  state: DeploymentView["state"];
  live: boolean;
}

export interface Changes {
  /** Calls `told` for each change after `ready`, until it is disposed. */
  listen(engine: Engine, told: (change: Change) => void): Disposable & { ready: Promise<void> };
}

interface Feed {
  listeners: Set<(change: Change) => void>;
  timer: NodeJS.Timeout;
  /** Resolves when it is known what there is: what changes from then on is seen. */
  ready: Promise<void>;
}

export function changesOf(failed: (error: unknown) => void): Changes {
  const feeds = new Map<string, Feed>();

  function begin(engine: Engine): Feed {
    let known: Map<string, string> | null = null;
    let isLooking = false;
    const ready = Promise.withResolvers<void>();
    const listeners: Feed["listeners"] = new Set();
    async function look(): Promise<void> {
      if (isLooking) return;
      isLooking = true;
      try {
        const now = new Map<string, string>();
        for (const { id, project, environment, state, live, stoppedAt, hasScreenshot } of await engine.sights({
          limit: looked,
        })) {
          const sight = `${state} ${live} ${stoppedAt} ${hasScreenshot}`;
          now.set(id, sight);
          if (known === null || known.get(id) === sight) continue;
          for (const told of listeners) told({ type: "change", deploymentId: id, project, environment, state, live });
        }
        known = now;
        ready.resolve();
      } catch (error) {
        failed(error); // The database is away: the next look sees what has changed meanwhile.
      } finally {
        isLooking = false;
      }
    }
    void look();
    const timer = setInterval(() => void look(), lookEveryMs);
    timer.unref();
    return { listeners, timer, ready: ready.promise };
  }

  return {
    listen(engine, told) {
      const feed = feeds.get(engine.organization) ?? begin(engine);
      feeds.set(engine.organization, feed);
      feed.listeners.add(told);
      return {
        ready: feed.ready,
        [Symbol.dispose]() {
          feed.listeners.delete(told);
          if (feed.listeners.size > 0) return;
          clearInterval(feed.timer);
          feeds.delete(engine.organization);
        },
      };
    },
  };
}
