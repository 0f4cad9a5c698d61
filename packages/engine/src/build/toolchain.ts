/** The programs of a build: node and package manager chosen and put first in its PATH, a virtual environment for Python. */
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Command } from "../process/command.ts";
import type { BuildInput, Tools } from "./input.ts";
import { buildEnvironments } from "./environment.ts";
import { installDirectory } from "./install.ts";
import type { NodeRuntime } from "./node.ts";
import { choosePackageManager, installPackageManager, npmOfItsTime } from "./package-manager.ts";
import { findProgram, projectDirectories, toolchainsOf } from "./programs.ts";
import { otherRuntime } from "./runtime.ts";
import type { Toolbox } from "./tools.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Programs of a service by their names: those it is run with, which are those it is built with. `root` has its files.
 * Throws MISSING_TOOL, DIGEST_MISMATCH.
 */
export async function runtimesOf(
  service: ServicePlan,
  { root, toolbox, node: chosen }: { root: string; toolbox: Toolbox; node: NodeRuntime },
): Promise<Record<string, string>> {
  const node = chosen.execPath;
  // Debian has no program of that name, and a start command may say it.
  if (service.runtime === "python") return { node, python: findPython(service.runtimeVersion, toolbox).program };
  if (service.runtime === "deno") return { node, deno: await otherRuntime("deno", toolbox) };
  const directory = join(root, installDirectory(service));
  if (service.runtime !== "bun") return { node, ...(await npmOfItsTime(chosen, directory, toolbox)) };
  const manager = await choosePackageManager(directory, service.build?.packageManager);
  const asManager = manager.name === "bun" ? await installPackageManager(manager, toolbox) : undefined;
  return { node, bun: asManager ?? (await otherRuntime("bun", toolbox)) };
}

/** Choose and install what the commands need, and say in which environment they run. */
export async function furnish(
  input: BuildInput,
  { workspace, toolbox, node }: { workspace: Workspace; toolbox: Toolbox; node: NodeRuntime },
): Promise<Tools> {
  const { service, home, organization } = input;
  const owner = createHash("sha256").update(organization).digest("hex").slice(0, 16);
  const downloads = join(realpathSync(home), "cache", "downloads", owner);
  await mkdir(downloads, { recursive: true, mode: 0o700 });
  const { path } = toolbox;
  const manager = await choosePackageManager(
    join(workspace.files, installDirectory(service)),
    service.build?.packageManager,
  );
  const buildPath = [...projectDirectories(workspace.files, service.path), workspace.bin, ...path];
  const program = await installPackageManager(manager, toolbox);
  const programs = {
    ...npmBeside(node),
    ...(await runtimesOf(service, { root: workspace.files, toolbox, node })),
    ...(program ? { [manager.name]: program } : {}),
  };
  for (const [name, at] of Object.entries(programs)) await symlink(at, join(workspace.bin, name));
  const warnings: string[] = [];
  let python: string | undefined;
  if (service.runtime === "python") {
    const found = findPython(service.runtimeVersion, { path });
    python = found.program;
    if (!found.exact)
      warnings.push(`The project asks for Python ${service.runtimeVersion}; this machine's python3 is used.`);
  }
  const rustup = toolchainsOf(userInfo().homedir);
  const environments = buildEnvironments({
    workspace,
    downloads,
    path: buildPath,
    variables: input.variables,
    network: input.network ?? {},
    packageManager: manager,
    ...(existsSync(rustup) ? { rustup } : {}),
    ...(python === undefined ? {} : { virtualEnv: join(workspace.files, service.path, ".venv") }),
  });
  return {
    manager,
    environments,
    directory: toolbox.directory,
    downloads,
    ...(python === undefined ? {} : { python }),
    warnings,
  };
}

/** Copies instead of links, so that the environment can be moved: a link to the machine's interpreter would leave the artifact. */
export function virtualEnvironment(python: string): Command {
  return { argv: [python, "-m", "venv", "--copies", ".venv"] };
}

/** npm, where it comes with that node. */
function npmBeside({ execPath }: NodeRuntime): Record<string, string> {
  const beside = ["npm", "npx"].map((name) => [name, join(dirname(execPath), name)] as const);
  return Object.fromEntries(beside.filter(([, path]) => existsSync(path)));
}

/** The Python to make a virtual environment with: of the wanted version when the machine has it, else its `python3`. */
function findPython(
  wanted: string | undefined,
  { path }: { path: readonly string[] },
): { program: string; exact: boolean } {
  const minor = wanted === undefined ? undefined : /(\d+\.\d+)/.exec(wanted)?.[1];
  const exact = minor === undefined ? undefined : findProgram(`python${minor}`, { path, cwd: "/" });
  if (exact) return { program: exact, exact: true };
  const any = findProgram("python3", { path, cwd: "/" });
  if (any) return { program: any, exact: minor === undefined };
  throw new DeployError("MISSING_TOOL", {
    what: "python3 is not installed, or not in PATH.",
    next: "Install Python 3: https://www.python.org/downloads/ (Debian: apt install python3 python3-venv).",
    step: "build",
  });
}

/**
 * Make the programs of a virtual environment run wherever it is moved to: pip writes the absolute path of the interpreter into their first
 * line. The line written here looks for the interpreter beside the program; it is what `uv venv --relocatable` writes.
 */
export async function relocatePrograms(virtualEnv: string): Promise<void> {
  const bin = join(virtualEnv, "bin");
  for (const name of await readdir(bin)) {
    const path = join(bin, name);
    const bytes = await readFile(path);
    if (bytes.subarray(0, 2).toString("latin1") !== "#!") continue;
    const end = bytes.indexOf("\n");
    const first = bytes.subarray(0, end).toString("utf8");
    if (!first.startsWith(`#!${bin}/python`)) continue;
    const opening = `#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")"/'python' "$0" "$@"\n' '''\n`;
    await writeFile(path, Buffer.concat([Buffer.from(opening), bytes.subarray(end + 1)]));
  }
}
