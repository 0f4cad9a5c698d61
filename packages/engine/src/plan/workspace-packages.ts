/**
 * Packages of a workspace that have to be built before a service that depends on them: what they export is made by their build and is not in
 * the source. Where scripts of the project see to that (turbo, `npm run build --workspaces`, `prepare`), nothing is added.
 * Sources: docs.npmjs.com/cli/configuring-npm/package-json, nodejs.org/api/packages.html#package-entry-points; read 2026-11.
 */
import { posix } from "node:path";
import { isHarmlessScript, lifecycle } from "../build/dependencies.ts";
import { runsOthers } from "../build/scope.ts";
import { type Command, formatCommand } from "../process/command.ts";
import type { Manifest } from "./package-files.ts";

export interface Files {
  /** Paths of the snapshot. */
  paths: ReadonlySet<string>;
  /** The package.json of a directory, as far as it can be read. */
  manifestOf(directory: string): Manifest;
}

const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies"] as const;

/** Their directories, each after those it needs. `build` is what the service itself is built by. */
export function packagesToBuild({ paths, manifestOf }: Files, service: string, build: readonly Command[]): string[] {
  const root = manifestOf(".");
  if (root.workspaces === undefined && !paths.has("pnpm-workspace.yaml")) return [];
  const isSeenTo =
    lifecycle.some((script) => runsOthers.test(textOf(root, script))) ||
    runsOthers.test(saidBy(build, manifestOf(service)));
  if (isSeenTo) return [];
  const byName = packagesByName(paths, manifestOf);
  const visited = new Set([service]);
  const found: string[] = [];
  const visit = (directory: string): void => {
    const manifest = manifestOf(directory);
    for (const name of dependencyFields.flatMap((field) => Object.keys(manifest[field] ?? {}))) {
      const needed = byName.get(name);
      if (needed === undefined || visited.has(needed)) continue;
      visited.add(needed);
      visit(needed);
      if (isUnbuilt(manifestOf(needed), needed, paths)) found.push(needed);
    }
  };
  visit(service);
  return found;
}

function packagesByName(paths: ReadonlySet<string>, manifestOf: Files["manifestOf"]): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of paths) {
    if (posix.basename(path) !== "package.json") continue;
    const directory = posix.dirname(path);
    const { name } = manifestOf(directory);
    if (typeof name === "string" && directory !== ".") found.set(name, directory);
  }
  return found;
}

/** The commands and every script they come to. */
function saidBy(commands: readonly Command[], { scripts = {} }: Manifest): string {
  const texts = commands.map(formatCommand);
  const seen = new Set<string>();
  for (const text of texts)
    for (const name of text.split(/[\s;&|"']+/).flatMap((word) => [`pre${word}`, word, `post${word}`])) {
      if (seen.has(name) || typeof scripts[name] !== "string") continue;
      seen.add(name);
      texts.push(scripts[name]);
    }
  return texts.join("\n");
}

function textOf({ scripts = {} }: Manifest, name: string): string {
  return typeof scripts[name] === "string" ? scripts[name] : "";
}

/** It has a build, the install does not run one, and something it exports is not there. */
function isUnbuilt(manifest: Manifest, directory: string, paths: ReadonlySet<string>): boolean {
  if (textOf(manifest, "build") === "" || !lifecycle.every((script) => isHarmlessScript(textOf(manifest, script))))
    return false;
  const { main, module, types, exports } = manifest;
  return [main, module, types, exports]
    .flatMap(textsIn)
    .some((target) => !isThere(posix.join(directory, target), paths));
}

/** The texts of a value of package.json, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Whether something is exported from there; of a pattern, and of a folder, whether the folder is there. */
function isThere(target: string, paths: ReadonlySet<string>): boolean {
  const folder = /^(.*\/)[^/]*\*/.exec(target)?.[1] ?? `${target.replace(/\/$/, "")}/`;
  const ends = ["", ".js", ".mjs", ".cjs", ".json", ".ts", ".tsx"];
  return ends.some((end) => paths.has(target + end)) || [...paths].some((path) => path.startsWith(folder));
}
