/**
 * The journal of a deployment as the owner of its claim writes it: which steps are done, what happened, how it ended. Whoever claims it next
 * carries it on from the first unfinished step.
 */
import type { Transaction } from "kysely";
import { instant } from "../clock.ts";
import type { ErrorReport } from "../error.ts";
import { type DeployEvent, type DeployEventBody, type DeploymentState, isSettled } from "../events.ts";
import { noteEnd } from "../notifications/ends.ts";
import type { Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { type Claim, leaseLost } from "./claim.ts";
import { type StepLog, type Steps, stepsOf } from "./steps.ts";
import { appendEvents } from "./stored-events.ts";

export interface Journal extends Steps {
  deploymentId: string;
  fence: number;
  append(...bodies: DeployEventBody[]): Promise<void>;
  setState(state: DeploymentState): Promise<void>;
  /** Do `work` in a transaction that fails with LEASE_LOST when somebody else has claimed. */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Enter the final state; nothing can be written afterwards. */
  settle(state: DeploymentState, end: { error?: ErrorReport; reason?: string; url?: string | null }): Promise<void>;
}

export function journalOf({
  store: { db, clock, vault },
  claim,
  signal,
  log,
  redact,
  random = Math.random,
}: {
  store: Pick<Store, "db" | "clock" | "vault">;
  claim: Claim;
  signal: AbortSignal;
  log: StepLog;
  /** Takes secrets out of a text. Log lines come redacted already. */
  redact(text: string): string;
  random?: () => number;
}): Journal {
  const { fence } = claim;
  const deploymentId = claim.row.id;

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

  const add = (tx: Transaction<Schema>, at: string, bodies: DeployEventBody[]): Promise<DeployEvent[]> =>
    appendEvents(tx, {
      deploymentId,
      fence,
      at,
      bodies: bodies.map((body) => (body.type === "log" ? body : mapText(body, redact))),
    });

  return {
    deploymentId,
    fence,
    transaction,
    ...stepsOf({ db, deploymentId, clock, signal, log, random, transaction, add }),
    async append(...bodies) {
      await transaction((tx) => add(tx, instant(clock), bodies));
    },
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
          .set((eb) => ({
            state,
            finished_at: at,
            error: error ? JSON.stringify(mapText(error, redact)) : null,
            reason: reason ?? null,
            lease_owner: null,
            given: null,
            credential: null,
            // What a program still prints would come after the last event, where nobody reads.
            fence: eb("fence", "+", 1),
            ...(url === undefined ? {} : { url }),
          }))
          .where("id", "=", deploymentId)
          .execute();
        await noteEnd(tx, deploymentId, { clock, vault });
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
