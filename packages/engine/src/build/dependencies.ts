/**
 * Under which key the dependencies an install made are kept for later builds (trees.ts keeps them), and when they are not.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Command, formatCommand } from "../process/command.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

/** Scripts npm and the others run by themselves while installing. Source: docs.npmjs.com/cli/using-npm/scripts, "Life Cycle Operation Order". */
export const lifecycle = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/**
 * Commands that make their result anew from the project's files each time, so they may run on a restored tree. With any other script the
 * tree may hold what that script made of other files, and is not kept.
 */
const startsAnew =
  /^(npx |pnpm exec |yarn |bunx )?(husky( install)?|lefthook install|simple-git-hooks|is-ci|nuxi? prepare|nuxt prepare|svelte-kit sync|astro sync|prisma generate|patch-package|fumadocs-mdx|panda codegen|only-allow \w+|echo .*|true|exit 0)$/;

/** Whether a script that runs while installing makes nothing that others could miss, or takes from files of before. */
export function isHarmlessScript(text: string): boolean {
  return text === "" || text.split(/&&|\|\||;/).every((part) => startsAnew.test(part.trim()));
}

export interface LifecycleScript {
  /** Directory of the package, relative to the snapshot's root. */
  directory: string;
  script: string;
}

export interface DependencyTree {
  key: string;
  /** Run after the tree was restored, as the install would have. */
  scripts: LifecycleScript[];
}

interface Manifest {
  scripts?: Record<string, string>;
  [field: string]: unknown;
}

/** Fields of package.json an install looks at. */
const installFields = (
  "name workspaces dependencies devDependencies optionalDependencies peerDependencies peerDependenciesMeta overrides resolutions pnpm " +
  "packageManager engines bin os cpu trustedDependencies dependenciesMeta bundledDependencies bundleDependencies installConfig catalog catalogs allowScripts"
).split(" ");

/** Files beside the manifests that change what an install makes. */
const installFiles =
  /(^|\/)(\.npmrc|\.yarnrc(\.yml)?|pnpm-workspace\.yaml|\.pnpmfile\.c?js|bunfig\.toml)$|(^|\/)(patches|\.yarn\/(patches|plugins|releases))\//;

export interface TreeInput {
  organization: string;
  snapshot: Snapshot;
  /** The workspace's files. */
  files: string;
  /** Relative to the snapshot's root. */
  lockfile: string;
  command: Command;
  packageManager: string;
  nodeVersion: string;
  /** Build variables: scripts of dependencies may read them. */
  variables: Readonly<Record<string, string>>;
}

/** Whether a command installs the dependencies of the lockfile and does nothing else. */
export function isInstall({ argv, env, cwd }: Command): boolean {
  if (env !== undefined || cwd !== undefined) return false;
  const [program, verb = "install", ...rest] = argv;
  const verbs: Record<string, RegExp> = {
    npm: /^(ci|install|i|clean-install)$/,
    pnpm: /^(install|i)$/,
    yarn: /^(install|--.*)$/,
    bun: /^(install|i)$/,
  };
  const known = verbs[program ?? ""]?.test(verb) && rest.every((flag) => flag.startsWith("-"));
  return (
    known === true &&
    !rest.some((flag) => /^(--prefix|-C|--dir|--cwd|-g|--global|--filter|-F|--workspace|-w)/.test(flag))
  );
}

/**
 * Whether npm would find that there is nothing to do: one manifest, in the directory of the install, which names no packages and has no
 * script for the occasion; no lockfile and no settings. Starting npm to be told so takes longer than starting most programs of this kind.
 */
export async function isNothingToInstall(
  command: Command,
  { snapshot, files, directory }: { snapshot: Snapshot; files: string; directory: string },
): Promise<boolean> {
  if (command.argv[0] !== "npm" || !isInstall(command)) return false;
  const seen = snapshot.files.filter(({ path }) => /(^|\/)(package|package-lock|npm-shrinkwrap)\.json$/.test(path));
  if (seen.length !== 1 || seen[0]!.path !== join(directory, "package.json") || seen[0]!.link !== undefined)
    return false;
  if (snapshot.files.some(({ path }) => installFiles.test(path))) return false;
  const manifest = await readManifest(join(files, directory, "package.json"));
  if (manifest === null || lifecycle.some((script) => manifest.scripts?.[script] !== undefined)) return false;
  return installFields.every((field) => /^(name|engines|packageManager)$/.test(field) || isEmpty(manifest[field]));
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** The key of the tree, or null when it could not be restored faithfully. */
export async function dependencyTree(input: TreeInput): Promise<DependencyTree | null> {
  const { snapshot, files } = input;
  const root = dirname(input.lockfile);
  const below = root === "." ? snapshot.files : snapshot.files.filter((file) => file.path.startsWith(`${root}/`));
  const scripts: LifecycleScript[] = [];
  const manifests: unknown[] = [];
  for (const file of below.filter((one) => basename(one.path) === "package.json" && one.link === undefined)) {
    const manifest = await readManifest(join(files, file.path));
    if (!manifest) return null;
    const own = lifecycle.filter((script) => manifest.scripts?.[script] !== undefined);
    for (const script of own) {
      const text = manifest.scripts?.[script] ?? "";
      if (!isHarmlessScript(text)) return null;
      scripts.push({ directory: dirname(file.path), script });
    }
    manifests.push([
      file.path,
      ...installFields.map((field) => manifest[field] ?? null),
      own.map((script) => manifest.scripts?.[script]),
    ]);
  }
  const lock = snapshot.files.find((file) => file.path === input.lockfile);
  if (!lock) return null;
  const parts = {
    version: 3,
    organization: input.organization,
    lock: lock.sha256,
    manifests,
    settings: below.filter((file) => installFiles.test(file.path)).map((file) => [file.path, file.sha256]),
    command: formatCommand(input.command),
    packageManager: input.packageManager,
    node: input.nodeVersion.split(".")[0],
    platform: `${process.platform}-${process.arch}`,
    variables: Object.entries(input.variables).sort(([a], [b]) => (a < b ? -1 : 1)),
    // pnpm writes the directory into the programs it links.
    directory: input.packageManager.startsWith("npm") ? "" : files,
  };
  return { key: createHash("sha256").update(JSON.stringify(parts)).digest("hex"), scripts };
}

async function readManifest(path: string): Promise<Manifest | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof manifest === "object" ? (manifest as Manifest) : null;
  } catch {
    return null; // Broken: the package manager says so better than we could.
  }
}
