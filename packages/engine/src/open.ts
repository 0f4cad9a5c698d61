/** Puts the engine together over one data directory. */
import type { ChildProcess } from "node:child_process";
import { lookup } from "node:dns/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { acceptPrepared, type Asker, requestCancel } from "./deployment/accept.ts";
import { againOf } from "./deployment/again.ts";
import { backgroundEnvironment, startDetached } from "./background.ts";
import type { RestoreOptions, RestoreReport } from "./backup/restore.ts";
import { buildArtifact } from "./build/build.ts";
import { comparingOf } from "./deployment/compare.ts";
import { matchingRows } from "./deployment/list.ts";
import { sharesOf } from "./deployment/shares.ts";
import { instant, systemClock } from "./clock.ts";
import { accessFrom, type PlatformAccess, sharedAccessFrom } from "./connections/access.ts";
import { connectionsOf } from "./connections/connections.ts";
import { codeHosts } from "./code-hosts/registry.ts";
import { collect } from "./store/collect.ts";
import { systemDns } from "./domains/dns.ts";
import { domainsOf } from "./domains/domains.ts";
import { diagnose } from "./doctor.ts";
import { edgeStatus } from "./edge-status.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { isSettled } from "./events.ts";
import { follow } from "./deployment/follow.ts";
import { hasOrphans } from "./deployment/claim.ts";
import { readEvents } from "./deployment/stored-events.ts";
import { liveChecklist } from "./checklist/live-checklist.ts";
import { type EdgeControl, edgeControl } from "./platforms/local/edge-control.ts";
import { type Serving, servingEdge } from "./platforms/local/elsewhere.ts";
import { serversOf } from "./machines.ts";
import { localPlatform } from "./platforms/local.ts";
import { hostedPlatforms } from "./platforms/registry.ts";
import { type Detect, detectHere, detectingAside } from "./detect/aside.ts";
import { deliver, type Delivering, isDue, overdueMs } from "./notifications/delivering.ts";
import { notificationsOf } from "./notifications/notifications.ts";
import { protectionOf } from "./protection/protection.ts";
import { surroundingsBeside } from "./beside.ts";
import { stopAndStartOf } from "./stop-and-start.ts";
import { prepare } from "./plan/prepare.ts";
import { projectsOf, projectViews } from "./projects.ts";
import { runtimeLogsOf } from "./runtime-logs.ts";
import type { Platform } from "./platform.ts";
import { type DigestCache, openDigestCache } from "./snapshot/cache.ts";
import type { DeploymentRow } from "./store/schema.ts";
import { rotateKey } from "./store/rotate.ts";
import { openStore, type Store } from "./store/store.ts";
import { settingsOf } from "./project-settings.ts";
import { sharedOf } from "./shared-values.ts";
import { variablesOf } from "./variables.ts";
import { deploymentRow, type DeploymentView, deploymentView, deploymentViews, sightsOf } from "./deployment/views.ts";
import { screenshotsOf } from "./screenshots/screenshots.ts";
import { endRunning, type Running } from "./sandboxes/commands.ts";
import { sandboxesOf } from "./sandboxes/sandboxes.ts";
import { targetsOf } from "./targets/targets.ts";
import { webhooksOf } from "./webhooks/webhooks.ts";
import { work } from "./deployment/worker.ts";

/** A deployment to a hosted platform that takes longer gets a second worker, which waits, and carries it on when this process dies. */
const watchAfterMs = 10_000;
/** Directories nobody has deployed from for so long are read whole the next time. */
const forgetDigestsAfterMs = 90 * 24 * 3_600_000;

/** What all views of an engine have in common. */
interface Shared {
  options: EngineOptions;
  /** The whole environment of what is started in the background. */
  environment: Record<string, string>;
  cache: DigestCache;
  detect: Detect;
  edge: EdgeControl;
  serving: Serving;
  platforms: Platform[];
  accessOf(organization: string): Record<string, PlatformAccess>;
  /** The organisation it was opened for. */
  own: string;
  /** Commands of sandboxes in this process. */
  running: Running;
}

/** Open (or create) the data directory and everything above it. Milliseconds; starts nothing. Throws STORE_NEWER. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { home, toolPath, clock = systemClock } = options;
  const store = await openStore(home, clock, options);
  const environment = backgroundEnvironment(options);
  const { edgeCommand: command, version } = options;
  const edge = edgeControl({ home, command, environment, clock, ...(version === undefined ? {} : { version }) });
  const serving = servingEdge(edge, store);
  const platforms = options.platforms ?? [
    localPlatform({ store, edge, serving, toolPath, network: environment, resolves }),
    ...hostedPlatforms,
  ];
  const accessFor = (from: typeof accessFrom): Record<string, PlatformAccess> =>
    Object.fromEntries([...platforms, ...codeHosts].map((one) => [one.id, from(one, options.environment ?? {})]));
  const [own, others] = [accessFor(accessFrom), accessFor(sharedAccessFrom)];
  const accessOf = (organization: string) => (organization === store.organization ? own : others);
  const cache = openDigestCache(join(home, "digests"));
  const detect = options.detectAside ? detectingAside() : detectHere;
  const running: Running = { byId: new Map() };
  const engine = engineOver(
    { options, environment, cache, detect, edge, serving, platforms, accessOf, running, own: store.organization },
    store,
  );
  return {
    ...engine,
    async [Symbol.asyncDispose]() {
      await endRunning(running);
      await store[Symbol.asyncDispose]();
    },
  };
}

/** See backup/restore.ts, which is loaded when it is asked for. */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<RestoreReport> {
  return (await import("./backup/restore.ts")).restoreBackup(path, options);
}

/** The view of the organisation that the store is seen by, through which `by` begins what is begun. It ends nothing. */
function engineOver(shared: Shared, store: Store, by: Asker = {}): Engine {
  const { options, environment, cache, detect, edge, serving, platforms } = shared;
  const { db, clock, home, organization } = store;
  const { baseDomain = "localhost", toolPath } = options;
  const access = shared.accessOf(organization);
  const domain = (): Promise<string> => store.domain(baseDomain);
  const projects = projectsOf({ store, platforms, access });
  const connections = connectionsOf({ store, platforms, access });
  const { mail = null, privateNotifications = false } = options;
  const delivering: Delivering = { store, mail, allowPrivate: privateNotifications };

  const view = (row: DeploymentRow): Promise<DeploymentView> => deploymentView(store, row, platforms);

  /** Whether the edge has anything to serve. */
  async function hasLive(): Promise<boolean> {
    const row = await db.selectFrom("live").select("release_id").where("platform", "=", "local").executeTakeFirst();
    return row !== undefined;
  }

  /** A second worker that waits for this one to die. */
  let watcher: ChildProcess | null = null;

  const startWorker = (): ChildProcess =>
    startDetached(options.workerCommand, { home, log: "worker.log", environment });

  /** What serves meanwhile, and who takes over: on this machine the edge, also of the first deployment of all; elsewhere a second worker. */
  async function keepUp({ platform, started_at }: DeploymentRow): Promise<void> {
    const isHosted = platforms.find(({ id }) => id === platform)?.baseUrl !== undefined;
    if (!isHosted) return void (await edge.ensure());
    if (watcher || clock.now() - Date.parse(started_at ?? instant(clock)) < watchAfterMs) return;
    // It ends when there is nothing to do; the next long deployment has one again.
    watcher = startWorker().once("exit", () => (watcher = null));
  }

  const engine: Engine = {
    home,
    organization,
    platforms,
    database: { kind: store.kind, db: db as unknown as Kysely<unknown> },

    of: (other, { slug, ...asker } = {}) => engineOver(shared, store.of(other, slug), asker),

    async restore() {
      if (await hasLive()) await serving.ensure();
      // The edge sees to what is open; where there is none, a worker does.
      else if ((await hasOrphans(store)) || (await isDue(store, { mail: false, forMs: overdueMs })))
        engine.workInBackground();
    },

    prepare: (request, { signal } = {}) =>
      prepare(
        { store, cache, detect, platforms, access, baseDomain, toolPath, ...(signal ? { signal } : {}) },
        request,
      ),

    accept: async (prepared) => view(await deploymentRow(store, await acceptPrepared(store, prepared, by))),

    async work(how) {
      const { signal, until, only } = how;
      const working = work(
        {
          store,
          platforms,
          accessOf: shared.accessOf,
          build: (one) => buildArtifact({ ...one, blobs: store.blobs, home, toolPath, network: environment }),
          deploymentTimeoutMs: options.deploymentTimeoutMs ?? 300_000,
          maxConcurrent: options.maxConcurrent ?? 2,
          onHeartbeat: keepUp,
        },
        how,
      );
      if (only === undefined) {
        const telling = until === "idle" ? working.catch(() => {}) : null; // What it throws is thrown below.
        await Promise.all([working, deliver(delivering, { signal, until: telling })]);
        return;
      }
      await working;
      if (await isDue(store, { mail: false, forMs: 0 })) engine.workInBackground();
    },

    workInBackground: () => void startWorker(),

    follow: (id, how = {}) => follow(store, id, how),
    eventPage: async (id, { from = 1, limit = 50 } = {}) =>
      readEvents(db, (await deploymentRow(store, id)).id, from, limit),

    deployment: async (id) => view(await deploymentRow(store, id)),

    async deployments(filter = {}) {
      const { project } = filter;
      const projectId = project === undefined ? undefined : (await projects.row(project)).id;
      return deploymentViews(store, await matchingRows(store, filter, projectId), platforms);
    },

    sights: ({ limit }) => sightsOf(store, limit),

    async cancel(deploymentId) {
      const { id } = await deploymentRow(store, deploymentId);
      await requestCancel(store, id);
      const after = await deploymentRow(store, id);
      // Its owner may be gone: somebody has to end what it left.
      if (!isSettled(after.state)) engine.workInBackground();
    },

    ...againOf({ store, platforms, access, domain, projects, view, by }),
    ...comparingOf({ store, platforms, domain }),

    shares: sharesOf(store),
    screenshots: screenshotsOf({ store, platforms, toolPath }),

    projects: () => projectViews(store),
    remove: projects.remove,
    ...stopAndStartOf({ store, serving }, projects),
    beside: (of) => surroundingsBeside({ store, toolPath }, projects, of),

    domains: domainsOf({ store, platforms, access, dns: systemDns(options.nameServers), projectRow: projects.row }),
    variables: variablesOf(store, projects),
    shared: sharedOf(store, projects),
    settings: settingsOf(store, projects),
    notifications: notificationsOf(delivering, projects),
    protection: protectionOf({ store, serving, platforms }, projects),

    connections,
    targets: targetsOf({ store, platforms, access, connections }),
    servers: serversOf({ store, edge, own: shared.own }),

    sandboxes: sandboxesOf({ store, toolPath, access }, shared.running),

    webhooks: webhooksOf({ store, platforms, accessOf: shared.accessOf }),

    rotateKey: () => rotateKey(store),

    runtimeLogs: (target) => runtimeLogsOf({ store, platforms, access, projects, edge }, target),

    edge: {
      ensure: async () => edgeStatus(await edge.ensure(), organization),
      status: async ({ here = false } = {}) => edgeStatus(await (here ? edge : serving).status(), organization),
      stop: () => edge.stop({ applications: true }),
    },

    checklist: async (deploymentId, { signal } = {}) =>
      liveChecklist(store, await deploymentRow(store, deploymentId), signal),

    doctor: () => diagnose({ store, edge: serving, toolPath, resolves, baseDomain }),

    async collect({ signal, retainReleases = 10 } = {}) {
      cache.prune(forgetDigestsAfterMs);
      return collect(store, { retainReleases, ...(signal ? { signal } : {}) });
    },

    // Loaded when asked for: no other command pays for it.
    backup: async (to, how) =>
      (await import("./backup/backup.ts")).backup({ store, databaseUrl: options.databaseUrl }, to, how),
    verifyBackup: async (path, how) =>
      (await import("./backup/backup.ts")).verified({ store, databaseUrl: options.databaseUrl }, path, how),

    async [Symbol.asyncDispose]() {}, // The store is the opener's.
  };
  return engine;
}

/** Whether programs that ask the system's resolver reach this machine under `host`. */
async function resolves(host: string): Promise<boolean> {
  try {
    const { address } = await lookup(host);
    return address === "127.0.0.1" || address === "::1";
  } catch {
    return false;
  }
}
