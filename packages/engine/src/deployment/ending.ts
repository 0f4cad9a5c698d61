/**
 * A claimed deployment from its workflow to its end: succeeded, failed or cancelled. Where nobody knows for certain, what really runs decides;
 * what a platform was left with otherwise is undone.
 */
import { instant } from "../clock.ts";
import type { PlatformAccess } from "../connections/access.ts";
import type { Learn } from "../connections/credential.ts";
import { DeployError, type ErrorReport, reportOf } from "../error.ts";
import type { DeployedService, Platform, Release, ReleaseContext } from "../platform.ts";
import type { DeploymentRow } from "../store/schema.ts";
import { isStoreAway, type Store } from "../store/store.ts";
import { isLeaseLost } from "./claim.ts";
import { runDeployment, type Work } from "./deploy.ts";
import type { Journal } from "./journal.ts";
import { openReach, type Reach } from "./reach.ts";
import { giveTraffic, openRelease } from "./release.ts";

/** A platform has so long to undo what a deployment that failed or was cancelled left there. */
const cleanUpMs = 20_000;

/** What the workflow is given, but for what it is reached with. */
export interface Carrying extends Pick<Work, "store" | "row" | "journal" | "build" | "values" | "signal" | "log"> {
  platforms: Platform[];
  /** What the caller's environment says about the platforms. */
  access: Record<string, PlatformAccess>;
  /** Told every secret of a credential before it is used. */
  learn: Learn;
  /** Told what the deployment speaks with its platform through, once that is open. */
  opened(reach: Reach): void;
}

/** Throws what makes it somebody else's to carry on: the lease is lost, the store is away. */
export async function carryToEnd({ platforms, access: accessOf, learn, opened, ...work }: Carrying): Promise<void> {
  const { store, row, journal, signal } = work;
  const platform = platforms.find((one) => one.id === row.platform);
  let reach: Reach | undefined;
  let reached: DeployedService[] = [];
  try {
    if (!platform)
      throw new DeployError("INVALID_CONFIG", {
        what: `There is no platform ${row.platform}.`,
        next: `Platforms: ${platforms.map((one) => one.id).join(", ")}.`,
      });
    const access = accessOf[platform.id];
    reach = await openReach({ store, platform, access, row, learn });
    opened(reach);
    const live = await runDeployment({
      ...work,
      platform,
      access,
      reach,
      reached: (services) => (reached = services),
    });
    await succeed({ row, journal, live, reach });
  } catch (error) {
    if (isStoreAway(error) || isLeaseLost(error)) throw error;
    if (isLeaseLost(signal.reason)) throw signal.reason;
    const { state, report } = endOf(error, signal);
    const release = await releaseOfDeployment(store, row.id);
    const context = await reach?.context(AbortSignal.timeout(cleanUpMs));
    // The time is over: what really runs decides, not what we last heard.
    if (report.code === "TIMEOUT" && platform && release && context && (await isLive(platform, release, context))) {
      await journal.transaction((tx) =>
        giveTraffic(tx, { place: row, releaseId: release.id, at: instant(store.clock) }),
      );
      // It is live whether or not its addresses can be told.
      const services = await platform.served?.({ release, signal: context.signal }).catch(() => null);
      await succeed({ row, journal, live: { release, services: services ?? reached }, reach });
      return;
    }
    if (context) await platform?.abandon?.({ ...context, release }).catch((fault: unknown) => noteOf(journal, fault));
    await journal.settle(state, state === "cancelled" ? { reason: report.what } : { error: report });
  } finally {
    await reach?.[Symbol.asyncDispose]();
  }
}

/** What a thrown value means for the deployment's end. */
function endOf(error: unknown, signal: AbortSignal): { state: "failed" | "cancelled"; report: ErrorReport } {
  const cause: unknown = signal.aborted ? signal.reason : error;
  const report = reportOf(cause);
  return { state: report.code === "CANCELLED" ? "cancelled" : "failed", report };
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

/** False also where the platform cannot be asked: that is no reason to work on a deployment whose time is over. */
async function isLive(platform: Platform, release: Release, context: ReleaseContext): Promise<boolean> {
  const status = (await platform.status?.(context).catch(() => null)) ?? [];
  return status.length > 0 && status.every(({ release: id, state }) => id === release.id && state === "ready");
}
