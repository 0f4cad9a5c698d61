/** A shared deployment, followed by its token: the one stream of a page is for people who are signed in. */
import {
  type ConnectionState,
  createLogStore,
  type DeployEvent,
  type Deployment,
  type ErrorReport,
  errorReportOf,
  isSettled,
  type LandfallClient,
  type LogStore,
  type StepView,
  stepsOf,
  useLandfall,
  withEvent,
} from "@landfall/react";
import { useEffect, useMemo, useReducer, useState } from "react";
import { pause } from "./pause.ts";

type Shared = Awaited<ReturnType<LandfallClient["shares"]["get"]>>["deployment"];

export interface SharedDeployment {
  deployment: Deployment | null;
  steps: StepView[];
  log: LogStore;
  connection: ConnectionState;
  error: ErrorReport | null;
  retry(): void;
}

export function useShared(token: string): SharedDeployment {
  const { client } = useLandfall();
  const [shared, setShared] = useState<Shared | null>(null);
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting" });
  const [error, setError] = useState<ErrorReport | null>(null);
  const [tries, again] = useReducer((count: number) => count + 1, 0);
  const [, show] = useReducer((count: number) => count + 1, 0);
  const seen = useMemo(() => ({ log: createLogStore(), events: [] as DeployEvent[] }), [token]);

  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    void follow(client, token, {
      from: () => seen.events.length + 1,
      shown: setShared,
      event(event) {
        seen.events.push(event);
        if (event.type === "log") seen.log.append(event);
        else show();
      },
      told: setConnection,
      failed: setError,
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [client, token, seen, tries]);

  const deployment = useMemo(() => (shared === null ? null : asDeployment(shared)), [shared]);
  const count = seen.events.length;
  const steps = useMemo(
    () => (deployment ? seen.events.reduce(withEvent, count > 0 ? [] : stepsOf(deployment)) : []),
    [deployment, count, seen],
  );
  return { deployment, steps, log: seen.log, connection, error, retry: again };
}

interface Following {
  /** Seq of the event it lacks. */
  from(): number;
  shown(shared: Shared): void;
  event(event: DeployEvent): void;
  told(state: ConnectionState): void;
  failed(error: ErrorReport): void;
  signal: AbortSignal;
}

/** Until it has ended or is refused; over every break of the connection. */
async function follow(client: LandfallClient, token: string, to: Following): Promise<void> {
  const { signal } = to;
  let lastEventAtMs = Date.now();
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      to.shown((await client.shares.get({ token }, { signal })).deployment);
      const events = await client.shares.events({ token, from: to.from() }, { signal });
      to.told({ kind: "live" });
      for await (const event of events) {
        if (signal.aborted) return;
        attempt = 0;
        lastEventAtMs = Date.now();
        to.event(event);
        if (event.type === "state" && !isSettled(event.state))
          to.shown((await client.shares.get({ token }, { signal })).deployment);
      }
      to.shown((await client.shares.get({ token }, { signal })).deployment);
      return to.told({ kind: "ended" });
    } catch (error) {
      if (signal.aborted) return;
      const report = errorReportOf(error);
      if (report.code !== "PLATFORM_UNAVAILABLE" && report.code !== "INTERNAL") {
        to.told({ kind: "refused", error: report });
        return to.failed(report);
      }
      if (attempt > 2) to.failed(report);
      to.told(
        navigator.onLine
          ? { kind: "reconnecting", lastEventAtMs, attempt }
          : { kind: "offline", sinceMs: lastEventAtMs },
      );
      await pause(attempt, signal);
    }
  }
}

/** As the components take it: whoever looks may do nothing. */
function asDeployment(shared: Shared): Deployment {
  const nothing = { possible: false, reason: null };
  return {
    ...shared,
    // Ways out are for those who can take them.
    error: shared.error === null ? null : { ...shared.error, recovery: [] },
    operation: "deploy",
    reason: null,
    waitsFor: null,
    releaseId: null,
    live: false,
    stoppedAt: null,
    message: null,
    source: null,
    bytesSent: 0,
    filesSent: 0,
    plan: null,
    actions: { cancel: nothing, redeploy: nothing, promote: nothing, rollback: nothing },
    startedBy: null,
    usualMs: null,
    releasedBytes: null,
    screenshot: null,
  };
}
