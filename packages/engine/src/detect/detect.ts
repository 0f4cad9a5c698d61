/**
 * Detection: every reader is asked about the root and about the directories below it that could be deployed on their own; the readings
 * are ranked, and what the directory as a whole is follows from them.
 *
 * A single application has one service, with path `.`. A package and a workspace without anything to deploy have none.
 */
import type { Candidate, DetectedService, Detection, EnvVariable, Evidence, Kind, ServiceFacts } from "./detection.ts";
import { addDatabases } from "./databases.ts";
import { javascript, readManifest } from "./javascript.ts";
import { composeServices } from "./languages/docker.ts";
import { languageReaders, languageServices } from "./languages/readers.ts";
import { detectVariables } from "../env/detect.ts";
import { type Manifest, manifestOf } from "./manifest.ts";
import { upwards } from "./package-manager.ts";
import { inside, type Project, projectOf, type Reader, type Reading } from "./reading.ts";
import { commandsOf } from "./scripts.ts";
import { Tree } from "./tree.ts";
import { internalDependencies, manifestOfNx, type Workspace, workspaceOf } from "./workspaces.ts";

/** Finds the variables of one directory; see env/detect.ts. */
export type VariableReader = (project: Project, directory: string, facts: Omit<ServiceFacts, "env">) => EnvVariable[];

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
  const whole = wholeOf(project, workspace, ranked, below);
  const services = whole.services.map(
    (service): DetectedService => ({ ...service, env: variables(project, service.path, service) }),
  );
  const root = whole.facts;
  const env =
    root.kind === "monorepo"
      ? merged(services)
      : (services.find(({ path }) => path === ".")?.env ??
        variables(project, services.length === 1 ? services[0]!.path : ".", root));
  if (project.tree.truncated)
    project.warnings.push({ at: ".", message: "has more files than are read; the rest was not looked at" });
  const { confidence: _, evidence, ...facts } = root;
  return {
    dir: directory,
    ...facts,
    env,
    services,
    evidence,
    candidates: whole.candidates,
    warnings: project.warnings,
  };
}

interface Below {
  path: string;
  name: string;
  reading: Reading;
  manifest: Manifest | null;
}

interface Whole {
  facts: Reading;
  services: Omit<DetectedService, "env">[];
  candidates: Candidate[];
}

const deployed: readonly Kind[] = ["static", "server", "worker", "container"];

/** Every reading of one directory, best first. */
function readingsOf(project: Project, directory: string): Reading[] {
  const own = readBy(javascript, project, directory);
  const others = languageReaders.flatMap((reader) => readBy(reader, project, directory) ?? []);
  const all = own
    ? [
        { ...own, confidence: besideOthers(project, directory, own, others) },
        ...others.map((other) => (other.runtime === "static" ? withTools(other, own) : other)),
      ]
    : others;
  return all.sort((a, b) => b.confidence - a.confidence);
}

/** Plain pages beside a manifest are installed and built by what the manifest says. */
function withTools(pages: Reading, { packageManager, installCommand, buildCommand, evidence }: Reading): Reading {
  const fields = ["packageManager", "installCommand", "buildCommand"];
  return {
    ...pages,
    ...(packageManager === undefined ? {} : { packageManager }),
    ...(installCommand === undefined ? {} : { installCommand }),
    ...(buildCommand === undefined || pages.buildCommand !== undefined ? {} : { buildCommand }),
    evidence: [...pages.evidence, ...evidence.filter(({ field }) => fields.includes(field))],
  };
}

/** A reader that fails on what it finds must not spoil what the others know. */
function readBy(reader: Reader, project: Project, directory: string): Reading | null {
  try {
    return reader.read(project, directory);
  } catch (error) {
    project.warnings.push({
      at: directory,
      message: `the ${reader.id} reader failed: ${error instanceof Error ? error.message : String(error)}`,
    });
    return null;
  }
}

/** Pages and tools built by JavaScript beside a server of another language are part of that server. */
function besideOthers(project: Project, directory: string, own: Reading, others: readonly Reading[]): number {
  // A program without dependencies that comes with its container is meant to be run in it.
  if (
    own.kind === "server" &&
    Object.keys(manifestOf(project, directory)?.dependencies ?? {}).length === 0 &&
    own.framework === undefined &&
    others.some((other) => other.kind === "container")
  )
    return Math.min(own.confidence, 0.45);
  const server = others.find((other) => other.kind === "server" && other.confidence >= 0.8 && other.runtime !== "deno");
  if (!server) return own.confidence;
  const isPages = own.kind === "static" || own.kind === "package";
  if (isPages) return Math.min(own.confidence, 0.4);
  return server.framework !== undefined && own.framework !== "next" && server.confidence > 0.9
    ? Math.min(own.confidence, server.confidence - 0.02)
    : own.confidence;
}

/** Directories that hold no deployed program of the project itself. */
const besideTheProject =
  /(^|\/)(examples?|templates?|starters?|fixtures?|__fixtures__|__tests__|__mocks__|tests?|testing|e2e|[\w-]*-e2e[\w-]*|e2e-[\w-]*|tests?-[\w-]*|[\w-]+-templates?|repros?|experiments?|cypress|playwright|playgrounds?|demos?|samples?|sandbox(es)?|cli|bench(marks?)?|benchmarks?|scripts?|tools?|tooling|config|configs|storybook|\.storybook|stories|vendor|third[-_]party|boilerplates?[\w-]*|generators?|plugins?|src-tauri|integrations?|extensions?|internal|infra(structure)?|cdk|terraform|\.[^/]+|node_modules|legacy|archive|skeletons?|recipes|tutorials?|workshops?|snippets|emails?|email-templates|release|packaging|linux|mac(os)?|osx|windows|win-[\w-]+|win32|ios|android)(\/|$)/i;
/** Folders a repository without a workspace keeps its programs in. */
const programFolders =
  /^((apps|packages|services|projects|src|code|source)\/)?[\w.-]*(client|frontend|front-end|front|web|webapp|ui|dashboard|admin|server|backend|back-end|back|api|worker|bot|app|site|website|gateway|service|socket|mobile|cms|studio|functions|storefront|landing)[\w.-]*$/i;
const documentFrameworks = new Set(["docusaurus", "vitepress", "vuepress", "rspress", "storybook", "slidev"]);

function servicesBelow(project: Project, workspace: Workspace | null, root: Reading | undefined): Below[] {
  const found: Below[] = [];
  const members = new Set(workspace?.members);
  const add = (path: string, reading: Reading | undefined, manifest: Manifest | null): void => {
    // A file that nothing starts is a service only where it is all there is.
    if (reading?.kind === "worker" && reading.confidence <= 0.5) return;
    if (
      !reading ||
      !deployed.includes(reading.kind) ||
      reading.confidence < 0.5 ||
      found.some((other) => other.path === path)
    )
      return;
    found.push({ path, name: nameOf(manifest) || path.slice(path.lastIndexOf("/") + 1), reading, manifest });
  };
  for (const file of project.tree.files) {
    if (!file.endsWith("/package.json")) continue;
    const path = file.slice(0, -"/package.json".length);
    if (besideTheProject.test(path)) continue;
    const depth = path.split("/").length;
    if (members.size > 0 ? !members.has(path) && !(depth <= 2 && programFolders.test(path)) : depth > 3) continue;
    // A manifest inside a member (a fixture, a template) is no member itself.
    if (!members.has(path) && upwards(path).some((above) => members.has(above))) continue;
    const manifest = manifestOf(project, path);
    const readings = manifest ? readingsOf(project, path) : [];
    // A Dockerfile beside a manifest is one more way to run the same program.
    const reading =
      readings[0]?.kind === "container"
        ? readings.find(({ packageManager }) => packageManager !== undefined)
        : readings[0];
    // A member that only has a development server is a library with a page to try it on.
    const isTried =
      workspace &&
      reading?.kind === "static" &&
      reading.framework !== "astro" &&
      !Object.keys(manifest?.scripts ?? {}).some((name) => /build|generate|export/.test(name));
    if (manifest && !isTried && !(workspace && reading && isImported(path, reading))) add(path, reading, manifest);
  }
  for (const [path, json] of workspace?.projects ?? []) {
    if (besideTheProject.test(path)) continue;
    const manifest = manifestOfNx(project, path, json);
    if (!manifest) continue;
    const reading = readManifest(project, manifest);
    const built =
      stringOption(json, "outputPath") ??
      (reading.evidence.some(({ rule }) => rule.startsWith("angular/")) ? reading.outputDir : outputOf(json));
    if (built !== undefined) reading.outputDir = `${"../".repeat(path.split("/").length)}${built.replace(/^\.\//, "")}`;
    reading.buildCommand = `npx nx build ${manifest.name}`;
    add(path, reading, manifest);
  }
  if (
    root === undefined ||
    !deployed.includes(root.kind) ||
    root.confidence < 0.6 ||
    root.kind === "container" ||
    root.runtime === "node" ||
    root.runtime === "bun"
  )
    for (const hint of languageServices(project))
      if (
        !besideTheProject.test(hint.path) &&
        !(workspace && hint.reading.kind === "container" && !/^(apps|services)\//.test(hint.path))
      )
        add(hint.path, hint.reading, null);
  return sifted(project, found, workspace);
}

/** A server nothing starts, among a workspace's libraries: others import its routes. */
function isImported(path: string, { kind, evidence }: Reading): boolean {
  return (
    /^(packages|libs|modules)\//.test(path) &&
    (kind === "server" || kind === "worker") &&
    !evidence.some(
      ({ field, rule, at }) =>
        (field === "startCommand" && (kind === "server" || rule !== "script/without-watcher")) ||
        (rule === "port/wrangler" && !/\.[cm]?[jt]sx?$/.test(at)),
    )
  );
}

/** `{workspaceRoot}/dist/apps/web` among the outputs of the build target. */
function outputOf(json: Record<string, unknown>): string | undefined {
  const { outputs } = (json["targets"] as { build?: { outputs?: unknown } } | undefined)?.build ?? {};
  const first: unknown = Array.isArray(outputs) ? outputs[0] : undefined;
  return typeof first === "string" ? /^\{workspaceRoot\}\/([^{}*]+)$/.exec(first)?.[1] : undefined;
}

function stringOption(json: Record<string, unknown>, key: string): string | undefined {
  const targets = json["targets"] as { build?: { options?: Record<string, unknown> } } | undefined;
  const value = targets?.build?.options?.[key];
  return typeof value === "string" ? value : undefined;
}

/** Leave out what is inside another service, manuals of libraries, and programs for devices. */
function sifted(project: Project, found: Below[], workspace: Workspace | null): Below[] {
  const publishes =
    workspace !== null &&
    workspace.members.some((member) => {
      const manifest = manifestOf(project, member);
      return (
        manifest !== null &&
        manifest.json["private"] !== true &&
        manifest.json["exports"] !== undefined &&
        !besideTheProject.test(member)
      );
    });
  const isManual = ({ path, reading }: Below): boolean =>
    (documentFrameworks.has(reading.framework ?? "") && !path.startsWith("apps/")) ||
    (publishes && /(^|\/)(docs?|documentation|website|www|site)$/i.test(path) && !path.startsWith("apps/"));
  const isDevice = ({ reading, manifest }: Below): boolean =>
    (reading.framework === "expo" &&
      !Object.entries(manifest?.scripts ?? {}).some(([, text]) => /expo export|export:web|build:web/.test(text))) ||
    [
      "electron",
      "@tauri-apps/cli",
      "@capacitor/android",
      "plasmo",
      "wxt",
      "@types/vscode",
      "@crxjs/vite-plugin",
      "@types/chrome",
    ].some((name) => (manifest?.devDependencies[name] ?? manifest?.dependencies[name]) !== undefined);
  const programs = found.filter((one) => !isDevice(one));
  const own = programs.filter((one) => !isManual(one));
  // A library's workspace deploys nothing but its manual.
  const kept = own.length > 0 ? own : programs;
  return kept
    .filter(({ path }) => !kept.some((other) => other.path !== path && path.startsWith(`${other.path}/`)))
    .sort((a, b) => a.path.localeCompare(b.path));
}

function wholeOf(project: Project, workspace: Workspace | null, ranked: Reading[], below: Below[]): Whole {
  const own = ranked.find(
    ({ packageManager, runtime }) => packageManager !== undefined && (runtime === "node" || runtime === "bun"),
  );
  // A compose file that only brings databases says how to develop, not what this is.
  const onlyDatabases = ranked[0]?.kind === "compose" && buildsOf(project) === 0;
  const best = own && (workspace || onlyDatabases || (below.length > 1 && own.kind === "package")) ? own : ranked[0];
  const candidates = ranked.map(({ framework, runtime, kind, confidence }) => ({
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
    const beside = besideRoot(best, below, rootManifest, workspace);
    if (beside.length === 0) return single(best);
    const paths = new Set(beside.map(({ path }) => path));
    const services = [
      serviceOf(project, ".", nameOfRoot(project, rootManifest), best, workspace, rootManifest),
      ...listed.filter(({ path }) => paths.has(path)),
    ];
    return monorepo(best, services, workspace?.at ?? "package.json", candidates);
  }
  if (best?.kind === "package" && best.confidence >= 0.6 && !(workspace && below.length > 0))
    return { facts: best, services: [], candidates };
  const compose = ranked.find(({ kind }) => kind === "compose");
  if (
    compose &&
    !workspace &&
    compose.confidence >= 0.75 &&
    buildsOf(project) >= Math.min(2, Math.max(1, below.length))
  )
    return {
      facts: compose,
      services: listed,
      candidates: [
        { runtime: compose.runtime, kind: "compose", confidence: compose.confidence },
        ...candidates.filter(({ kind }) => kind !== "compose"),
      ],
    };
  if (workspace || below.length >= 2)
    return monorepo(best ?? emptyReading(), listed, workspace?.at ?? below[0]!.path, candidates);
  if (below.length === 1) return only(project, below[0]!, listed, best, candidates);
  return best ? single(best) : { facts: emptyReading(), services: [], candidates };
}

/** Programs of the compose file that are built from the project. */
function buildsOf(project: Project): number {
  return composeServices(project, ".")?.services.filter(({ build }) => build !== undefined).length ?? 0;
}

/** Services beside a root that is an application itself. */
function besideRoot(
  root: Reading,
  below: readonly Below[],
  manifest: Manifest | null,
  workspace: Workspace | null,
): Below[] {
  const isScript = root.runtime === "node" || root.runtime === "bun" || root.runtime === "deno";
  if (workspace)
    return isScript
      ? below.filter(
          ({ path, reading, manifest: own }) =>
            !/^(docs?|website|documentation|www|site)$/i.test(path) &&
            !(
              reading.framework !== undefined &&
              reading.framework === root.framework &&
              Object.keys(own?.scripts ?? {}).length === 0
            ),
        )
      : [];
  if (!isScript && root.runtime !== "python") return [];
  const driven = manifest ? drivenFolders(manifest) : new Set<string>();
  return below.filter(
    ({ path, reading }) =>
      programFolders.test(path) &&
      !driven.has(path) &&
      !(path.split("/").length > 2) &&
      (isScript ? reading.kind !== "worker" : reading.kind === "static" || reading.framework === "next"),
  );
}

/** Folders that the root's own build or installation builds (`cd client && npm run build`): they are part of the root. */
function drivenFolders(manifest: Manifest): Set<string> {
  const result = new Set<string>();
  for (const [name, text] of Object.entries(manifest.scripts)) {
    if (!/build|postinstall|deploy|render|vercel/.test(name)) continue;
    for (const words of commandsOf(text)) {
      for (const [at, word] of words.entries()) {
        const previous = words[at - 1];
        if (previous === "cd" || ["--prefix", "--cwd", "-C", "--dir"].includes(previous ?? ""))
          result.add(word.replace(/^\.\//, "").replace(/\/$/, ""));
        const option = /^--(?:prefix|cwd|dir)=(.+)$/.exec(word);
        if (option) result.add(option[1]!.replace(/^\.\//, "").replace(/\/$/, ""));
      }
    }
  }
  return result;
}

function monorepo(root: Reading, services: Omit<DetectedService, "env">[], at: string, candidates: Candidate[]): Whole {
  const database = [...new Set([...root.database, ...services.flatMap((service) => service.database)])];
  // The root's own program keeps its facts; a root that only holds others has none.
  const dropped = services.some(({ path }) => path === ".") ? ["kind"] : ["framework", "outputDir", "port", "kind"];
  const rest: Reading = { ...root };
  for (const field of dropped) if (field !== "kind") delete rest[field as "framework" | "outputDir" | "port"];
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
  return {
    facts: {
      ...rest,
      runtime,
      kind: "monorepo",
      database,
      confidence: 0.9,
      evidence,
    },
    services,
    candidates: [{ runtime, kind: "monorepo", confidence: 0.9 }, ...candidates],
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
  if (facts.kind !== "static")
    for (const directory of dependsOn) for (const found of databasesOf(project, directory)) database.add(found);
  // Dependencies kept at the root of the workspace are every program's.
  const isBare = workspace && manifest && path !== "." && Object.keys(manifest.dependencies).length === 0;
  if (isBare && database.size === 0 && facts.kind !== "static")
    for (const found of databasesOf(project, ".")) database.add(found);
  if ([...database].some((found) => found === "postgres" || found === "mysql" || found === "mongodb"))
    database.delete("sqlite");
  const root = manifestOf(project, ".");
  // Dependencies kept at the root of the workspace are every program's.
  if (
    workspace &&
    manifest &&
    root &&
    path !== "." &&
    database.size === 0 &&
    Object.keys(manifest.dependencies).length === 0 &&
    facts.kind !== "static"
  )
    for (const found of readManifest(project, root).database) database.add(found);
  reading.database = [...database];
  return { path, name, ...facts, database: reading.database, ...(dependsOn.length > 0 ? { dependsOn } : {}) };
}

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

/** A package's name without its scope. */
function nameOf(manifest: Manifest | null): string {
  return manifest?.name.replace(/^@[^/]+\//, "") ?? "";
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

function merged(services: readonly DetectedService[]): EnvVariable[] {
  const byKey = new Map<string, EnvVariable>();
  for (const { env } of services) {
    for (const variable of env) {
      const known = byKey.get(variable.key);
      if (!known) byKey.set(variable.key, { ...variable });
      else
        byKey.set(variable.key, {
          ...known,
          required: known.required || variable.required,
          foundIn: [...new Set([...known.foundIn, ...variable.foundIn])],
        });
    }
  }
  return [...byKey.values()];
}

function emptyReading(): Reading {
  return { kind: "package", runtime: "unknown", database: [], confidence: 0, evidence: [] };
}
