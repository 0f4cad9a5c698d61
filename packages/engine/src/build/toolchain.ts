/** The programs of a build: node and package manager chosen and put first in its PATH, a virtual environment for Python. */
import { existsSync, realpathSync } from "node:fs";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import { chooseNode, type NodeRuntime, nodeVersion, rangeOf } from "./node.ts";
import { findProgram } from "./programs.ts";
import type { Workspace } from "./workspace.ts";

/** The node a service is built and run with, and a warning when the machine has none it asks for. */
export async function nodeFor(
  service: Pick<ServicePlan, "runtime" | "runtimeVersion">,
  path: readonly string[],
): Promise<{ node: NodeRuntime; warning?: string }> {
  const own: NodeRuntime = { execPath: realpathSync(process.execPath), version: process.versions.node };
  const wanted = service.runtime === "node" ? service.runtimeVersion : undefined;
  // The others are started to hear their version, which is only worth it when it matters.
  if (rangeOf(wanted) === null) return { node: own };
  const programs = path.map((directory) => join(directory, "node")).filter((program) => existsSync(program));
  const others = [...new Set(programs.map((program) => realpathSync(program)))].filter((one) => one !== own.execPath);
  const versions = await Promise.all(others.map((execPath) => nodeVersion(execPath).catch(() => null)));
  // One that does not start is no choice.
  const runtimes = others.flatMap((execPath, at) => (versions[at] ? [{ execPath, version: versions[at] }] : []));
  return chooseNode([own, ...runtimes], wanted);
}

/** Make `node`, and npm where it comes with that node, the first found in the build's PATH. */
export async function furnishNode(workspace: Workspace, node: NodeRuntime): Promise<void> {
  await symlink(node.execPath, join(workspace.bin, "node"));
  for (const program of ["npm", "npx"]) {
    const beside = join(dirname(node.execPath), program);
    if (existsSync(beside)) await symlink(beside, join(workspace.bin, program));
  }
}

/** Make the installed package manager found by its name. */
export async function furnishProgram(workspace: Workspace, name: string, program: string): Promise<void> {
  await symlink(program, join(workspace.bin, name));
}

/** The Python to make a virtual environment with: of the wanted version when the machine has it, else its `python3`. */
export function findPython(
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
