/** Works off accepted deployments: claims, keeps the lease, runs the workflow, settles. Any number of processes may do so on one store. */
import { endOf, type Build, runDeployment, type Work } from "./deploy.ts";
import type { DeployRequest } from "../plan/request.ts";
import type { PlatformAccess } from "../connections/access.ts";
import type { Learn } from "../connections/credential.ts";
import { DeployError, reportOf } from "../error.ts";
import { type Claim, claimNext, giveBack, hasOpen, heartbeatMs, renew } from "./claim.ts";
import { type Journal, journalOf } from "./journal.ts";
import { readEvents } from "./stored-events.ts";
import { logSink } from "./log-sink.ts";
import { thisOwner } from "./owner.ts";
import { openReach, type Reach } from "./reach.ts";
import type { DeployPlan } from "../plan/plan.ts";
import type { DeployedService, Platform, Release, ReleaseContext } from "../platform.ts";
import { createRedactor } from "../redact/redact.ts";
import { openRelease } from "./release.ts";
import type { DeploymentRow } from "../store/schema.ts";
import { isStoreAway, type Store } from "../store/store.ts";
import { readGiven } from "../shared-values.ts";

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

/** Where there are no hints. */
const idlePollMs = 150;
/** While the database does not answer. */
const storeAwayMs = 1_000;
/** A platform has so long to undo what a deployment that failed or was cancelled left there. */
const cleanUpMs = 20_000;

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
  using watch = store.watch("work", idlePollMs);
  while (!signal.aborted) {
    try {
      const claim =
        running.size < maxConcurrent
          ? await claimNext(db, { owner: thisOwner(), clock, only, busy: new Set(running.keys()) })
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
  const timers: NodeJS.Timeout[] = [];
  const handOver = (): void =>
    ending.abort(new DeployError("LEASE_LOST", { what: "This process ends; another carries the deployment on." }));
  stop.addEventListener("abort", handOver);
  try {
    const given = await openValues(store, row);
    const redactor = createRedactor(given.secrets);
    const journal: Journal = journalOf({
      db,
      claim,
      clock,
      signal: ending.signal,
      log: { push: (step, line, stream) => sink.push(step, line, stream), flush: () => sink.flush() },
      redact: (text) => redactor.text(text),
    });
    const sink = logSink({
      redactor,
      firstLine: await nextLine(store, row.id),
      append: (bodies) => journal.append(...bodies),
    });
    await begin(options, claim, journal, deadlineAt);

    let keepingUp: Promise<void> | null = null;
    /** Waiting because the platform asks for it is not the deployment's fault: its time does not run meanwhile. */
    let waitedMs = (): number => 0;
    const beat = async (): Promise<void> => {
      try {
        const { cancelRequested } = await renew(db, claim, clock);
        if (cancelRequested) ending.abort(cancelled());
        else if (clock.now() - waitedMs() - journal.waitedMs() > deadlineAt)
          ending.abort(timedOut(deadlineAt - Date.parse(row.started_at ?? row.created_at)));
      } catch (error) {
        if (error instanceof DeployError && error.code === "LEASE_LOST") ending.abort(error);
        // Anything else is a store that is busy or broken: the next beat tries again, and every step says the same.
      }
      keepingUp ??= options
        .onHeartbeat(row)
        .catch(() => {}) // The next beat tries again, and the steps that need it say what is wrong.
        .finally(() => (keepingUp = null));
    };
    timers.push(setInterval(() => void beat(), heartbeatMs));
    await beat();
    await carry(options, {
      row,
      journal,
      given,
      signal: ending.signal,
      log: (step, line, stream) => sink.push(step, line, stream),
      learn: (secrets) => redactor.add(secrets.map((value) => ({ name: "credential", value }))),
      opened: ({ client }) => (waitedMs = () => client.traffic.waitedMs),
    });
    sink.close();
  } catch (error) {
    // The deployment is somebody else's by now, or handed over, or the store itself failed: whoever claims next carries it on.
    const ours = !isStoreAway(error) && !(error instanceof DeployError && error.code === "LEASE_LOST");
    if (ours && claim.fence >= claimsBeforeGivingUp) await giveUp(store, claim, error);
    else await giveBack(store, claim);
  } finally {
    stop.removeEventListener("abort", handOver);
    timers.forEach(clearInterval);
  }
}

interface Values {
  values: Record<string, string>;
  secrets: { name: string; value: string }[];
}

async function openValues(store: Store, row: DeploymentRow): Promise<Values> {
  const stored = await readGiven(store, row.project_id, row.environment);
  const given =
    row.given === null ? {} : (JSON.parse(store.vault.open(row.given, `given ${row.id}`)) as Record<string, string>);
  const values = { ...Object.fromEntries(stored.map(({ key, value }) => [key, value])), ...given };
  const plan = JSON.parse(row.plan!) as DeployPlan;
  const open = new Set(
    plan.services.flatMap((service) =>
      service.variables.filter((one) => one.foundIn.length > 0 && !one.sensitive).map((one) => one.key),
    ),
  );
  for (const one of stored) if (one.sensitive) open.delete(one.key);
  // A value nobody has called harmless is treated as a secret.
  const secrets = Object.entries(values).flatMap(([name, value]) => (open.has(name) ? [] : [{ name, value }]));
  return { values, secrets };
}

async function nextLine(store: Store, deploymentId: string): Promise<number> {
  const row = await store.db
    .selectFrom("event")
    .select("seq")
    .where("deployment_id", "=", deploymentId)
    .where("type", "=", "log")
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!row) return 1;
  const [event] = await readEvents(store.db, deploymentId, row.seq, 1);
  return event?.type === "log" ? event.firstLine + event.lines.length : 1;
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

async function carry(
  options: WorkerOptions,
  {
    row,
    journal,
    given,
    signal,
    log,
    learn,
    opened,
  }: {
    row: DeploymentRow;
    journal: Journal;
    given: Values;
    signal: AbortSignal;
    log: Work["log"];
    learn: Learn;
    opened(reach: Reach): void;
  },
): Promise<void> {
  const { store } = options;
  const platform = options.platforms.find((one) => one.id === row.platform);
  let reach: Reach | undefined;
  try {
    if (!platform)
      throw new DeployError("INVALID_CONFIG", {
        what: `There is no platform ${row.platform}.`,
        next: `Platforms: ${options.platforms.map((one) => one.id).join(", ")}.`,
      });
    const access = options.accessOf(row.organization_id)[platform.id];
    reach = await openReach({ store, platform, access, row, learn });
    opened(reach);
    const request = JSON.parse(row.request) as DeployRequest;
    const live = await runDeployment({
      store,
      row,
      journal,
      platform,
      access,
      reach,
      build: options.build,
      values: given.values,
      force: request.force === true,
      clock: store.clock,
      signal,
      log,
    });
    await succeed({ row, journal, live, reach });
  } catch (error) {
    if (isStoreAway(error) || (error instanceof DeployError && error.code === "LEASE_LOST")) throw error;
    if (signal.reason instanceof DeployError && signal.reason.code === "LEASE_LOST") throw signal.reason;
    const { state, report } = endOf(error, signal);
    const release = await releaseOfDeployment(store, row.id);
    const context = await reach?.context(AbortSignal.timeout(cleanUpMs));
    // The time is over, or an answer was lost: what really runs decides, not what we last heard.
    if (report.code === "TIMEOUT" && platform && release && context && (await isLive(platform, release, context))) {
      await succeed({ row, journal, live: { release, services: [] }, reach });
      return;
    }
    if (context) await platform?.abandon?.({ ...context, release }).catch((fault: unknown) => noteOf(journal, fault));
    await journal.settle(state, state === "cancelled" ? { reason: report.what } : { error: report });
  } finally {
    await reach?.[Symbol.asyncDispose]();
  }
}

/** What could not be cleaned up is said; it does not change how the deployment ended. */
async function noteOf(journal: Journal, fault: unknown): Promise<void> {
  const { what } = reportOf(fault);
  await journal.append({ type: "note", level: "warning", message: `Not everything could be undone: ${what}` });
}

async function succeed({
  row,
  journal,
  live,
  reach,
}: {
  row: DeploymentRow;
  journal: Journal;
  live: { release: Release; services: DeployedService[] };
  reach: Reach | undefined;
}): Promise<void> {
  const services = live.services.map(({ alsoAt, ...service }) => ({ ...service, alsoAt: alsoAt ?? [] }));
  const [first] = primaryFirst(live);
  await journal.transaction(async (tx) => {
    await tx
      .updateTable("deployment")
      .set({
        services: JSON.stringify(services),
        release_id: live.release.id,
        bytes_sent: reach?.client.traffic.bytesSent ?? 0,
        files_sent: reach?.client.traffic.filesSent ?? 0,
      })
      .where("id", "=", row.id)
      .execute();
  });
  for (const service of live.services) await journal.append({ type: "url", service: service.name, url: service.url });
  await journal.settle("success", { url: first?.url ?? null });
}

/** The page people open comes before what it talks to. */
function primaryFirst({ release, services }: { release: Release; services: DeployedService[] }): DeployedService[] {
  const rank = (service: DeployedService): number => {
    const planned = release.services.find(({ plan }) => plan.name === service.name);
    return planned ? (planned.plan.hosts[0]?.length ?? 0) : 1_000;
  };
  return [...services].sort((a, b) => rank(a) - rank(b));
}

async function releaseOfDeployment(store: Store, deploymentId: string): Promise<Release | null> {
  const row = await store.db
    .selectFrom("deployment")
    .select("release_id")
    .where("id", "=", deploymentId)
    .executeTakeFirst();
  return row?.release_id ? openRelease(store, row.release_id) : null;
}

async function isLive(platform: Platform, release: Release, context: ReleaseContext): Promise<boolean> {
  const status = await platform.status?.(context);
  return (
    status !== undefined &&
    status.length > 0 &&
    status.every((service) => service.release === release.id && service.state === "ready")
  );
}

async function giveUp(store: Store, claim: Claim, error: unknown): Promise<void> {
  const { db, clock } = store;
  const { code } = reportOf(error);
  const report = {
    code,
    what: "The deployment could not be worked on: what is stored of it cannot be read.",
    where: claim.row.id,
    next: "Run: landfall doctor",
  };
  const log = { push: () => {}, flush: async () => {} };
  const journal = journalOf({ db, claim, clock, signal: new AbortController().signal, log, redact: (text) => text });
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
