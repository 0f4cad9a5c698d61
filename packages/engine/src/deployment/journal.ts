/**
 * The journal of a deployment: who works on it (lease and fence), which steps are done, and what happened (events).
 * A deployment is accepted when its row is committed; whoever holds the lease carries it on from the first unfinished step.
 * Every write of an owner names its fence; when somebody else has claimed since, the write changes nothing and LEASE_LOST is thrown.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Kysely, Transaction } from "kysely";
import { type Clock, instant } from "../clock.ts";
import { DeployError, type ErrorReport, reportOf } from "../error.ts";
import { type DeployEvent, type DeployEventBody, type DeploymentState, isSettled } from "../events.ts";
import { longestWaitMs } from "../http/budget.ts";
import { ownerIsDead } from "./owner.ts";
import type { StepContext } from "../platform.ts";
import type { DeploymentRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

/** An owner says that it lives so often, and reads whether it is to cancel. */
export const heartbeatMs = 1_000;
/** A lease not renewed for so long may be taken over even when nobody can tell that its owner is dead (it is on another machine, or hangs). */
export const leaseMs = 10_000;

/** States in which a deployment is still to be worked on. */
export const openStates = ["pending", "building", "uploading", "deploying", "verifying"] as const;

/** Tries of one step when the error says that another may help (error.ts, column `retry`). */
const stepTries = 3;

export interface Claim {
  row: DeploymentRow;
  owner: string;
  fence: number;
  /** True when an earlier owner had begun: a takeover. */
  takenOver: boolean;
}

/**
 * Claim the oldest open deployment that nobody works on, or null. Of one project and environment only the oldest open one is
 * offered, so deployments never overtake each other there; of several organisations, whose fewest are worked on comes first. `only` narrows it to that deployment and those it waits for.
 */
export async function claimNext(
  db: Kysely<Schema>,
  { owner, clock, only, busy }: { owner: string; clock: Clock; only?: string | undefined; busy: ReadonlySet<string> },
): Promise<Claim | null> {
  const open = await db
    .selectFrom("deployment")
    .select(["id", "organization_id", "project_id", "environment", "lease_owner", "lease_until"])
    .where("state", "in", [...openStates])
    .orderBy("id")
    .execute();
  const wanted = only ? open.find((row) => row.id === only) : undefined;
  if (only && !wanted) return null;
  const places = new Set<string>();
  const free: typeof open = [];
  const shares = new Map<string, number>();
  for (const row of open) {
    const place = `${row.project_id}/${row.environment}`;
    const isFirst = !places.has(place);
    places.add(place);
    if (!isFirst) continue;
    const isFree = row.lease_owner === null || row.lease_until < clock.now() || ownerIsDead(row.lease_owner);
    if (busy.has(row.id) || !isFree) shares.set(row.organization_id, (shares.get(row.organization_id) ?? 0) + 1);
    else if (!wanted || place === `${wanted.project_id}/${wanted.environment}`) free.push(row);
  }
  const shareOf = (row: { organization_id: string }): number => shares.get(row.organization_id) ?? 0;
  for (const row of free.sort((a, b) => shareOf(a) - shareOf(b))) {
    const claimed = await db
      .updateTable("deployment")
      .set((eb) => ({ lease_owner: owner, lease_until: clock.now() + leaseMs, fence: eb("fence", "+", 1) }))
      .where("id", "=", row.id)
      .where("state", "in", [...openStates])
      .where("lease_until", "=", row.lease_until)
      .where((eb) =>
        row.lease_owner === null ? eb("lease_owner", "is", null) : eb("lease_owner", "=", row.lease_owner),
      )
      .returningAll()
      .executeTakeFirst();
    if (claimed) return { row: claimed, owner, fence: claimed.fence, takenOver: row.lease_owner !== null };
  }
  return null;
}

/** Whether any deployment is still to be worked on (by anybody). */
export async function hasOpen(db: Kysely<Schema>, only?: string): Promise<boolean> {
  let query = db
    .selectFrom("deployment")
    .select("id")
    .where("state", "in", [...openStates])
    .limit(1);
  if (only) query = query.where("id", "=", only);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Whether a deployment waits that nobody works on: its owner died, is not heard of any more, or went before it was begun. */
export async function hasOrphans({ db, clock }: Pick<Store, "db" | "clock">): Promise<boolean> {
  const rows = await db
    .selectFrom("deployment")
    .select(["lease_owner", "lease_until", "created_at"])
    .where("state", "in", [...openStates])
    .execute();
  // One just accepted is about to be claimed by who accepted it.
  const late = new Date(clock.now() - 1_500).toISOString();
  return rows.some((row) =>
    row.lease_owner === null ? row.created_at < late : row.lease_until < clock.now() || ownerIsDead(row.lease_owner),
  );
}

/** Append events inside a transaction; the numbers are gapless because the row that counts them is locked with it. */
export async function appendEvents(
  tx: Transaction<Schema>,
  {
    deploymentId,
    fence,
    at,
    bodies,
  }: { deploymentId: string; fence: number | null; at: string; bodies: DeployEventBody[] },
): Promise<DeployEvent[]> {
  let update = tx
    .updateTable("deployment")
    .set((eb) => ({ last_seq: eb("last_seq", "+", bodies.length) }))
    .where("id", "=", deploymentId);
  if (fence !== null) update = update.where("fence", "=", fence);
  const counted = await update.returning("last_seq").executeTakeFirst();
  if (!counted) throw leaseLost(deploymentId);
  const first = counted.last_seq - bodies.length + 1;
  const events = bodies.map((body, index) => ({ deploymentId, seq: first + index, at, ...body }));
  for (const [index, body] of bodies.entries()) {
    await tx
      .insertInto("event")
      .values({ deployment_id: deploymentId, seq: first + index, at, type: body.type, body: packBody(body) })
      .execute();
  }
  return events;
}

/** Stored events with seq >= `from`, at most `limit`. */
export async function readEvents(
  db: Kysely<Schema>,
  deploymentId: string,
  from: number,
  limit = 500,
): Promise<DeployEvent[]> {
  const rows = await db
    .selectFrom("event")
    .selectAll()
    .where("deployment_id", "=", deploymentId)
    .where("seq", ">=", from)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ deploymentId, seq: row.seq, at: row.at, ...unpackBody(row.body) }));
}

function packBody(body: DeployEventBody): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(body));
  if (body.type !== "log" || bytes.length < 1_024) return bytes;
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

function unpackBody(body: string | Uint8Array): DeployEventBody {
  if (typeof body === "string") return JSON.parse(body) as DeployEventBody;
  const isPlain = body[0] === "{".charCodeAt(0);
  return JSON.parse((isPlain ? Buffer.from(body) : zstdDecompressSync(body)).toString("utf8")) as DeployEventBody;
}

function leaseLost(deploymentId: string): DeployError {
  return new DeployError("LEASE_LOST", {
    what: "Another process has taken this deployment over.",
    where: deploymentId,
    next: `Follow it with: landfall inspect ${deploymentId}`,
  });
}

/** The journal as the owner of a claim writes it. */
export interface Journal {
  deploymentId: string;
  fence: number;
  append(...bodies: DeployEventBody[]): Promise<void>;
  setState(state: DeploymentState): Promise<void>;
  /** See platform.ts: run once, remember the result. `tries` of transient errors are made here, with exponential back-off. */
  step<T>(name: string, work: (step: StepContext) => Promise<T>): Promise<T>;
  /** So long steps have waited in all because a platform asked for it. */
  waitedMs(): number;
  /** Do `work` in a transaction that fails with LEASE_LOST when somebody else has claimed. */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Enter the final state; nothing can be written afterwards. */
  settle(state: DeploymentState, end: { error?: ErrorReport; reason?: string; url?: string | null }): Promise<void>;
}

export function journalOf({
  db,
  claim,
  clock,
  signal,
  log,
  redact,
  random = Math.random,
}: {
  db: Kysely<Schema>;
  claim: Claim;
  clock: Clock;
  signal: AbortSignal;
  /** Takes raw lines of a step; redacts, numbers and stores them. `flush` returns when all before it are stored. */
  log: { push(step: string, line: string, stream: "stdout" | "stderr"): void; flush(): Promise<void> };
  /** Takes secrets out of a text. Log lines come redacted already. */
  redact(text: string): string;
  random?: () => number;
}): Journal {
  const deploymentId = claim.row.id;
  const fence = claim.fence;

  async function transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return db.transaction().execute(async (tx) => {
      const held = await tx
        .selectFrom("deployment")
        .select("id")
        .where("id", "=", deploymentId)
        .where("fence", "=", fence)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (!held) throw leaseLost(deploymentId);
      return work(tx);
    });
  }
  let waitedMs = 0;
  const append = async (...bodies: DeployEventBody[]): Promise<void> => {
    await transaction((tx) => add(tx, instant(clock), bodies));
  };
  const add = (tx: Transaction<Schema>, at: string, bodies: DeployEventBody[]): Promise<DeployEvent[]> =>
    appendEvents(tx, {
      deploymentId,
      fence,
      at,
      bodies: bodies.map((body) => (body.type === "log" ? body : mapText(body, redact))),
    });

  async function step<T>(name: string, work: (context: StepContext) => Promise<T>): Promise<T> {
    const before = await db
      .selectFrom("step")
      .selectAll()
      .where("deployment_id", "=", deploymentId)
      .where("name", "=", name)
      .executeTakeFirst();
    if (before?.status === "finished") return JSON.parse(before.result ?? "null") as T;
    let attempt = before?.attempt ?? 0;
    for (let tried = 1; ; tried++) {
      signal.throwIfAborted();
      attempt += 1;
      const startedMs = clock.now();
      const startedAt = instant(clock);
      await transaction(async (tx) => {
        await tx
          .insertInto("step")
          .values({
            deployment_id: deploymentId,
            name,
            status: "running",
            attempt,
            result: null,
            started_at: startedAt,
            finished_at: null,
          })
          .onConflict((c) =>
            c
              .columns(["deployment_id", "name"])
              .doUpdateSet({ status: "running", attempt, started_at: startedAt, finished_at: null }),
          )
          .execute();
        await add(tx, startedAt, [{ type: "step", step: name, status: "started", attempt }]);
      });
      let result: T;
      let detail: string | undefined;
      try {
        result = await work({
          signal,
          attempt,
          log: (line) => log.push(name, line, "stdout"),
          detail: (line) => (detail = line),
        });
        await log.flush();
      } catch (error) {
        await log.flush();
        const pause = signal.aborted ? null : pauseAfter(error, tried);
        await end({
          name,
          attempt,
          startedMs,
          status: "failed",
          result: null,
          detail: reportOf(error).what,
          ...(pause === null ? {} : { nextTryAt: new Date(clock.now() + pause.ms).toISOString() }),
        });
        if (pause === null) throw error;
        await clock.sleep(pause.ms, signal);
        if (pause.isAsked) waitedMs += pause.ms;
        continue;
      }
      // Not above: what was done and could not be noted is noted once more, and never done once more.
      for (let noted = 1; ; noted++) {
        try {
          await end({ name, attempt, startedMs, status: "finished", result: result ?? null, detail });
          return result;
        } catch (error) {
          if (!(error instanceof DeployError) || error.code !== "STORE_UNAVAILABLE" || noted >= stepTries) throw error;
        }
      }
    }
  }

  /** How long to wait before the next try, and whether the platform asked for that; null when there is to be none. */
  function pauseAfter(error: unknown, tried: number): { ms: number; isAsked: boolean } | null {
    if (!(error instanceof DeployError) || error.row.retry === "never" || tried >= stepTries) return null;
    if ((error.text.retryAfterMs ?? 0) > longestWaitMs) return null;
    const backoffMs = 1_000 * 2 ** (tried - 1) * (0.75 + random() / 2);
    const askedMs = error.row.retry === "after" ? error.text.retryAfterMs : undefined;
    return { ms: askedMs ?? backoffMs, isAsked: askedMs !== undefined };
  }

  async function end({
    name,
    attempt,
    startedMs,
    status,
    result,
    detail,
    nextTryAt,
  }: {
    name: string;
    attempt: number;
    startedMs: number;
    status: "finished" | "failed";
    result: unknown;
    detail: string | undefined;
    nextTryAt?: string;
  }): Promise<void> {
    const at = instant(clock);
    const reused =
      status === "finished" &&
      typeof result === "object" &&
      result !== null &&
      (result as { reused?: unknown }).reused === true;
    await transaction(async (tx) => {
      const ended = await tx
        .updateTable("step")
        .set({ status, result: JSON.stringify(result), finished_at: at })
        .where("deployment_id", "=", deploymentId)
        .where("name", "=", name)
        .where("status", "=", "running")
        .executeTakeFirst();
      if (ended.numUpdatedRows === 0n) return; // By us before, in a commit whose answer was lost.
      const body: DeployEventBody = {
        type: "step",
        step: name,
        status: reused ? "reused" : status,
        attempt,
        durationMs: clock.now() - startedMs,
        ...(detail === undefined ? {} : { detail }),
        ...(nextTryAt === undefined ? {} : { nextTryAt }),
      };
      await add(tx, at, [body]);
    });
  }

  return {
    waitedMs: () => waitedMs,
    deploymentId,
    fence,
    append,
    transaction,
    step,
    async setState(state) {
      await transaction(async (tx) => {
        const changed = await tx
          .updateTable("deployment")
          .set({ state })
          .where("id", "=", deploymentId)
          .where("state", "!=", state)
          .executeTakeFirst();
        if (changed.numUpdatedRows > 0n) await add(tx, instant(clock), [{ type: "state", state }]);
      });
    },
    async settle(state, { error, reason, url }) {
      if (!isSettled(state)) throw new Error(`${state} is not a final state`);
      await log.flush();
      const at = instant(clock);
      await transaction(async (tx) => {
        const bodies: DeployEventBody[] = error ? [{ type: "error", error }] : [];
        bodies.push(reason === undefined ? { type: "state", state } : { type: "state", state, reason });
        await add(tx, at, bodies);
        await tx
          .updateTable("deployment")
          .set({
            state,
            finished_at: at,
            error: error ? JSON.stringify(mapText(error, redact)) : null,
            reason: reason ?? null,
            lease_owner: null,
            given: null,
            credential: null,
            ...(url === undefined ? {} : { url }),
          })
          .where("id", "=", deploymentId)
          .execute();
      });
    },
  };
}

/** Every text in a document, changed. */
function mapText<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => mapText(one, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [key, mapText(one, change)]),
  ) as T;
}

/** Renew the lease; tells whether a cancel was asked for. Throws LEASE_LOST. */
export async function renew(db: Kysely<Schema>, claim: Claim, clock: Clock): Promise<{ cancelRequested: boolean }> {
  const row = await db
    .updateTable("deployment")
    .set({ lease_until: clock.now() + leaseMs })
    .where("id", "=", claim.row.id)
    .where("fence", "=", claim.fence)
    .returning("cancel_requested")
    .executeTakeFirst();
  if (!row) throw leaseLost(claim.row.id);
  return { cancelRequested: row.cancel_requested !== 0 };
}
