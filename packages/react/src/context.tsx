"use client";
/** What the hooks use: one client, one stream and one cache for all components below. */
import { QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { type ClientOptions, createLandfallClient, sendArchive } from "./client.ts";
import { createLiveStream, type LiveStream } from "./live.ts";
import type { ConnectionState, LandfallClient } from "./types.ts";

export interface Landfall {
  client: LandfallClient;
  live: LiveStream;
  /** Sends an archive of the files to deploy; answers the upload's id. */
  send(archive: Blob): Promise<string>;
}

/** Beginning of the keys of everything that deployments change: asked for again when one does. */
export const liveKey = ["landfall", "live"] as const;
const connecting: ConnectionState = { kind: "connecting" };

const Context = createContext<Landfall | null>(null);

export interface LandfallProviderProps extends ClientOptions {
  /** Instead of `url`, `token` and `organization`: one that was made before. */
  client?: LandfallClient;
  /** A product's own cache; default: one of our own. */
  queryClient?: QueryClient;
  /** Opens no stream by itself, for pages that also have people who are not signed in; `useLiveChanges` does, where it is called. */
  isQuiet?: boolean;
  children: ReactNode;
}

/** Connects all components below to a server. */
export function LandfallProvider({
  client: given,
  queryClient,
  url,
  token,
  organization,
  isQuiet = false,
  children,
}: LandfallProviderProps) {
  const landfall = useMemo<Landfall>(() => {
    const options: ClientOptions = {
      ...(url === undefined ? {} : { url }),
      ...(token === undefined ? {} : { token }),
      ...(organization === undefined ? {} : { organization }),
    };
    const client = given ?? createLandfallClient(options);
    return { client, live: createLiveStream(client), send: (archive) => sendArchive(archive, options) };
  }, [given, url, token, organization]);
  const queries = useMemo(() => queryClient ?? new QueryClient(), [queryClient]);
  return (
    <QueryClientProvider client={queries}>
      <Context value={landfall}>
        {isQuiet ? null : <Changes />}
        {children}
      </Context>
    </QueryClientProvider>
  );
}

function Changes() {
  useLiveChanges();
  return null;
}

/** What is on the screen follows what happens, as long as this is there. */
export function useLiveChanges(): void {
  const { live } = useLandfall();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changes = live.onChange((change) => {
      if (change === null) return askAgain(queries);
      // One look for a burst of changes; what is being asked for may have been read before them.
      clearTimeout(timer);
      timer = setTimeout(() => void queries.invalidateQueries({ queryKey: liveKey }), 50);
    });
    return () => {
      clearTimeout(timer);
      changes[Symbol.dispose]();
      live.pause();
    };
  }, [live, queries]);
}

/** Everything, for changes may have been missed: what is being asked for may have been read before them, and is asked for once more when it is there. */
function askAgain(queries: QueryClient): void {
  const early = queries.getQueryCache().findAll({ queryKey: liveKey, fetchStatus: "fetching" });
  void queries.invalidateQueries({ queryKey: liveKey }, { cancelRefetch: false });
  for (const { queryKey } of early) {
    const only = { queryKey, exact: true };
    void queries.refetchQueries(only, { cancelRefetch: false }).then(() => queries.invalidateQueries(only));
  }
}

/** The client and the stream of the provider above. */
export function useLandfall(): Landfall {
  const landfall = useContext(Context);
  if (landfall === null) throw new Error("Put a <LandfallProvider> around what uses Landfall.");
  return landfall;
}

/** How current what is on the screen is. */
export function useConnectionState(): ConnectionState {
  const { live } = useLandfall();
  return useSyncExternalStore(live.subscribe, live.state, () => connecting);
}
