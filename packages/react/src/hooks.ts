"use client";
/** Components bound to a server: each hook gives what the component of the same stem takes. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useReducer, useRef } from "react";
import { errorReportOf } from "./client.ts";
import { liveKey, useConnectionState, useLandfall } from "./context.tsx";
import { type StepView, stepsOf, withEvent } from "./deployment/steps.ts";
import { createLogStore, type LogStore } from "./log/log-store.ts";
import type { ConnectionState, DeployEvent, Deployment, ErrorReport } from "./types.ts";

export interface FollowedDeployment {
  /** Null until the server has answered. */
  deployment: Deployment | null;
  steps: StepView[];
  log: LogStore;
  connection: ConnectionState;
  /** Every event so far, in order. */
  events: readonly DeployEvent[];
  /** Why it cannot be shown. */
  error: ErrorReport | null;
  retry(): void;
}

/** Between two looks at a deployment that nobody has begun. */
const waitingMs = 3_000;

/** A deployment, its steps and its log as they happen, from the first event on. */
export function useDeployment(id: string): FollowedDeployment {
  const { client, live } = useLandfall();
  const stream = useConnectionState();
  const query = useQuery({
    queryKey: [...liveKey, "deployment", id],
    queryFn: ({ signal }) => client.deployments.get({ id }, { signal }),
    retry: false,
    // What it waits for may change, and nothing happens to it then.
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? waitingMs : false),
  });
  const { log, seen } = useMemo(
    () => ({ log: createLogStore(), seen: { events: [] as DeployEvent[], ended: false } }),
    [id],
  );
  const [, show] = useReducer((count: number) => count + 1, 0);
  const asked = useRef(0);
  const isThere = query.data !== undefined;
  const refetch = query.refetch;
  useEffect(() => {
    if (!isThere) return undefined;
    const reader = live.follow(id, {
      from: seen.events.length + 1,
      event(event) {
        seen.events.push(event);
        if (event.type === "log") log.append(event);
        // Lines are painted by the log itself; everything else once per frame.
        else {
          cancelAnimationFrame(asked.current);
          asked.current = requestAnimationFrame(show);
        }
      },
      ended() {
        seen.ended = true;
        show();
        void refetch();
      },
    });
    return () => {
      cancelAnimationFrame(asked.current);
      reader[Symbol.dispose]();
    };
  }, [id, isThere, live, log, seen, refetch]);
  const count = seen.events.length;
  const steps = useMemo(
    () => (query.data ? seen.events.reduce(withEvent, seen.events.length > 0 ? [] : stepsOf(query.data)) : []),
    // oxlint-disable-next-line exhaustive-deps -- events grow in place
    [query.data, count, seen],
  );
  return {
    deployment: query.data ?? null,
    steps,
    log,
    connection: seen.ended ? { kind: "ended" } : stream,
    events: seen.events,
    error: query.error ? errorReportOf(query.error) : null,
    retry: () => void query.refetch(),
  };
}
