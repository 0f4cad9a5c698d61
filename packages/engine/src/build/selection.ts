/**
 * Which files of a built workspace a server needs to run. What a framework makes to stand by itself is taken alone; otherwise the whole
 * workspace without caches and without the tools that only the build needed.
 *
 * Paths of a server's artifact are relative to the snapshot's root, also in a monorepo, because programs reach for `../../node_modules`.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { commandsFrom, type ServicePlan } from "../plan/plan.ts";
import { runners } from "../plan/start-command.ts";

export interface Selection {
  /** Directories or files taken, relative to the workspace's files; `.` for all. */
  roots: { from: string; to: string }[];
  /** Whether a path (relative to the workspace's files) is left out, with all below it. */
  excludes(path: string): boolean;
  /** Why, in words for the log. */
  because: string;
}

/**
 * Outputs that hold their own dependencies, recognised by the start command that runs them. `beside` are directories the framework leaves
 * outside and expects to find inside.
 * Sources: nextjs.org/docs/app/api-reference/config/next-config-js/output; nitro.build/deploy/runtimes/node.
 */
const selfContained: { directory: string; beside: { from: string; to: string }[] }[] = [
  {
    directory: ".next/standalone",
    beside: [
      { from: ".next/static", to: ".next/static" },
      { from: "public", to: "public" },
    ],
  },
  { directory: ".output", beside: [] },
];

/** Caches and leftovers of tools, at any depth; a program that runs has no use for them. */
const caches =
  /(^|\/)(node_modules\/\.(cache|vite|vite-temp)|\.next\/(cache|trace)|\.turbo|\.parcel-cache|\.angular\/cache|\.nx\/cache|\.git|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.gradle|target\/(debug|release\/(deps|build|incremental|\.fingerprint|examples))|target\/(maven-status|surefire-reports|generated-sources))$/;

/** What of the workspace the service's start command needs. */
export async function selectServerFiles(service: ServicePlan, files: string): Promise<Selection> {
  const words = service.start?.argv ?? [];
  const cwd = posix.join(service.path, service.start?.cwd ?? ".");
  for (const { directory, beside } of selfContained) {
    const isStarted = commandsFrom(service).every(({ argv }) =>
      argv.some((word) => posix.normalize(word).startsWith(`${directory}/`)),
    );
    if (!isStarted || !existsSync(join(files, cwd, directory))) continue;
    const own = posix.join(cwd, directory);
    // In a monorepo Next.js repeats the service's path below standalone; the server's file is then deeper, and so are its pages.
    const server = words.map((word) => posix.normalize(word)).find((word) => word.startsWith(`${directory}/`))!;
    const inner = posix.join(cwd, posix.dirname(server));
    const also = beside
      .filter(({ from, to }) => existsSync(join(files, cwd, from)) && !existsSync(join(files, inner, to)))
      .map(({ from, to }) => ({ from: posix.join(cwd, from), to: posix.join(inner, to) }));
    return {
      roots: [{ from: own, to: own }, ...also],
      excludes: () => false,
      because: `${directory} alone, which has all the server needs`,
    };
  }
  const unneeded = await buildOnlyPackages(service, files);
  return {
    roots: [{ from: ".", to: "." }],
    excludes: (path) => caches.test(path) || unneeded.has(path),
    because:
      unneeded.size === 0
        ? "the whole workspace without caches"
        : `the workspace without caches and without ${unneeded.size} packages only the build needed`,
  };
}

interface Lock {
  packages?: Record<string, LockedPackage>;
}

interface LockedPackage {
  dev?: boolean;
  devOptional?: boolean;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

interface Manifest {
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * Directories of packages npm installed for development only and nothing that runs speaks of. npm's own record of the tree says which are
 * for development; of those, a package is kept with all it needs when a script that starts the program, or a source file, names it: programs
 * that need a development dependency when they run are common, and should not break here when they ran everywhere else.
 */
export async function buildOnlyPackages(service: ServicePlan, files: string): Promise<Set<string>> {
  const none = new Set<string>();
  // A script that is run before the start may need any of them: a compiler reads in its settings what no source names.
  if (service.before?.some(({ argv: [program = ""] }) => runners.has(program))) return none;
  // Workspaces link packages into each other; which of them runs is not to be told from the record alone.
  if (service.path !== "." || service.build?.packageManager !== "npm") return none;
  let lock: Lock;
  let manifest: Manifest;
  try {
    lock = JSON.parse(await readFile(join(files, "node_modules/.package-lock.json"), "utf8")) as Lock;
    manifest = JSON.parse(await readFile(join(files, "package.json"), "utf8")) as Manifest;
  } catch {
    return none; // No record: everything is kept.
  }
  const packages = lock.packages ?? {};
  if (Object.values(packages).some((one) => one.link)) return none;
  const direct = Object.keys(manifest.devDependencies ?? {});
  if (direct.length === 0) return none;
  const named = await namedAtRun({ service, files, manifest, candidates: direct });
  const kept = new Set<string>();
  const keep = (name: string, from: string): void => {
    const path = resolvePackage(packages, name, from);
    if (path === undefined || kept.has(path)) return;
    kept.add(path);
    const one = packages[path]!;
    for (const needed of Object.keys({ ...one.dependencies, ...one.optionalDependencies, ...one.peerDependencies }))
      keep(needed, path);
  };
  for (const name of named) keep(name, "");
  return new Set(
    Object.keys(packages).filter((path) => path !== "" && packages[path]!.dev === true && !kept.has(path)),
  );
}

/** Node's way of finding a package, on the record of the tree. */
function resolvePackage(packages: Record<string, LockedPackage>, name: string, from: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const path = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[path]) return path;
    if (at === "") return undefined;
    if (!at.includes("/node_modules/")) at = "/node_modules/";
  }
}

/** Source files that run; tests and the settings of tools do not. */
const runs = /\.(c|m)?(j|t)sx?$/;
const runsNot =
  /(^|\/)(node_modules|test|tests|__tests__|e2e|coverage)\/|\.(test|spec|stories|d)\.|(^|\/)[\w.-]*(config|rc)\.(c|m)?(j|t)s$|\.d\.ts$/;

async function namedAtRun({
  service,
  files,
  manifest,
  candidates,
}: {
  service: ServicePlan;
  files: string;
  manifest: Manifest;
  candidates: string[];
}): Promise<string[]> {
  const commands = commandsFrom(service).flatMap(({ argv }) => argv);
  const scripts = ["prestart", "start", "poststart", ...commands].map((name) => manifest.scripts?.[name] ?? "");
  const texts = [commands.join(" "), ...scripts];
  const { glob } = await import("node:fs/promises");
  for await (const path of glob("**/*.{js,cjs,mjs,ts,cts,mts,jsx,tsx}", {
    cwd: files,
    exclude: (name) => name === "node_modules",
  })) {
    if (runs.test(path) && !runsNot.test(path)) texts.push(await readFile(join(files, path), "utf8").catch(() => ""));
  }
  const bins = await programsOf(files, candidates);
  return candidates.filter((name) => {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const imported = new RegExp(`['"\`]${escaped}(/[^'"\`]*)?['"\`]`);
    const called = [name, ...(bins.get(name) ?? [])].map(
      (bin) => new RegExp(`(^|[\\s/])${bin.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(\\s|$)`),
    );
    return texts.some(
      (text, at) => (at <= scripts.length ? called.some((one) => one.test(text)) : false) || imported.test(text),
    );
  });
}

async function programsOf(files: string, names: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    try {
      const { bin } = JSON.parse(await readFile(join(files, "node_modules", name, "package.json"), "utf8")) as {
        bin?: string | Record<string, string>;
      };
      if (typeof bin === "object") found.set(name, Object.keys(bin));
    } catch {
      // Not installed here (optional, another platform): it has no programs.
    }
  }
  return found;
}
