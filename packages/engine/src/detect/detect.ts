/**
 * Detection: every reader is asked about the root and about the directories below it that could be deployed on their own; the readings
 * are ranked, and what the directory as a whole is follows from them.
 *
 * A single application has one service, with path `.`. A package and a workspace without anything to deploy have none.
 */
import { detectVariables } from "../env/detect.ts";
import { besideDevice, besideRoot, isScript } from "./beside.ts";
import { type BesideStart, besideStart } from "./beside-start.ts";
import { addDatabases } from "./databases.ts";
import type { Candidate, DetectedService, Detection, EnvVariable, Evidence, ServiceFacts } from "./detection.ts";
import { readManifest } from "./javascript.ts";
import { composeBelow, composeServices } from "./languages/docker.ts";
import { dropLocalDatabases } from "./languages/draft.ts";
import { type Manifest, manifestOf, usedOf } from "./manifest.ts";
import { inside, type Project, projectOf, type Reading } from "./reading.ts";
import { readingsOf } from "./readings.ts";
import { type Below, deployed, nameOf, servicesBelow } from "./services.ts";
import { Tree } from "./tree.ts";
import { internalDependencies, type Workspace, workspaceOf } from "./workspaces.ts";

/** Finds the variables of one directory, but for folders in it that are services of their own; see env/detect.ts. */
export type VariableReader = (
  project: Project,
  directory: string,
  facts: Omit<ServiceFacts, "env">,
  apart?: readonly string[],
) => EnvVariable[];

export interface DetectOptions {
  variables?: VariableReader;
}

/**
 * What a directory is and how it is built and started. Synchronous: a small project is some fifty small reads. Never throws for what
 * a file holds; throws the error of the file system when the directory itself cannot be read.
 */
export function detect(directory: string, options: DetectOptions = {}): Detection {
  const project = projectOf(new Tree(directory));
  const variables = options.variables ?? detectVariables;
  const ranked = readingsOf(project, ".");
  const workspace = workspaceOf(project);
  const below = servicesBelow(project, workspace, ranked[0]);
  programs.set(project, new Set(below.map(({ path }) => path)));
  const whole = wholeOf(project, workspace, ranked, below);
  const evidence = [...whole.facts.evidence];
  const paths = whole.services.map(({ path }) => path);
  const services = whole.services.map(
    (service): DetectedService => ({
      ...service,
      ...besideStart(project, service, evidence),
      env: variables(
        project,
        service.path,
        service,
        paths.filter((path) => path !== service.path),
      ),
    }),
  );
  const root = whole.facts;
  const env =
    root.kind === "monorepo"
      ? merged(services)
      : root.kind === "compose" && services.length > 0
        ? merged([...services, { env: variables(project, ".", root) }])
        : (services.find(({ path }) => path === ".")?.env ??
          variables(project, services.length === 1 ? services[0]!.path : ".", root));
  if (project.tree.truncated)
    project.warnings.push({ at: ".", message: "has more files than are read; the rest was not looked at" });
  const { confidence: _, evidence: __, ...facts } = root;
  return {
    dir: directory,
    ...facts,
    ...(services.length === 1 ? besideStartOf(services[0]!) : {}),
    env,
    services,
    evidence,
    candidates: whole.candidates,
    warnings: project.warnings,
  };
}

function besideStartOf({ releaseCommand, processes }: BesideStart): BesideStart {
  return { ...(releaseCommand === undefined ? {} : { releaseCommand }), ...(processes ? { processes } : {}) };
}

/** Beside what is likely, a reading below this says nothing. */
const unlikely = 0.3;

interface Whole {
  facts: Reading;
  services: Omit<DetectedService, "env">[];
  candidates: Candidate[];
}

function wholeOf(project: Project, workspace: Workspace | null, ranked: Reading[], below: Below[]): Whole {
  const own = ranked.find(
    ({ packageManager, runtime }) => packageManager !== undefined && (runtime === "node" || runtime === "bun"),
  );
  // A compose file that only brings databases says how to develop, not what this is.
  const onlyDatabases = ranked[0]?.kind === "compose" && buildsOf(project) === 0;
  // Packages among the assets of a web framework are its pages, workspace or not.
  const isOfAssets =
    ranked[0] !== own &&
    ranked[0]?.framework !== undefined &&
    below.every(({ path }) => /^(?:resources|assets|app\/(?:assets|javascript))\//.test(path));
  const isWorkspace = workspace !== null && !isOfAssets;
  // Beside programs of other languages alone a manifest of packages holds tools.
  const isProgram = ranked[0]?.kind === "server" && isOfLanguage(ranked[0]) && ranked[0].framework !== undefined;
  const drives =
    !isProgram && below.length > 1 && own?.kind === "package" && below.some(({ reading }) => isScript(reading));
  const best = own && (isWorkspace || onlyDatabases || drives) ? own : ranked[0];
  const likely = ranked.filter(
    ({ confidence }, at) => at === 0 || confidence >= unlikely || ranked[0]!.confidence < 0.6,
  );
  const candidates = likely.map(({ framework, runtime, kind, confidence }) => ({
    ...(framework === undefined ? {} : { framework }),
    runtime,
    kind,
    confidence,
  }));
  const rootManifest = manifestOf(project, ".");
  // A container around several programs is one way to run them together; pages beside them are one of theirs.
  const isAround =
    best !== undefined &&
    below.length > 1 &&
    (best.kind === "container" || (best.runtime === "static" && best.framework === undefined && !rootManifest));
  const isApp = best !== undefined && deployed.includes(best.kind) && best.confidence >= 0.6 && !isAround;
  const single = (facts: Reading): Whole => ({
    facts,
    services: deployed.includes(facts.kind)
      ? [serviceOf(project, ".", nameOfRoot(project, rootManifest), facts, workspace, rootManifest)]
      : [],
    candidates,
  });
  const listed = below.map(({ path, name, reading, manifest }) =>
    serviceOf(project, path, name, reading, workspace, manifest),
  );
  if (isApp) {
    const beside = besideRoot(project, best, below, rootManifest, workspace);
    if (beside.length === 0) return single(best);
    const paths = new Set(beside.map(({ path }) => path));
    const services = [
      serviceOf(project, ".", nameOfRoot(project, rootManifest), best, workspace, rootManifest),
      ...listed.filter(({ path }) => paths.has(path)),
    ];
    return monorepo(best, services, workspace?.at ?? "package.json", candidates);
  }
  // What runs on people's own machines is nothing to deploy; pages beside it are.
  const isOfDevices = rootManifest !== null && usedOf(rootManifest, ["electron", "expo", "react-native"]) !== undefined;
  const beside = isOfDevices ? besideDevice(rootManifest, below) : below;
  if (best?.kind === "package" && best.confidence >= 0.6 && (beside.length === 0 || !(workspace || beside !== below)))
    return { facts: best, services: [], candidates };
  const compose = ranked.find(({ kind }) => kind === "compose");
  if (
    compose &&
    !workspace &&
    compose.confidence >= 0.75 &&
    buildsOf(project) >= Math.min(2, Math.max(1, below.length))
  )
    return {
      facts: {
        ...compose,
        ...(listed.length === 1 ? languageOf(listed[0]!) : {}),
        database: [...new Set([...compose.database, ...listed.flatMap(({ database }) => database)])],
      },
      services: listed,
      candidates: [
        { runtime: compose.runtime, kind: "compose", confidence: compose.confidence },
        ...candidates.filter(({ kind }) => kind !== "compose"),
      ],
    };
  if (workspace || below.length >= 2) {
    // A program of another language at the root of a workspace of pages.
    const program = isWorkspace ? ranked.find((one) => one.kind === "server" && isOfLanguage(one)) : undefined;
    const rootService = program
      ? [serviceOf(project, ".", nameOfRoot(project, rootManifest), program, null, null)]
      : [];
    return monorepo(
      program ?? best ?? emptyReading(),
      [...rootService, ...listed],
      workspace?.at ?? below[0]!.path,
      candidates,
    );
  }
  if (below.length === 1) {
    // The compose file above may be the only one to name its database.
    const [service] = listed;
    if (service && service.database.length === 0 && service.kind === "server")
      for (const name of compose?.database ?? []) service.database.push(name);
    return only(project, below[0]!, listed, best, candidates);
  }
  return single(best ?? composeBelow(project) ?? emptyReading());
}

/** Written in a language of its own, by all signs, and not run by Node or a container alone. */
function isOfLanguage({ runtime, confidence }: Reading): boolean {
  return confidence >= 0.8 && !["node", "bun", "deno", "docker", "static"].includes(runtime);
}

/** What the one program that a compose file runs is written in; the others are databases and helpers. */
function languageOf(program: Omit<DetectedService, "env">): Partial<Reading> {
  const { runtime, runtimeVersion, framework, packageManager, port } = program;
  return {
    runtime,
    ...(runtimeVersion === undefined ? {} : { runtimeVersion }),
    ...(framework === undefined ? {} : { framework }),
    ...(packageManager === undefined ? {} : { packageManager }),
    ...(port === undefined ? {} : { port }),
  };
}

/** Programs of the compose file that are built from the project. */
function buildsOf(project: Project): number {
  return composeServices(project, ".")?.services.filter(({ build }) => build !== undefined).length ?? 0;
}

function monorepo(root: Reading, services: Omit<DetectedService, "env">[], at: string, candidates: Candidate[]): Whole {
  const database = [...new Set([...root.database, ...services.flatMap((service) => service.database)])];
  // The root's own program keeps its facts; a root that only holds others has none.
  const dropped = services.some(({ path }) => path === ".")
    ? ["kind"]
    : ["framework", "outputDir", "adapter", "port", "kind"];
  const rest: Reading = { ...root };
  for (const field of dropped)
    if (field !== "kind") delete rest[field as "framework" | "outputDir" | "adapter" | "port"];
  const evidence: Evidence[] = [
    ...root.evidence.filter(({ field }) => !dropped.includes(field)),
    { field: "kind", value: "monorepo", rule: "monorepo/services", at, confidence: 0.9 },
  ];
  for (const { path } of services)
    evidence.push({ field: "services", value: path, rule: "monorepo/service", at: path, confidence: 0.9 });
  const runtime =
    rest.runtime === "static" || rest.runtime === "docker" || rest.packageManager === undefined
      ? (services[0]?.runtime ?? rest.runtime)
      : rest.runtime;
  const managers = new Set(services.flatMap(({ packageManager }) => packageManager ?? []));
  // Folders that all install with the same one.
  const shared = rest.packageManager === undefined && managers.size === 1 ? { packageManager: [...managers][0]! } : {};
  return {
    facts: {
      ...rest,
      ...shared,
      runtime,
      kind: "monorepo",
      database,
      confidence: 0.9,
      evidence,
    },
    services,
    candidates: [
      { runtime, kind: "monorepo", confidence: 0.9 },
      ...candidates.filter(({ confidence }) => confidence >= unlikely),
    ],
  };
}

/** One program in a folder, nothing at the root: the whole is that program. */
function only(
  project: Project,
  one: Below,
  listed: Omit<DetectedService, "env">[],
  root: Reading | undefined,
  candidates: Candidate[],
): Whole {
  const { reading, path } = one;
  const outputDir =
    reading.outputDir === undefined
      ? undefined
      : inside(path, reading.outputDir === "." ? "" : reading.outputDir).replace(/\/$/, "");
  const own =
    root && manifestOf(project, ".")
      ? {
          ...(root.buildCommand === undefined ? {} : { buildCommand: root.buildCommand }),
          ...(root.startCommand === undefined || reading.kind === "static" ? {} : { startCommand: root.startCommand }),
        }
      : {};
  const facts: Reading = { ...reading, ...own, ...(outputDir === undefined ? {} : { outputDir }) };
  const { framework, runtime, kind, confidence } = reading;
  return {
    facts,
    services: listed,
    candidates: [{ ...(framework === undefined ? {} : { framework }), runtime, kind, confidence }, ...candidates],
  };
}

function serviceOf(
  project: Project,
  path: string,
  name: string,
  reading: Reading,
  workspace: Workspace | null,
  manifest: Manifest | null,
): Omit<DetectedService, "env"> {
  const { confidence: _confidence, evidence: _evidence, ...facts } = reading;
  const dependsOn = workspace && manifest ? internalDependencies(project, workspace.members, manifest) : [];
  const database = new Set(facts.database);
  if (facts.kind !== "static" && workspace && manifest)
    // Who depends on another program takes its types.
    for (const directory of internalDependencies(project, workspace.members, manifest, programs.get(project)))
      if (!programs.get(project)?.has(directory))
        for (const found of databasesOf(project, directory)) database.add(found);
  // Dependencies kept at the root of the workspace are every program's; a project of Nx keeps none of its own.
  const isBare =
    workspace &&
    manifest &&
    path !== "." &&
    (Object.keys(manifest.dependencies).length === 0 || manifest.at.endsWith("project.json"));
  if (isBare && database.size === 0 && facts.kind !== "static")
    for (const found of databasesOf(project, ".")) database.add(found);
  const root = manifestOf(project, ".");
  if (isBare && root && database.size === 0 && facts.kind !== "static")
    for (const found of readManifest(project, root).database) database.add(found);
  const isMore = database.size > reading.database.length;
  reading.database = [...database];
  if (isMore) dropLocalDatabases(reading);
  return { path, name, ...facts, database: reading.database, ...(dependsOn.length > 0 ? { dependsOn } : {}) };
}

/** Where the programs of the project are that are deployed on their own. */
const programs = new WeakMap<Project, ReadonlySet<string>>();
const databases = new WeakMap<Project, Map<string, string[]>>();

/** Databases a package of the workspace brings to the programs that depend on it. */
function databasesOf(project: Project, directory: string): string[] {
  let known = databases.get(project);
  if (!known) databases.set(project, (known = new Map()));
  let found = known.get(directory);
  if (!found) {
    const manifest = manifestOf(project, directory);
    const reading = emptyReading();
    if (manifest) addDatabases(project, manifest, reading);
    known.set(directory, (found = reading.database));
  }
  return found;
}

function nameOfRoot(project: Project, manifest: Manifest | null): string {
  return (
    nameOf(manifest) ||
    (project.tree.root
      .replace(/[\\/]+$/, "")
      .split(/[\\/]/)
      .at(-1) ??
      "app")
  );
}

function merged(services: readonly Pick<DetectedService, "env">[]): EnvVariable[] {
  const byKey = new Map<string, EnvVariable>();
  for (const { env } of services) {
    for (const variable of env) {
      const known = byKey.get(variable.key);
      if (!known) byKey.set(variable.key, { ...variable });
      else
        byKey.set(variable.key, {
          ...known,
          ...(known.required ? {} : { required: variable.required, because: variable.because }),
          foundIn: [...new Set([...known.foundIn, ...variable.foundIn])],
        });
    }
  }
  return [...byKey.values()];
}

function emptyReading(): Reading {
  return { kind: "package", runtime: "unknown", database: [], confidence: 0, evidence: [] };
}
