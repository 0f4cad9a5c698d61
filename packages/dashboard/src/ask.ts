/** Questions to the server and changes through it, with errors in its own words. */
import { errorReportOf, type ErrorReport, type LandfallClient, liveKey, useLandfall } from "@landfall/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

export interface Answer<T> {
  /** Undefined until there is one; the last good one when a later question failed. */
  data: T | undefined;
  error: ErrorReport | null;
  isAsking: boolean;
  /** When `data` was answered, in milliseconds since the epoch. */
  answeredAtMs: number;
  again(): void;
}

/**
 * Ask, and again whenever a deployment changes. `key` names the question and what it depends on. What no deployment changes, and is dear to
 * answer, is `isLive: false`: asked once for each key.
 */
export function useAsk<T>(
  key: readonly unknown[],
  ask: (client: LandfallClient, signal: AbortSignal) => Promise<T>,
  { enabled = true, everyMs, isLive = true }: { enabled?: boolean; everyMs?: number; isLive?: boolean } = {},
): Answer<T> {
  const { client } = useLandfall();
  const query = useQuery({
    queryKey: isLive ? [...liveKey, ...key] : ["landfall", "once", ...key],
    queryFn: ({ signal }) => ask(client, signal),
    enabled,
    retry: (count, error) => count < 2 && errorReportOf(error).code === "PLATFORM_UNAVAILABLE",
    staleTime: isLive ? justAskedMs : Infinity,
    // Who comes back to the page may have changed something elsewhere a moment ago.
    refetchOnWindowFocus: isLive && "always",
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
  return {
    data: query.data,
    error: query.error ? questionReportOf(query.error) : null,
    isAsking: query.isFetching,
    answeredAtMs: query.dataUpdatedAt,
    again: () => void query.refetch(),
  };
}

/** Why a question has no answer, in words for somebody at a browser. */
export function questionReportOf(error: unknown): ErrorReport {
  const report = errorReportOf(error);
  if (report.code !== "UNAUTHORIZED") return report;
  return { ...report, what: "Nobody is signed in here any more.", next: "Sign in again, and it is shown." };
}

/** Of parts of a page that ask the same and appear one after the other, only the first does. */
const justAskedMs = 2_000;

export interface Doing<I, T> {
  /** Never rejects: a failure is in `error`, and the answer undefined. */
  run(input: I): Promise<T | undefined>;
  isRunning: boolean;
  error: ErrorReport | null;
  reset(): void;
}

/** Change something; what is on the screen is asked for again afterwards. `answers` is the key of a question that is answered by it. */
export function useDo<I, T>(
  change: (client: LandfallClient, input: I) => Promise<T>,
  { answers }: { answers?: readonly unknown[] } = {},
): Doing<I, T> {
  const { client } = useLandfall();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: (input: I) => change(client, input),
    onSuccess: (answer) => {
      if (answers !== undefined) queries.setQueryData([...liveKey, ...answers], answer);
    },
    // Not waited for: it is done when the server has answered, however long the rest takes.
    onSettled: () => void queries.invalidateQueries({ queryKey: liveKey }),
  });
  return {
    run: (input) => mutation.mutateAsync(input).catch(() => undefined),
    isRunning: mutation.isPending,
    error: mutation.error ? errorReportOf(mutation.error) : null,
    reset: mutation.reset,
  };
}
