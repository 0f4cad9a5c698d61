/**
 * Which package manager, at which version, and where it is: npm comes with the machine; the others come from the npm registry.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import gte from "semver/functions/gte.js";
import major from "semver/functions/major.js";
import valid from "semver/functions/valid.js";
import type { PackageManager } from "../detect/package-manager.ts";
import { DeployError } from "../error.ts";
import type { NodeRuntime } from "./node.ts";
import { bunVersion, runtimePackage } from "./runtime.ts";
import { installTool, type Tool, type Toolbox } from "./tools.ts";

/** The package manager of one build. */
export interface PinnedManager {
  name: PackageManager;
  /** Exact; absent for npm, which is the machine's. */
  version?: string;
  /** Digest of the package, as in `packageManager: "pnpm@9.1.0+sha512.…"`. */
  digest?: { algorithm: string; hex: string };
  /** Of yarn 2 and later, where the project does not name another linker. */
  plugAndPlay?: boolean;
  /** Of pnpm 10, which runs no scripts of packages by itself: the project had an earlier one, or never said which may. */
  runsScripts?: boolean;
  /** What says so, such as `packageManager of package.json` or `pnpm-lock.yaml`. */
  because: string;
}

/**
 * Versions used when only the lockfile speaks: the last one known to read that format without rewriting it.
 * Sources: pnpm's `lockfileVersion` history (pnpm.io/git#lockfiles), yarnpkg/berry `LOCKFILE_VERSION`; read 2026-11.
 */
const versionsByLockfile = {
  pnpm: [
    // `since`: the first major version that reads the format; an earlier one takes the file for none.
    { from: "9", since: 9, version: "10.34.9" },
    { from: "6", since: 8, version: "8.15.9" },
    { from: "5.4", since: 7, version: "7.33.7" },
    { from: "5", since: 3, version: "6.35.1" },
  ],
  yarnClassic: "1.22.22",
  yarnBerry: [
    { from: 7, version: "4.18.1" },
    { from: 0, version: "3.8.7" },
  ],
  bun: bunVersion,
} as const;

/** What the files of the directory with the lockfile say; a value of `packageManager` in package.json wins. `slug` is the plan's. */
export async function choosePackageManager(directory: string, slug: string | undefined): Promise<PinnedManager> {
  const chosen = await managerOf(directory, slug);
  if (chosen.name !== "yarn" || chosen.version?.startsWith("1.")) return chosen;
  const settings = await readFile(join(directory, ".yarnrc.yml"), "utf8").catch(() => "");
  return /^nodeLinker:\s*["']?(?:node-modules|pnpm)\b/m.test(settings) ? chosen : { ...chosen, plugAndPlay: true };
}

/** Whether a setting of pnpm names packages whose scripts are run, or are not. Source: pnpm.io/settings, "Build settings". */
async function saysWhichMayRun(directory: string): Promise<boolean> {
  const texts = ["package.json", "pnpm-workspace.yaml"].map((name) =>
    readFile(join(directory, name), "utf8").catch(() => ""),
  );
  return (await Promise.all(texts)).some((text) =>
    /(?:only|never|ignored)BuiltDependencies|\ballowBuilds\b/.test(text),
  );
}

async function managerOf(directory: string, slug: string | undefined): Promise<PinnedManager> {
  const declared = await declaredManager(directory);
  if (declared && (slug === undefined || declared.name === slug)) {
    return declared.name === "pnpm" ? pnpmOf(directory, declared) : declared;
  }
  switch (slug) {
    case "pnpm":
      return pnpmOf(directory);
    case "yarn": {
      const lock = await readFile(join(directory, "yarn.lock"), "utf8").catch(() => "");
      const format = /^__metadata:\s*\n\s+version:\s*(\d+)/m.exec(lock)?.[1];
      const isBerry = format !== undefined || (lock === "" && existsSync(join(directory, ".yarnrc.yml")));
      if (!isBerry) return { name: "yarn", version: versionsByLockfile.yarnClassic, because: "yarn.lock of version 1" };
      const row = versionsByLockfile.yarnBerry.find(({ from }) => Number(format ?? 8) >= from)!;
      return { name: "yarn", version: row.version, because: `yarn.lock of format ${format ?? 8}` };
    }
    case "bun":
      return { name: "bun", version: versionsByLockfile.bun, because: "bun.lock" };
    default:
      return { name: "npm", because: slug === "npm" ? "package-lock.json" : "the default" };
  }
}

/** What package.json names, where that reads the lockfile: whoever wrote the file had one that does. */
async function pnpmOf(directory: string, declared?: PinnedManager): Promise<PinnedManager> {
  const lock = await readFile(join(directory, "pnpm-lock.yaml"), "utf8").catch(() => "");
  const format = /^lockfileVersion:\s*['"]?([\d.]+)/m.exec(lock)?.[1];
  const rows = versionsByLockfile.pnpm;
  const { since, version } = rows.find(({ from }) => Number(format ?? 9) >= Number(from)) ?? rows[0];
  if (declared && (format === undefined || major(declared.version!) >= since)) return declared;
  const instead = declared ? `, which pnpm ${declared.version} of package.json does not read` : "";
  const because = `pnpm-lock.yaml of format ${format ?? "9"}${instead}`;
  return { name: "pnpm", version, because, runsScripts: !(await saysWhichMayRun(directory)) };
}

async function declaredManager(directory: string): Promise<PinnedManager | undefined> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
  } catch {
    return undefined; // No manifest, or a broken one: the package manager itself says it best.
  }
  const text = (manifest as { packageManager?: unknown } | null)?.packageManager;
  const match =
    typeof text === "string" ? /^(npm|pnpm|yarn|bun)@([^+]+)(?:\+(\w+)\.([0-9a-f]+))?$/.exec(text.trim()) : null;
  if (!match || !valid(match[2])) return undefined;
  const [, name, version, algorithm, hex] = match;
  const because = "packageManager of package.json";
  if (name === "npm") return { name, because };
  return {
    name: name as PackageManager,
    version: version!,
    ...(algorithm && hex ? { digest: { algorithm, hex } } : {}),
    because,
  };
}

/** Absolute path of the package manager's program; undefined for npm. Throws as `installTool` does, and DIGEST_MISMATCH. */
export async function installPackageManager(manager: PinnedManager, toolbox: Toolbox): Promise<string | undefined> {
  const { name, version } = manager;
  if (name === "npm") return undefined;
  const place = placeOf(name, version!);
  const check = (directory: string): Promise<void> => verify(manager, place, directory);
  return installTool({ name, version: version!, ...place, because: manager.because, check }, toolbox);
}

/** Each is of the last release that runs with Node.js from the version on. Source: engines of npm 10, 8 and 6; read 2026-12-01. */
const npmOfToday = "18.17.0";
const npmsOfOld = [
  { node: "16.0.0", version: "8.19.4" },
  { node: "0.0.0", version: "6.14.18" },
] as const;

/** npm and npx, for a Node.js that does not run the machine's. `directory` has the lockfile, which npm 6 reads up to format 1. */
export async function npmOfItsTime(
  node: Pick<NodeRuntime, "version">,
  directory: string,
  toolbox: Toolbox,
): Promise<Record<string, string>> {
  if (gte(node.version, npmOfToday)) return {};
  const lock = await readFile(join(directory, "package-lock.json"), "utf8").catch(() => "");
  const isLater = Number(/"lockfileVersion":\s*(\d+)/.exec(lock)?.[1] ?? 1) > 1;
  const { version } = isLater ? npmsOfOld[0] : npmsOfOld.find((row) => gte(node.version, row.node))!;
  const place = { package: "npm", program: "node_modules/.bin/npm" };
  const npm = await installTool({ name: "npm", version, ...place, because: `Node.js ${node.version}` }, toolbox);
  return { npm, npx: join(dirname(npm), "npx") };
}

function placeOf(name: PackageManager, version: string): Pick<Tool, "package" | "program"> {
  if (name === "bun") return runtimePackage("bun");
  if (name === "yarn" && !version.startsWith("1."))
    return { package: "@yarnpkg/cli-dist", program: "node_modules/@yarnpkg/cli-dist/bin/yarn.js" };
  return { package: name, program: `node_modules/.bin/${name}` };
}

/**
 * npm has compared the package with the registry's own digest. Where package.json names one too, it is compared here: corepack's is of the
 * package (pnpm, yarn 1) or of the one file yarn 2 and later consists of.
 */
async function verify(
  manager: PinnedManager,
  place: Pick<Tool, "package" | "program">,
  directory: string,
): Promise<void> {
  if (!manager.digest) return;
  const { algorithm, hex } = manager.digest;
  const lock = JSON.parse(await readFile(join(directory, "node_modules/.package-lock.json"), "utf8")) as {
    packages: Record<string, { integrity?: string }>;
  };
  const integrity = lock.packages[`node_modules/${place.package}`]?.integrity ?? "";
  const [kind, base64] = [integrity.slice(0, integrity.indexOf("-")), integrity.slice(integrity.indexOf("-") + 1)];
  const isPackage = kind === algorithm && Buffer.from(base64, "base64").toString("hex") === hex;
  const program = await readFile(join(directory, place.program));
  const isProgram = algorithm.startsWith("sha") && createHash(algorithm).update(program).digest("hex") === hex;
  // A digest of another kind than the registry's cannot be compared without the package itself; npm's own check stands.
  if (isPackage || isProgram || kind !== algorithm || place.package === "@yarnpkg/cli-dist") return;
  throw new DeployError("DIGEST_MISMATCH", {
    what: `${manager.name} ${manager.version} from the registry is not the one package.json names: its ${algorithm} is another.`,
    where: "packageManager in package.json",
    next: `Run "corepack use ${manager.name}@${manager.version}" in the project, look at what it changed, and commit it.`,
    step: "build",
  });
}
