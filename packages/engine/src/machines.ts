/** The machines that work on this database: each process that serves or works notes itself, and those of one host name are one machine. */
import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { type Clock, instant } from "./clock.ts";
import { ownerIsDead, thisOwner } from "./deployment/owner.ts";
import type { EdgeControl } from "./platforms/local/edge-control.ts";
import type { MachineRow } from "./store/schema.ts";
import type { Store } from "./store/store.ts";

/** A machine that works on this database. */
export interface ServerView {
  name: string;
  roles: string[];
  version: string;
  edge: { running: boolean; port: number | null; services: number } | null;
  /** Of its data directory. */
  disk: { freeBytes: number; totalBytes: number } | null;
  /** Of every organisation. */
  runningDeployments: number;
  lastSeenAt: string;
}

/** The machines that work on this database, and how to be one of them. */
export interface Servers {
  /** Be one of them until it is disposed: noted at once and every ten seconds. `roles` as a person would say them. */
  attend(as: { roles: string[]; version: string }): Promise<AsyncDisposable>;
  /** Those of the last day, the one seen last first. */
  list(): Promise<ServerView[]>;
  /** Whether a process, by the name `thisOwner` gave it, is dead or was not heard of for a minute. */
  isGone(process: string): Promise<boolean>;
}

const noteEveryMs = 10_000;
/** A process that was not seen for so long does nothing any more, as far as anybody can tell. */
const goneAfterMs = 60_000;
const forgottenAfterMs = 24 * 3_600_000;

export function serversOf({ store, edge }: { store: Store; edge: EdgeControl }): Servers {
  const { db, clock, home } = store;

  async function note({ roles, version }: { roles: string[]; version: string }): Promise<void> {
    const values = {
      name: hostname(),
      roles: JSON.stringify(roles),
      version,
      edge: roles.includes("edge") ? JSON.stringify(await edgeNow(edge)) : null,
      disk: JSON.stringify(await diskOf(home)),
      seen_at: instant(clock),
    };
    await db
      .insertInto("machine")
      .values({ process: thisOwner(), ...values })
      .onConflict((conflict) => conflict.column("process").doUpdateSet(values))
      .execute();
    const before = new Date(clock.now() - forgottenAfterMs).toISOString();
    await db.deleteFrom("machine").where("seen_at", "<", before).execute();
  }

  return {
    async attend(as) {
      const ended = new AbortController();
      await note(as);
      const noting = (async () => {
        while (!ended.signal.aborted) {
          await clock.sleep(noteEveryMs, ended.signal).catch(() => {}); // Woken to end.
          if (!ended.signal.aborted) await note(as).catch(() => {}); // A database that is away for a moment: the next one says it.
        }
      })();
      return {
        async [Symbol.asyncDispose]() {
          ended.abort();
          await noting;
        },
      };
    },

    async list() {
      const since = new Date(clock.now() - forgottenAfterMs).toISOString();
      const rows = await db
        .selectFrom("machine")
        .selectAll()
        .where("seen_at", ">=", since)
        .orderBy("seen_at", "desc")
        .execute();
      const running = await runningBy(store);
      const byName = Map.groupBy(rows, ({ name }) => name);
      return [...byName].map(([name, processes]) => viewOf(processes, running.get(name) ?? 0));
    },

    async isGone(process) {
      if (ownerIsDead(process)) return true;
      const row = await db.selectFrom("machine").select("seen_at").where("process", "=", process).executeTakeFirst();
      return row !== undefined && clock.now() - Date.parse(row.seen_at) > goneAfterMs;
    },
  };
}

/** Names of the machines whose edge is looked after, as far as they were heard of in the last minute. */
export async function servingMachines(db: Store["db"], clock: Clock): Promise<Set<string>> {
  const rows = await db
    .selectFrom("machine")
    .select(["name", "roles"])
    .where("seen_at", ">=", new Date(clock.now() - goneAfterMs).toISOString())
    .execute();
  return new Set(rows.filter(({ roles }) => (JSON.parse(roles) as string[]).includes("edge")).map(({ name }) => name));
}

/** One machine of what its processes noted, the newest first. Those that are gone say nothing about one that lives. */
function viewOf(processes: MachineRow[], runningDeployments: number): ServerView {
  const newest = processes[0]!;
  const since = new Date(Date.parse(newest.seen_at) - goneAfterMs).toISOString();
  const living = processes.filter(({ seen_at }) => seen_at >= since);
  const roles = new Set(living.flatMap((one) => JSON.parse(one.roles) as string[]));
  const edge = living.find((one) => one.edge !== null)?.edge ?? null;
  return {
    name: newest.name,
    roles: [...roles].sort(),
    version: newest.version,
    edge: JSON.parse(edge ?? "null") as ServerView["edge"],
    disk: JSON.parse(newest.disk ?? "null") as ServerView["disk"],
    runningDeployments,
    lastSeenAt: newest.seen_at,
  };
}

/** How many deployments are being worked on, by the name of the machine. */
async function runningBy({ db }: Store): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("deployment")
    .select("lease_owner")
    .where("lease_owner", "is not", null)
    .where("state", "not in", ["success", "failed", "cancelled"])
    .execute();
  const counts = new Map<string, number>();
  for (const { lease_owner: owner } of rows) {
    const name = owner!.split("~", 1)[0]!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

async function edgeNow(edge: EdgeControl): Promise<NonNullable<ServerView["edge"]>> {
  const report = await edge.status().catch(() => null); // It does not answer: it is not running, for whoever looks.
  return {
    running: report !== null,
    port: report?.port ?? null,
    services: report?.services.filter(({ live }) => live).length ?? 0,
  };
}

async function diskOf(home: string): Promise<ServerView["disk"]> {
  const { bavail, blocks, bsize } = await statfs(home);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
