/**
 * The one stream of a page. Deployments are followed by id; their events arrive once each, in order and without a gap, however often the
 * connection is cut: what a reader has is known by its last seq, and asked for from there.
 */
import { errorReportOf } from "./client.ts";
import type { ConnectionState, DeployEvent, LandfallClient, Live } from "./types.ts";

type Change = Extract<Live, { type: "change" }>;

export interface LiveStream {
  /** Events from `from` on, until disposed. `ended` is called when no more will come. */
  follow(id: string, reader: { from: number; event(event: DeployEvent): void; ended(): void }): Disposable;
  /** Every change of a deployment of the organisation; `null` when changes may have been missed, as before the stream was there. */
  onChange(told: (change: Change | null) => void): Disposable;
  state(): ConnectionState;
  subscribe(changed: () => void): () => void;
  /** Lets the connection go; the next reader opens it again. */
  pause(): void;
}

interface Reader {
  /** Seq of the event it takes next. */
  next: number;
  event(event: DeployEvent): void;
  ended(): void;
}

interface Followed {
  /** Of the reader that is furthest behind. */
  next: number;
  readers: Set<Reader>;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** The server is heard every 10 s. */
const silenceMs = 25_000;

/** Nothing is asked of the server until somebody reads. `random` spreads clients that come back together, from 0 to 1. */
export function createLiveStream(client: LandfallClient, { random = Math.random } = {}): LiveStream {
  const followed = new Map<string, Followed>();
  const listeners = new Set<(change: Change | null) => void>();
  const subscribers = new Set<() => void>();
  let state: ConnectionState = { kind: "connecting" };
  let lastEventAtMs = Date.now();
  let current: AbortController | null = null;
  let isScheduled = false;
  let attempt = 0;
  let wake: (() => void) | null = null;

  function become(next: ConnectionState): void {
    if (state.kind === next.kind && next.kind !== "reconnecting") return;
    state = next;
    for (const told of subscribers) told();
  }

  /** What is asked for has changed, or the connection is gone: ask anew, once for all that changed meanwhile. */
  function reopen(): void {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      current?.abort();
      current = null;
      if (followed.size > 0 || listeners.size > 0) void run();
    });
  }

  async function run(): Promise<void> {
    const mine = new AbortController();
    current = mine;
    while (!mine.signal.aborted) {
      try {
        await read(mine.signal);
      } catch (error) {
        if (mine.signal.aborted) return;
        const report = errorReportOf(error);
        if (report.code === "UNAUTHORIZED" || report.code === "INSUFFICIENT_PERMISSIONS" || report.code === "NOT_FOUND")
          return become({ kind: "refused", error: report });
      }
      if (mine.signal.aborted) return;
      attempt += 1;
      if (navigator.onLine) become({ kind: "reconnecting", lastEventAtMs, attempt });
      else become({ kind: "offline", sinceMs: lastEventAtMs });
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
      await pause(pauseMs, mine.signal);
    }
  }

  async function read(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const either = AbortSignal.any([signal, silence.signal]);
    let timer = setTimeout(() => silence.abort(), silenceMs);
    let isFirst = true;
    try {
      const follow = [...followed].map(([id, { next }]) => ({ id, from: next }));
      for await (const one of await client.live({ follow }, { signal: either })) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMs);
        if (signal.aborted) return;
        lastEventAtMs = Date.now();
        if (isFirst) {
          // Between two streams, also where one follows the other at once, changes may have been missed; events nobody has.
          for (const told of listeners) told(null);
          isFirst = false;
          attempt = 0;
          become({ kind: "live" });
        }
        take(one);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  function take(one: Live): void {
    if (one.type === "beat") return;
    if (one.type === "change") {
      for (const told of listeners) told(one);
      return;
    }
    const target = followed.get(one.deploymentId);
    if (!target) return;
    if (one.type === "ended") {
      followed.delete(one.deploymentId);
      for (const reader of target.readers) reader.ended();
      return;
    }
    if (one.seq < target.next) return;
    if (one.seq > target.next) return reopen(); // A gap: asked for again from the last whole one.
    target.next = one.seq + 1;
    for (const reader of target.readers) {
      if (one.seq < reader.next) continue;
      reader.next = one.seq + 1;
      reader.event(one);
    }
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        wake = null;
        resolve();
      };
      const timer = setTimeout(over, ms);
      signal.addEventListener("abort", over, { once: true });
      wake = over;
    });
  }

  const hurry = (): void => {
    attempt = 0;
    wake?.();
  };
  const lost = (): void => {
    become({ kind: "offline", sinceMs: Date.now() });
    reopen();
  };
  const shown = (): void => {
    if (document.visibilityState === "visible") hurry();
  };
  const target = typeof window === "undefined" ? null : window;
  // For the life of the page, as the stream is.
  target?.addEventListener("online", hurry);
  target?.addEventListener("offline", lost);
  target?.document.addEventListener("visibilitychange", shown);

  return {
    follow(id, { from, event, ended }) {
      const reader: Reader = { next: from, event, ended };
      const known = followed.get(id);
      if (known) known.readers.add(reader);
      else followed.set(id, { next: from, readers: new Set([reader]) });
      if (!known || from < known.next) {
        // Others are further on: all is asked for again from here, and each takes what it lacks.
        if (known) known.next = from;
        reopen();
      }
      return { [Symbol.dispose]: () => leave(id, reader) };
    },
    onChange(told) {
      listeners.add(told);
      if (current === null) reopen();
      return { [Symbol.dispose]: () => void listeners.delete(told) };
    },
    state: () => state,
    subscribe(changed) {
      subscribers.add(changed);
      return () => subscribers.delete(changed);
    },
    pause() {
      current?.abort();
      current = null;
      attempt = 0;
    },
  };

  function leave(id: string, reader: Reader): void {
    const known = followed.get(id);
    if (!known) return;
    known.readers.delete(reader);
    if (known.readers.size > 0) return;
    followed.delete(id);
    reopen();
  }
}
