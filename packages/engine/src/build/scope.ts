/**
 * What of a workspace's files one of its services is made of: all but the packages it does not depend on, so that a change in one of
 * those builds only what uses it. A build can read any file of its workspace, so this holds only where it is plain that it does not:
 * the graph is declared in manifests, the commands are the service's own, no other package runs anything while dependencies are
 * installed, and no source, script or setting that takes part speaks of a directory or a name outside. In doubt, everything counts.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, posix } from "node:path";
import { commandsFrom, type ServicePlan } from "../plan/plan.ts";
import type { Command } from "../process/command.ts";
import type { Blobs } from "../snapshot/blobs.ts";
import type { Snapshot, SnapshotFile } from "../snapshot/snapshot.ts";
import { isHarmlessScript, lifecycle } from "./dependencies.ts";

export interface Scope {
  /** Stands for all files that count; of packages outside, those are their manifests. */
  digest: string;
  /** The files that count. */
  files: SnapshotFile[];
  /** Directories of all packages, and the packages the service does not depend on. */
  packages: string[];
  outside: Package[];
}

interface Package {
  directory: string;
  name: string | null;
  /** Names in all its fields of dependencies. */
  needs: string[];
  scripts: Record<string, string>;
}

interface Manifest {
  name?: unknown;
  workspaces?: unknown;
  scripts?: Record<string, string>;
  [field: string]: unknown;
}

const dependencyFields = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** Programs and flags that run scripts of other packages than the one they are called in. */
export const runsOthers =
  /(^|[\s/])(turbo|nx|lerna|rush|moon|wireit|lage|gulp|make|just)(\s|$)|(^|\s)(--workspaces?|--recursive|--filter|--prefix|--cwd|--dir|workspaces?)([\s=]|$)|\b(npm|pnpm|yarn|bun)\b.*\s-(w|ws|r|F|C)(\s|$)/;

/** Ways to find the workspace's root, from where all of it can be read. */
const looksForRoot =
  /find-?up|manypkg|find-?workspace|workspaces?-?root|get-?packages|project-?root|monorepo|dirname\(\s*(path\.)?dirname\(/i;

/** The files that count for a service of a workspace, or null when all do. Reads the manifests. */
export async function scopeOf({
  service,
  snapshot,
  blobs,
}: {
  service: ServicePlan;
  snapshot: Snapshot;
  blobs: Blobs;
}): Promise<Scope | null> {
  const has = (path: string): boolean => snapshot.files.some((file) => file.path === path);
  if (service.path === "." || ["nx.json", "rush.json", "lerna.json"].some(has)) return null;
  const manifests = snapshot.files.filter((file) => basename(file.path) === "package.json" && file.link === undefined);
  const packages: Package[] = [];
  if (!manifests.some(({ path }) => path === "package.json")) return null;
  for (const file of manifests) {
    const manifest = await readManifest(file, blobs);
    if (!manifest) return null;
    const directory = dirname(file.path);
    if (directory !== ".") packages.push(packageOf(directory, manifest));
    else if (manifest.workspaces === undefined && !has("pnpm-workspace.yaml")) return null;
    else if (!lifecycle.every((script) => isHarmlessScript(manifest.scripts?.[script] ?? ""))) return null;
  }
  const members = membersFor(service.path, packages);
  if (!members) return null;
  const outside = packages.filter((one) => !members.has(one));
  // One that holds a member gives it settings, and one that runs something may change what all have.
  const isAbove = (one: Package): boolean => [...members].some(({ directory }) => isWithin(directory, one.directory));
  if (outside.some((one) => isAbove(one) || lifecycle.some((script) => one.scripts[script] !== undefined))) return null;
  const commands = [...(service.build?.build ?? []), ...commandsFrom(service)];
  const isMember = (directory: string): boolean => [...members].some((one) => one.directory === directory);
  const leaves = ({ argv, cwd = "." }: Command): boolean =>
    !isMember(posix.join(service.path, cwd)) || argv.some((word) => word.includes(".."));
  if (commands.some(leaves)) return null;
  const words = [
    ...commands.map(({ argv }) => argv.join(" ")),
    ...[...members].flatMap(({ scripts }) => Object.values(scripts)),
  ];
  if (words.some((text) => runsOthers.test(text))) return null;

  const counts = ({ path }: SnapshotFile): boolean =>
    basename(path) === "package.json" || !outside.some(({ directory }) => path.startsWith(`${directory}/`));
  const files = snapshot.files.filter(counts);
  const rows = files.map(({ path, mode, sha256, link }) => [path, mode, sha256, link ?? null]);
  const digest = createHash("sha256")
    .update(JSON.stringify(["scope", rows]))
    .digest("hex");
  return { digest, files, packages: packages.map(({ directory }) => directory), outside };
}

/** Whether nothing among the files that count speaks of anything outside. Reads the sources, so it is asked when they were built anew. */
export async function staysInside(scope: Scope, blobs: Blobs): Promise<boolean> {
  const { files, outside } = scope;
  if (outside.length === 0) return true;
  const touches = (path: string): boolean =>
    outside.some(({ directory }) => isWithin(path, directory) || isWithin(directory, path));
  const firsts = new Set(outside.map(({ directory }) => directory.split("/")[0]!));
  const spoken = new RegExp(
    outside
      .flatMap(({ directory, name }) => [directory, ...(name === null ? [] : [name])])
      .map((word) => {
        const plain = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        return word.includes("/") ? `(?<![\\w@-])${plain}(?![\\w-])` : `["'\`](?:\\./|/)?${plain}(?=["'\`/])`;
      })
      .join("|"),
  );
  const parts = new RegExp(
    `["'\`](?:\\./|/)?(${[...firsts].map((one) => one.replace(/\W/g, "\\$&")).join("|")})(/[^"'\`]*)?["'\`]`,
    "g",
  );
  for (const file of files) {
    if (file.link !== undefined) {
      if (touches(fixed(posix.join(dirname(file.path), file.link)))) return false;
      continue;
    }
    if (!takesPart(file.path, scope)) continue;
    const text = await readFile(await blobs.fetch(file.sha256), "utf8");
    if (looksForRoot.test(text) || spoken.test(text)) return false;
    for (const [, first = "", rest = ""] of text.matchAll(parts)) if (touches(fixed(first + rest))) return false;
    if (waysUp(text, file.path).some(touches)) return false;
  }
  return true;
}

/** Files of packages, but for what is no text of code. Of files in no package, code and what tools look for upwards. */
function takesPart(path: string, { packages, outside }: Scope): boolean {
  const owner = packages.find((directory) => path.startsWith(`${directory}/`));
  if (owner === undefined) return isLoaded.test(path);
  return !isData.test(path) && !outside.some(({ directory }) => path === `${directory}/package.json`);
}

const isLoaded = /\.[cm]?[jt]sx?$|\.config\.\w+$|(^|\/)(ts|js)config[\w.-]*\.json$|(^|\/)\.\w+rc(\.\w+)?$/;
const isData =
  /(^|\/)(README|CHANGELOG|CONTRIBUTING|LICENSE|Dockerfile|\.gitignore|\.dockerignore)[^/]*$|\.(txt|png|jpe?g|gif|webp|avif|ico|svg|woff2?|ttf|otf|eot|mp[34]|webm|wasm|pdf|zip|gz|csv|map|snap)$/i;

/** Paths that texts going upwards may mean, from wherever code may take them to start: its own directory or one above. */
function waysUp(text: string, path: string): string[] {
  const own = dirname(path);
  const found: string[] = [];
  // What is imported starts at the file.
  const rest = text.replace(
    /\b(?:from|import|require|require\.resolve)\s*(?:\(\s*)?["'`](\.{1,2}(?:\/[^"'`]*)?)["'`]/g,
    (_all, target: string) => {
      found.push(posix.join(own, fixed(target)));
      return "";
    },
  );
  const joined = [...rest.matchAll(/(?:["'`]\.\.["'`])(?:\s*,\s*["'`][^"'`]*["'`])*/g)].map(([all]) =>
    all.replace(/["'`\s]/g, "").replaceAll(",", "/"),
  );
  const written = [...rest.matchAll(/\.\.(?:[/\\]+(?:\.\.|[\w@.\-*{}[\]()]+))*[/\\]?/g)]
    .map(([all]) => all.replaceAll("\\", "/"))
    // Three dots and ranges are no paths.
    .filter((one) => one === "../" || /^\.\.\/./.test(one));
  for (const target of [...joined, ...written]) {
    for (let base = own; ; base = dirname(base)) {
      found.push(posix.join(base, fixed(target)));
      if (base === ".") break;
    }
  }
  return found.map(fixed).filter((one) => !one.startsWith(".."));
}

/** A path as far as it has no pattern, without a slash at its end. */
function fixed(path: string): string {
  const parts = path.split("/");
  const pattern = parts.findIndex((part) => /[*?{}[\]()!$]/.test(part));
  const plain = pattern === -1 ? parts : parts.slice(0, pattern);
  return posix.join(...plain, ".").replace(/\/$/, "");
}

/** The package of the directory and those it needs, or null when the graph is not plain. */
function membersFor(path: string, packages: Package[]): Set<Package> | null {
  const byName = new Map(packages.flatMap((one) => (one.name === null ? [] : [[one.name, one] as const])));
  const named = packages.filter(({ name }) => name !== null);
  const first = packages.find(({ directory }) => directory === path);
  if (!first || byName.size !== named.length) return null;
  const members = new Set<Package>();
  const add = (one: Package): void => {
    if (members.has(one)) return;
    members.add(one);
    for (const name of one.needs) {
      const needed = byName.get(name);
      if (needed) add(needed);
    }
    // A package inside a member's directory is a part of it.
    for (const inner of packages) if (inner !== one && isWithin(inner.directory, one.directory)) add(inner);
  };
  add(first);
  return members;
}

/** Whether the path is the directory or below it. */
function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}

function packageOf(directory: string, manifest: Manifest): Package {
  return {
    directory,
    name: typeof manifest.name === "string" ? manifest.name : null,
    needs: dependencyFields.flatMap((field) => Object.keys((manifest[field] as object | undefined) ?? {})),
    scripts: manifest.scripts ?? {},
  };
}

async function readManifest(file: SnapshotFile, blobs: Blobs): Promise<Manifest | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(await blobs.fetch(file.sha256), "utf8"));
    return typeof manifest === "object" ? (manifest as Manifest | null) : null;
  } catch {
    return null; // Broken, or not kept: whoever needs it says so.
  }
}
