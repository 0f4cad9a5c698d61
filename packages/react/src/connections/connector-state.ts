/** Where a connection to a platform is, and what of it a person must know. Pure. */
import type { Connection, ErrorReport } from "../types.ts";

export type ConnectorState =
  | { kind: "not-connected" }
  | { kind: "waiting-for-browser"; url: string }
  | { kind: "checking" }
  | { kind: "connected"; connection: Connection }
  | { kind: "refused"; error: ErrorReport; connection?: Connection }
  | { kind: "unreachable"; error: ErrorReport; connection?: Connection };

const soonMs = 7 * 86_400_000;

/** Whether access ends within a week, or has, and nothing renews it. */
export function expiresSoon({ expiresAt, renews }: Connection, now: number): boolean {
  return expiresAt !== null && !renews && Date.parse(expiresAt) - now < soonMs;
}

/** The connection a connector is for: the one asked for by id, else the platform's first. */
export function connectionIn(
  connections: readonly Connection[],
  platform: string,
  asked: string | null | undefined,
): Connection | undefined {
  if (asked === null) return undefined;
  return connections.find((one) => one.platform === platform && (asked === undefined || one.id === asked));
}

/** What is shown of a connection as the server has it. */
export function stateOf(connection: Connection | undefined): ConnectorState {
  if (connection === undefined) return { kind: "not-connected" };
  if (connection.fault === null) return { kind: "connected", connection };
  return {
    kind: "refused",
    connection,
    error: { code: "AUTH_FAILED", what: connection.fault, next: "Give it a new credential." },
  };
}

/** What went wrong with asking the platform: it said no, or nothing was heard of it. */
export function failedState(error: ErrorReport, connection: Connection | undefined): ConnectorState {
  const isUnreachable =
    error.code === "PLATFORM_UNAVAILABLE" || error.code === "TIMEOUT" || error.code === "RATE_LIMIT_EXCEEDED";
  return { kind: isUnreachable ? "unreachable" : "refused", error, ...(connection ? { connection } : {}) };
}

/**
 * The connection that a person made in the browser: one of the platform that was not among those before, or was given a new credential
 * since. Undefined until then.
 */
export function madeSince(
  before: readonly Connection[],
  now: readonly Connection[],
  platform: string,
): Connection | undefined {
  const known = new Map(before.map((one) => [one.id, one]));
  return now.find((one) => {
    const earlier = known.get(one.id);
    if (one.platform !== platform || one.fault !== null) return false;
    if (earlier === undefined) return true;
    return (
      earlier.fault !== null ||
      earlier.method !== one.method ||
      earlier.expiresAt !== one.expiresAt ||
      earlier.checkedAt !== one.checkedAt
    );
  });
}
