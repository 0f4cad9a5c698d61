/** Works off accepted deployments: claims, keeps the lease, has them carried to their end. Any number of processes may do so on one store. */
import type { PlatformAccess } from "../connections/access.ts";
import { DeployError, reportOf } from "../error.ts";
import type { Platform } from "../platform.ts";
import { createRedactor } from "../redact/redact.ts";
import type { DeploymentRow } from "../store/schema.ts";
import { isStoreAway, type Store } from "../store/store.ts";
import { type Claim, claimNext, giveBack, hasOpen, heartbeatMs, isDrained, isLeaseLost, renew } from "./claim.ts";
import type { Build } from "./deploy.ts";
import { carryToEnd } from "./ending.ts";
import { type Journal, journalOf } from "./journal.ts";
import { logSink } from "./log-sink.ts";
import { thisOwner } from "./owner.ts";
import type { Reach } from "./reach.ts";
import { nextLine } from "./stored-events.ts";
import { openValues } from "./values.ts";

export interface WorkerOptions {
  store: Store;
  platforms: Platform[];
  /** What the caller's environment says about the platforms, for an organisation. */
  accessOf(organization: string): Record<string, PlatformAccess>;
  build: Build;
  deploymentTimeoutMs: number;
  maxConcurrent: number;
  /** Called while there is work, every heartbeat: keeps up what serves meanwhile, and whoever takes over when this process dies. */
  onHeartbeat(row: DeploymentRow): Promise<void>;
}

/** Where there are no hints; nothing is written when an owner dies. */
const idlePollMs = 150;
/** While the database does not answer. */
const storeAwayMs = 1_000;

/** A deployment that brings down its worker so often, outside of any step, is ended: it must not be tried for ever. */
const claimsBeforeGivingUp = 8;

/** See Engine.work. */
export async function work(
  options: WorkerOptions,
  { signal, until, only }: { signal: AbortSignal; until: "idle" | "aborted"; only?: string },
): Promise<void> {
  const { store, maxConcurrent } = options;
  const { db, clock } = store;
  const running = new Map<string, Promise<void>>();
  using watch = store.watch("work", { pollMs: idlePollMs, atLatestMs: idlePollMs });
  while (!signal.aborted) {
    try {
      const claim =
        running.size < maxConcurrent
          ? await claimNext(store, { owner: thisOwner(), only, busy: new Set(running.keys()) })
          : null;
      if (claim) {
        const id = claim.row.id;
        running.set(
          id,
          runClaim(options, claim, signal).finally(() => running.delete(id)),
        );
        continue;
      }
      if (until === "idle" && running.size === 0 && !(await hasOpen(db, only))) break;
      // What is left waits for another machine, or for this one to be taken back. Who was started for one deployment waits with it.
      if (until === "idle" && running.size === 0 && only === undefined && (await isDrained(store))) break;
      const pause = watch.changed(signal).catch(() => {}); // An abort ends the pause; the loop sees it.
      await Promise.race([pause, ...running.values()]);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      await clock.sleep(storeAwayMs, signal).catch(() => {}); // As above.
    }
  }
  await Promise.all(running.values());
}

/** Run one claimed deployment to its end. Never throws: what goes wrong is the deployment's end, or another owner's business. */
async function runClaim(options: WorkerOptions, claim: Claim, stop: AbortSignal): Promise<void> {
  const { store } = options;
  const { db, clock } = store;
  const { row } = claim;
  const ending = new AbortController();
  const deadlineAt = row.deadline_at ?? clock.now() + options.deploymentTimeoutMs;
  const handOver = (): void =>
    ending.abort(new DeployError("LEASE_LOST", { what: "This process ends; another carries the deployment on." }));
  stop.addEventListener("abort", handOver);
  if (stop.aborted) handOver(); // While it was claimed.
  try {
    const { values, secrets } = await openValues(store, row);
    const redactor = createRedactor(secrets);
    const journal: Journal = journalOf({
      store,
      claim,
      signal: ending.signal,
      log: { push: (step, line, stream) => sink.push(step, line, stream), flush: () => sink.flush() },
      redact: (text) => redactor.text(text),
    });
    const sink = logSink({
      redactor,
      firstLine: await nextLine(db, row.id),
      append: (bodies) => journal.append(...bodies),
    });
    await begin(options, claim, journal, deadlineAt);
    let reach: Reach | undefined;
    using _lease = await keepLease(options, claim, {
      ending,
      deadlineAt,
      // Waiting because the platform asks for it is not the deployment's fault: its time does not run meanwhile.
      waitedMs: () => journal.waitedMs() + (reach?.client.traffic.waitedMs ?? 0),
    });
    await carryToEnd({
      store,
      row,
      journal,
      build: options.build,
      values,
      signal: ending.signal,
      log: (step, line, stream) => sink.push(step, line, stream),
      platforms: options.platforms,
      access: options.accessOf(row.organization_id),
      learn: (learnt) => redactor.add(learnt.map((value) => ({ name: "credential", value }))),
      opened: (one) => (reach = one),
    });
    sink.close();
  } catch (error) {
    // The deployment is somebody else's by now, or handed over, or the store itself failed: whoever claims next carries it on.
    const ours = !isStoreAway(error) && !isLeaseLost(error);
    if (ours && claim.fence >= claimsBeforeGivingUp) await giveUp(store, claim, error);
    else await giveBack(store, claim);
  } finally {
    stop.removeEventListener("abort", handOver);
  }
}

/** Renew the lease until disposed; ends the work when it was lost, when a person cancels, and when the deployment's time is over. */
async function keepLease(
  { store, onHeartbeat }: WorkerOptions,
  claim: Claim,
  { ending, deadlineAt, waitedMs }: { ending: AbortController; deadlineAt: number; waitedMs(): number },
): Promise<Disposable> {
  const { db, clock } = store;
  const { row } = claim;
  let keepingUp: Promise<void> | null = null;
  const beat = async (): Promise<void> => {
    try {
      const { cancelRequested } = await renew(db, claim, clock);
      if (cancelRequested) ending.abort(cancelled());
      else if (clock.now() - waitedMs() > deadlineAt)
        ending.abort(timedOut(deadlineAt - Date.parse(row.started_at ?? row.created_at)));
    } catch (error) {
      if (isLeaseLost(error)) ending.abort(error);
      // Anything else is a store that is busy or broken: the next beat tries again, and every step says the same.
    }
    keepingUp ??= onHeartbeat(row)
      .catch(() => {}) // The next beat tries again, and the steps that need it say what is wrong.
      .finally(() => (keepingUp = null));
  };
  const timer = setInterval(() => void beat(), heartbeatMs);
  await beat();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function begin({ store }: WorkerOptions, claim: Claim, journal: Journal, deadlineAt: number): Promise<void> {
  const { row } = claim;
  if (row.started_at === null) {
    row.started_at = new Date(store.clock.now()).toISOString();
    await store.db
      .updateTable("deployment")
      .set({ started_at: row.started_at, deadline_at: deadlineAt })
      .where("id", "=", row.id)
      .where("fence", "=", claim.fence)
      .execute();
  } else if (claim.takenOver) {
    await journal.append({ type: "takeover", from: "a process that is gone", to: claim.owner });
  }
}

async function giveUp(store: Store, claim: Claim, error: unknown): Promise<void> {
  const { code } = reportOf(error);
  const report = {
    code,
    what: "The deployment could not be worked on: what is stored of it cannot be read.",
    where: claim.row.id,
    next: "Run: landfall doctor",
  };
  const log = { push: () => {}, flush: async () => {} };
  const journal = journalOf({ store, claim, signal: new AbortController().signal, log, redact: (text) => text });
  await journal.settle("failed", { error: report }).catch(() => giveBack(store, claim));
}

function cancelled(): DeployError {
  return new DeployError("CANCELLED", { what: "Cancelled by a person." });
}

function timedOut(afterMs: number): DeployError {
  return new DeployError("TIMEOUT", {
    what: `The deployment was not done after ${Math.round(afterMs / 1_000)} s and was ended.`,
    next: "Look at its log for what took so long; DEPLOYMENT_TIMEOUT_MS gives it more time.",
  });
}
