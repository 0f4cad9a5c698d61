/** Lines of running programs, followed. They are not numbered by the server, so whoever comes back knows by time what it has. */
import {
  type ConnectionState,
  createLogStore,
  errorReportOf,
  type LandfallClient,
  type LogStore,
  useLandfall,
} from "@landfall/react";
import { useEffect, useMemo, useState } from "react";
import { pause } from "./pause.ts";

/** Lines of before that are asked for. */
const tail = 500;

export interface RuntimeLog {
  log: LogStore;
  connection: ConnectionState;
  retry(): void;
}

interface Place {
  project: string;
  environment: string;
  release: string;
}

export function useRuntimeLog({ project, environment, release }: Place): RuntimeLog {
  const { client } = useLandfall();
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting" });
  const [attempt, setAttempt] = useState(0);
  const store = useMemo(() => collector(), [project, environment, release]);
  useEffect(() => {
    const stop = new AbortController();
    setConnection({ kind: "connecting" });
    void follow(client, { project, environment, release }, { store, told: setConnection, signal: stop.signal });
    return () => stop.abort();
  }, [client, project, environment, release, store, attempt]);
  return { log: store.log, connection, retry: () => setAttempt((count) => count + 1) };
}

interface Following {
  store: Collector;
  told(state: ConnectionState): void;
  signal: AbortSignal;
}

async function follow(client: LandfallClient, place: Place, { store, told, signal }: Following): Promise<void> {
  let lastEventAtMs = Date.now();
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      store.begin();
      const lines = await client.environments.logs({ ...place, follow: true, tail }, { signal });
      told({ kind: "live" });
      for await (const line of lines) {
        if (signal.aborted) return;
        attempt = 0;
        lastEventAtMs = Date.now();
        store.take(line);
      }
      return told({ kind: "ended" });
    } catch (error) {
      if (signal.aborted) return;
      const report = errorReportOf(error);
      if (report.code !== "PLATFORM_UNAVAILABLE" && report.code !== "INTERNAL")
        return told({ kind: "refused", error: report });
      told(
        navigator.onLine
          ? { kind: "reconnecting", lastEventAtMs, attempt }
          : { kind: "offline", sinceMs: lastEventAtMs },
      );
      await pause(attempt, signal);
    }
  }
}

interface RuntimeLine {
  service: string;
  at: string | null;
  stream: "stdout" | "stderr";
  line: string;
}

interface Collector {
  log: LogStore;
  /** Lines that come from here on may be ones that are there. */
  begin(): void;
  take(line: RuntimeLine): void;
}

/** Puts lines into a log; of those that come a second time, none. */
function collector(): Collector {
  const log = createLogStore();
  let count = 0;
  /** By service: the latest instant, and how often each text was said at it. */
  const latest = new Map<string, { at: string; texts: Map<string, number> }>();
  let before = new Map<string, { at: string; texts: Map<string, number> }>();

  function isKnown({ service, at, line }: RuntimeLine): boolean {
    const last = before.get(service);
    if (last === undefined || at === null || at > last.at) return false;
    if (at < last.at) return true;
    const times = last.texts.get(line) ?? 0;
    last.texts.set(line, times - 1);
    return times > 0;
  }

  return {
    log,
    begin() {
      before = new Map([...latest].map(([service, { at, texts }]) => [service, { at, texts: new Map(texts) }]));
    },
    take(line) {
      if (isKnown(line)) return;
      count += 1;
      const at = line.at ?? new Date().toISOString();
      const last = latest.get(line.service);
      if (last?.at === at) last.texts.set(line.line, (last.texts.get(line.line) ?? 0) + 1);
      else if (last === undefined || at > last.at) latest.set(line.service, { at, texts: new Map([[line.line, 1]]) });
      log.append({
        type: "log",
        deploymentId: "",
        seq: count,
        at,
        step: line.service,
        stream: line.stream,
        firstLine: count,
        lines: [line.line],
      });
    },
  };
}
