/**
 * What a service is built and run with: the program of this machine where its version will do, else one from the npm registry, which has
 * Node.js in every version, Bun and Deno.
 */
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import gte from "semver/functions/gte.js";
import satisfies from "semver/functions/satisfies.js";
import maxSatisfying from "semver/ranges/max-satisfying.js";
import type { ServicePlan } from "../plan/plan.ts";
import { chooseNode, type NodeRuntime, nodeVersion, rangeOf } from "./node.ts";
import { findProgram } from "./programs.ts";
import { installedVersions, installTool, publishedVersions, type Tool, type Toolbox } from "./tools.ts";

/** Used where nothing names a version. */
export const bunVersion = "1.4.5";
const denoVersion = "2.9.6";

/** What is loaded into a program here (platforms/local/given-port) names modules as they can be named since. */
const oldestNode = "14.18.0";
/** The first that still gets security fixes. Source: github.com/nodejs/release, read 2026-12-01. */
const oldestMaintained = "22.0.0";

/** The package of the npm registry with the runtime for this machine. Those that are named as the runtime fetch these in a script. */
export function runtimePackage(name: "node" | "bun" | "deno"): Pick<Tool, "package" | "program"> {
  const { platform, arch } = process;
  const packages = {
    node: { package: `node-${platform}-${arch}`, program: "bin/node" },
    bun: { package: `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}`, program: "bin/bun" },
    deno: { package: `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`, program: "deno" },
  };
  const found = packages[name];
  return { package: found.package, program: `node_modules/${found.package}/${found.program}` };
}

/** The node a service is built and run with, and a warning when none that it asks for is to be had. Ours when it asks for none. */
export async function nodeFor(
  { runtime, runtimeVersion }: Pick<ServicePlan, "runtime" | "runtimeVersion">,
  toolbox: Toolbox,
): Promise<{ node: NodeRuntime; warning?: string }> {
  const own: NodeRuntime = { execPath: realpathSync(process.execPath), version: process.versions.node };
  const wanted = runtime === "node" ? runtimeVersion : undefined;
  const range = rangeOf(wanted);
  // Ours when it will do: the others would have to be started to hear their version.
  if (range === null || satisfies(own.version, range)) return { node: own };
  const programs = toolbox.path.map((directory) => join(directory, "node")).filter((program) => existsSync(program));
  const others = [...new Set(programs.map((program) => realpathSync(program)))].filter((one) => one !== own.execPath);
  const versions = await Promise.all(others.map((execPath) => nodeVersion(execPath).catch(() => null)));
  // One that does not start is no choice.
  const runtimes = others.flatMap((execPath, at) => (versions[at] ? [{ execPath, version: versions[at] }] : []));
  const here = chooseNode([own, ...runtimes], wanted);
  if (here.warning === undefined) return here;
  try {
    const brought = await bringNode(range, toolbox);
    if (brought === null) return here;
    if (gte(brought.version, oldestMaintained)) return { node: brought };
    const warning = `Node.js ${brought.version} gets no more security fixes; the project asks for ${wanted}.`;
    return { node: brought, warning };
  } catch (error) {
    if (toolbox.signal?.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { ...here, warning: `${here.warning} The one it asks for could not be fetched: ${why}` };
  }
}

/** The newest that satisfies the range, of those kept and then of those there are; null when there is none. */
async function bringNode(range: string, toolbox: Toolbox): Promise<NodeRuntime | null> {
  const place = runtimePackage("node");
  const newest = (versions: string[]): string | null =>
    maxSatisfying(
      versions.filter((one) => /^\d+\.\d+\.\d+$/.test(one) && gte(one, oldestNode)),
      range,
    );
  const version =
    newest(await installedVersions("node", toolbox)) ?? newest(await publishedVersions(place.package, toolbox));
  if (version === null) return null;
  const tool: Tool = { name: "node", version, ...place, because: `the Node.js that is asked for, ${range}` };
  const execPath = await installTool(tool, toolbox);
  return { execPath, version: await nodeVersion(execPath) };
}

/** Bun or Deno: the machine's, else from the registry. Throws MISSING_TOOL. */
export async function otherRuntime(name: "bun" | "deno", toolbox: Toolbox): Promise<string> {
  const here = findProgram(name, { path: toolbox.path, cwd: "/" });
  if (here) return here;
  const version = name === "bun" ? bunVersion : denoVersion;
  return installTool({ name, version, ...runtimePackage(name), because: `a program for ${name}` }, toolbox);
}
