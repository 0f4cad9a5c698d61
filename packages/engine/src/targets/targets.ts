/** Targets as a person saves them: named, one of each platform the default, and tried out. */
import { instant } from "../clock.ts";
import { notConnected, openClient, type PlatformAccess } from "../connections/access.ts";
import { chooseConnection, chooseCredential, openCredential } from "../connections/choose.ts";
import type { Connections, ConnectionView } from "../connections/connection.ts";
import { DeployError, type ErrorReport } from "../error.ts";
import { newId } from "../id.ts";
import { slug } from "../name.ts";
import type { Target } from "../plan/plan.ts";
import { type Platform, platformOf } from "../platform.ts";
import type { SavedTargetRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

/** A place to deploy to, under a name. */
export interface SavedTargetView {
  id: string;
  name: string;
  platform: string;
  /** Id; null: the platform's only one. */
  connection: string | null;
  target: Target | null;
  /** Deployments to the platform that say nothing else go there, unless the project lives elsewhere on it already. */
  isDefault: boolean;
  createdAt: string;
}

/** Places to deploy to under a name: listed, saved, tried out. */
export interface SavedTargets {
  list(): Promise<SavedTargetView[]>;
  /** `connection` by id or name. Throws INVALID_CONFIG, NOT_FOUND (the connection), CONFLICT (the name is taken). */
  save(asked: {
    name: string;
    platform: string;
    connection?: string | null;
    target?: Target | null;
    isDefault?: boolean;
  }): Promise<SavedTargetView>;
  /** What is absent stays; the platform stays. Throws as `save`. */
  update(
    id: string,
    change: { name?: string; connection?: string | null; target?: Target | null; isDefault?: boolean },
  ): Promise<SavedTargetView>;
  /** Throws NOT_FOUND. */
  remove(id: string): Promise<void>;
  /** Ask the platform whether a deployment would get in there now, and say it in a sentence. Throws NOT_FOUND. */
  test(id: string): Promise<{ ok: boolean; detail: string; error: ErrorReport | null }>;
}

/** A platform is given so long to say what it has. */
const askMs = 60_000;

interface Inside {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
  connections: Connections;
}

export function targetsOf(inside: Inside): SavedTargets {
  const { store, platforms } = inside;
  const { db, clock, organization } = store;

  /** Id of the connection that is meant; null: the platform's only one. */
  async function connectionId(platform: Platform, asked: string | null | undefined): Promise<string | null> {
    if (asked === null || asked === undefined) return null;
    if (!platform.connect) throw onlyHosted(platform, "connection");
    return (await chooseConnection(store, platform, asked))!.id;
  }

  /** Written down, alone: the name is nobody else's, and the default is one. */
  async function keep(row: SavedTargetRow): Promise<SavedTargetView> {
    await db.transaction().execute(async (tx) => {
      await store.takeTurn(tx, `targets of ${organization}`);
      const others = await tx
        .selectFrom("saved_target")
        .select("name")
        .where("organization_id", "=", organization)
        .where("id", "!=", row.id)
        .execute();
      if (others.some(({ name }) => name === row.name))
        throw new DeployError("CONFLICT", {
          what: `There is a target ${row.name} already.`,
          where: "name",
          next: "Choose another name, or change that one.",
        });
      if (row.is_default === 1)
        await tx
          .updateTable("saved_target")
          .set({ is_default: 0 })
          .where("organization_id", "=", organization)
          .where("platform", "=", row.platform)
          .execute();
      const { id: _id, organization_id: _whose, created_at: _since, ...changes } = row;
      await tx
        .insertInto("saved_target")
        .values(row)
        .onConflict((conflict) => conflict.column("id").doUpdateSet(changes))
        .execute();
    });
    return viewOf(row);
  }

  return {
    async list() {
      const rows = await db
        .selectFrom("saved_target")
        .selectAll()
        .where("organization_id", "=", organization)
        .orderBy("name")
        .execute();
      return rows.map(viewOf);
    },

    async save({ name, platform: id, connection, target, isDefault = false }) {
      const platform = platformOf(platforms, id);
      return keep({
        id: newId("tgt", clock),
        organization_id: organization,
        name: checkedName(name),
        platform: platform.id,
        connection_id: await connectionId(platform, connection),
        target: targetText(platform, target),
        is_default: isDefault ? 1 : 0,
        created_at: instant(clock),
      });
    },

    async update(id, { name, connection, target, isDefault }) {
      const row = await savedTarget(store, id);
      const platform = platformOf(platforms, row.platform);
      return keep({
        ...row,
        ...(name === undefined ? {} : { name: checkedName(name) }),
        ...(connection === undefined ? {} : { connection_id: await connectionId(platform, connection) }),
        ...(target === undefined ? {} : { target: targetText(platform, target) }),
        ...(isDefault === undefined ? {} : { is_default: isDefault ? 1 : 0 }),
      });
    },

    async remove(id) {
      const row = await savedTarget(store, id);
      await db.deleteFrom("saved_target").where("id", "=", row.id).execute();
    },

    async test(id) {
      const row = await savedTarget(store, id);
      try {
        return { ok: true, detail: await reached(inside, row), error: null };
      } catch (error) {
        if (!(error instanceof DeployError) || error.code === "INTERNAL") throw error;
        return { ok: false, detail: error.text.what, error: error.report() };
      }
    },
  };
}

/** The organisation's own, by id or name. Throws NOT_FOUND. */
export async function savedTarget({ db, organization }: Store, which: string): Promise<SavedTargetRow> {
  const rows = await db
    .selectFrom("saved_target")
    .selectAll()
    .where("organization_id", "=", organization)
    .orderBy("name")
    .execute();
  const found = rows.find(({ id }) => id === which) ?? rows.find(({ name }) => name === which);
  if (found) return found;
  throw new DeployError("NOT_FOUND", {
    what: `There is no saved target ${JSON.stringify(which.slice(0, 80))}.`,
    where: "savedTarget",
    next: rows.length > 0 ? `Saved: ${rows.map(({ name }) => name).join(", ")}.` : "Save one first.",
  });
}

/** Where on its platform it is. */
export function targetIn({ target }: Pick<SavedTargetRow, "target">): Target | null {
  return target === null ? null : (JSON.parse(target) as Target);
}

function viewOf(row: SavedTargetRow): SavedTargetView {
  return {
    id: row.id,
    name: row.name,
    platform: row.platform,
    connection: row.connection_id,
    target: targetIn(row),
    isDefault: row.is_default !== 0,
    createdAt: row.created_at,
  };
}

/** Account and project as the platform answers for them now, in a sentence. Throws what is in the way. */
async function reached({ store, platforms, access, connections }: Inside, row: SavedTargetRow): Promise<string> {
  const platform = platformOf(platforms, row.platform);
  if (!platform.connect) return `${platform.name} needs no account: deployments run on Landfall's own machine.`;
  const asked = row.connection_id ?? undefined;
  const of = asked === undefined ? {} : { connection: asked };
  const { account, fault, name } = await connections.check({ platform: platform.id, ...of, force: true });
  if (fault !== null || account === null) throw faulty(platform, name, fault);
  if (account.missingScopes?.length)
    throw new DeployError("INSUFFICIENT_PERMISSIONS", {
      what: `The connection ${name} lacks rights: ${account.missingScopes.join(", ")}.`,
      where: platform.id,
      next: `Connect ${platform.name} again with these rights.`,
      step: "auth",
    });
  const target = targetIn(row) ?? {};
  const team = teamIn(account, target.account);
  if (target.account !== undefined && team === undefined)
    throw new DeployError("NOT_FOUND", {
      what: `${account.name} is not in the account ${target.account} on ${platform.name}.`,
      where: `${platform.id}, account`,
      next: `Choose one of: ${[account, ...(account.teams ?? [])].map((one) => `${one.name} (${one.id})`).join(", ")}.`,
      step: "auth",
    });
  const where = `${platform.name} answers for ${team ?? account.name}`;
  if (target.projectId === undefined || !platform.projects) return `${where}.`;
  const opens = await chooseCredential(store, platform, { access: access[platform.id], asked });
  if (!opens) throw notConnected(platform);
  const credential = await openCredential(store, {
    platform,
    access: access[platform.id],
    row: { id: row.id, credential: null, connection_id: "connectionId" in opens ? opens.connectionId : null },
  });
  await using api = openClient({ platform, access: access[platform.id], credential, clock: store.clock });
  const signal = AbortSignal.timeout(askMs);
  const projects = await platform.projects.list({ api, target, project: row.name, signal, clock: store.clock });
  const project = projects.find((one) => one.id === target.projectId || one.name === target.projectId);
  if (project) return `${where}, and the project ${project.name} is there.`;
  throw new DeployError("NOT_FOUND", {
    what: `The project ${target.projectId} is not in ${team ?? account.name} on ${platform.name}.`,
    where: `${platform.id}, project`,
    next: "Choose another project, or leave it out: one is made with the first deployment.",
    step: "configure",
  });
}

/** Name of the account or team that is meant; undefined when it is not among them. */
function teamIn(account: NonNullable<ConnectionView["account"]>, asked: string | undefined): string | undefined {
  if (asked === undefined) return undefined;
  return [account, ...(account.teams ?? [])].find(({ id, name }) => id === asked || name === asked)?.name;
}

function faulty(platform: Platform, connection: string, fault: string | null): DeployError {
  return new DeployError("AUTH_FAILED", {
    what: fault ?? `${platform.name} did not say whose the connection ${connection} is.`,
    where: connection,
    next: `Connect ${platform.name} again.`,
    recovery: [{ kind: "reconnect", label: `Connect ${platform.name}`, command: `landfall connect ${platform.id}` }],
    step: "auth",
  });
}

function targetText(platform: Platform, target: Target | null | undefined): string | null {
  const said = Object.entries(target ?? {}).filter(([, value]) => value !== undefined);
  if (said.length === 0) return null;
  if (platform.baseUrl === undefined) throw onlyHosted(platform, "target");
  return JSON.stringify(Object.fromEntries(said));
}

function onlyHosted(platform: Platform, where: string): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what: `${platform.name} has no accounts to choose from.`,
    where,
    next: `Leave out ${where}.`,
  });
}

function checkedName(name: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,56}[A-Za-z0-9])?$/.test(name)) return name;
  throw new DeployError("INVALID_CONFIG", {
    what: "A target's name may have letters, digits, dots, hyphens and underscores, at most 58.",
    where: "name",
    next: `Use ${slug(name) || "another name"} instead.`,
  });
}
