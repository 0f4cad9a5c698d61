/** From rows of the store to routes and programs: what is live is routed, what is wanted runs, what is no longer wanted is drained and stopped. */
import { lockedPort } from "./ports.ts";
import type { Release } from "@landfall/engine/platform";
import type { EdgeService } from "@landfall/engine/platforms/local/edge-control";
import { instanceId, programOf } from "@landfall/engine/platforms/local/program";
import { stage } from "@landfall/engine/platforms/local/stage";
import { isCovered, protectedProjects } from "@landfall/engine/protection/protection";
import { openRelease } from "@landfall/engine/deployment/release";
import { localOrganization, type Store } from "@landfall/engine/store/store";
import { releaseHeader } from "@landfall/engine/deployment/verify";
import type { Route, Router, Target } from "./router.ts";
import type { Edge } from "./server.ts";
import { type Site, siteOf } from "./site.ts";
import type { Supervisor } from "./supervisor.ts";

/** An old release is given so long to finish what it has begun. */
const drainMs = 30_000;
const stopGraceMs = 10_000;
const beforeStartMs = 120_000;

export interface Desired {
  /** Read the store and make it so. Draining goes on after it returns. */
  apply(): Promise<void>;
  services(): EdgeService[];
  /** Resolves when what is draining now is. */
  drained(): Promise<void>;
  /** Give up what is draining; the next edge drains it. */
  close(): Promise<void>;
}

interface Served {
  release: Release;
  service: string;
  live: boolean;
  /** A person has stopped it. */
  isStopped: boolean;
  portUrl: string | null;
  url: string | null;
}

export function createDesired({
  store,
  router,
  edge,
  supervisor,
  port,
  toolPath,
  complain,
}: {
  store: Store;
  router: Router;
  edge: Edge;
  supervisor: Supervisor;
  port: number;
  toolPath: string[];
  /** Told what keeps a program from running. */
  complain(error: unknown): void;
}): Desired {
  const releases = new Map<string, Release>();
  const sites = new Map<string, Site>();
  const drains = new Map<string, Promise<void>>();
  const ending = new AbortController();
  let served: Served[] = [];

  async function releaseOf(id: string): Promise<Release | null> {
    const known = releases.get(id);
    if (known) return known;
    const release = await openRelease(store, id);
    if (release) releases.set(id, release);
    return release;
  }

  /** A deployment puts a program's files in place. After a restore of a backup, and on another machine, they are not there yet. */
  async function staged(release: Release, service: string): Promise<boolean> {
    try {
      // Others wait for it, so what comes before its start has less time than in a deployment.
      await stage({ store, release, service, toolPath, signal: AbortSignal.timeout(beforeStartMs) });
      return true;
    } catch (error) {
      complain(error); // The others are to run all the same.
      return false;
    }
  }

  async function siteFor(release: Release, service: string): Promise<Site> {
    const key = instanceId(release.id, service);
    const known = sites.get(key);
    if (known) return known;
    const { artifact } = release.services.find(({ plan }) => plan.name === service)!;
    const { site } = await siteOf(artifact, {
      blobPath: (sha256) => store.blobs.fetch(sha256),
      releasedAt: release.createdAtMs,
    });
    sites.set(key, site);
    return site;
  }

  async function apply(): Promise<void> {
    const [live, instances, guarded] = await Promise.all([
      store.db
        .selectFrom("live")
        .select(["release_id", "stopped_at"])
        .where("platform", "=", "local")
        .orderBy("since")
        .execute(),
      store.db.selectFrom("instance").selectAll().execute(),
      protectedProjects(store),
    ]);
    const liveIds = new Set(live.map((row) => row.release_id));
    const wanted = instances.filter((row) => row.desired === "running");

    for (const row of wanted) {
      drains.delete(row.id);
      const release = await releaseOf(row.release_id);
      if (!release || !(await staged(release, row.service))) continue;
      await supervisor.ensure(programOf({ home: store.home, release, service: row.service, toolPath }));
    }

    const next: Served[] = [];
    const routes: Route[] = [];
    // Two projects may come to the same name (`a-b`, and the preview `a` of `b`): who was there first keeps it, the other has its port.
    const taken = new Set<string>();
    for (const { release_id: id, stopped_at: stoppedAt } of live) {
      const release = await releaseOf(id);
      if (!release) continue;
      const isStopped = stoppedAt !== null;
      for (const { plan } of release.services) {
        if (plan.kind === "worker") {
          next.push({ release, service: plan.name, live: true, isStopped, url: null, portUrl: null });
          continue;
        }
        const ownPort = await lockedPort({
          store,
          edge,
          key: portKey(release, plan.name),
          after: port,
        });
        const hosts = plan.hosts.filter((host) => !taken.has(host));
        for (const host of hosts) taken.add(host);
        const target = isStopped ? ({ kind: "stopped" } as const) : await targetFor(release, plan.name, plan.kind);
        const guard = guarded.get(release.projectId);
        const isGuarded = guard !== undefined && isCovered(guard.scope, release.environment);
        if (target)
          routes.push({
            hosts,
            ...(ownPort === null ? {} : { ports: [ownPort] }),
            release: release.id,
            headers: [[releaseHeader, release.id]],
            target,
            ...(isGuarded ? { password: guard.password } : {}),
          });
        next.push({
          release,
          service: plan.name,
          live: true,
          isStopped,
          url: hosts[0] === undefined ? null : `http://${hosts[0]}:${port}`,
          portUrl: ownPort === null ? null : `http://localhost:${ownPort}`,
        });
      }
    }
    for (const row of instances) {
      if (next.some((one) => one.release.id === row.release_id && one.service === row.service)) continue;
      const release = await releaseOf(row.release_id);
      if (release)
        next.push({ release, service: row.service, live: false, isStopped: false, url: null, portUrl: null });
    }
    router.apply(routes);
    served = next;

    for (const row of instances)
      if (row.desired === "stopped" && !drains.has(row.id)) drains.set(row.id, drain(row.id, row.release_id));
    forgetUnused(new Set([...liveIds, ...instances.map((row) => row.release_id)]));
  }

  /** Null: its program has no port yet. */
  async function targetFor(release: Release, service: string, kind: string): Promise<Target | null> {
    if (kind === "static") return { kind: "static", site: await siteFor(release, service) };
    const own = supervisor.status(instanceId(release.id, service))?.port;
    return own ? { kind: "proxy", upstream: { host: "127.0.0.1", port: own } } : null;
  }

  /** Wait for what is under way, end the program, forget it. Given up when it is wanted again in the meantime. */
  async function drain(id: string, releaseId: string): Promise<void> {
    try {
      await router.drained(releaseId, { timeoutMs: drainMs, signal: ending.signal });
      const row = await store.db.selectFrom("instance").select("desired").where("id", "=", id).executeTakeFirst();
      if (row?.desired !== "stopped" || ending.signal.aborted) return;
      await supervisor.stop(id, { graceMs: stopGraceMs });
      await store.db.deleteFrom("instance").where("id", "=", id).where("desired", "=", "stopped").execute();
      served = served.filter((one) => one.live || instanceId(one.release.id, one.service) !== id);
    } catch {
      // Ended by the end of this process; the next edge reads the same row and drains again.
    } finally {
      drains.delete(id);
    }
  }

  function forgetUnused(used: Set<string>): void {
    for (const id of releases.keys()) if (!used.has(id)) releases.delete(id);
    for (const key of sites.keys()) if (!used.has(key.split(".")[0]!)) sites.delete(key);
  }

  async function drained(): Promise<void> {
    await Promise.all(drains.values());
  }

  return {
    apply,
    services: () =>
      served.map(({ release, service, live, isStopped, url, portUrl }) => {
        const id = instanceId(release.id, service);
        const { plan } = release.services.find((one) => one.plan.name === service)!;
        const base = {
          organization: release.organization,
          projectId: release.projectId,
          project: release.project,
          environment: release.environment,
          service,
          release: release.id,
          kind: plan.kind,
          live,
          url,
          portUrl,
        };
        const status = plan.kind === "static" ? null : supervisor.status(id);
        if (!status)
          return {
            ...base,
            state: isStopped ? "stopped" : "serving",
            pid: null,
            port: null,
            listening: [],
            restarts: 0,
            lastExit: null,
            lastLines: [],
          };
        return { ...base, ...status, state: drains.has(id) ? "draining" : status.state };
      }),
    drained,
    async close() {
      ending.abort();
      await drained();
    },
  };
}

/** By name, so that a project that is made again has the port it had; elsewhere names are not unique. */
function portKey({ organization, projectId, project, environment }: Release, service: string): string {
  return `port/${organization === localOrganization ? project : projectId}/${environment}/${service}`;
}
