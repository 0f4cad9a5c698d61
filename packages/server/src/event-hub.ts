/**
 * Many readers of a deployment's events, one reader of the store: the newest events are kept for all who follow along; who is behind reads
 * from the store until it has caught up. Readers pull, so a slow one holds nothing up and grows nothing.
 */
import type { DeployEvent, Engine } from "@landfall/engine";

/** Events kept for those who follow along, and characters of log in them: a chunk may have 256 kB. */
const keptEvents = 256;
const keptCharacters = 4 * 1024 * 1024;

interface Topic {
  /** Consecutive; `first` is the seq of the first of them, or of the next one when there is none. */
  kept: DeployEvent[];
  first: number;
  /** Of log, in what is kept. */
  characters: number;
  readers: number;
  stop: AbortController;
  /** Set when no event will come any more; `failure` says why, if it was one. */
  ended: { failure?: unknown } | null;
  /** Resolves at the next change. */
  changed: PromiseWithResolvers<void>;
}

export interface EventHub {
  /** Events from seq `from` on, each once and in order, until the deployment is settled. */
  follow(of: { engine: Engine; deploymentId: string; from: number; signal: AbortSignal }): AsyncGenerator<DeployEvent>;
}

export function openEventHub(): EventHub {
  const topics = new Map<string, Topic>();

  function join(engine: Engine, deploymentId: string, from: number): Topic {
    const known = topics.get(deploymentId);
    // One that waits for an event far ahead is of no use to whoever is behind it.
    if (known && !known.ended && (known.kept.length > 0 || from >= known.first)) {
      known.readers += 1;
      return known;
    }
    const topic: Topic = {
      kept: [],
      first: from,
      characters: 0,
      readers: 1,
      stop: new AbortController(),
      ended: null,
      changed: Promise.withResolvers(),
    };
    topics.set(deploymentId, topic);
    void read(engine, deploymentId, topic);
    return topic;
  }

  async function read(engine: Engine, deploymentId: string, topic: Topic): Promise<void> {
    try {
      for await (const event of engine.follow(deploymentId, { from: topic.first, signal: topic.stop.signal })) {
        keep(topic, event);
        announce(topic);
      }
      topic.ended = {};
    } catch (failure) {
      topic.ended = { failure };
    }
    announce(topic);
    if (topics.get(deploymentId) === topic) topics.delete(deploymentId);
  }

  function leave(topic: Topic, deploymentId: string): void {
    topic.readers -= 1;
    if (topic.readers > 0) return;
    // Nobody joins what is being stopped.
    if (topics.get(deploymentId) === topic) topics.delete(deploymentId);
    topic.stop.abort();
  }

  return {
    async *follow({ engine, deploymentId, from, signal }) {
      const topic = join(engine, deploymentId, from);
      let next = from;
      try {
        for (;;) {
          signal.throwIfAborted();
          if (next < topic.first) {
            const before = next;
            for await (const event of engine.follow(deploymentId, { from: next, signal })) {
              yield event;
              next = event.seq + 1;
              if (next >= topic.first) break;
            }
            if (next === before) return; // Nothing is there any more: the deployment was removed.
            continue;
          }
          const event = topic.kept[next - topic.first];
          if (event) {
            yield event;
            next += 1;
            continue;
          }
          if (topic.ended) {
            if ("failure" in topic.ended) throw topic.ended.failure;
            return;
          }
          await Promise.race([topic.changed.promise, aborted(signal)]);
        }
      } finally {
        leave(topic, deploymentId);
      }
    },
  };
}

function keep(topic: Topic, event: DeployEvent): void {
  topic.kept.push(event);
  topic.characters += charactersOf(event);
  while (topic.kept.length > keptEvents || (topic.characters > keptCharacters && topic.kept.length > 1)) {
    topic.characters -= charactersOf(topic.kept.shift()!);
    topic.first += 1;
  }
}

function charactersOf(event: DeployEvent): number {
  return event.type === "log" ? event.lines.reduce((sum, { length }) => sum + length, 0) : 0;
}

function announce(topic: Topic): void {
  const { resolve } = topic.changed;
  topic.changed = Promise.withResolvers();
  resolve();
}

const aborts = new WeakMap<AbortSignal, Promise<void>>();

/** One listener for a signal however often it is waited for. */
function aborted(signal: AbortSignal): Promise<void> {
  const known = aborts.get(signal);
  if (known) return known;
  const promise = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  aborts.set(signal, promise);
  return promise;
}
