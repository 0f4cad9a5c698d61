/** Which Node.js a build and its program run with. */
import { realpathSync } from "node:fs";
import maxSatisfying from "semver/ranges/max-satisfying.js";
import validRange from "semver/ranges/valid.js";
import { exec } from "../process/exec.ts";

export interface NodeRuntime {
  /** Absolute path of the executable. */
  execPath: string;
  /** Such as `24.21.0`. */
  version: string;
}

const versions = new Map<string, Promise<string>>();

/** The version of a node executable, asked once. Throws MISSING_TOOL when it does not start. */
export function nodeVersion(execPath: string): Promise<string> {
  const path = realpathSync(execPath);
  let version = versions.get(path);
  if (!version) {
    version = exec([path, "--version"], { cwd: "/", env: {}, timeoutMs: 10_000 }).then(({ stdout }) =>
      stdout.trim().replace(/^v/, ""),
    );
    versions.set(path, version);
  }
  return version;
}

/** The versions that are wanted, or null when any will do. */
export function rangeOf(wanted: string | undefined): string | null {
  return wanted === undefined ? null : validRange(wanted.trim().replace(/^v(?=\d)/, ""));
}

/**
 * The newest of the runtimes that satisfies the wanted version (a range of package.json's engines, or what `.nvmrc` says), or the first
 * with a warning when none does. What cannot be read as a version (`latest`, `lts/*`) is satisfied by any.
 */
export function chooseNode(
  runtimes: readonly [NodeRuntime, ...NodeRuntime[]],
  wanted: string | undefined,
): { node: NodeRuntime; warning?: string } {
  const [first] = runtimes;
  const range = rangeOf(wanted);
  if (range === null) return { node: first };
  const best = maxSatisfying(
    runtimes.map((runtime) => runtime.version),
    range,
  );
  const node = runtimes.find((runtime) => runtime.version === best);
  if (node) return { node };
  const available = runtimes.map((runtime) => runtime.version).join(", ");
  return {
    node: first,
    warning: `The project asks for Node.js ${wanted}; this machine has ${available}. It is built and run with ${first.version}.`,
  };
}
