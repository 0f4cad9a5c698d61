/** From a request to everything known before anything is changed: snapshot, detection, plan, problems. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { checkVariables } from "../env/values/validate.ts";
import { generateSecret } from "../env/values/generate.ts";
import type { Config } from "./config.ts";
import type { Detect } from "../detect/aside.ts";
import { detectRemembered } from "../detect/remembered.ts";
import type { Detection } from "../detect/detection.ts";
import type { DeployRequest, Prepared } from "./request.ts";
import { type ProjectSettings, readSettings } from "../project-settings.ts";
import type { PlatformAccess } from "../connections/access.ts";
import { chooseCredential } from "../connections/choose.ts";
import { pinnedTarget } from "../deployment/reach.ts";
import { DeployError, type ErrorReport, reportOf } from "../error.ts";
import { newId } from "../id.ts";
import { checkedName } from "../name.ts";
import { historyOf } from "./history.ts";
import { limitProblems } from "./limits.ts";
import { dependenciesOf, lockfileOf, manifestOf, textsOf } from "./package-files.ts";
import type { PlannedVariable, Target } from "./plan.ts";
import { planFor } from "./planner.ts";
import { identityOf, projectName } from "./project-name.ts";
import { type Platform, platformOf } from "../platform.ts";
import type { DigestCache } from "../snapshot/cache.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { fileGiving, publicValuesIn } from "../env/told/value-files.ts";
import type { Tracked } from "../snapshot/ignore.ts";
import { takeSnapshot } from "../snapshot/take.ts";
import { type Commit, commitAround, trackedAround } from "../source/commit.ts";
import type { History } from "../source/history.ts";
import { openSource } from "../source/open.ts";
import { checkedSource, type Source } from "../source/source.ts";
import type { Store } from "../store/store.ts";
import { atDefaultTarget, atSavedTarget, lastPlatform } from "../targets/chosen.ts";
import { packagesToBuild } from "./workspace-packages.ts";
import { readGiven } from "../shared-values.ts";

export interface PrepareContext {
  store: Store;
  cache: DigestCache;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
  baseDomain: string;
  detect: Detect;
  /** PATH for git and other tools a source needs. */
  toolPath: string[];
  signal?: AbortSignal;
}

/** What prepare found out that acceptance needs and a screen does not. */
export interface PreparedInside extends Prepared {
  given: Record<string, string>;
  /** Values made here, to be stored as the project's variables on acceptance. */
  generated: Record<string, string>;
  /** What opens the platform. */
  opens?: { connectionId: string } | { token: string };
  /** Which folder or repository the project's name belongs to. */
  identity: string;
  /** Commits since what is live there. */
  history: History | null;
  /** Whom it was prepared for. */
  organization: string;
}

export async function prepare(context: PrepareContext, given: DeployRequest): Promise<PreparedInside> {
  const { store, platforms, signal } = context;
  const environment = checkedName("environment", given.environment ?? "production");
  if (given.project !== undefined) checkedName("project", given.project);
  let request = inRoot(given, await settingsOf(store, given.project));
  // A password in an address goes no further than this line: what is kept is the address without it.
  const asked = checkedSource(request.source);
  const scratch = join(store.home, "scratch", newId("dep", store.clock));
  await using source = await openSource(asked, {
    scratch,
    toolPath: context.toolPath,
    ...(signal ? { signal } : {}),
  });
  const config = request.prebuilt ? null : await configOf(source.root);
  const problems: ErrorReport[] = [];
  const project = await projectName(store, { request, config, source, problems });
  const settings = await settingsOf(store, project);
  request = await atSavedTarget(store, toTarget(request, settings, config));
  const wanted = request.platform ?? config?.platform ?? settings.platform;
  const platform = platformOf(platforms, wanted ?? (await lastPlatform(store, { project, environment })) ?? "local");
  // What goes to somebody else as it is need not be copied first.
  const isReferred = request.prebuilt === true && request.source.kind === "folder" && platform.baseUrl !== undefined;
  const reading = source.commit ? Promise.resolve(source.commit) : commitOf(asked, source.root, context);
  // Beside everything else, and not waited for before the end; what it runs has ended before the source is removed.
  const leaving = new AbortController();
  const place = { project, environment, platform: platform.id };
  const stop = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
  const looking = reading.then((commit) =>
    historyOf(store, { place, asked, source, commit, toolPath: context.toolPath, signal: stop }),
  );
  looking.catch(() => undefined);
  await using _looking = {
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await looking.catch(() => undefined);
    },
  };
  const [snapshot, commit] = await Promise.all([
    takeSnapshot(source.root, {
      blobs: store.blobs,
      cache: context.cache,
      prebuilt: request.prebuilt ?? false,
      tracked: await trackedIn(asked, source.root, context),
      ...(isReferred ? { keep: "reference" as const } : {}),
      ...(platform.digest && request.prebuilt ? { digest: platform.digest } : {}),
      ...(signal ? { signal } : {}),
    }),
    reading,
  ]);
  request = await atDefaultTarget(store, request, { platform, project });
  const detection = request.prebuilt
    ? null
    : renamed(await detectionOf(context, source.root, asked), { request, project });

  const inFiles = detection === null ? new Map<string, string>() : publicValuesIn(source.root, servicesOf(detection));
  const values = await valuesFor(store, { request, project, environment, detection, inFiles, problems });
  const paths = new Set(snapshot.files.map((file) => file.path));
  const { plan, problems: planProblems } = planFor({
    project,
    environment,
    platform,
    source: {
      kind: request.source.kind,
      description: source.description,
      ...(source.commit === undefined ? {} : { commit: source.commit.sha }),
      snapshot: snapshot.digest,
      files: snapshot.files.length,
      sizeBytes: snapshot.sizeBytes,
      ...(isReferred ? { folder: source.root } : {}),
    },
    ...(await targetFor(context, { request, project, platform })),
    detection,
    config: request.prebuilt ? null : configOver(settings, config),
    overrides: request.overrides ?? {},
    ...(request.services ? { only: request.services } : {}),
    values: values.from,
    allowMissing: request.allowMissing ?? false,
    baseDomain: await store.domain(context.baseDomain),
    hasFile: (path) => paths.has(path),
    hasDirectory: (path) => snapshot.files.some((file) => file.path.startsWith(`${path}/`)),
    scriptsOf: (path) => textsOf(join(source.root, path), "scripts"),
    dependenciesOf: (path) => dependenciesOf(join(source.root, path)),
    packagesToBuild: (path, build) =>
      packagesToBuild({ paths, manifestOf: (directory) => manifestOf(join(source.root, directory)) }, path, build),
    fileGiving: (path, key) => fileGiving(source.root, path, key),
    lockfileOf: (manager, path) => lockfileOf(paths, manager, path),
  });
  problems.push(...planProblems, ...limitProblems(platform, snapshot, request));
  const opens = await chooseCredential(store, platform, {
    access: context.access[platform.id],
    asked: request.connection,
  }).catch((error: unknown) => void problems.push(reportOf(error)));
  return {
    request: { ...request, source: withoutHistory(asked), environment, platform: platform.id },
    snapshot,
    detection,
    plan,
    commit,
    excluded: snapshot.excluded,
    problems,
    given: { ...values.inFiles, ...request.variables },
    generated: values.generated,
    identity: identityOf(request, source),
    history: await looking,
    organization: store.organization,
    ...(opens ? { opens } : {}),
  };
}

/** Of a folder's working tree, or as an archive's sender says: it was unpacked in a folder of ours, whatever is around that. */
async function commitOf(
  source: Source,
  root: string,
  { toolPath, signal }: Pick<PrepareContext, "toolPath" | "signal">,
): Promise<Commit | null> {
  if (source.kind === "folder") return commitAround(root, { toolPath, signal });
  return source.kind === "archive" ? (source.commit ?? null) : null;
}

/** What git has is part of the project, whatever .gitignore says of it; a fetched tree holds nothing else, nor an archive of a commit. */
async function trackedIn(source: Source, root: string, context: PrepareContext): Promise<Tracked> {
  if (source.kind === "git" || (source.kind === "archive" && source.commit !== undefined)) return "all";
  return source.kind === "folder" ? trackedAround(root, context) : new Set();
}

/** It is kept beside the deployment, once. */
function withoutHistory(source: Source): Source {
  if (source.kind !== "archive") return source;
  const { history: _history, ...rest } = source;
  return rest;
}

async function settingsOf(store: Store, project: string | undefined): Promise<ProjectSettings> {
  const row = project === undefined ? null : await store.project(project);
  return row ? readSettings(store, row.id) : {};
}

/** A folder is already the one that is meant; of what is fetched or unpacked, a part may be. */
function inRoot(request: DeployRequest, { rootDirectory }: ProjectSettings): DeployRequest {
  const { source } = request;
  if (rootDirectory === undefined || source.kind === "folder" || source.subdirectory !== undefined) return request;
  return { ...request, source: { ...source, subdirectory: rootDirectory } };
}

/** Where the project's deployments go, when neither the request nor the source says so. */
function toTarget(request: DeployRequest, { savedTarget }: ProjectSettings, config: Config | null): DeployRequest {
  const isSaid = [request.platform, request.savedTarget, request.connection, request.target, config?.platform].some(
    (said) => said !== undefined,
  );
  return isSaid || savedTarget === undefined ? request : { ...request, savedTarget };
}

/** A file in the source wins over settings of the project. */
function configOver(
  { rootDirectory: _rootDirectory, savedTarget: _target, platform: _platform, ...settings }: ProjectSettings,
  config: Config | null,
): Config | null {
  return Object.keys(settings).length === 0 ? config : { ...settings, ...config };
}

/** A folder will be looked at again; what was unpacked or fetched lies in one that nobody sees twice. */
async function detectionOf(
  { store, detect, signal }: PrepareContext,
  root: string,
  { kind }: Source,
): Promise<Detection> {
  if (kind !== "folder") return detect(root, signal);
  return detectRemembered(root, { cache: join(store.home, "digests"), detect, signal });
}

/** What was unpacked or fetched lies in a folder of ours, after which no service should be called. */
function renamed(
  detection: Detection,
  { request: { source }, project }: { request: DeployRequest; project: string },
): Detection {
  if (source.kind === "folder" || source.subdirectory !== undefined) return detection;
  const folder = basename(detection.dir);
  const services = detection.services.map((one) =>
    one.path === "." && one.name === folder ? { ...one, name: project } : one,
  );
  return { ...detection, services };
}

/** Where it will live: where it was deployed before, else what was asked for or the environment names. Throws CONFLICT when these differ. */
async function targetFor(
  { store, access }: PrepareContext,
  { request, project, platform }: { request: DeployRequest; project: string; platform: Platform },
): Promise<{ target?: Target }> {
  if (platform.baseUrl === undefined) return {};
  const row = await store.project(project);
  const pinned = row ? await pinnedTarget(store, row.id, platform.id) : {};
  const asked: Target = { ...access[platform.id]?.target, ...request.target };
  for (const field of ["account", "projectId"] as const) {
    if (pinned[field] === undefined || asked[field] === undefined || pinned[field] === asked[field]) continue;
    // Some platforms let a project be named by its name or its host name too.
    if (field === "projectId" && namesOf(pinned, platform).includes(asked.projectId!)) continue;
    throw new DeployError("CONFLICT", {
      what: `${project} was deployed to ${field === "account" ? "the account" : "the project"} ${pinned[field]} on ${platform.name} before; now ${asked[field]} is asked for.`,
      where: `${platform.id}, ${field}`,
      next: `Leave it out to deploy where it was before, or deploy as another project: --project <name>.`,
      step: "configure",
    });
  }
  return { target: { ...asked, ...pinned } };
}

function namesOf({ projectName: name }: Target, { siteDomain }: Platform): string[] {
  return name === undefined ? [] : [name, `${name}.${siteDomain}`];
}

/** What checks it is loaded only where there is something to check: it would take every command 20 ms of its start. */
async function configOf(root: string): Promise<Config | null> {
  if (!existsSync(join(root, "landfall.json"))) return null;
  const { readConfig } = await import("./config.ts");
  return readConfig(root);
}

async function valuesFor(
  store: Store,
  {
    request,
    project,
    environment,
    detection,
    inFiles,
    problems,
  }: {
    request: DeployRequest;
    project: string;
    environment: string;
    detection: Detection | null;
    inFiles: ReturnType<typeof publicValuesIn>;
    problems: ErrorReport[];
  },
): Promise<{
  from: Map<string, PlannedVariable["from"]>;
  generated: Record<string, string>;
  /** What the project's files give, and nobody else does. */
  inFiles: Record<string, string>;
}> {
  const row = await store.project(project);
  const stored = row ? await readGiven(store, row.id, environment) : [];
  const given = request.variables ?? {};
  const from = new Map<string, PlannedVariable["from"]>();
  for (const one of stored) from.set(one.key, one.from);
  for (const key of Object.keys(given)) from.set(key, "command-line");
  const taken = Object.fromEntries([...inFiles].flatMap(([key, value]) => (from.has(key) ? [] : [[key, value]])));
  for (const key of Object.keys(taken)) from.set(key, "file");
  const detected = uniqueVariables(detection);
  const generated: Record<string, string> = {};
  if (request.generateSecrets !== false) {
    for (const variable of detected) {
      if (!variable.required || from.has(variable.key)) continue;
      const value = generateSecret(variable.key);
      if (value === null) continue;
      generated[variable.key] = value;
      from.set(variable.key, "generated");
    }
  }
  const values = { ...taken, ...Object.fromEntries(stored.map(({ key, value }) => [key, value])), ...given };
  const { invalid } = checkVariables({ variables: detected, values });
  if (invalid.length > 0) {
    problems.push({
      code: "INVALID_VARIABLE",
      what:
        invalid.length === 1
          ? "A variable has a value that cannot be right."
          : `${invalid.length} variables have values that cannot be right.`,
      where: `${project}, ${environment}`,
      next: "Set them again with -e NAME=value or: landfall env set",
      faults: invalid.map(({ key, message }) => ({ path: key, message })),
      step: "configure",
    });
  }
  return { from, generated, inFiles: taken };
}

/** The project at its root, and its services. */
function servicesOf(detection: Detection): { path: string; env: Detection["env"] }[] {
  return [{ path: ".", env: detection.env }, ...detection.services];
}

function uniqueVariables(detection: Detection | null): Detection["env"] {
  if (!detection) return [];
  const byKey = new Map<string, Detection["env"][number]>();
  for (const variable of servicesOf(detection).flatMap(({ env }) => env)) {
    const known = byKey.get(variable.key);
    if (!known || (variable.required && !known.required)) byKey.set(variable.key, variable);
  }
  return [...byKey.values()];
}

/** The snapshot's manifest, without what only a report needs. */
export function keptSnapshot(snapshot: Snapshot): Snapshot {
  return { ...snapshot, excluded: [], filesRead: 0 };
}
