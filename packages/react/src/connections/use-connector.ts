/** Drives PlatformConnector through a server: connects in the browser or by token, checks, ends. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { errorReportOf } from "../client.ts";
import { useLandfall } from "../context.tsx";
import type { Connection, Platform } from "../types.ts";
import { connectionIn, type ConnectorState, failedState, madeSince, stateOf } from "./connector-state.ts";
import type { PlatformConnectorProps } from "./platform-connector.tsx";

/** Beginning of the keys of connections, and of what depends on them. */
export const connectionsKey = ["landfall", "connections"] as const;
/** The platform tells the server, not us, that a person has allowed access: so we look. */
const lookEveryMs = 2_000;

export interface ConnectorOptions {
  /** Id of the connection it is for; null: a new one. Default: the platform's first. */
  connection?: string | null;
  /** An account was connected, or given a new credential. */
  onConnected?(connection: Connection): void;
}

/** While a person is at the platform. */
interface Waiting {
  url: string;
  endsAtMs: number;
  before: readonly Connection[];
  page: Window | null;
}

/** What `<PlatformConnector {...useConnector(platform)} />` takes. */
export function useConnector(
  platform: Platform,
  { connection: asked, onConnected }: ConnectorOptions = {},
): PlatformConnectorProps {
  const { client } = useLandfall();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: connectionsKey,
    queryFn: async ({ signal }) => (await client.connections.list({}, { signal })).connections,
    retry: false,
  });
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  /** Of a new connection, from when it is made. */
  const [made, setMade] = useState<Connection | null>(null);
  const [passing, setPassing] = useState<ConnectorState | null>(null);
  const told = useRef(onConnected);
  useEffect(() => {
    told.current = onConnected;
  });
  const connection = made ?? connectionIn(list.data ?? [], platform.id, asked);

  function connected(one: Connection): void {
    // Of one that was asked for, the list has what is new.
    if (asked === null) setMade(one);
    setPassing(null);
    setWaiting(null);
    void queries.invalidateQueries({ queryKey: connectionsKey });
    told.current?.(one);
  }

  useEffect(() => {
    if (waiting === null) return undefined;
    const { before, endsAtMs, page } = waiting;
    let isOver = false;
    const look = async (): Promise<void> => {
      // What cannot be asked now is asked again in a moment.
      const now = await client.connections.list({}).catch(() => null);
      if (isOver) return;
      const one = now && madeSince(before, now.connections, platform.id);
      if (one) {
        page?.close();
        return connected(one);
      }
      if (Date.now() < endsAtMs) return;
      setWaiting(null);
      setPassing({ kind: "refused", error: { ...tooLate, what: `${platform.name} was not allowed in time.` } });
    };
    const timer = setInterval(() => void look(), lookEveryMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
    // oxlint-disable-next-line exhaustive-deps -- `connected` is of the connector that began to wait
  }, [waiting, client, platform.id]);

  async function authorize(): Promise<void> {
    // Opened in the press itself: later, browsers take it for an advertisement.
    const page = window.open("about:blank", "_blank", "popup,width=720,height=800");
    setPassing({ kind: "checking" });
    try {
      const [{ url, expiresAt }, { connections: before }] = await Promise.all([
        client.connections.authorize({ platform: platform.id }),
        client.connections.list({}),
      ]);
      if (page !== null) {
        // The platform's page must not reach ours.
        page.opener = null;
        page.location.href = url;
      }
      setPassing(null);
      setWaiting({ url, endsAtMs: Date.parse(expiresAt), before, page });
    } catch (error) {
      page?.close();
      setPassing(failedState(errorReportOf(error), connection));
    }
  }

  /** Says that it is being checked, does it, and shows what came of it. */
  async function checking(work: () => Promise<Connection | null>): Promise<void> {
    setPassing({ kind: "checking" });
    try {
      const one = await work();
      if (one !== null) return connected(one);
      await queries.invalidateQueries({ queryKey: connectionsKey });
      return setPassing(null);
    } catch (error) {
      return setPassing(failedState(errorReportOf(error), connection));
    }
  }

  const id = connection?.id ?? null;
  return {
    platform,
    state: waiting
      ? { kind: "waiting-for-browser", url: waiting.url }
      : (passing ??
        (list.isPending
          ? { kind: "checking" }
          : list.error && connection === undefined
            ? failedState(errorReportOf(list.error), undefined)
            : stateOf(connection))),
    ...(platform.connect.includes("oauth2") ? { onAuthorize: () => void authorize() } : {}),
    onCancel() {
      waiting?.page?.close();
      setWaiting(null);
    },
    onToken: (token, name) =>
      void checking(() =>
        client.connections.connect({ platform: platform.id, token, ...(name === undefined ? {} : { name }) }),
      ),
    onCheck: () =>
      void checking(async () => {
        if (id === null) return null;
        const one = await client.connections.status({ platform: platform.id, connection: id, force: true });
        if (made !== null) setMade(one);
        return null;
      }),
    ...(id === null
      ? {}
      : {
          onDisconnect: () =>
            void checking(async () => {
              await client.connections.disconnect({ connection: id });
              setMade(null);
              return null;
            }),
        }),
  };
}

const tooLate = { code: "TIMEOUT", next: "Begin again, and allow access on the page that opens." } as const;
