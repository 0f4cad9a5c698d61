/** The programs of a build: node and package manager chosen and put first in its PATH, a virtual environment for Python. */
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import satisfies from "semver/functions/satisfies.js";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Command } from "../process/command.ts";
import type { BuildInput, Tools } from "./input.ts";
import { buildEnvironments, networkOf } from "./environment.ts";
import { installDirectory } from "./install.ts";
import { chooseNode, type NodeRuntime, nodeVersion, rangeOf } from "./node.ts";
import { choosePackageManager, installPackageManager } from "./package-manager.ts";
import { findProgram, projectDirectories } from "./programs.ts";
import type { Workspace } from "./workspace.ts";

/** The node a service is built and run with, and a warning when the machine has none it asks for. */
export async function nodeFor(
  service: Pick<ServicePlan, "runtime" | "runtimeVersion">,
  path: readonly string[],
): Promise<{ node: NodeRuntime; warning?: string }> {
  const own: NodeRuntime = { execPath: realpathSync(process.execPath), version: process.versions.node };
  const wanted = service.runtime === "node" ? service.runtimeVersion : undefined;
  const range = rangeOf(wanted);
  // Ours when it will do: the others would have to be started to hear their version.
  if (range === null || satisfies(own.version, range)) return { node: own };
  const programs = path.map((directory) => join(directory, "node")).filter((program) => existsSync(program));
  const others = [...new Set(programs.map((program) => realpathSync(program)))].filter((one) => one !== own.execPath);
  const versions = await Promise.all(others.map((execPath) => nodeVersion(execPath).catch(() => null)));
  // One that does not start is no choice.
  const runtimes = others.flatMap((execPath, at) => (versions[at] ? [{ execPath, version: versions[at] }] : []));
  return chooseNode([own, ...runtimes], wanted);
}

/** Choose and install what the commands need, and say in which environment they run. */
export async function furnish(
  input: BuildInput,
  { workspace, path, node }: { workspace: Workspace; path: string[]; node: NodeRuntime },
): Promise<Tools> {
  const { service, home, organization } = input;
  const directory = join(realpathSync(home), "tools");
  const owner = createHash("sha256").update(organization).digest("hex").slice(0, 16);
  const downloads = join(realpathSync(home), "cache", "downloads", owner);
  // Everybody's builds run the tools, so nothing a build could write into may bring them.
  const toolDownloads = join(realpathSync(home), "cache", "tools");
  for (const one of [directory, downloads, toolDownloads]) await mkdir(one, { recursive: true, mode: 0o700 });
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
      cache: toolDownloads,
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
export function virtualEnvironment(python: string): Command {
  return { argv: [python, "-m", "venv", "--copies", ".venv"] };
}

/** Make `node`, and npm where it comes with that node, the first found in the build's PATH. */
async function furnishNode(workspace: Workspace, node: NodeRuntime): Promise<void> {
  await symlink(node.execPath, join(workspace.bin, "node"));
  for (const program of ["npm", "npx"]) {
    const beside = join(dirname(node.execPath), program);
    if (existsSync(beside)) await symlink(beside, join(workspace.bin, program));
  }
}

/** Make the installed package manager found by its name. */
async function furnishProgram(workspace: Workspace, name: string, program: string): Promise<void> {
  await symlink(program, join(workspace.bin, name));
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
