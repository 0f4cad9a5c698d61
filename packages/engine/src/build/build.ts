/**
 * From a service's plan and a snapshot to an artifact: in a workspace of its own, by argument lists, under limits, or not at all when
 * nothing changed. Read from the top.
 */
import { realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join, posix } from "node:path";
import type { Artifact, StaticRules } from "../artifact.ts";
import type { Command } from "../process/command.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { Group } from "../process/group.ts";
import type { ServicePlan } from "../plan/plan.ts";
import { createRedactor } from "../redact/redact.ts";
import type { Blobs } from "../snapshot/blobs.ts";
import type { Snapshot, SnapshotFile } from "../snapshot/snapshot.ts";
import { checkEntry, findOutput, inspectOutput } from "./checks.ts";
import { dependencyTree, isInstall } from "./dependencies.ts";
import { buildEnvironments, type Environments, networkOf } from "./environment.ts";
import { artifactOf, type Collected, collectFiles } from "./files.ts";
import { lendCache } from "./framework-caches.ts";
import { findIsolation, type Isolation } from "./isolation.ts";
import { knownDigests } from "./known.ts";
import { type BuildLimits, defaultLimits } from "./limits.ts";
import type { NodeRuntime } from "./node.ts";
import { choosePackageManager, installPackageManager, type PinnedManager } from "./package-manager.ts";
import { findProgram, installationsOf, projectDirectories, toolDirectories } from "./programs.ts";
import { artifactKey, recall, remember, type Remembered } from "./reuse.ts";
import { type Runner, startRunner } from "./run.ts";
import { scopeOf, staysInside } from "./scope.ts";
import { selectServerFiles } from "./selection.ts";
import { findPython, furnishNode, furnishProgram, nodeFor, relocatePrograms } from "./toolchain.ts";
import { digestsOf, evictTrees, provideTree, type Tree } from "./trees.ts";
import type { Usage } from "./watch.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

export interface BuildInput {
  service: ServicePlan;
  snapshot: Snapshot;
  blobs: Blobs;
  /** The engine's data directory: workspaces, tools, caches and remembered artifacts are below it. */
  home: string;
  /** The declared build variables with their values, and no others. */
  variables: Readonly<Record<string, string>>;
  /** Directories with the machine's tools, as in PATH. */
  toolPath: readonly string[];
  /** Variables of the machine's process; only those about the network (proxy, certificates, registry) are used. */
  network?: Readonly<Record<string, string>>;
  /** Build although an artifact of the same things is there. */
  force?: boolean;
  signal: AbortSignal;
  log(line: string, stream: "stdout" | "stderr"): void;
  limits?: Partial<BuildLimits>;
  /** `process` leaves bubblewrap out, also where it works. */
  isolation?: "process";
  /** Called with each process group the build starts. Whoever finds it after a crash of ours may end it (`killGroup`). */
  onProcess?(group: Group): void;
}

export interface Built {
  artifact: Artifact;
  /** Nothing ran: the artifact was there. */
  reused: boolean;
  durationMs: number;
  /** Whether the dependencies came from an earlier build; `none` when they cannot be kept, or there are none. */
  cache: "hit" | "miss" | "none";
  isolation: Isolation["kind"] | null;
  /** Greatest use of memory and processes, where it was measured. */
  usage: Usage | null;
  warnings: string[];
}

/**
 * Build the service. Safe to repeat and to run beside other builds; what it wrote outside the store is removed when it ends, however it ends.
 * Throws BUILD_FAILED, OUTPUT_MISSING, MISSING_TOOL, INVALID_CONFIG, INVALID_VARIABLE, TIMEOUT, DISK_FULL, CANCELLED.
 */
export async function buildArtifact(input: BuildInput): Promise<Built> {
  const started = performance.now();
  const done = (built: Omit<Built, "durationMs">): Built => ({
    ...built,
    durationMs: Math.round(performance.now() - started),
  });
  const { service, snapshot, blobs, home, variables } = input;
  throwIfAborted(input.signal, "the build");
  const path = toolDirectories(input.toolPath);
  const { node, warning } = await nodeFor(service, path);
  const warnings = warning === undefined ? [] : [warning];

  const keyFor = (sources: string): string =>
    artifactKey({ service, sources, variables, tools: [`node ${node.version}`] });
  const key = keyFor(snapshot.digest);
  const scope = hasCommands(service) ? await scopeOf({ service, snapshot, blobs }) : null;
  const recalled = async (one: string): Promise<Remembered | null> => recall({ home, key: one, blobs });
  const remembered =
    input.force === true ? null : ((await recalled(key)) ?? (scope && (await recalled(keyFor(scope.digest)))));
  if (remembered) {
    input.log("Nothing this is made of has changed; the artifact is used again.", "stdout");
    return done({ ...remembered, reused: true, cache: "none", isolation: null, usage: null });
  }

  const made = hasCommands(service)
    ? await buildInWorkspace(input, { path, node })
    : { ...(await artifactOfSnapshot(input)), cache: "none" as const, isolation: null, usage: null };
  warnings.push(...made.warnings);
  const isScoped = scope !== null && (await staysInside(scope, blobs));
  await remember({
    home,
    key: isScoped ? keyFor(scope.digest) : key,
    remembered: { artifact: made.artifact, warnings },
  });
  return done({ ...made, warnings, reused: false });
}

/** A folder that is served as it is: no commands. `path` is the directory to serve, relative to the snapshot's root. */
export async function prebuiltArtifact({
  snapshot,
  rules,
  blobs,
  path = ".",
}: {
  snapshot: Snapshot;
  rules: StaticRules;
  blobs: Blobs;
  path?: string;
}): Promise<{ artifact: Artifact; warnings: string[] }> {
  const files = served(below(snapshot.files, path));
  if (files.length === 0) {
    throw new DeployError("OUTPUT_MISSING", {
      what: path === "." ? "There is no file to serve." : `There is no file to serve in ${path}.`,
      next: "Give the directory that holds index.html.",
      step: "build",
    });
  }
  const artifact = artifactOf({ kind: "files", collected: sized(files), rules });
  return { artifact, warnings: await inspectOutput({ files, blobs, isStatic: true, secrets: [] }) };
}

function hasCommands({ build }: ServicePlan): boolean {
  return (build?.install ?? []).length + (build?.build ?? []).length > 0;
}

/** Nothing has to run: the files are in the store already. */
async function artifactOfSnapshot({
  service,
  snapshot,
  blobs,
}: BuildInput): Promise<{ artifact: Artifact; warnings: string[] }> {
  if (service.kind === "static" && service.accepts !== "source") {
    const path = posix.join(service.path, service.build?.outputDir ?? ".");
    return prebuiltArtifact({ snapshot, rules: service.static ?? plainRules, blobs, path });
  }
  const artifact = artifactOf({ kind: service.accepts, collected: sized(snapshot.files), start: service.start });
  return { artifact, warnings: [] };
}

const plainRules: StaticRules = { spaFallback: false, cleanUrls: true };

interface Made {
  artifact: Artifact;
  warnings: string[];
  cache: Built["cache"];
  isolation: Isolation["kind"];
  usage: Usage;
}

async function buildInWorkspace(
  input: BuildInput,
  { path, node }: { path: string[]; node: NodeRuntime },
): Promise<Made> {
  const { service, snapshot, blobs, log } = input;
  const warnings: string[] = [];
  const limits = { ...defaultLimits, ...input.limits };
  const isolation = await findIsolation(path, { only: input.isolation });
  await using workspace = await openWorkspace(input.home);
  await blobs.materialise(snapshot.files, workspace.files, { link: "copy", signal: input.signal });
  const tools = await furnish(input, { workspace, path, node });
  log(saidOf({ isolation, node, manager: tools.manager }), "stdout");
  warnings.push(...tools.environments.warnings, ...tools.warnings);

  const runner = startRunner({
    workspace,
    isolation,
    view: {
      hide: [realpathSync(input.home)],
      readOnly: [
        workspace.bin,
        tools.directory,
        ...installationsOf([...path, dirname(node.execPath)], userInfo().homedir),
      ],
      writable: [workspace.files, workspace.home, workspace.tmp, tools.downloads],
      tmp: workspace.tmp,
    },
    limits,
    timeoutMs: service.build!.timeoutMs,
    signal: input.signal,
    context: {
      packageManager: tools.manager.name,
      framework: service.framework,
      nodeVersion: node.version,
      files: snapshot.files.map((file) => file.path),
    },
    log,
    onProcess: (group) => input.onProcess?.(group),
  });
  const dependencies: Dependencies = { cache: "none", trees: [] };
  try {
    if (tools.python) {
      const command = virtualEnvironment(tools.python);
      await runner.run(command, { directory: service.path, env: tools.environments.install });
    }
    await installDependencies({ input, runner, workspace, node, tools, dependencies });
    const kept = await lendCache({
      directory: join(realpathSync(input.home), "cache", "frameworks"),
      workspace,
      service,
      snapshot,
      variables: input.variables,
      nodeVersion: node.version,
      force: input.force === true,
      budgetBytes: limits.frameworkCacheBytes,
    });
    if (kept?.restored) log(`${service.framework} has its cache of an earlier build.`, "stdout");
    for (const command of service.build!.build ?? [])
      await runner.run(command, { directory: service.path, env: tools.environments.build });
    await runner.stop();

    if (tools.python) await relocatePrograms(join(workspace.files, service.path, ".venv"));
    const { artifact, warnings: found } = await collectOutput({ input, workspace, limits, known: dependencies.known });
    await dependencies.known?.save();
    await kept?.keep(secretsOf(input).map(({ value }) => value));
    warnings.push(...found);
    return { artifact, cache: dependencies.cache, isolation: isolation.kind, usage: runner.usage, warnings };
  } catch (error) {
    throw redacted(error, input);
  } finally {
    await runner.stop();
    for (const tree of dependencies.trees) await tree.keep();
    if (dependencies.trees.length > 0) await evictTrees(treesOf(input), limits.cacheBytes);
  }
}

function treesOf({ home }: BuildInput): string {
  return join(realpathSync(home), "cache", "dependencies");
}

interface Tools {
  manager: PinnedManager;
  environments: Environments;
  directory: string;
  downloads: string;
  /** Interpreter for the virtual environment, when the service is Python's. */
  python?: string;
  warnings: string[];
}

/** Choose and install what the commands need, and say in which environment they run. */
async function furnish(
  input: BuildInput,
  { workspace, path, node }: { workspace: Workspace; path: string[]; node: NodeRuntime },
): Promise<Tools> {
  const { service, home } = input;
  const directory = join(realpathSync(home), "tools");
  const downloads = join(realpathSync(home), "cache", "downloads");
  for (const one of [directory, downloads]) await mkdir(one, { recursive: true, mode: 0o700 });
  await furnishNode(workspace, node);
  const network = networkOf(input.network ?? {});
  const manager = await choosePackageManager(
    join(workspace.files, installDirectory(service)),
    service.build?.packageManager,
  );
  const buildPath = [...projectDirectories(workspace.files, service.path), workspace.bin, ...path];
  if (manager.name !== "npm") {
    const npm = findProgram("npm", { path: [workspace.bin, ...path], cwd: "/" });
    if (!npm)
      throw new DeployError("MISSING_TOOL", {
        what: "npm is not installed.",
        next: "Install Node.js, which brings npm: https://nodejs.org",
      });
    const program = await installPackageManager(manager, {
      tools: directory,
      npm: [node.execPath, realpathSync(npm)],
      env: {
        ...network,
        PATH: [workspace.bin, ...path].join(":"),
        HOME: workspace.home,
        TMPDIR: workspace.tmp,
        LANG: "C.UTF-8",
      },
      cache: join(downloads, "npm"),
      signal: input.signal,
    });
    if (program) await furnishProgram(workspace, manager.name, program);
  }
  const warnings: string[] = [];
  let python: string | undefined;
  if (service.runtime === "python") {
    const found = findPython(service.runtimeVersion, { path });
    python = found.program;
    if (!found.exact)
      warnings.push(`The project asks for Python ${service.runtimeVersion}; this machine's python3 is used.`);
  }
  const environments = buildEnvironments({
    workspace,
    downloads,
    path: buildPath,
    variables: input.variables,
    network: input.network ?? {},
    packageManager: manager,
    ...(python === undefined ? {} : { virtualEnv: join(workspace.files, service.path, ".venv") }),
  });
  return { manager, environments, directory, downloads, ...(python === undefined ? {} : { python }), warnings };
}

/** Copies instead of links, so that the environment can be moved: a link to the machine's interpreter would leave the artifact. */
function virtualEnvironment(python: string): Command {
  return { argv: [python, "-m", "venv", "--copies", ".venv"] };
}

/** Where the dependencies are installed: a lockfile of the workspace above the service says so. Relative to the snapshot's root. */
function installDirectory({ path, build }: ServicePlan): string {
  const directory = build?.lockfile === undefined ? path : dirname(build.lockfile);
  const isAbove = directory === "." || path === directory || path.startsWith(`${directory}/`);
  return isAbove ? directory : path;
}

type Known = Awaited<ReturnType<typeof knownDigests>>;

/** What became of the dependencies; filled while they are installed, so that trees are kept also when the build fails. */
interface Dependencies {
  cache: Built["cache"];
  trees: Tree[];
  known?: Known;
}

async function installDependencies({
  input,
  runner,
  workspace,
  node,
  tools,
  dependencies,
}: {
  input: BuildInput;
  runner: Runner;
  workspace: Workspace;
  node: NodeRuntime;
  tools: Tools;
  dependencies: Dependencies;
}): Promise<void> {
  const { service, snapshot, log } = input;
  const { files } = workspace;
  const { manager } = tools;
  const env = tools.environments.install;
  const lockfile = service.build?.lockfile;
  for (const command of service.build?.install ?? []) {
    const directory = command.cwd === undefined ? installDirectory(service) : service.path;
    const install = (): Promise<void> => runner.run(command, { directory, env });
    const kept =
      lockfile !== undefined && isInstall(command)
        ? await dependencyTree({
            snapshot,
            files,
            lockfile,
            command,
            packageManager: `${manager.name} ${manager.version ?? ""}`,
            nodeVersion: node.version,
            variables: input.variables,
          })
        : null;
    if (!kept) {
      await install();
      continue;
    }
    const started = performance.now();
    const tree = await provideTree({ cache: treesOf(input), key: kept.key, workspace, snapshot }, install);
    dependencies.trees.push(tree);
    dependencies.cache = tree.restored ? "hit" : "miss";
    dependencies.known = await knownDigests({ path: digestsOf(workspace), files });
    if (!tree.restored) continue;
    log(`Dependencies are those of an earlier build (${Math.round(performance.now() - started)} ms).`, "stdout");
    for (const { directory: where, script } of kept.scripts)
      await runner.run({ argv: [manager.name, "run", script] }, { directory: where, env });
  }
}

async function collectOutput({
  input,
  workspace,
  limits,
  known,
}: {
  input: BuildInput;
  workspace: Workspace;
  limits: BuildLimits;
  known: Known | undefined;
}): Promise<{ artifact: Artifact; warnings: string[] }> {
  const { service, blobs, signal, log } = input;
  const isStatic = service.kind === "static";
  const outputDir = service.build!.outputDir;
  const home = join(workspace.files, service.path);
  const common = { within: workspace.files, blobs, maxFiles: limits.outputFiles, signal, known };
  const warnings: string[] = [];
  let collected: Collected;
  if (isStatic) {
    const { directory, note } = findOutput({ service: home, outputDir, isStatic });
    if (note !== undefined) warnings.push(note);
    const isWhole = realpathSync(directory) === realpathSync(home);
    collected = await collectFiles({
      ...common,
      roots: [{ from: directory, to: "." }],
      excludes: (path) => isWhole && isHidden(path),
    });
  } else {
    checkEntry({ service, directory: home });
    const selection = await selectServerFiles(service, workspace.files);
    log(`The release holds ${selection.because}.`, "stdout");
    collected = await collectFiles({
      ...common,
      roots: selection.roots.map(({ from, to }) => ({ from: join(workspace.files, from), to })),
      excludes: selection.excludes,
    });
  }
  const artifact = artifactOf({
    kind: service.accepts,
    collected,
    rules: isStatic ? (service.static ?? plainRules) : undefined,
    start: isStatic ? undefined : service.start,
  });
  const inspected = await inspectOutput({ files: collected.files, blobs, isStatic, secrets: secretsOf(input) });
  return { artifact, warnings: [...warnings, ...collected.warnings, ...inspected] };
}

function secretsOf({ service, variables }: BuildInput): { name: string; value: string }[] {
  return service.variables
    .filter((variable) => variable.sensitive && !variable.public && variables[variable.key] !== undefined)
    .map(({ key }) => ({ name: key, value: variables[key]! }));
}

/** Errors are stored and shown: what a program printed into them goes through the same filter as the log. */
function redacted(error: unknown, input: BuildInput): unknown {
  if (!(error instanceof DeployError)) return error;
  const redactor = createRedactor(secretsOf(input));
  const text = { ...error.text, what: redactor.text(error.text.what) };
  if (text.evidence) text.evidence = text.evidence.map((line) => redactor.text(line));
  return new DeployError(error.code, text, { cause: error.cause });
}

function below(files: readonly SnapshotFile[], path: string): SnapshotFile[] {
  const start = posix.normalize(path);
  if (start === ".") return [...files];
  return files
    .filter((file) => file.path.startsWith(`${start}/`))
    .map((file) => ({ ...file, path: file.path.slice(start.length + 1) }));
}

function served(files: SnapshotFile[]): SnapshotFile[] {
  return files.filter((file) => !isHidden(file.path));
}

/** Not for browsers when a whole project is served: dependencies, and files that begin with a dot but for `.well-known`. */
function isHidden(path: string): boolean {
  return path.split("/").some((part) => part === "node_modules" || (part.startsWith(".") && part !== ".well-known"));
}

function sized(files: readonly SnapshotFile[]): Collected {
  return { files: [...files], sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), warnings: [] };
}

function saidOf({
  isolation,
  node,
  manager,
}: {
  isolation: Isolation;
  node: NodeRuntime;
  manager: PinnedManager;
}): string {
  const cage = isolation.kind === "bubblewrap" ? "bubblewrap" : `process (${isolation.reason})`;
  const version =
    manager.version === undefined ? manager.name : `${manager.name} ${manager.version} (${manager.because})`;
  return `Isolation: ${cage}. Node.js ${node.version}, ${version}.`;
}
