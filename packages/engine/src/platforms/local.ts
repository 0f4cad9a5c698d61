/**
 * This machine: static releases served from the store, servers as supervised processes, the traffic switched by the edge.
 * No account. A release is started beside the one that runs, probed until it is healthy, and only then given the traffic; if it
 * never gets healthy, the old one was never touched.
 */
import { instant } from "../clock.ts";
import { giveTraffic } from "../deployment/release.ts";
import { DeployError } from "../error.ts";
import { definePlatform, type DeployContext, type DeployedService, type Platform, type Release } from "../platform.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Store } from "../store/store.ts";
import { isProtected } from "../protection/protection.ts";
import { wantInstance } from "./local/instance.ts";
import type { EdgeControl, EdgeReport, EdgeService } from "./local/edge-control.ts";
import type { Serving } from "./local/elsewhere.ts";
import { ask, untilHealthy } from "./local/health.ts";
import { stage } from "./local/stage.ts";

export function localPlatform({
  store,
  edge,
  serving,
  toolPath,
  network,
  resolves,
}: {
  store: Store;
  /** Of this data directory: what is deployed by this process runs there. */
  edge: EdgeControl;
  serving: Serving;
  /** Where programs are looked for. */
  toolPath: string[];
  /** Variables for proxies, certificates, the registry. */
  network: Readonly<Record<string, string>>;
  resolves(host: string): Promise<boolean>;
}): Platform {
  const { db, clock } = store;

  async function deploy(context: DeployContext): Promise<DeployedService[]> {
    const { release, step, signal } = context;
    const processes = release.services.filter(({ plan }) => plan.kind !== "static").map(({ plan }) => plan);
    if (processes.length > 0) {
      await step("stage", async ({ log }) => {
        for (const { name } of processes)
          await stage({ store, release, service: name, toolPath, network, signal, log });
      });
      await step("start", async () => {
        for (const { name: service } of processes)
          await wantInstance(db, { releaseId: release.id, service, at: instant(clock) });
        await edge.reconcile(signal);
      });
      await step("probe", async (inner) => {
        for (const plan of processes) {
          const look = async (): Promise<EdgeService | undefined> =>
            find(await edge.reconcile(signal), release.id, plan.name);
          await untilHealthy({ plan, look, clock, signal, log: inner.log });
        }
      });
    }
    await step("switch", async () => {
      await switchTo(context);
      await edge.reconcile(signal);
    });
    return addressesOf(await edge.reconcile(signal), release);
  }

  async function served({
    release,
    signal,
  }: {
    release: Release;
    signal: AbortSignal;
  }): Promise<DeployedService[] | null> {
    const report = await edge.reconcile(signal);
    for (const { plan } of release.services) {
      const service = find(report, release.id, plan.name);
      if (!service?.live || (service.state !== "serving" && service.state !== "running")) return null;
      if (service.port === null || plan.kind === "worker") continue;
      if (!(await ask(service.port, plan, signal)).healthy) return null;
    }
    return addressesOf(report, release);
  }

  /** One transaction: the row that says who has the traffic, and which processes are wanted from now on. */
  async function switchTo({ release, transaction }: DeployContext): Promise<void> {
    await transaction(async (tx) => {
      const place = { project_id: release.projectId, environment: release.environment, platform: "local" };
      const before = await giveTraffic(tx, { place, releaseId: release.id, at: instant(clock) });
      if (before)
        await tx.updateTable("instance").set({ desired: "stopped" }).where("release_id", "=", before).execute();
    });
  }

  /** Gone means gone: resolves when the processes have ended. */
  async function untilGone(isMeant: (service: EdgeService) => boolean, signal: AbortSignal): Promise<void> {
    while ((await serving.reconcile(signal)).services.some(isMeant)) await clock.sleep(50, signal);
  }

  async function addressesOf(report: EdgeReport, release: Release): Promise<DeployedService[]> {
    const addressed = release.services.filter(({ plan }) => plan.kind !== "worker");
    const kept = (await isProtected(store, release)) ? { protected: true } : {};
    const addresses = await Promise.all(addressed.map(({ plan }) => addressOf(report, release, plan)));
    return addresses.map((one) => ({ ...one, ...kept }));
  }

  async function addressOf(report: EdgeReport, release: Release, plan: ServicePlan): Promise<DeployedService> {
    const service = find(report, release.id, plan.name);
    const byHost = service?.url ?? null;
    const byPort = service?.portUrl ?? null;
    const first = byHost ?? byPort;
    if (!service?.live || first === null) {
      throw new DeployError("VERIFY_FAILED", {
        what: "The edge does not serve the new release.",
        where: `${plan.name}, release ${release.id}`,
        next: "Run: landfall doctor",
      });
    }
    // Browsers and curl know *.localhost by themselves; many programs ask the system's resolver, which may not.
    const url = byHost && byPort && !(await resolves(new URL(byHost).hostname)) ? byPort : first;
    return {
      name: plan.name,
      url,
      alsoAt: [byHost, byPort].filter((one): one is string => one !== null && one !== url),
    };
  }

  return definePlatform({
    id: "local",
    name: "This machine",
    accepts: ["files", "prebuilt"],
    runs: ["static", "server", "worker"],
    limits: {},
    projectName: { pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, maxLength: 58 },
    deploy,
    served,
    rollback: deploy,
    async abandon({ release, signal }) {
      if (!release) return;
      const live = await db
        .selectFrom("live")
        .select("release_id")
        .where("release_id", "=", release.id)
        .executeTakeFirst();
      if (live) return;
      await db.updateTable("instance").set({ desired: "stopped" }).where("release_id", "=", release.id).execute();
      await untilGone((service) => service.release === release.id, signal);
    },
    async status({ projectId, environment }) {
      const report = await serving.status();
      return (report?.services ?? [])
        .filter((service) => service.live && service.projectId === projectId && service.environment === environment)
        .map((service) => ({
          service: service.service,
          release: service.release,
          state:
            service.state === "serving" || service.state === "running"
              ? "ready"
              : service.state === "starting"
                ? "deploying"
                : "error",
        }));
    },
    async remove({ projectId, environment, signal }) {
      await db.transaction().execute(async (tx) => {
        const releases = await tx
          .selectFrom("release")
          .select("id")
          .where("project_id", "=", projectId)
          .where("environment", "=", environment)
          .where("platform", "=", "local")
          .execute();
        await tx
          .deleteFrom("live")
          .where("project_id", "=", projectId)
          .where("environment", "=", environment)
          .where("platform", "=", "local")
          .execute();
        const ids = releases.map((release) => release.id);
        if (ids.length > 0)
          await tx.updateTable("instance").set({ desired: "stopped" }).where("release_id", "in", ids).execute();
      });
      await untilGone((service) => service.projectId === projectId && service.environment === environment, signal);
    },
  });
}

function find(report: EdgeReport, releaseId: string, service: string): EdgeService | undefined {
  return report.services.find((one) => one.release === releaseId && one.service === service);
}
