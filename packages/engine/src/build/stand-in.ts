/** Puts the adapter that the plan names in the place of the project's own, in the workspace: the project's files stay as they are. */
import { readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import gte from "semver/functions/gte.js";
import major from "semver/functions/major.js";
import satisfies from "semver/functions/satisfies.js";
import valid from "semver/functions/valid.js";
import type { PackageManager } from "../detect/package-manager.ts";
import { DeployError } from "../error.ts";
import { type Installed, nodeAdapters } from "../plan/adapters.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Tools } from "./input.ts";
import { directoryWithin, type Runner } from "./run.ts";
import type { Workspace } from "./workspace.ts";

/** How each package manager adds a package to what is installed, also at the root of a workspace. */
const adding: Record<PackageManager | "yarn 1", string[]> = {
  npm: ["npm", "install", "--no-save", "--no-audit", "--no-fund"],
  pnpm: ["pnpm", "add", "--ignore-workspace-root-check"],
  yarn: ["yarn", "add"],
  "yarn 1": ["yarn", "add", "--ignore-workspace-root-check"],
  bun: ["bun", "add"],
};

/** Module beside the configuration that is imported in place of the project's adapter: whatever it is called with means another platform. */
const shim = "landfall-adapter.mjs";

/** After the dependencies are installed. Does nothing where the plan names no adapter. Throws BUILD_FAILED and as `Runner.run` does. */
export async function putInAdapter(
  { build, path }: Pick<ServicePlan, "build" | "path">,
  { workspace, runner, tools, log }: { workspace: Workspace; runner: Runner; tools: Tools; log(line: string): void },
): Promise<void> {
  const adapter = nodeAdapters.find((one) => one.name === build?.adapter?.name);
  if (!adapter || !build?.adapter) return;
  const { instead } = build.adapter;
  const { name, version } = tools.manager;
  log(`${adapter.name} stands in for ${instead}, by which Node would start no server.`);
  if (!adapter.installed) return;
  const range = rangeFor(adapter.installed, await installedVersion(workspace.files, path, adapter.installed.core));
  const present = await installedVersion(workspace.files, path, adapter.name);
  if (present === undefined || (range !== "latest" && !satisfies(present, range)))
    await runner.run(
      { argv: [...adding[name === "yarn" && version?.startsWith("1.") ? "yarn 1" : name], `${adapter.name}@${range}`] },
      { directory: path, env: tools.environments.install },
    );
  if (!adapter.imported) return;
  const config = await importIn(workspace.files, { path, configs: adapter.imported.configs, instead });
  const directory = directoryWithin(workspace.files, path, adapter.name);
  await put(
    join(directory, shim),
    `import adapter from "${adapter.name}";\n\nexport default () => ${adapter.imported.call};\n`,
  );
  await put(join(directory, config.name), config.text);
}

/** A file of its own: what the install left there, a link out of the workspace for instance, is not written through. */
async function put(path: string, text: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await writeFile(path, text, { flag: "wx" });
}

/** So long a manifest or a configuration may be, in bytes. */
const longestText = 1024 * 1024;

/** The text of a file of the workspace; null when there is none, or what the install left there is no file or leads out of it. */
async function textWithin(files: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(join(files, path));
    const found = await stat(real);
    const isInside = real.startsWith((await realpath(files)) + sep);
    if (!isInside || !found.isFile() || found.size > longestText) return null;
    return await readFile(real, "utf8");
  } catch {
    return null; // Not there, as of most names that are tried.
  }
}

/** The configuration that imports the project's adapter, with the shim in its place. */
async function importIn(
  files: string,
  { path, configs, instead }: { path: string; configs: readonly string[]; instead: string },
): Promise<{ name: string; text: string }> {
  const names = configs.flatMap((name) => ["js", "mjs", "ts", "mts", "cjs"].map((end) => `${name}.${end}`));
  const quoted = new RegExp(`(["'\`])${instead.replace(/[^\w@/-]/g, "\\$&")}\\1`, "g");
  for (const name of names) {
    const text = await textWithin(files, join(path, name));
    const changed = text?.replace(quoted, `"./${shim}"`);
    if (changed !== undefined && changed !== text) return { name, text: changed };
  }
  throw new DeployError("BUILD_FAILED", {
    what: `The adapter ${instead} builds for another platform, and where it is imported was not found.`,
    where: names.join(", "),
    next: "Use the framework's adapter for Node in the configuration, and deploy again.",
    step: "build",
  });
}

/** The range of the adapter that fits this version of the framework. */
export function rangeFor({ versions }: Installed, core: string | undefined): string {
  const newest = versions[0]!;
  if (core === undefined) return newest.range;
  if (major(core) > major(newest.from)) return "latest";
  return (versions.find(({ from }) => gte(core, from)) ?? versions.at(-1)!).range;
}

/** Version of a package as the service finds it, in its own folder or one above. */
export async function installedVersion(files: string, path: string, name: string): Promise<string | undefined> {
  for (let directory = path; ; directory = dirname(directory)) {
    const text = await textWithin(files, join(directory, "node_modules", name, "package.json"));
    const version = text === null ? null : valid(/"version"\s*:\s*"([^"]+)"/.exec(text)?.[1]);
    if (version !== null) return version;
    if (directory === "." || directory === "/") return undefined;
  }
}
