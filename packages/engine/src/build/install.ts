/** The dependencies of a build: installed, or those of an earlier build with the same lockfile. */
import { dirname } from "node:path";
import type { ServicePlan } from "../plan/plan.ts";
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
    const install = (): Promise<void> => runner.run(command, { directory, env });
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
