/**
 * The credential of a connection, as it is in the store at each use, so that renewals and disconnections of other processes count here too.
 * One renewal at a time for all of them: whoever has the turn is written into the row, and the new credential before anybody uses it.
 */
import { randomBytes } from "node:crypto";
import type { Transaction } from "kysely";
import { instant } from "../clock.ts";
import { ownerIsDead, thisOwner } from "../deployment/owner.ts";
import { DeployError } from "../error.ts";
import type { Platform } from "../platform.ts";
import { type Secret, secret } from "../secret.ts";
import type { ConnectionRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { authFailed, type PlatformAccess } from "./access.ts";
import { type Credential, type KeptCredential, type Learn, secretsOf } from "./credential.ts";
import { type Grant, oauthOf } from "./oauth.ts";

/** The store is looked at so often at most: an upload asks for its credential thousands of times. */
const lookEveryMs = 250;
/** A renewal ahead of time that failed is tried again after so long; what there is is good meanwhile. */
const renewAgainMs = 30_000;
/** Longer than a renewal can take with all its tries. */
const turnMs = 60_000;
const waitForTurnMs = 50;

/** A connection: where it is kept and how its platform is reached. */
export interface Kept {
  store: Store;
  platform: Platform;
  access: PlatformAccess | undefined;
  id: string;
}

interface Opened {
  row: ConnectionRow;
  kept: KeptCredential;
  token: Secret;
}

/** Its credential. Throws AUTH_FAILED when the connection is not there (any more). */
export async function storedCredential({ learn, ...place }: Kept & { learn?: Learn }): Promise<Credential> {
  const { store, platform } = place;
  const { clock } = store;
  let opened = await openConnection(place);
  let lookAgainAt = 0;
  let renewAgainAt = 0;
  /** One flight in this process; the row makes it one for all of them. */
  let flight: Promise<Opened> | null = null;

  function take(next: Opened): Opened {
    learn?.(secretsOf(next.kept));
    opened = next;
    lookAgainAt = clock.now() + lookEveryMs;
    return opened;
  }
  take(opened);

  function renewed(from: Opened, how: { wasRefused: boolean }): Promise<Opened> {
    flight ??= renew(place, from, how)
      .then(take)
      .finally(() => (flight = null));
    return flight;
  }

  /** At its end, or soon to end and not just tried. */
  function isDue({ kept, row }: Opened): boolean {
    const now = clock.now();
    if (row.renews === 0 || kept.renewAt === undefined || now < kept.renewAt) return false;
    return now >= (row.expires_at ?? Infinity) || now >= renewAgainAt;
  }

  return {
    async current() {
      const now = clock.now() < lookAgainAt ? opened : take(await openConnection(place));
      if (!isDue(now)) return now.token;
      const next = await renewed(now, { wasRefused: false });
      if (next.kept.accessToken === now.kept.accessToken) renewAgainAt = clock.now() + renewAgainMs;
      return next.token;
    },
    async renew(refused) {
      const now = take(await openConnection(place));
      if (now.kept.accessToken !== refused.open()) return true;
      if (now.row.renews === 1) {
        await renewed(now, { wasRefused: true });
        return opened.kept.accessToken !== refused.open();
      }
      const what = `${platform.name} refused the token on ${instant(clock).slice(0, 10)}.`;
      await markFault(place, { used: now.kept, what });
      return false;
    },
  };
}

/** The connection with its credential. Throws AUTH_FAILED when it is not there. */
async function openConnection({ store, platform, id }: Kept): Promise<Opened> {
  const row = await store.db.selectFrom("connection").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw disconnected(platform, id);
  const kept = keptIn(store, row);
  return { row, kept, token: secret(kept.accessToken) };
}

/** As it stays until the transaction ends. */
function rowForUpdate(tx: Transaction<Schema>, id: string): Promise<ConnectionRow | undefined> {
  return tx.selectFrom("connection").selectAll().where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
}

/** What the row holds, opened. */
export function keptIn({ vault }: Store, { id, credential }: Pick<ConnectionRow, "id" | "credential">): KeptCredential {
  return JSON.parse(vault.open(credential, `connection ${id}`)) as KeptCredential;
}

function disconnected(platform: Platform, id: string): DeployError {
  return authFailed(platform, `The account of ${platform.name} was disconnected.`, { where: id });
}

/**
 * The next credential: got here, or by whoever had the turn before. What cannot be renewed ahead of time is answered as it is.
 * It ends with no signal: an answer that nobody waits for would take the only good refresh token with it.
 */
async function renew(place: Kept, from: Opened, { wasRefused }: { wasRefused: boolean }): Promise<Opened> {
  const { platform, access } = place;
  const { clock } = place.store;
  const isGood = (): boolean => !wasRefused && clock.now() < (from.row.expires_at ?? Infinity);
  const turn = await takeTurn(place, { wait: !isGood() });
  if (turn === null) return from;
  try {
    const now = await openConnection(place);
    if (now.kept.accessToken !== from.kept.accessToken) return now;
    // Refused once is refused: those who waited for the turn need not ask again.
    if (now.row.renews === 0)
      throw authFailed(platform, now.row.fault ?? "The access has ended.", { where: now.row.name });
    try {
      await keepGrant(place, now.kept, await oauthOf({ platform, access, clock }).refresh(now.kept));
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      const what = `${platform.name} does not renew the access any more. ${error.text.what}`;
      if (error.code === "AUTH_FAILED") await markFault(place, { used: now.kept, what, renews: 0 });
      if (!isGood()) throw error.code === "AUTH_FAILED" ? authFailed(platform, what, { where: now.row.name }) : error;
    }
    return await openConnection(place);
  } finally {
    await endTurn(place, turn);
  }
}

/** Written before it is used. When another credential is there by now (the account was connected again), that one stays. */
async function keepGrant(place: Kept, used: KeptCredential, { kept, expiresAt }: Grant): Promise<void> {
  const { store, platform, access, id } = place;
  const isThere = await store.db.transaction().execute(async (tx) => {
    const row = await rowForUpdate(tx, id);
    if (!row) return false;
    if (keptIn(store, row).refreshToken !== used.refreshToken) return true;
    await tx
      .updateTable("connection")
      .set({
        credential: store.vault.seal(JSON.stringify(kept), `connection ${id}`),
        expires_at: expiresAt,
        renews: kept.refreshToken === undefined ? 0 : 1,
        fault: null,
      })
      .where("id", "=", id)
      .execute();
    return true;
  });
  if (isThere) return;
  // Disconnected while the answer was on its way: nobody would end this access later.
  await oauthOf({ platform, access, clock: store.clock })
    .revoke(kept)
    .catch(() => false); // It ends by itself, and there is nothing left to do with it.
  throw disconnected(platform, id);
}

/**
 * Say in the row what is wrong, unless it holds another credential by now or says so already. With `renews: 0` the platform renews it no
 * more, which only another connection mends.
 */
export async function markFault(
  { store, id }: Pick<Kept, "store" | "id">,
  { used, what, renews }: { used: KeptCredential; what: string; renews?: 0 },
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    const row = await rowForUpdate(tx, id);
    if (!row || keptIn(store, row).accessToken !== used.accessToken) return;
    if (row.fault !== null && renews === undefined) return;
    const set = { fault: what, ...(renews === undefined ? {} : { renews }) };
    await tx.updateTable("connection").set(set).where("id", "=", id).execute();
  });
}

/** The account answers: what was wrong is not so any more. That the access is not renewed stays true. */
export async function clearFault({ store, id }: Pick<Kept, "store" | "id">): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    const row = await rowForUpdate(tx, id);
    if (!row || (row.renews === 0 && keptIn(store, row).refreshToken !== undefined)) return;
    await tx.updateTable("connection").set({ fault: null }).where("id", "=", id).execute();
  });
}

/**
 * The right to renew, for all processes of the store; null when another has it and we do not wait. The turn of a process that is gone is
 * over at once. Throws AUTH_FAILED when the connection is not there.
 */
export async function takeTurn(
  { store, platform, id }: Pick<Kept, "store" | "platform" | "id">,
  { wait }: { wait: boolean },
): Promise<string | null> {
  const { db, clock } = store;
  const turn = `${randomBytes(6).toString("hex")}/${thisOwner()}`;
  for (;;) {
    const isOurs = await db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom("connection")
        .select(["renewing_by", "renewing_until"])
        .where("id", "=", id)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (!row) throw disconnected(platform, id);
      const isTaken = row.renewing_by !== null && row.renewing_until > clock.now();
      if (isTaken && !ownerIsDead(row.renewing_by!.split(/\/(.*)/s)[1]!)) return false;
      await tx
        .updateTable("connection")
        .set({ renewing_by: turn, renewing_until: clock.now() + turnMs })
        .where("id", "=", id)
        .execute();
      return true;
    });
    if (isOurs) return turn;
    if (!wait) return null;
    await clock.sleep(waitForTurnMs);
  }
}

export async function endTurn({ store, id }: Pick<Kept, "store" | "id">, turn: string): Promise<void> {
  await store.db
    .updateTable("connection")
    .set({ renewing_by: null, renewing_until: 0 })
    .where("id", "=", id)
    .where("renewing_by", "=", turn)
    .execute();
}
