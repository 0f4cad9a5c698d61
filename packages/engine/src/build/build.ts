/**
 * From a service's plan and a snapshot to an artifact: in a workspace of its own, by argument lists, under limits, or not at all when
 * nothing changed. Read from the top.
 */
import { realpathSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { Artifact } from "../artifact.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { ServicePlan } from "../plan/plan.ts";
import { createRedactor } from "../redact/redact.ts";
import { artifactOfSnapshot } from "./as-is.ts";
import { networkOf, secretsOf } from "./environment.ts";
import { lendCache } from "./framework-caches.ts";
import { type Dependencies, installDependencies } from "./install.ts";
import { findIsolation, type Isolation } from "./isolation.ts";
import { defaultLimits } from "./limits.ts";
import type { NodeRuntime } from "./node.ts";
import { collectOutput } from "./output.ts";
import { leniencesOf } from "./lenience.ts";
import type { PinnedManager } from "./package-manager.ts";
import { installationsOf, toolDirectories } from "./programs.ts";
import { artifactKey, recall, remember, type Remembered } from "./reuse.ts";
import { startRunner } from "./run.ts";
import { scopeOf, staysInside } from "./scope.ts";
import { nodeFor } from "./runtime.ts";
import { furnish, relocatePrograms, virtualEnvironment } from "./toolchain.ts";
import { openToolbox, type Toolbox } from "./tools.ts";
import { putInAdapter } from "./stand-in.ts";
import { evictTrees } from "./trees.ts";
import type { Usage } from "./watch.ts";
import { openWorkspace } from "./workspace.ts";
import type { BuildInput, Built } from "./input.ts";

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
  const { service, snapshot, blobs, home, organization, variables } = input;
  throwIfAborted(input.signal, "the build");
  const path = toolDirectories(input.toolPath);
  const toolbox = await openToolbox(home, { path, network: networkOf(input.network ?? {}), signal: input.signal });
  const { node, warning } = await nodeFor(service, toolbox);
  const warnings = warning === undefined ? [] : [warning];

  const keyFor = (sources: string): string =>
    artifactKey({ organization, service, sources, variables, tools: [`node ${node.version}`] });
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
    ? await buildInWorkspace(input, { toolbox, node })
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

function hasCommands({ build }: ServicePlan): boolean {
  return (build?.install ?? []).length + (build?.build ?? []).length > 0;
}

interface Made {
  artifact: Artifact;
  warnings: string[];
  cache: Built["cache"];
  isolation: Isolation["kind"];
  usage: Usage;
}

async function buildInWorkspace(
  input: BuildInput,
  { toolbox, node }: { toolbox: Toolbox; node: NodeRuntime },
): Promise<Made> {
  const { service, snapshot, blobs, log } = input;
  const warnings: string[] = [];
  const limits = { ...defaultLimits, ...input.limits };
  const isolation = await findIsolation(toolbox.path, { only: input.isolation });
  await using workspace = await openWorkspace(input.home);
  await blobs.materialise(snapshot.files, workspace.files, { link: "copy", signal: input.signal });
  const tools = await furnish(input, { workspace, toolbox, node });
  log(saidOf({ isolation, node, manager: tools.manager }), "stdout");
  if (tools.manager.plugAndPlay)
    log("Yarn puts the packages into node_modules here, where the running program finds them without Yarn.", "stdout");
  warnings.push(...tools.environments.warnings, ...tools.warnings);

  const runner = startRunner({
    workspace,
    isolation,
    view: {
      hide: [realpathSync(input.home)],
      readOnly: [
        workspace.bin,
        tools.directory,
        ...installationsOf([...toolbox.path, dirname(node.execPath)], userInfo().homedir),
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
  const caches = join(realpathSync(input.home), "cache");
  const trees = join(caches, "dependencies");
  const dependencies: Dependencies = { cache: "none", trees: [], warnings };
  try {
    if (tools.python) {
      const command = virtualEnvironment(tools.python);
      await runner.run(command, { directory: service.path, env: tools.environments.install });
    }
    await installDependencies({ input, runner, workspace, node, tools, cache: trees, dependencies });
    await putInAdapter(service, { workspace, runner, tools, log: (line) => log(line, "stdout") });
    const kept = await lendCache({
      directory: join(caches, "frameworks"),
      organization: input.organization,
      workspace,
      service,
      snapshot,
      variables: input.variables,
      nodeVersion: node.version,
      force: input.force === true,
      budgetBytes: limits.frameworkCacheBytes,
    });
    if (kept?.restored) log(`${service.framework} has its cache of an earlier build.`, "stdout");
    const lenience = await leniencesOf(service, { root: workspace.files, node, declared: input.variables });
    for (const line of lenience.said) log(line, "stdout");
    const env = { ...tools.environments.build, ...lenience.variables };
    for (const command of service.build!.build ?? []) await runner.run(command, { directory: service.path, env });
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
    if (dependencies.trees.length > 0) await evictTrees(trees, limits.cacheBytes);
  }
}

/** Errors are stored and shown: what a program printed into them goes through the same filter as the log. */
function redacted(error: unknown, input: BuildInput): unknown {
  if (!(error instanceof DeployError)) return error;
  const redactor = createRedactor(secretsOf(input));
  const text = { ...error.text, what: redactor.text(error.text.what) };
  if (text.evidence) text.evidence = text.evidence.map((line) => redactor.text(line));
  return new DeployError(error.code, text, { cause: error.cause });
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
