/** Connections as a person has them: made, listed, checked, ended. */
import { instant } from "../clock.ts";
import type { ConnectionView, Engine } from "../engine.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import { slug } from "../name.ts";
import type { Account, Platform } from "../platform.ts";
import { platformOf } from "../plan/prepare.ts";
import { createRedactor } from "../redact/redact.ts";
import type { ConnectionRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { notConnected, openClient, type PlatformAccess } from "./access.ts";
import { chooseConnection } from "./choose.ts";
import { type Credential, type KeptCredential, secretsOf, tokenCredential } from "./credential.ts";
import { type Departure, oauthOf, stateHash } from "./oauth.ts";
import { clearFault, endTurn, keptIn, markFault, storedCredential, takeTurn } from "./stored-credential.ts";

/** A person who was sent to the platform may take so long. */
const awayMs = 10 * 60_000;
/** An account is asked for its state at most so often. */
const checkEveryMs = 5 * 60_000;
/** A platform is given so long to say whose a credential is. */
const accountMs = 60_000;

/** A person is at the platform; kept sealed until they come back. */
interface PendingAuthorization {
  departure: Departure;
  name?: string;
}

interface Inside {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
}

/** See Engine.connections. */
export function connectionsOf(inside: Inside): Engine["connections"] {
  const { store, platforms, access } = inside;
  const { db, clock } = store;

  /** A platform that accounts are connected to. Throws INVALID_CONFIG. */
  function connectable(id: string): Platform {
    const platform = platformOf(platforms, id);
    if (platform.account && platform.connect) return platform;
    throw new DeployError("INVALID_CONFIG", {
      what: `${platform.name} needs no account.`,
      where: id,
      next: `Deploy there with: landfall deploy --platform ${id}`,
    });
  }

  /** Whose the credential is. Throws AUTH_FAILED and others, without the secrets. */
  async function accountOf(platform: Platform, credential: Credential, secrets: string[]): Promise<Account> {
    await using api = openClient({ platform, access: access[platform.id], credential, clock });
    try {
      return await platform.account!({ api, signal: AbortSignal.timeout(accountMs), clock });
    } catch (error) {
      throw withoutSecrets(error, secrets);
    }
  }

  /** Asked whose it is, and kept. */
  async function admit(
    platform: Platform,
    {
      kept,
      expiresAt,
      name,
      method,
    }: { kept: KeptCredential; expiresAt: number | null; name: string | undefined } & {
      method: ConnectionRow["method"];
    },
  ): Promise<ConnectionView> {
    const account = await accountOf(platform, tokenCredential(kept.accessToken), secretsOf(kept));
    const ends = account.expiresAt === undefined ? null : Date.parse(account.expiresAt);
    const row = await keep(store, { platform, account, kept, expiresAt: expiresAt ?? ends, name, method });
    return viewOf(row);
  }

  async function check(row: ConnectionRow, platform: Platform, force: boolean): Promise<ConnectionView> {
    const { id } = row;
    const now = clock.now();
    // Written before it is asked: of several processes one asks.
    const { numUpdatedRows } = await db
      .updateTable("connection")
      .set({ checked_at: now })
      .where("id", "=", id)
      .where("checked_at", "<=", force ? now : now - checkEveryMs)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) {
      const learnt: string[] = [];
      const place = { store, platform, access: access[platform.id], id };
      const credential = await storedCredential({ ...place, learn: (secrets) => void learnt.push(...secrets) });
      try {
        const account = await accountOf(platform, credential, learnt);
        await db
          .updateTable("connection")
          .set({ account: JSON.stringify(account) })
          .where("id", "=", id)
          .execute();
        await clearFault({ store, id });
      } catch (error) {
        if (!(error instanceof DeployError)) throw error;
        if (error.code !== "AUTH_FAILED") {
          // Nobody has said anything about the account.
          await db.updateTable("connection").set({ checked_at: row.checked_at }).where("id", "=", id).execute();
          throw error;
        }
        await markFault(place, { used: keptIn(store, await rowOf(id)), what: error.text.what });
      }
    }
    return viewOf(await rowOf(id));
  }

  async function rowOf(id: string): Promise<ConnectionRow> {
    const row = await db.selectFrom("connection").selectAll().where("id", "=", id).executeTakeFirst();
    if (row) return row;
    throw new DeployError("NOT_FOUND", { what: "The connection was removed meanwhile.", where: id });
  }

  async function checkEnvironment(platform: Platform, token: string): Promise<ConnectionView> {
    const view = environmentView(platform.id, access[platform.id]!);
    const checkedAt = instant(clock);
    try {
      const account = await accountOf(platform, tokenCredential(token), [token]);
      return { ...view, account, expiresAt: account.expiresAt ?? null, checkedAt };
    } catch (error) {
      if (!(error instanceof DeployError && error.code === "AUTH_FAILED")) throw error;
      return { ...view, fault: error.text.what, checkedAt };
    }
  }

  return {
    async list() {
      const given = platforms.flatMap(({ id }) =>
        access[id]?.token === undefined ? [] : environmentView(id, access[id]),
      );
      const rows = await db.selectFrom("connection").selectAll().orderBy("platform").orderBy("name").execute();
      return [...given, ...rows.map(viewOf)];
    },

    async connect({ platform: id, token, name }) {
      const platform = connectable(id);
      const accessToken = checkedToken(token, platform);
      return admit(platform, { kept: { accessToken }, expiresAt: null, name: checkedLabel(name), method: "token" });
    },

    async authorize({ platform: id, redirectUri, name }) {
      const platform = connectable(id);
      const { url, state, departure } = await oauthOf({ platform, access: access[id], clock }).depart(redirectUri);
      const label = checkedLabel(name);
      const pending: PendingAuthorization = { departure, ...(label === undefined ? {} : { name: label }) };
      const expiresAt = clock.now() + awayMs;
      const hash = stateHash(state);
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom("authorization").where("expires_at", "<=", clock.now()).execute();
        const sealed = store.vault.seal(JSON.stringify(pending), `authorization ${hash}`);
        await tx
          .insertInto("authorization")
          .values({ state: hash, platform: id, sealed, expires_at: expiresAt })
          .execute();
      });
      return { url, state, expiresAt: new Date(expiresAt).toISOString() };
    },

    async callback({ platform: id, query }) {
      const platform = connectable(id);
      const state = query.get("state") ?? "";
      const hash = stateHash(state);
      // Taken out before anything is asked: good for one use, also when that fails.
      const pending = await db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom("authorization")
          .selectAll()
          .where("state", "=", hash)
          .where("platform", "=", id)
          .executeTakeFirst();
        if (!row) return null;
        await tx.deleteFrom("authorization").where("state", "=", hash).execute();
        return row.expires_at > clock.now() ? row : null;
      });
      if (!pending)
        throw new DeployError("AUTH_FAILED", {
          what: "This answer belongs to no connection that is being made: it was used already, came too late, or was not asked for here.",
          where: id,
          next: `Begin again with: landfall connect ${id}`,
          step: "auth",
        });
      const opened = store.vault.open(pending.sealed, `authorization ${hash}`);
      const { departure, name } = JSON.parse(opened) as PendingAuthorization;
      const oauth = oauthOf({ platform, access: access[id], clock });
      const grant = await oauth.redeem(departure, { query, state });
      try {
        return await admit(platform, { ...grant, name, method: "oauth2" });
      } catch (error) {
        // Nobody will use it: it had better not be good.
        await oauth.revoke(grant.kept).catch(() => false);
        throw error;
      }
    },

    async disconnect(which) {
      const row = await findConnection(store, which);
      const view = viewOf(row);
      const platform = platforms.find(({ id }) => id === row.platform);
      if (!platform) {
        await db.deleteFrom("connection").where("id", "=", row.id).execute();
        return { connection: view, revoked: false };
      }
      const place = { store, platform, id: row.id };
      // No renewal is under way then: what is revoked is all there is.
      const turn = await takeTurn(place, { wait: true });
      try {
        const kept = keptIn(store, await rowOf(row.id));
        const revoked = row.method === "oauth2" && (await revoke(platform, kept));
        await db.deleteFrom("connection").where("id", "=", row.id).execute();
        return { connection: view, revoked };
      } finally {
        await endTurn(place, turn!);
      }
    },

    async check({ platform: id, connection, force = false }) {
      const platform = connectable(id);
      const token = access[id]?.token;
      if (connection === undefined && token !== undefined) return checkEnvironment(platform, token);
      const row = await chooseConnection(store, platform, connection);
      if (!row) throw notConnected(platform);
      return check(row, platform, force);
    },
  };

  /** False when the platform cannot end it, or does not answer: it is forgotten all the same. */
  async function revoke(platform: Platform, kept: KeptCredential): Promise<boolean> {
    try {
      return await oauthOf({ platform, access: access[platform.id], clock }).revoke(kept);
    } catch (error) {
      if (error instanceof DeployError) return false;
      throw error;
    }
  }
}

/**
 * Keep the credential: in place of an earlier one of the same account, else under a name of its own. Throws CONFLICT when the name asked
 * for belongs to another account: deployments would go elsewhere without anybody having said so.
 */
async function keep(
  store: Store,
  {
    platform,
    account,
    kept,
    expiresAt,
    name,
    method,
  }: {
    platform: Platform;
    account: Account;
    kept: KeptCredential;
    expiresAt: number | null;
    name: string | undefined;
    method: ConnectionRow["method"];
  },
): Promise<ConnectionRow> {
  const { db, clock, vault } = store;
  return db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom("connection")
      .selectAll()
      .where("platform", "=", platform.id)
      .orderBy("id")
      .execute();
    const isSame = (row: ConnectionRow): boolean => accountIn(row).id === account.id;
    const earlier = name === undefined ? rows.find(isSame) : rows.find((row) => row.name === name);
    if (earlier && !isSame(earlier))
      throw new DeployError("CONFLICT", {
        what: `The connection ${earlier.name} to ${platform.name} belongs to ${accountIn(earlier).name}; this credential is ${account.name}'s.`,
        where: platform.id,
        next: `Choose another name with --name, or end that one first: landfall disconnect ${earlier.name}`,
        step: "auth",
      });
    const id = earlier?.id ?? newId("con", clock);
    const values = {
      method,
      account: JSON.stringify(account),
      credential: vault.seal(JSON.stringify(kept), `connection ${id}`),
      expires_at: expiresAt,
      renews: kept.refreshToken === undefined ? 0 : 1,
      checked_at: clock.now(),
      fault: null,
    };
    if (earlier) await tx.updateTable("connection").set(values).where("id", "=", id).execute();
    else {
      const taken = new Set(rows.map((row) => row.name));
      const free = name ?? freeName(slug(account.name) || platform.id, taken);
      await tx
        .insertInto("connection")
        .values({ id, platform: platform.id, name: free, created_at: instant(clock), ...values })
        .execute();
    }
    return tx.selectFrom("connection").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  });
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** By id, by name, or by platform when it has one. Throws NOT_FOUND, CONFLICT. */
async function findConnection({ db }: Store, which: string): Promise<ConnectionRow> {
  const rows = await db.selectFrom("connection").selectAll().orderBy("id").execute();
  const found = rows.filter(({ id, name, platform }) => [id, name, platform].includes(which));
  if (found.length === 1) return found[0]!;
  const listed = (found.length > 0 ? found : rows).map(({ id, name, platform }) => `${platform} ${name} (${id})`);
  if (found.length > 1)
    throw new DeployError("CONFLICT", {
      what: `${found.length} connections are meant by ${which}.`,
      next: `Choose one by its id: ${listed.join(", ")}.`,
    });
  throw new DeployError("NOT_FOUND", {
    what: `There is no connection ${JSON.stringify(which.slice(0, 80))}.`,
    next: listed.length > 0 ? `Connections: ${listed.join(", ")}.` : "No account is connected.",
  });
}

function accountIn({ account }: ConnectionRow): Account {
  return JSON.parse(account) as Account;
}

function viewOf(row: ConnectionRow): ConnectionView {
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

function environmentView(platform: string, { tokenFrom }: PlatformAccess): ConnectionView {
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

/** A token as a platform makes them. What was pasted with a space or a line break around it is meant without. */
function checkedToken(text: string, platform: Platform): string {
  const token = text.trim();
  if (/^[\x21-\x7e]{4,4096}$/.test(token)) return token;
  throw new DeployError("INVALID_CONFIG", {
    what:
      token === ""
        ? "There is no token: what was given is empty."
        : "This is no token: those are one line of letters, digits and signs.",
    where: platform.id,
    next: "Copy it again from where it was made.",
    step: "auth",
  });
}

function checkedLabel(name: string | undefined): string | undefined {
  if (name === undefined || /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,56}[A-Za-z0-9])?$/.test(name)) return name;
  throw new DeployError("INVALID_CONFIG", {
    what: "A connection's name may have letters, digits, dots, hyphens and underscores, at most 58.",
    where: "--name",
    next: `Use ${slug(name) || "another name"} instead.`,
  });
}

/** The error without the secrets a platform may have sent back in it, and without what it came from when that was so. */
function withoutSecrets(error: unknown, secrets: string[]): unknown {
  if (!(error instanceof DeployError)) return error;
  const text = JSON.stringify(error.text);
  const hidden = createRedactor(secrets.map((value) => ({ name: "credential", value }))).text(text);
  return hidden === text ? error : new DeployError(error.code, JSON.parse(hidden) as DeployError["text"]);
}
