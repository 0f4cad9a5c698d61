/** Puts the engine together over one data directory. */
import { lookup } from "node:dns/promises";
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { accept, requestCancel } from "./deployment/accept.ts";
import { buildArtifact } from "./build/build.ts";
import { instant, systemClock } from "./clock.ts";
import { accessFrom, openClient } from "./connections/access.ts";
import { chooseCredential, openCredential } from "./connections/choose.ts";
import { connectionsOf } from "./connections/connections.ts";
import { collect } from "./store/collect.ts";
import { systemDns } from "./domains/dns.ts";
import { domainsOf } from "./domains/domains.ts";
import { diagnose } from "./doctor.ts";
import type { DeploymentView, EdgeStatus, Engine, EngineOptions, Prepared } from "./engine.ts";
import { checkVariables } from "./env/validate.ts";
import { checkName, checkValue } from "./env/names.ts";
import { isSensitive } from "./env/rules.ts";
import { DeployError } from "./error.ts";
import { isSettled } from "./events.ts";
import { hasOpen, openStates, readEvents } from "./deployment/journal.ts";
import { liveChecklist } from "./checklist/live-checklist.ts";
import { checkedName } from "./name.ts";
import type { DeployPlan } from "./plan/plan.ts";
import { inEnvironment } from "./plan/planner.ts";
import { edgeControl, type EdgeReport } from "./platforms/local/edge-control.ts";
import { localPlatform } from "./platforms/local.ts";
import { hostedPlatforms } from "./platforms/registry.ts";
import { keptSnapshot, platformOf, prepare, type PreparedInside } from "./plan/prepare.ts";
import { pinnedTarget } from "./deployment/reach.ts";
import type { DeployedService } from "./platform.ts";
import { openRelease } from "./deployment/release.ts";
import { readRuntimeLogs } from "./runtime-logs.ts";
import { openDigestCache } from "./snapshot/cache.ts";
import type { DeploymentRow } from "./store/schema.ts";
import { rotateKey } from "./store/rotate.ts";
import { openStore } from "./store/store.ts";
import { readVariables, writeVariables } from "./variables.ts";
import { deploymentRow, deploymentViews, projectViews } from "./deployment/views.ts";
import { work } from "./deployment/worker.ts";

/** A deployment to a hosted platform that takes longer gets somebody who carries it on when its process dies. */
const watchAfterMs = 2_000;
/** A platform has so long to take a project down. */
const removalMs = 60_000;
const followPollMs = 15;
/** Directories nobody has deployed from for so long are read whole the next time. */
const forgetDigestsAfterMs = 90 * 24 * 3_600_000;

/** Open (or create) the data directory and everything above it. Milliseconds; starts nothing. Throws STORE_NEWER. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const clock = options.clock ?? systemClock;
  const { home, toolPath } = options;
  const baseDomain = options.baseDomain ?? "localhost";
  const { encryptionKey } = options;
  const store = await openStore(home, clock, encryptionKey);
  const { db } = store;
  const cache = openDigestCache(join(home, "digests"));
  const environment = {
    PATH: toolPath.join(":"),
    LANG: "C.UTF-8",
    // Not an argument: those are for all to see.
    ...(encryptionKey === undefined ? {} : { TOKEN_ENCRYPTION_KEY: encryptionKey }),
  };
  const edge = edgeControl({ home, command: options.edgeCommand, environment, clock });
  const platforms = options.platforms ?? [localPlatform({ store, edge, toolPath, resolves }), ...hostedPlatforms];
  const access = Object.fromEntries(platforms.map((one) => [one.id, accessFrom(one, options.environment ?? {})]));

  async function view(row: DeploymentRow): Promise<DeploymentView> {
    const [one] = await deploymentViews(store, [row]);
    return one!;
  }

  /** Whether the edge has anything to serve. */
  async function hasLive(): Promise<boolean> {
    const row = await db.selectFrom("live").select("release_id").where("platform", "=", "local").executeTakeFirst();
    return row !== undefined;
  }

  /** Take the project's environment down where it runs. */
  async function removeThere(place: { projectId: string; project: string; environment: string; platform: string }) {
    const platform = platforms.find(({ id }) => id === place.platform);
    if (!platform?.remove) return;
    const { platform: id, projectId, project, environment: name } = place;
    const opened = await db
      .selectFrom("deployment")
      .select(["id", "credential", "connection_id", "services"])
      .where("project_id", "=", projectId)
      .where("platform", "=", id)
      .where("environment", "=", name)
      .orderBy("id", "desc")
      .execute();
    const credential = await openCredential(store, { platform, access: access[id], row: opened[0]! });
    await using api = openClient({ platform, access: access[id], credential, clock });
    const remoteIds = opened.flatMap(({ services }) =>
      (JSON.parse(services ?? "[]") as DeployedService[]).flatMap(({ remoteId }) => remoteId ?? []),
    );
    const signal = AbortSignal.timeout(removalMs);
    const target = await pinnedTarget(store, projectId, id);
    await platform.remove({ api, target, project, environment: name, remoteIds, signal, clock });
  }

  async function projectRow(name: string) {
    const row = await store.project(name);
    if (row) return row;
    const names = (await db.selectFrom("project").select("name").orderBy("name").execute()).map((one) => one.name);
    throw new DeployError("NOT_FOUND", {
      what: `There is no project ${JSON.stringify(name.slice(0, 80))}.`,
      where: "project",
      next: names.length > 0 ? `Projects: ${names.slice(0, 20).join(", ")}.` : "Deploy one with: landfall deploy",
    });
  }

  /** A deployment that uses what an earlier one made. */
  async function again(
    operation: "redeploy" | "rollback" | "promote",
    from: DeploymentRow,
    change: { environment?: string; given?: Record<string, string>; sourceReleaseId?: string },
  ) {
    const plan = JSON.parse(from.plan!) as DeployPlan;
    const environmentName = change.environment ?? from.environment;
    const opens = await chooseCredential(store, platformOf(platforms, from.platform), {
      access: access[from.platform],
    });
    const id = await accept(store, {
      ...(opens ? { opens } : {}),
      projectId: from.project_id,
      environment: environmentName,
      platform: from.platform,
      operation,
      request: JSON.parse(from.request) as PreparedInside["request"],
      plan: environmentName === from.environment ? plan : inEnvironment(plan, environmentName, baseDomain),
      given: change.given ?? {},
      ...(change.sourceReleaseId === undefined ? {} : { sourceReleaseId: change.sourceReleaseId }),
      message: `${operation} of ${from.id}`,
    });
    return view(await deploymentRow(store, id));
  }

  const engine: Engine = {
    home,
    platforms,

    async restore() {
      if ((await hasLive()) || (await hasOpen(db))) await edge.ensure();
    },

    prepare: (request, { signal } = {}) =>
      prepare({ store, cache, platforms, access, baseDomain, toolPath, ...(signal ? { signal } : {}) }, request),

    async accept(prepared: Prepared) {
      const [problem] = prepared.problems;
      if (problem) {
        const { code, ...text } = problem;
        throw new DeployError(code, text);
      }
      const { given, generated, identity, opens, plan, request, snapshot } = prepared as PreparedInside;
      const project = await store.ensureProject(plan.project);
      if ((await store.setting(`source/${plan.project}`)) === null)
        await store.putSetting(`source/${plan.project}`, identity);
      await store.putManifest(snapshot.digest, keptSnapshot(snapshot));
      await writeVariables(store, {
        projectId: project.id,
        environment: plan.environment,
        values: generated,
        sensitive: () => true,
      });
      const { variables: _values, ...kept } = request;
      const id = await accept(store, {
        projectId: project.id,
        environment: plan.environment,
        platform: plan.platform,
        operation: "deploy",
        request: kept,
        plan,
        given,
        ...(opens ? { opens } : {}),
        ...(request.message === undefined ? {} : { message: request.message }),
      });
      return view(await deploymentRow(store, id));
    },

    work: (how) =>
      work(
        {
          store,
          platforms,
          access,
          build: ({ service, snapshot, variables, force, signal, log }) =>
            buildArtifact({ service, snapshot, variables, force, signal, log, blobs: store.blobs, home, toolPath }),
          deploymentTimeoutMs: options.deploymentTimeoutMs ?? 300_000,
          maxConcurrent: options.maxConcurrent ?? 2,
          // Also for the first deployment of all: the edge sees to it when its worker dies. What a hosted platform does in a moment needs none.
          onHeartbeat: async ({ platform, started_at }) => {
            const isHosted = platforms.find(({ id }) => id === platform)?.baseUrl !== undefined;
            if (isHosted && clock.now() - Date.parse(started_at ?? instant(clock)) < watchAfterMs) return;
            await edge.ensure();
          },
        },
        how,
      ),

    workInBackground() {
      startDetached(options.workerCommand, { home, log: "worker.log", environment });
    },

    async *follow(deploymentId, { from = 1, signal } = {}) {
      const { id } = await deploymentRow(store, deploymentId);
      for (let next = from; ; ) {
        signal?.throwIfAborted();
        const events = await readEvents(db, id, next);
        for (const event of events) {
          yield event;
          next = event.seq + 1;
          if (event.type === "state" && isSettled(event.state)) return;
        }
        if (events.length > 0) continue;
        const row = await db
          .selectFrom("deployment")
          .select(["state", "last_seq"])
          .where("id", "=", id)
          .executeTakeFirst();
        if (!row || (isSettled(row.state) && next > row.last_seq)) return;
        await clock.sleep(followPollMs, signal);
      }
    },

    deployment: async (id) => view(await deploymentRow(store, id)),

    async deployments({ project, environment: environmentName, limit = 20 } = {}) {
      let query = db.selectFrom("deployment").selectAll().orderBy("id", "desc").limit(limit);
      if (project !== undefined) query = query.where("project_id", "=", (await projectRow(project)).id);
      if (environmentName !== undefined) query = query.where("environment", "=", environmentName);
      return deploymentViews(store, await query.execute());
    },

    async cancel(deploymentId) {
      const { id } = await deploymentRow(store, deploymentId);
      await requestCancel(store, id);
      const after = await deploymentRow(store, id);
      // Its owner may be gone: somebody has to end what it left.
      if (!isSettled(after.state)) engine.workInBackground();
    },

    async redeploy(deploymentId) {
      const from = await deploymentRow(store, deploymentId);
      const release = from.release_id ? await openRelease(store, from.release_id) : null;
      const stored = new Set((await readVariables(store, from.project_id, from.environment)).map(({ key }) => key));
      const values = Object.assign({}, ...(release?.services ?? []).map(({ variables }) => variables)) as Record<
        string,
        string
      >;
      // Values of today; what was given for that deployment alone is given again.
      return again("redeploy", from, {
        given: Object.fromEntries(Object.entries(values).filter(([key]) => !stored.has(key))),
      });
    },

    async rollback({ project, environment: environmentName = "production", platform, to }) {
      const row = await projectRow(project);
      // Without a name: the platform whose traffic was given last.
      let living = db
        .selectFrom("live")
        .selectAll()
        .where("project_id", "=", row.id)
        .where("environment", "=", environmentName)
        .orderBy("since", "desc");
      const wanted = platform ?? (to === undefined ? undefined : (await deploymentRow(store, to)).platform);
      if (wanted !== undefined) living = living.where("platform", "=", wanted);
      const here = await living.executeTakeFirst();
      let target: DeploymentRow | undefined;
      if (to !== undefined) {
        target = await deploymentRow(store, to);
        if (target.project_id !== row.id || target.environment !== environmentName) {
          throw new DeployError("NOT_FOUND", {
            what: `${target.id} is not a deployment of ${project}, ${environmentName}.`,
            next: `List them with: landfall ls ${project}`,
          });
        }
      } else if (here?.previous_release_id) {
        target = await db
          .selectFrom("deployment")
          .selectAll()
          .where("release_id", "=", here.previous_release_id)
          .where("state", "=", "success")
          .orderBy("id", "desc")
          .executeTakeFirst();
      }
      if (!target?.release_id || target.state !== "success") {
        throw new DeployError("NOT_FOUND", {
          what: `There is no earlier release of ${project}, ${environmentName}, to go back to.`,
          next: `List its deployments with: landfall ls ${project}`,
        });
      }
      if (target.release_id === here?.release_id) {
        throw new DeployError("CONFLICT", {
          what: `${target.id} has the traffic already.`,
          next: `List earlier ones with: landfall ls ${project}`,
        });
      }
      return again("rollback", target, { sourceReleaseId: target.release_id });
    },

    async promote(deploymentId, environmentName = "production") {
      const from = await deploymentRow(store, deploymentId);
      checkedName("environment", environmentName);
      if (from.state !== "success" || !from.release_id) {
        throw new DeployError("CONFLICT", {
          what: `${from.id} did not succeed, so it has nothing to promote.`,
          next: "Choose a deployment that succeeded: landfall ls",
        });
      }
      if (from.environment === environmentName) {
        throw new DeployError("CONFLICT", {
          what: `${from.id} is in ${environmentName} already.`,
          next: "To give it the traffic back, use: landfall rollback",
        });
      }
      return again("promote", from, { environment: environmentName, sourceReleaseId: from.release_id });
    },

    projects: () => projectViews(store),

    async remove({ project, environment: environmentName }) {
      const row = await projectRow(project);
      const places = await db
        .selectFrom("deployment")
        .select(["environment", "platform"])
        .distinct()
        .where("project_id", "=", row.id)
        .execute();
      const gone = places.filter((place) => environmentName === undefined || place.environment === environmentName);
      const open = await db
        .selectFrom("deployment")
        .select("id")
        .where("project_id", "=", row.id)
        .where("state", "in", [...openStates])
        .execute();
      if (open.length > 0) {
        throw new DeployError("CONFLICT", {
          what: `${open[0]!.id} of ${project} is under way.`,
          next: `Cancel it first: landfall cancel ${open[0]!.id}`,
        });
      }
      for (const place of gone) await removeThere({ projectId: row.id, project, ...place });
      await db.transaction().execute(async (tx) => {
        if (environmentName === undefined) {
          await tx.deleteFrom("project").where("id", "=", row.id).execute();
          await tx.deleteFrom("setting").where("key", "=", `source/${project}`).execute();
          return;
        }
        // A release that has the traffic is held by its row.
        for (const table of ["live", "owned_variable", "deployment", "release", "variable"] as const) {
          await tx
            .deleteFrom(table)
            .where("project_id", "=", row.id)
            .where("environment", "=", environmentName)
            .execute();
        }
      });
    },

    domains: domainsOf({ store, platforms, access, dns: systemDns(options.nameServers), projectRow }),

    variables: {
      async list({ project, environment: environmentName = "production", reveal = false }) {
        const row = await projectRow(project);
        return (await readVariables(store, row.id, environmentName)).map((variable) => ({
          key: variable.key,
          environment: environmentName,
          sensitive: variable.sensitive,
          value: variable.sensitive && !reveal ? null : variable.value,
          updatedAt: variable.updatedAt,
        }));
      },
      async set(
        { project, environment: environmentName = "production" },
        values,
        { sensitive, allowEmpty = false } = {},
      ) {
        checkedName("project", project);
        checkedName("environment", environmentName);
        const faults = faultsOf(values, allowEmpty);
        if (faults.length > 0) {
          throw new DeployError("INVALID_VARIABLE", {
            what: faults.length === 1 ? "A variable cannot be set so." : `${faults.length} variables cannot be set so.`,
            next: "Nothing was changed. Mend them and set them again.",
            faults,
            step: "configure",
          });
        }
        const row = await store.ensureProject(project);
        await writeVariables(store, {
          projectId: row.id,
          environment: environmentName,
          values,
          sensitive: (key) => sensitive ?? isSensitive(key),
        });
      },
      async remove({ project, environment: environmentName = "production" }, keys) {
        const row = await projectRow(project);
        const known = new Set((await readVariables(store, row.id, environmentName)).map(({ key }) => key));
        const unknown = keys.filter((key) => !known.has(key));
        if (unknown.length > 0) {
          throw new DeployError("NOT_FOUND", {
            what: `Not set: ${unknown.join(", ")}.`,
            where: `${project}, ${environmentName}`,
            next: `List them with: landfall env ls --project ${project}`,
          });
        }
        await db
          .deleteFrom("variable")
          .where("project_id", "=", row.id)
          .where("environment", "=", environmentName)
          .where("key", "in", keys)
          .execute();
      },
    },

    connections: connectionsOf({ store, platforms, access }),

    rotateKey: () => rotateKey(store),

    async *runtimeLogs(target) {
      const row = await projectRow(target.project);
      yield* readRuntimeLogs(store, row.id, target);
    },

    edge: {
      ensure: async () => edgeStatus(await edge.ensure()),
      status: async () => edgeStatus(await edge.status()),
      stop: () => edge.stop({ applications: true }),
    },

    checklist: async (deploymentId, { signal } = {}) =>
      liveChecklist(store, await deploymentRow(store, deploymentId), signal),

    doctor: () => diagnose({ store, edge, toolPath, resolves, baseDomain }),

    async collect({ signal, retainReleases = 10 } = {}) {
      cache.prune(forgetDigestsAfterMs);
      return collect(store, { retainReleases, ...(signal ? { signal } : {}) });
    },

    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
    },
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

function faultsOf(values: Record<string, string>, allowEmpty: boolean): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  for (const [key, value] of Object.entries(values)) {
    for (const check of [() => checkName(key), () => checkValue(value)]) {
      try {
        check();
      } catch (error) {
        if (!(error instanceof DeployError)) throw error;
        faults.push({ path: key, message: error.text.what });
      }
    }
    if (value === "" && !allowEmpty)
      faults.push({ path: key, message: "is empty; an empty value needs --allow-empty" });
  }
  const { invalid } = checkVariables({ variables: [], values });
  for (const { key, message } of invalid) faults.push({ path: key, message });
  return faults;
}

function edgeStatus(report: EdgeReport | null): EdgeStatus {
  return {
    running: report !== null,
    pid: report?.pid ?? null,
    port: report?.port ?? null,
    services: (report?.services ?? [])
      .filter((service) => service.live)
      .map((service) => ({ ...service, url: service.url ?? service.portUrl ?? "" })),
  };
}

function startDetached(
  command: string[],
  { home, log, environment }: { home: string; log: string; environment: Record<string, string> },
): void {
  const file = openSync(join(home, "logs", log), "a", 0o600);
  try {
    const [program, ...args] = command;
    const child = spawn(program!, args, { detached: true, stdio: ["ignore", file, file], cwd: home, env: environment });
    child.on("error", () => {}); // Then the next command on this data directory does the work.
    child.unref();
  } finally {
    closeSync(file);
  }
}
