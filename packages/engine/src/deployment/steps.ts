/**
 * Steps of a deployment: each is run once and its result remembered, noted before and after. One that fails is tried again when its error says
 * that this may help.
 */
import type { Kysely, Transaction } from "kysely";
import { type Clock, instant } from "../clock.ts";
import { DeployError, reportOf } from "../error.ts";
import type { DeployEventBody } from "../events.ts";
import { longestWaitMs } from "../http/budget.ts";
import type { Step, StepContext } from "../platform.ts";
import type { Schema } from "../store/schema.ts";
import { isStoreAway } from "../store/store.ts";
import type { LogSink } from "./log-sink.ts";

/** Tries of one step when the error says that another may help (error.ts, column `retry`). */
const mostTries = 3;

export interface Steps {
  /** See platform.ts: run once, remember the result. Tries of transient errors are made here, with exponential back-off. */
  step: Step;
  /** So long steps have waited in all because a platform asked for it. */
  waitedMs(): number;
}

/** Takes raw lines of a step, which it redacts, numbers and stores. */
export type StepLog = Pick<LogSink, "push" | "flush">;

/** One try of a step. */
interface Try {
  name: string;
  attempt: number;
  startedMs: number;
}

export function stepsOf({
  db,
  deploymentId,
  clock,
  signal,
  log,
  random,
  transaction,
  add,
}: {
  db: Kysely<Schema>;
  deploymentId: string;
  clock: Clock;
  signal: AbortSignal;
  log: StepLog;
  random: () => number;
  /** See Journal. */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Add to the deployment's events. */
  add(tx: Transaction<Schema>, at: string, bodies: DeployEventBody[]): Promise<unknown>;
}): Steps {
  let waitedMs = 0;

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
      const tryOf = { name, attempt, startedMs: clock.now() };
      await begin(tryOf);
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
        await fail(tryOf, error, pause === null ? undefined : clock.now() + pause.ms);
        if (pause === null) throw error;
        await clock.sleep(pause.ms, signal);
        if (pause.isAsked) waitedMs += pause.ms;
        continue;
      }
      await finish(tryOf, result ?? null, detail);
      return result;
    }
  }

  async function begin({ name, attempt, startedMs }: Try): Promise<void> {
    const at = new Date(startedMs).toISOString();
    const running = { status: "running" as const, attempt, started_at: at, finished_at: null };
    await transaction(async (tx) => {
      await tx
        .insertInto("step")
        .values({ deployment_id: deploymentId, name, result: null, ...running })
        .onConflict((conflict) => conflict.columns(["deployment_id", "name"]).doUpdateSet(running))
        .execute();
      await add(tx, at, [{ type: "step", step: name, status: "started", attempt }]);
    });
  }

  async function fail(tryOf: Try, error: unknown, nextTryMs: number | undefined): Promise<void> {
    const nextTryAt = nextTryMs === undefined ? {} : { nextTryAt: new Date(nextTryMs).toISOString() };
    await end(tryOf, { status: "failed", result: null, said: { detail: reportOf(error).what, ...nextTryAt } });
  }

  /** What was done and could not be noted is noted once more, and never done once more. */
  async function finish(tryOf: Try, result: unknown, detail: string | undefined): Promise<void> {
    const said = detail === undefined ? {} : { detail };
    for (let noted = 1; ; noted++) {
      try {
        return await end(tryOf, { status: "finished", result, said });
      } catch (error) {
        if (!isStoreAway(error) || noted >= mostTries) throw error;
      }
    }
  }

  async function end(
    { name, attempt, startedMs }: Try,
    {
      status,
      result,
      said,
    }: {
      status: "finished" | "failed";
      result: unknown;
      said: { detail?: string; nextTryAt?: string };
    },
  ): Promise<void> {
    const at = instant(clock);
    const durationMs = clock.now() - startedMs;
    await transaction(async (tx) => {
      const ended = await tx
        .updateTable("step")
        .set({ status, result: JSON.stringify(result), finished_at: at })
        .where("deployment_id", "=", deploymentId)
        .where("name", "=", name)
        .where("status", "=", "running")
        .executeTakeFirst();
      if (ended.numUpdatedRows === 0n) return; // By us before, in a commit whose answer was lost.
      const told = status === "finished" && isReused(result) ? "reused" : status;
      await add(tx, at, [{ type: "step", step: name, status: told, attempt, durationMs, ...said }]);
    });
  }

  /** How long to wait before the next try, and whether the platform asked for that; null when there is to be none. */
  function pauseAfter(error: unknown, tried: number): { ms: number; isAsked: boolean } | null {
    if (!(error instanceof DeployError) || error.row.retry === "never" || tried >= mostTries) return null;
    if ((error.text.retryAfterMs ?? 0) > longestWaitMs) return null;
    const backoffMs = 1_000 * 2 ** (tried - 1) * (0.75 + random() / 2);
    const askedMs = error.row.retry === "after" ? error.text.retryAfterMs : undefined;
    return { ms: askedMs ?? backoffMs, isAsked: askedMs !== undefined };
  }

  return { step, waitedMs: () => waitedMs };
}

/** A step says by its result that it took what was there. */
function isReused(result: unknown): boolean {
  return typeof result === "object" && result !== null && (result as { reused?: unknown }).reused === true;
}
