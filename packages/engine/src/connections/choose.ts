/** Which credential opens a platform, for a new deployment and for one that was accepted. */
import { DeployError } from "../error.ts";
import type { Platform } from "../platform.ts";
import type { ConnectionRow, DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { authFailed, notConnected, type PlatformAccess } from "./access.ts";
import { type Credential, type Learn, tokenCredential } from "./credential.ts";
import { storedCredential } from "./stored-credential.ts";

/** The connection asked for by name or id, or the platform's only one; null when there is none. Throws NOT_FOUND, CONFLICT (several). */
export async function chooseConnection(
  { db, organization }: Store,
  platform: Platform,
  asked: string | undefined,
): Promise<ConnectionRow | null> {
  const rows = await db
    .selectFrom("connection")
    .selectAll()
    .where("organization_id", "=", organization)
    .where("platform", "=", platform.id)
    .orderBy("id")
    .execute();
  if (asked !== undefined) {
    const found = rows.find((row) => row.name === asked || row.id === asked);
    if (found) return found;
    throw new DeployError("NOT_FOUND", {
      what: `There is no connection ${JSON.stringify(asked)} to ${platform.name}.`,
      next:
        rows.length > 0
          ? `Connections: ${rows.map((row) => row.name).join(", ")}.`
          : `Run: landfall connect ${platform.id}`,
      step: "auth",
    });
  }
  if (rows.length < 2) return rows[0] ?? null;
  throw new DeployError("CONFLICT", {
    what: `There are ${rows.length} connections to ${platform.name}.`,
    next: `Choose one with --connection: ${rows.map((row) => row.name).join(", ")}.`,
    step: "auth",
  });
}

function connectionOf({ db, organization }: Store, platform: Platform, id: string): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom("connection")
    .selectAll()
    .where("organization_id", "=", organization)
    .where("platform", "=", platform.id)
    .where("id", "=", id)
    .executeTakeFirst();
}

/**
 * What opens the platform for a new deployment: the connection asked for, the environment's token, the connection it was opened with
 * `before` while that is there, the platform's only connection.
 * Throws AUTH_FAILED (none, or one that has ended), NOT_FOUND, CONFLICT.
 */
export async function chooseCredential(
  store: Store,
  platform: Platform,
  {
    access,
    asked,
    before,
  }: { access: PlatformAccess | undefined; asked?: string | undefined; before?: string | null | undefined },
): Promise<{ connectionId: string } | { token: string } | undefined> {
  if (!platform.connect) return undefined;
  if (asked === undefined && access?.token !== undefined) return { token: access.token };
  const earlier = asked === undefined && before ? await connectionOf(store, platform, before) : undefined;
  const connection = earlier ?? (await chooseConnection(store, platform, asked));
  if (!connection) throw notConnected(platform);
  const hasEnded = (connection.expires_at ?? Infinity) <= store.clock.now();
  if (hasEnded && connection.renews === 0)
    throw authFailed(platform, connection.fault ?? `The access of the connection ${connection.name} has ended.`, {
      where: connection.name,
    });
  return { connectionId: connection.id };
}

/**
 * The credential of a deployment: the token it was accepted with, its connection's, or else what the environment gives now. `learn` is
 * told every secret before it is used. Throws AUTH_FAILED, also when it was disconnected meanwhile.
 */
export async function openCredential(
  store: Store,
  {
    platform,
    access,
    row,
    learn,
  }: {
    platform: Platform;
    access: PlatformAccess | undefined;
    row: Pick<DeploymentRow, "id" | "credential" | "connection_id">;
    learn?: Learn | undefined;
  },
): Promise<Credential | null> {
  if (!platform.connect) return null;
  if (row.credential !== null) return tokenCredential(store.vault.open(row.credential, `credential ${row.id}`), learn);
  if (row.connection_id !== null)
    return storedCredential({ store, platform, access, id: row.connection_id, ...(learn ? { learn } : {}) });
  if (access?.token !== undefined) return tokenCredential(access.token, learn);
  throw notConnected(platform);
}
