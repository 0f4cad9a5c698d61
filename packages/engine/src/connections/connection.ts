/** A connection as callers see it, and what they can do with connections. */
import type { Account, Connect } from "../platform.ts";
import type { ConnectionRow } from "../store/schema.ts";
import type { PlatformAccess } from "./access.ts";
import { accountIn } from "./keep.ts";

/** An account on a platform that deployments may use. */
export interface ConnectionView {
  /** Null for a token of the environment, which is not kept. */
  id: string | null;
  platform: string;
  /** What a person calls it; of a token of the environment the variable. */
  name: string;
  method: "token" | "oauth2" | "environment";
  /** Whose it is, and what it may do, as the platform said last; null when it was not asked. */
  account: Account | null;
  /** It is renewed by itself; the end is that of the present access. */
  renews: boolean;
  /** ISO 8601; null when it does not end, or nobody says. */
  expiresAt: string | null;
  /** Why it does not work; null when it does, as far as we know. */
  fault: string | null;
  checkedAt: string | null;
  createdAt: string | null;
}

/** A person is to be sent to a platform. */
export interface Authorization {
  url: string;
  /** To be compared with what comes back, where whoever comes back may be somebody else. */
  state: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** Accounts on platforms: connected, listed, checked, renewed, ended. */
export interface Connections {
  /** What can be used, tokens of the environment first; asks nobody. */
  list(): Promise<ConnectionView[]>;
  /** Ask the platform whose the token is, and keep it; again, for the same account. Throws AUTH_FAILED, INVALID_CONFIG, CONFLICT (the name is another account's). */
  connect(given: { platform: string; token: string; name?: string }): Promise<ConnectionView>;
  /** How an account can be connected here and now, the best first: in the browser only when Landfall is registered at the platform. Throws INVALID_CONFIG. */
  ways(of: { platform: string }): Connect["kind"][];
  /** Where to send a person who is to allow access, and the state that comes back with them to `redirectUri`. Throws INVALID_CONFIG when Landfall is not registered there. */
  authorize(asked: { platform: string; redirectUri: string; name?: string }): Promise<Authorization>;
  /** The person is back with this query: exchange it, once, and keep the account. Throws AUTH_FAILED, PLATFORM_UNAVAILABLE, CONFLICT. */
  callback(answer: { platform: string; query: URLSearchParams }): Promise<ConnectionView>;
  /** Where to send a person who is to grant a ticket, for platforms that have that; ask `granted` with its state until it is, each second or so. Throws INVALID_CONFIG. */
  ticket(asked: { platform: string; name?: string }): Promise<Authorization>;
  /** The account once the ticket was granted, null before. Throws AUTH_FAILED, PLATFORM_UNAVAILABLE, CONFLICT. */
  granted(ticket: { platform: string; state: string }): Promise<ConnectionView | null>;
  /** End a connection, by id, name or platform: `revoked` when it was ended at the platform too. Deployments under way with it fail. Throws NOT_FOUND, CONFLICT. */
  disconnect(which: string): Promise<{ connection: ConnectionView; revoked: boolean }>;
  /** Whose credential a deployment would use now. A connection's platform is asked at most every five minutes, unless forced. Throws AUTH_FAILED when there is none, NOT_FOUND, CONFLICT, PLATFORM_UNAVAILABLE. */
  check(which: { platform: string; connection?: string; force?: boolean }): Promise<ConnectionView>;
  /** Renew what ends within minutes, of every organisation; what fails is in the connection's `fault`, or tried with the next call. To be called each minute. */
  tend(): Promise<void>;
}

export function viewOf(row: ConnectionRow): ConnectionView {
  return {
    id: row.id,
    platform: row.platform,
    name: row.name,
    method: row.method,
    account: accountIn(row),
    renews: row.renews !== 0,
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at).toISOString(),
    fault: row.fault,
    checkedAt: new Date(row.checked_at).toISOString(),
    createdAt: row.created_at,
  };
}

/** Of a token of the environment, which is not kept. */
export function environmentView(platform: string, { tokenFrom }: PlatformAccess): ConnectionView {
  return {
    id: null,
    platform,
    name: tokenFrom!,
    method: "environment",
    account: null,
    renews: false,
    expiresAt: null,
    fault: null,
    checkedAt: null,
    createdAt: null,
  };
}
