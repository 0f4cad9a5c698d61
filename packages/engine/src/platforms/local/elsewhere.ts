/**
 * Edges of machines that share a PostgreSQL and no data directory. Each writes down what it has applied when that changes; a process
 * without an edge of its own reads it there, and asks for another look by a number in the same row.
 */
import { instant } from "../../clock.ts";
import { thisMachine } from "../../deployment/owner.ts";
import { DeployError } from "../../error.ts";
import type { Store } from "../../store/store.ts";
import type { EdgeControl, EdgeReport } from "./edge-control.ts";

/** It says so often that it is there, whatever happens. */
const sayEveryMs = 5_000;
/** One that has said nothing for so long serves nothing, as far as anybody can tell. */
export const edgeGoneAfterMs = 15_000;
const forgottenAfterMs = 24 * 3_600_000;
const askEveryMs = 100;

type Shared = Pick<Store, "kind" | "db" | "clock" | "home">;

/** The edge of a data directory, among those of a database. */
export function edgeId(home: string): string {
  return `${thisMachine()} ${home}`;
}

/** What the edge's process does about it. On SQLite nothing: who has that has the data directory. */
export interface Announcing extends AsyncDisposable {
  /** The number of the last question to look again. Read before the look that answers it. */
  asked(): Promise<number>;
  /** `changed` says that the report may be another one than before. May be called as often as one likes. */
  say(report: () => EdgeReport, how: { changed: boolean; applied: number }): Promise<void>;
}

export function announcing({ kind, db, clock, home }: Shared): Announcing {
  const id = edgeId(home);
  let said = { report: "", applied: -1, at: 0 };
  if (kind === "sqlite") return { asked: async () => 0, say: async () => {}, async [Symbol.asyncDispose]() {} };
  return {
    async asked() {
      return (await db.selectFrom("edge").select("asked").where("id", "=", id).executeTakeFirst())?.asked ?? 0;
    },
    async say(report, { changed, applied }) {
      const isDue = clock.now() - said.at >= sayEveryMs;
      if (!changed && !isDue && applied === said.applied) return;
      const now = JSON.stringify(withoutOutput(report()));
      const values = { applied, seen_at: instant(clock) };
      if (now !== said.report || !(await repeated(values))) {
        const before = new Date(clock.now() - forgottenAfterMs).toISOString();
        await db.deleteFrom("edge").where("seen_at", "<", before).execute();
        await db
          .insertInto("edge")
          .values({ id, report: now, ...values })
          .onConflict((conflict) => conflict.column("id").doUpdateSet({ report: now, ...values }))
          .execute();
      }
      said = { report: now, applied, at: clock.now() };
    },
    async [Symbol.asyncDispose]() {
      // Where the database is away, nobody hears of it any more soon.
      await db
        .deleteFrom("edge")
        .where("id", "=", id)
        .execute()
        .catch(() => {});
    },
  };

  /** The same as before, at less cost; false when the row is gone. */
  async function repeated(values: { applied: number; seen_at: string }): Promise<boolean> {
    const { numUpdatedRows } = await db.updateTable("edge").set(values).where("id", "=", id).executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

/** What a program printed may hold secrets; and it changes all the time. */
function withoutOutput({ services, ...report }: EdgeReport): EdgeReport {
  return { ...report, services: services.map((service) => ({ ...service, lastLines: [] })) };
}

export interface Elsewhere {
  id: string;
  report: EdgeReport;
}

/** An edge of another data directory, the same one for all who ask; null when none was heard of lately. */
export async function edgeElsewhere({ kind, db, clock, home }: Shared): Promise<Elsewhere | null> {
  if (kind === "sqlite") return null;
  const row = await db
    .selectFrom("edge")
    .select(["id", "report"])
    .where("id", "!=", edgeId(home))
    .where("seen_at", ">=", new Date(clock.now() - edgeGoneAfterMs).toISOString())
    .orderBy("id")
    .executeTakeFirst();
  return row ? { id: row.id, report: JSON.parse(row.report) as EdgeReport } : null;
}

/**
 * What serves: the edge of this data directory when it runs, else one elsewhere; where there is neither, `ensure` and `reconcile` start
 * the own one. To run something here, the own one it must be.
 */
export type Serving = Pick<EdgeControl, "ensure" | "status" | "reconcile">;

export function servingEdge(own: EdgeControl, store: Shared): Serving {
  const status = async (): Promise<EdgeReport | null> =>
    (await own.status()) ?? (await edgeElsewhere(store))?.report ?? null;
  return {
    status,
    async ensure() {
      const there = (await own.status()) === null ? await edgeElsewhere(store) : null;
      return there?.report ?? own.ensure();
    },
    async reconcile(signal) {
      const there = (await own.status()) === null ? await edgeElsewhere(store) : null;
      return there === null ? own.reconcile(signal) : lookAgain(store, there, signal);
    },
  };
}

/** As `EdgeControl.reconcile`, of an edge elsewhere. Throws PLATFORM_UNAVAILABLE when it goes away meanwhile. */
async function lookAgain({ db, clock }: Shared, { id, report }: Elsewhere, signal?: AbortSignal): Promise<EdgeReport> {
  const question = await db
    .updateTable("edge")
    .set((eb) => ({ asked: eb("asked", "+", 1) }))
    .where("id", "=", id)
    .returning("asked")
    .executeTakeFirst();
  for (;;) {
    signal?.throwIfAborted();
    const row = await db.selectFrom("edge").selectAll().where("id", "=", id).executeTakeFirst();
    if (!question || !row || clock.now() - Date.parse(row.seen_at) > edgeGoneAfterMs) throw isGone(report);
    if (row.applied >= question.asked) return JSON.parse(row.report) as EdgeReport;
    await clock.sleep(askEveryMs, signal);
  }
}

export function isGone({ machine = "Another machine" }: EdgeReport): DeployError {
  return new DeployError("PLATFORM_UNAVAILABLE", {
    what: `${machine}, which serves what is deployed, is not heard of any more.`,
    next: "See that landfall serve runs there, then do this again: landfall doctor",
  });
}
