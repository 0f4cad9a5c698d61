/** The accounts connected on one platform, each with what can be done with it, and the way to another. */
import {
  Button,
  type Connection,
  type ConnectorState,
  type ErrorReport,
  type Platform,
  PlatformConnector,
} from "@landfall/react";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { useMay } from "../../session.ts";

export interface PlatformAccountsProps {
  platform: Platform;
  connections: readonly Connection[];
  /** Projects that were deployed there. */
  usedBy: readonly string[];
}

export function PlatformAccounts({ platform, connections, usedBy }: PlatformAccountsProps) {
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="lf:grid lf:min-w-0 lf:gap-2">
      {connections.map((connection) => (
        <Account
          key={connection.id ?? connection.name}
          platform={platform}
          connection={connection}
          // Which of several accounts a project uses is not known here.
          usedBy={connections.length === 1 ? usedBy : []}
        />
      ))}
      {connections.length === 0 || isAdding ? (
        <NewAccount platform={platform} onConnected={() => setAdding(false)} />
      ) : (
        <div>
          <Button look="quiet" onClick={() => setAdding(true)}>
            <Plus aria-hidden size={14} />
            Connect another {platform.name} account
          </Button>
        </div>
      )}
    </div>
  );
}

/** Sends the person to the platform, or checks and keeps what they paste. */
function useConnect(platform: Platform) {
  const authorize = useDo((client) => client.connections.authorize({ platform: platform.id }));
  const connect = useDo((client, { token, name }: { token: string; name?: string }) =>
    client.connections.connect({ platform: platform.id, token, ...(name === undefined ? {} : { name }) }),
  );
  const [url, setUrl] = useState<string | null>(null);
  return {
    isRunning: authorize.isRunning || connect.isRunning,
    url,
    error: authorize.error ?? connect.error,
    ...(platform.connect.includes("oauth2")
      ? {
          onAuthorize: async () => {
            connect.reset();
            const departure = await authorize.run(undefined);
            if (!departure) return;
            setUrl(departure.url);
            location.assign(departure.url);
          },
        }
      : {}),
    async withToken(token: string, name?: string): Promise<boolean> {
      authorize.reset();
      const made = await connect.run({ token, ...(name === undefined ? {} : { name }) });
      // What was pasted is kept nowhere any more.
      if (made) connect.reset();
      return made !== undefined;
    },
  };
}

function NewAccount({ platform, onConnected }: { platform: Platform; onConnected(): void }) {
  const { isRunning, url, error, onAuthorize, withToken } = useConnect(platform);
  const state: ConnectorState = isRunning
    ? { kind: "checking" }
    : url !== null
      ? { kind: "waiting-for-browser", url }
      : error
        ? troubled(error)
        : { kind: "not-connected" };
  return (
    <PlatformConnector
      platform={platform}
      state={state}
      {...(onAuthorize === undefined ? {} : { onAuthorize: () => void onAuthorize() })}
      onToken={(token, name) => void withToken(token, name).then((done) => (done ? onConnected() : undefined))}
    />
  );
}

function Account({
  platform,
  connection,
  usedBy,
}: {
  platform: Platform;
  connection: Connection;
  usedBy: readonly string[];
}) {
  const may = useMay();
  const { isRunning, url, error, onAuthorize, withToken } = useConnect(platform);
  const { id } = connection;
  const check = useDo((client) =>
    client.connections.status({ platform: platform.id, force: true, ...(id === null ? {} : { connection: id }) }),
  );
  const disconnect = useDo((client) => client.connections.disconnect({ connection: id! }));
  const trouble = disconnect.error ?? check.error ?? error;
  const state: ConnectorState =
    check.isRunning || disconnect.isRunning || isRunning
      ? { kind: "checking" }
      : url !== null
        ? { kind: "waiting-for-browser", url }
        : trouble
          ? troubled(trouble, connection)
          : connection.fault !== null
            ? {
                kind: "refused",
                connection,
                error: { code: "AUTH_FAILED", what: connection.fault, next: "Give it a new credential." },
              }
            : { kind: "connected", connection };
  return (
    <PlatformConnector
      platform={platform}
      state={state}
      {...(onAuthorize === undefined ? {} : { onAuthorize: () => void onAuthorize() })}
      onToken={(token, name) => void withToken(token, name ?? connection.name)}
      onCheck={() => void check.run(undefined)}
      {...(may("delete:connection") && id !== null ? { onDisconnect: () => void disconnect.run(undefined) } : {})}
      usedBy={usedBy}
    />
  );
}

function troubled(error: ErrorReport, connection?: Connection): ConnectorState {
  const isAway =
    error.code === "PLATFORM_UNAVAILABLE" || error.code === "TIMEOUT" || error.code === "RATE_LIMIT_EXCEEDED";
  return { kind: isAway ? "unreachable" : "refused", error, ...(connection ? { connection } : {}) };
}
