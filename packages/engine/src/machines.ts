/** The machines that work on this database: each process that serves or works notes itself, and those of one host name are one machine. */
import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { type Clock, instant } from "./clock.ts";
import { type Possible, unless } from "./deployment/actions.ts";
import { machineOf, ownerIsDead, thisOwner } from "./deployment/owner.ts";
import { DeployError } from "./error.ts";
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
  /** Since when it begins nothing new; null for one that works. */
  drainedSince: string | null;
  /** What can be done with it now; whether the person may is another question. */
  actions: Record<ServerAction, Possible>;
}

export type ServerAction = "drain" | "resume" | "remove";

/** The machines that work on this database, and how to be one of them. */
export interface Servers {
  /** Be one of them until it is disposed: noted at once and every ten seconds. `roles` as a person would say them. */
  attend(as: { roles: string[]; version: string }): Promise<AsyncDisposable>;
  /** Those of the last day and those that are drained, the one seen last first. */
  list(): Promise<ServerView[]>;
  /**
   * It finishes what it works on and begins nothing new, until it is taken back; what it serves goes on being served. May be repeated.
   * Throws NOT_FOUND; INSUFFICIENT_PERMISSIONS for an organisation but that of the process: machines work for all.
   */
  drain(name: string): Promise<ServerView>;
  /** Take one back. Throws as `drain`. */
  resume(name: string): Promise<ServerView>;
  /** Forget one that is gone. Throws as `drain`, and CONFLICT (it is there). */
  remove(name: string): Promise<void>;
  /** Whether a process, by the name `thisOwner` gave it, is dead or was not heard of for a minute. */
  isGone(process: string): Promise<boolean>;
}

const noteEveryMs = 10_000;
/** A process that was not seen for so long does nothing any more, as far as anybody can tell. */
const goneAfterMs = 60_000;
const forgottenAfterMs = 24 * 3_600_000;

const othersBusiness =
  "Machines work for every organisation here; only that of whoever runs this Landfall changes them.";

/** `own`: the organisation the process was opened for. */
export function serversOf({ store, edge, own }: { store: Store; edge: EdgeControl; own: string }): Servers {
  const { db, clock, home, organization } = store;

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
    await db
      .deleteFrom("machine")
      .where("seen_at", "<", before)
      .where("name", "not in", db.selectFrom("drained_machine").select("name"))
      .execute();
  }

  async function list(): Promise<ServerView[]> {
    const since = new Date(clock.now() - forgottenAfterMs).toISOString();
    const drained = await drainedMachines(db);
    const rows = await db
      .selectFrom("machine")
      .selectAll()
      .where((eb) => eb.or([eb("seen_at", ">=", since), eb("name", "in", [...drained.keys(), ""])]))
      .orderBy("seen_at", "desc")
      .execute();
    const running = await runningBy(store);
    const byName = Map.groupBy(rows, ({ name }) => name);
    return [...byName].map(([name, processes]) =>
      viewOf(processes, {
        whyNever: organization === own ? null : othersBusiness,
        runningDeployments: running.get(name) ?? 0,
        drainedSince: drained.get(name) ?? null,
        now: clock.now(),
      }),
    );
  }

  /** Throws NOT_FOUND, INSUFFICIENT_PERMISSIONS. */
  async function named(name: string): Promise<ServerView> {
    if (organization !== own)
      throw new DeployError("INSUFFICIENT_PERMISSIONS", {
        what: othersBusiness,
        next: "Ask whoever runs it.",
      });
    const all = await list();
    const found = all.find((one) => one.name === name);
    if (found) return found;
    throw new DeployError("NOT_FOUND", {
      what: `No machine called ${JSON.stringify(name.slice(0, 80))} was heard of in the last day.`,
      next: all.length === 0 ? "None was." : `There are: ${all.map((one) => one.name).join(", ")}.`,
    });
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

    list,

    async drain(name) {
      await named(name);
      await db
        .insertInto("drained_machine")
        .values({ name, since: instant(clock) })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
      return named(name);
    },

    async resume(name) {
      await named(name);
      await db.deleteFrom("drained_machine").where("name", "=", name).execute();
      return named(name);
    },

    async remove(name) {
      const { actions, lastSeenAt } = await named(name);
      if (!actions.remove.possible)
        throw new DeployError("CONFLICT", {
          what: `${name} is there and cannot be removed. ${actions.remove.reason}`,
          where: `last heard of at ${lastSeenAt}`,
          next: "End landfall on it first, and remove it a minute later. To keep it from new work: landfall servers drain",
        });
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom("drained_machine").where("name", "=", name).execute();
        await tx.deleteFrom("machine").where("name", "=", name).execute();
      });
    },

    async isGone(process) {
      if (ownerIsDead(process)) return true;
      const row = await db.selectFrom("machine").select("seen_at").where("process", "=", process).executeTakeFirst();
      return row !== undefined && clock.now() - Date.parse(row.seen_at) > goneAfterMs;
    },
  };
}

/** Machines that begin nothing new, by name: since when. */
export async function drainedMachines(db: Store["db"]): Promise<Map<string, string>> {
  const rows = await db.selectFrom("drained_machine").selectAll().execute();
  return new Map(rows.map(({ name, since }) => [name, since]));
}

/** What the machines do that were heard of in the last minute. */
export async function livingMachines(db: Store["db"], clock: Clock): Promise<Map<string, Set<string>>> {
  const rows = await db
    .selectFrom("machine")
    .select(["name", "roles"])
    .where("seen_at", ">=", new Date(clock.now() - goneAfterMs).toISOString())
    .execute();
  const living = new Map<string, Set<string>>();
  for (const { name, roles } of rows)
    living.set(name, new Set([...(living.get(name) ?? []), ...(JSON.parse(roles) as string[])]));
  return living;
}

/** One machine of what its processes noted, the newest first. Those that are gone say nothing about one that lives. */
function viewOf(
  processes: MachineRow[],
  {
    now,
    whyNever,
    ...more
  }: Pick<ServerView, "runningDeployments" | "drainedSince"> & { now: number; whyNever: string | null },
): ServerView {
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
    ...more,
    lastSeenAt: newest.seen_at,
    actions: {
      drain: unless(whyNever ?? (more.drainedSince === null ? null : "It is drained.")),
      resume: unless(whyNever ?? (more.drainedSince === null ? "It is not drained." : null)),
      remove: unless(
        whyNever ?? (now - Date.parse(newest.seen_at) > goneAfterMs ? null : "It was heard of in the last minute."),
      ),
    },
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
    const name = machineOf(owner!);
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
