/** Connections as a person has them: made, listed, checked, ended. */
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { slug } from "../name.ts";
import { type Account, type Platform, platformOf } from "../platform.ts";
import { withoutSecrets } from "../redact/without-secrets.ts";
import type { ConnectionRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { notConnected, openClient, type PlatformAccess } from "./access.ts";
import { chooseConnection } from "./choose.ts";
import { type Connections, type ConnectionView, environmentView, viewOf } from "./connection.ts";
import { type Credential, type KeptCredential, secretsOf, tokenCredential } from "./credential.ts";
import { keep } from "./keep.ts";
import { canAuthorize, oauthOf, renewBeforeMs } from "./oauth.ts";
import { isPending, keepPending, notPending, takePending } from "./pending.ts";
import { canMakeTickets, ticketsOf } from "./ticket.ts";
import { clearFault, endTurn, keptIn, markFault, storedCredential, takeTurn } from "./stored-credential.ts";

/** An account is asked for its state at most so often. */
const checkEveryMs = 5 * 60_000;
/** A platform is given so long to say whose a credential is. */
const accountMs = 60_000;

interface Inside {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
}

export function connectionsOf(inside: Inside): Connections {
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
      const rows = await db
        .selectFrom("connection")
        .selectAll()
        .where("organization_id", "=", store.organization)
        .orderBy("platform")
        .orderBy("name")
        .execute();
      return [...given, ...rows.map(viewOf)];
    },

    async connect({ platform: id, token, name }) {
      const platform = connectable(id);
      const accessToken = checkedToken(token, platform);
      return admit(platform, { kept: { accessToken }, expiresAt: null, name: checkedLabel(name), method: "token" });
    },

    ways({ platform: id }) {
      const platform = connectable(id);
      const usable = {
        token: true,
        ticket: canMakeTickets(platform, access[id]),
        oauth2: canAuthorize(platform, access[id]),
      };
      return platform.connect!.map(({ kind }) => kind).filter((kind) => usable[kind]);
    },

    async authorize({ platform: id, redirectUri, name }) {
      const platform = connectable(id);
      const label = checkedLabel(name);
      const { url, state, departure } = await oauthOf({ platform, access: access[id], clock }).depart(redirectUri);
      const expiresAt = await keepPending(store, { platform: id, state, departure, name: label });
      return { url, state, expiresAt };
    },

    async callback({ platform: id, query }) {
      const platform = connectable(id);
      const state = query.get("state") ?? "";
      const { departure, name } = await takePending(store, id, state);
      if (!departure) throw notPending(id);
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

    async ticket({ platform: id, name }) {
      const platform = connectable(id);
      const label = checkedLabel(name);
      const { ticket, url } = await ticketsOf({ platform, access: access[id], clock }).make();
      return { url, state: ticket, expiresAt: await keepPending(store, { platform: id, state: ticket, name: label }) };
    },

    async granted({ platform: id, state }) {
      const platform = connectable(id);
      const tickets = ticketsOf({ platform, access: access[id], clock });
      if (!(await isPending(store, id, state))) throw notPending(id);
      if (!(await tickets.isGranted(state))) return null;
      const { name } = await takePending(store, id, state);
      const kept = { accessToken: await tickets.exchange(state) };
      return admit(platform, { kept, expiresAt: null, name, method: "oauth2" });
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
        const revoked = row.method === "oauth2" && kept.client !== undefined && (await revoke(platform, kept));
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

    async tend() {
      const due = await db
        .selectFrom("connection")
        .select(["id", "platform"])
        .where("renews", "=", 1)
        .where("expires_at", "<=", clock.now() + renewBeforeMs)
        .execute();
      for (const { id, platform: platformId } of due) {
        const platform = platforms.find((one) => one.id === platformId);
        if (!platform) continue;
        try {
          // The credential looks itself whether it is time, and takes its turn.
          await (await storedCredential({ store, platform, access: access[platformId], id })).current();
        } catch (error) {
          if (!(error instanceof DeployError)) throw error;
        }
      }
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

/** By id, by name, or by platform when it has one. Throws NOT_FOUND, CONFLICT. */
async function findConnection({ db, organization }: Store, which: string): Promise<ConnectionRow> {
  const rows = await db
    .selectFrom("connection")
    .selectAll()
    .where("organization_id", "=", organization)
    .orderBy("id")
    .execute();
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
