/**
 * Programs from the npm registry, installed once into the engine's tools and kept there: package managers, and runtimes in the version a
 * project asks for. npm compares each package with the registry's digest; no script of a package runs.
 */
import { existsSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { exec, type ExecResult } from "../process/exec.ts";
import { findProgram } from "./programs.ts";

/** Where tools are kept, and what brings them. */
export interface Toolbox {
  directory: string;
  /** npm's download cache: of nobody's build, for everybody's builds run what comes out of it. */
  cache: string;
  /** Directories with the machine's programs, npm among them. */
  path: readonly string[];
  /** Variables for proxies, certificates, the registry. */
  network: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export interface Tool {
  /** With the version the name of its directory. */
  name: string;
  version: string;
  /** Package on the npm registry, and the program in it. */
  package: string;
  program: string;
  /** What asks for it, such as `packageManager of package.json`. */
  because: string;
  /** Throws when what was installed is not what was asked for. */
  check?(directory: string): Promise<void>;
}

export async function openToolbox(home: string, use: Pick<Toolbox, "path" | "network" | "signal">): Promise<Toolbox> {
  const real = realpathSync(home);
  const toolbox = { ...use, directory: join(real, "tools"), cache: join(real, "cache", "tools") };
  for (const one of [toolbox.directory, toolbox.cache]) await mkdir(one, { recursive: true, mode: 0o700 });
  return toolbox;
}

/**
 * Absolute path of the tool's program, installed if it was not. Safe to repeat and to run twice at once.
 * Throws MISSING_TOOL when the version does not exist or the registry cannot be reached, and what `check` throws.
 */
export async function installTool(tool: Tool, toolbox: Toolbox): Promise<string> {
  const place = join(toolbox.directory, `${tool.name}-${tool.version}`);
  const program = join(place, tool.program);
  if (existsSync(program)) return program;
  const wanted = `${tool.package}@${tool.version}`;
  return withNpm(toolbox, async (npm, fresh) => {
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    const { code, stderr } = await npm("install", "--prefix", fresh, ...flags, "--", wanted);
    if (code !== 0 || !existsSync(join(fresh, tool.program))) throw notInstalled(tool, wanted, stderr);
    await tool.check?.(fresh);
    await rename(fresh, place).catch((error: unknown) => {
      // Another build was faster; its copy is the same.
      if (errnoOf(error) !== "ENOTEMPTY" && errnoOf(error) !== "EEXIST") throw error;
    });
    return program;
  });
}

/** The versions of a tool that are installed already. */
export async function installedVersions(name: string, { directory }: Toolbox): Promise<string[]> {
  const names = await readdir(directory);
  return names.flatMap((one) => (one.startsWith(`${name}-`) ? one.slice(name.length + 1) : []));
}

/** The versions of a package there are. Throws MISSING_TOOL when the registry cannot be asked. */
export async function publishedVersions(name: string, toolbox: Toolbox): Promise<string[]> {
  return withNpm(toolbox, async (npm) => {
    const { code, stdout } = await npm("view", name, "versions", "--json");
    if (code !== 0)
      throw new DeployError("MISSING_TOOL", {
        what: "The npm registry could not be asked.",
        next: "Check the network and try again.",
        step: "build",
      });
    const told: unknown = JSON.parse(stdout);
    return [told].flat().filter((one) => typeof one === "string");
  });
}

/** With npm in a directory of its own, which is removed afterwards unless it was moved away. */
async function withNpm<T>(
  { directory, cache, path, network, signal }: Toolbox,
  work: (npm: (...args: string[]) => Promise<ExecResult>, fresh: string) => Promise<T>,
): Promise<T> {
  const npm = findProgram("npm", { path: [...path, dirname(process.execPath)], cwd: "/" });
  if (!npm)
    throw new DeployError("MISSING_TOOL", {
      what: "npm is not installed.",
      next: "Install Node.js, which brings npm: https://nodejs.org",
    });
  const fresh = await mkdtemp(join(directory, ".new-"));
  try {
    const env = { ...network, PATH: path.join(":"), HOME: fresh, TMPDIR: fresh, LANG: "C.UTF-8" };
    const quiet = ["--cache", cache, "--no-update-notifier", "--loglevel=error"];
    // npm waits 10 s before it asks again, and 100 after that; a machine without a network is to be told sooner.
    const patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
    const run = (command: string, ...args: string[]): Promise<ExecResult> =>
      exec([process.execPath, realpathSync(npm), command, ...quiet, ...patience, ...args], {
        cwd: fresh,
        env,
        timeoutMs: 180_000,
        ...(signal ? { signal } : {}),
      });
    return await work(run, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function notInstalled({ because }: Tool, wanted: string, stderr: string): DeployError {
  const isUnknown = /\b(ETARGET|E404|notarget)\b/.test(stderr);
  return new DeployError("MISSING_TOOL", {
    what: isUnknown
      ? `There is no ${wanted} on the npm registry.`
      : `${wanted} could not be installed from the npm registry.`,
    where: because,
    next: isUnknown ? "Correct the version that is asked for there." : "Check the network and try again.",
    step: "build",
    evidence: stderr.split("\n").filter(Boolean).slice(0, 5),
  });
}
