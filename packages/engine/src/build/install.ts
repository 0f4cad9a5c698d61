/** The dependencies of a build: installed, or those of an earlier build with the same lockfile. */
import { dirname } from "node:path";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Command } from "../process/command.ts";
import { dependencyTree, isInstall, isNothingToInstall } from "./dependencies.ts";
import { type Known, knownDigests } from "./known.ts";
import type { NodeRuntime } from "./node.ts";
import type { Runner } from "./run.ts";
import type { BuildInput, Built, Tools } from "./input.ts";
import { digestsOf, provideTree, type Tree } from "./trees.ts";
import type { Workspace } from "./workspace.ts";

/** Where the dependencies are installed: a lockfile of the workspace above the service says so. Relative to the snapshot's root. */
export function installDirectory({ path, build }: ServicePlan): string {
  const directory = build?.lockfile === undefined ? path : dirname(build.lockfile);
  const isAbove = directory === "." || path === directory || path.startsWith(`${directory}/`);
  return isAbove ? directory : path;
}

/** What became of the dependencies; filled while they are installed, so that trees are kept also when the build fails. */
export interface Dependencies {
  cache: Built["cache"];
  trees: Tree[];
  known?: Known;
  warnings: string[];
}

/**
 * Run the install commands, but for one whose tree is kept: that one is put in its place. Trees taken are to be kept again when no process
 * of the build is left.
 */
export async function installDependencies({
  input,
  runner,
  workspace,
  node,
  tools,
  cache,
  dependencies,
}: {
  input: BuildInput;
  runner: Runner;
  workspace: Workspace;
  node: NodeRuntime;
  tools: Tools;
  /** Where trees are kept. */
  cache: string;
  dependencies: Dependencies;
}): Promise<void> {
  const { service, snapshot, log } = input;
  const { files } = workspace;
  const { manager } = tools;
  const env = tools.environments.install;
  const lockfile = service.build?.lockfile;
  for (const command of service.build?.install ?? []) {
    const directory = command.cwd === undefined ? installDirectory(service) : service.path;
    if (await isNothingToInstall(command, { snapshot, files, directory })) {
      log("package.json names no packages: nothing is installed.", "stdout");
      continue;
    }
    const install = (): Promise<void> =>
      installed(command, { runner, directory, env, warnings: dependencies.warnings });
    const kept =
      lockfile !== undefined && isInstall(command)
        ? await dependencyTree({
            organization: input.organization,
            snapshot,
            files,
            lockfile,
            command,
            packageManager: `${manager.name} ${manager.version ?? ""}${manager.runsScripts === true ? " runs scripts" : ""}`,
            nodeVersion: node.version,
            variables: input.variables,
          })
        : null;
    if (!kept) {
      await install();
      continue;
    }
    const started = performance.now();
    const tree = await provideTree({ cache, key: kept.key, workspace, snapshot }, install);
    dependencies.trees.push(tree);
    dependencies.cache = tree.restored ? "hit" : "miss";
    dependencies.known = await knownDigests({ path: digestsOf(workspace), files });
    if (!tree.restored) continue;
    log(`Dependencies are those of an earlier build (${Math.round(performance.now() - started)} ms).`, "stdout");
    for (const { directory: where, script } of kept.scripts)
      await runner.run({ argv: [manager.name, "run", script] }, { directory: where, env });
  }
}

/**
 * npm since 7 refuses packages whose wishes for each other exclude one another; those before installed them, and so does whoever wrote the
 * project. Source: "legacy-peer-deps" of docs.npmjs.com/cli/using-npm/config.
 */
async function installed(
  command: Command,
  {
    runner,
    directory,
    env,
    warnings,
  }: { runner: Runner; directory: string; env: Record<string, string>; warnings: string[] },
): Promise<void> {
  try {
    await runner.run(command, { directory, env });
  } catch (error) {
    const isConflict = error instanceof DeployError && error.text.evidence?.some((line) => /\bERESOLVE\b/.test(line));
    if (!isConflict || command.argv[0] !== "npm" || "npm_config_legacy_peer_deps" in env) throw error;
    warnings.push(
      "Two packages want versions of a third that exclude each other; all were installed, as with legacy-peer-deps=true in .npmrc.",
    );
    await runner.run(command, { directory, env: { ...env, npm_config_legacy_peer_deps: "true" } });
  }
}
