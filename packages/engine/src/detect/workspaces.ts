/** Workspaces of npm, pnpm, yarn, bun, lerna, nx and rush: which directories are members, and how they depend on each other. */
import { stringAt, valueAt } from "./config.ts";
import { type Manifest, manifestOf } from "./manifest.ts";
import { nestApplications } from "./nest-workspace.ts";
import { inside, isObject, type Json, type JsonObject, type Project } from "./reading.ts";

export interface Workspace {
  /** Where it is declared. */
  at: string;
  /** Directories of members with a manifest, the root left out. */
  members: string[];
  /** Nx projects without a manifest: directory to project.json. */
  projects: Map<string, JsonObject>;
}

/** The workspace the root declares, or null. A file that declares no members (settings alone) is none. */
export function workspaceOf(project: Project): Workspace | null {
  const declared = declarations(project);
  const patterns = declared.flatMap(({ patterns: found }) => found);
  const directories = project.tree.directoriesWith("package.json");
  const matches = matcher(patterns);
  const members = patterns.length > 0 ? directories.filter(matches) : [];
  const projects = new Map<string, JsonObject>();
  const usesNx = project.tree.has("nx.json") || project.tree.has("workspace.json");
  if (usesNx) {
    for (const directory of project.tree.directoriesWith("project.json")) {
      const json = project.json(`${directory}/project.json`);
      // A manifest without scripts only names the project; its targets say how it is built.
      if (json && Object.keys(manifestOf(project, directory)?.scripts ?? {}).length === 0)
        projects.set(directory, json);
    }
    for (const [directory, json] of listedProjects(project))
      if (!projects.has(directory)) projects.set(directory, json);
    for (const directory of members)
      if (!projects.has(directory) && isInferred(project, directory))
        projects.set(directory, ofManifest(manifestOf(project, directory)!));
    if (patterns.length === 0)
      members.push(...directories.filter((directory) => /^(apps|packages|libs)\//.test(directory)));
  }
  const isOfNest = nestApplications(project).length > 0;
  if (members.length === 0 && projects.size === 0 && !isOfNest) return null;
  return { at: declared[0]?.at ?? (isOfNest ? "nest-cli.json" : "nx.json"), members: [...new Set(members)], projects };
}

/** A member that leaves its build to Nx: no scripts, and nothing for others to import. */
function isInferred(project: Project, directory: string): boolean {
  const manifest = manifestOf(project, directory);
  return (
    manifest !== null &&
    Object.keys(manifest.scripts).length === 0 &&
    !["exports", "main", "module", "types", "bin"].some((key) => manifest.json[key] !== undefined) &&
    (commandOf(manifest.json["nx"]) !== undefined || inferred(project, directory) !== undefined)
  );
}

/** What project.json would hold of a member that has none. */
function ofManifest({ name, json }: Manifest): JsonObject {
  const nx = json["nx"];
  return { name, ...(isObject(nx ?? null) ? (nx as JsonObject) : {}) };
}

/** The command that a build target runs by itself. */
function commandOf(json: Json | undefined): string | undefined {
  return stringAt(json, "targets", "build", "options", "command") ?? stringAt(json, "targets", "build", "command");
}

/** Projects that older workspaces of Nx describe in one file: directory to what project.json would hold. */
function listedProjects(project: Project): [string, JsonObject][] {
  const at = ["workspace.json", "angular.json"].find((path) => project.tree.has(path));
  const listed = at === undefined ? undefined : project.json(at)?.["projects"];
  if (!isObject(listed ?? null)) return [];
  return Object.entries(listed as JsonObject).flatMap(([name, value]): [string, JsonObject][] => {
    const root = isObject(value) ? stringAt(value, "root") : undefined;
    if (!isObject(value) || root === undefined || root === "" || root === ".") return [];
    return [[root.replace(/\/$/, ""), { name, ...value, targets: value["targets"] ?? value["architect"] ?? {} }]];
  });
}

function declarations(project: Project): { at: string; patterns: string[] }[] {
  const result: { at: string; patterns: string[] }[] = [];
  const add = (at: string, value: Json | undefined): void => {
    const patterns = Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
    if (patterns.length > 0) result.push({ at, patterns });
  };
  const root = manifestOf(project, ".");
  const field = root?.json["workspaces"];
  add("package.json", isObject(field ?? null) ? (field as JsonObject)["packages"] : field);
  for (const at of ["pnpm-workspace.yaml", "pnpm-workspace.yml"])
    if (project.tree.has(at)) add(at, valueAt(project.yaml(at)?.[0] ?? undefined, "packages"));
  if (result.length === 0 && project.tree.has("lerna.json"))
    add("lerna.json", project.json("lerna.json")?.["packages"] ?? ["packages/*"]);
  const rush = project.tree.has("rush.json") ? project.json("rush.json")?.["projects"] : undefined;
  if (Array.isArray(rush))
    add(
      "rush.json",
      rush.map((entry) => stringAt(entry, "projectFolder") ?? "").filter((folder) => folder !== ""),
    );
  return result;
}

/** Whether a directory is a member: the last pattern that matches decides, `!` takes out. */
export function matcher(patterns: readonly string[]): (directory: string) => boolean {
  const rules = patterns.map((pattern) => {
    const isNot = pattern.startsWith("!");
    const plain = (isNot ? pattern.slice(1) : pattern).replace(/^\.?\//, "").replace(/\/+(package\.json)?$/, "");
    return { isNot, expression: new RegExp(`^${expressionOf(plain)}$`) };
  });
  return (directory) => rules.reduce((is, { isNot, expression }) => (expression.test(directory) ? !isNot : is), false);
}

function expressionOf(pattern: string): string {
  let result = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "*" && pattern[at + 1] === "*") {
      at += 1;
      if (pattern[at + 1] === "/") {
        at += 1;
        result += "(?:.*/)?";
      } else result += ".*";
    } else if (character === "*") result += "[^/]*";
    else if (character === "?") result += "[^/]";
    else if (character === "{") result += "(?:";
    else if (character === "}") result += ")";
    else if (character === "," && result.lastIndexOf("(?:") > result.lastIndexOf(")")) result += "|";
    else result += character.replace(/[.+^$()|[\]\\]/, "\\$&");
  }
  return result;
}

/**
 * Directories of members that `manifest` depends on, through others too. What depends on one of the `programs` itself is their client,
 * and is not looked through.
 */
export function internalDependencies(
  project: Project,
  members: readonly string[],
  manifest: Manifest,
  programs?: ReadonlySet<string>,
): string[] {
  const byName = new Map(
    members.flatMap((directory) => {
      const name = manifestOf(project, directory)?.name;
      return name ? [[name, directory] as const] : [];
    }),
  );
  const found = new Set<string>();
  const queue = [manifest];
  for (const current of queue) {
    const names = [...Object.keys(current.dependencies), ...Object.keys(current.devDependencies)];
    if (current !== manifest && names.some((name) => programs?.has(byName.get(name) ?? ""))) continue;
    for (const name of names) {
      const directory = byName.get(name);
      if (directory === undefined || found.has(directory) || directory === manifest.directory) continue;
      found.add(directory);
      const next = manifestOf(project, directory);
      if (next) queue.push(next);
    }
  }
  return [...found];
}

/** A manifest for an Nx project that has none: its scripts from its targets, its dependencies those of the root that its program imports. */
export function manifestOfNx(project: Project, directory: string, json: JsonObject): Manifest | null {
  if (stringAt(json, "projectType") === "library") return null;
  const root = manifestOf(project, ".");
  const executor =
    stringAt(json, "targets", "build", "executor") ?? stringAt(json, "architect", "build", "builder") ?? "";
  const command =
    executors.find(([pattern]) => pattern.test(executor))?.[1] ??
    (project.tree.has(inside(directory, "project.json")) ? undefined : commandOf(json)) ??
    (executor === "" ? inferred(project, directory) : undefined);
  const own = manifestOf(project, directory);
  const all = { ...root?.devDependencies, ...root?.dependencies, ...own?.devDependencies, ...own?.dependencies };
  const dependencies: Record<string, string> = { ...own?.dependencies };
  for (const name of ["src/main.ts", "src/main.js", "src/index.ts", "server.ts"]) {
    const text = project.tree.text(inside(directory, name));
    if (text === null) continue;
    for (const match of text.matchAll(/from\s+["']((?:@[^/"']+\/)?[^/"']+)/g))
      if (all[match[1]!] !== undefined) dependencies[match[1]!] = all[match[1]!]!;
  }
  const tool = command?.split(" ")[0];
  // An executor brings webpack with it.
  if (tool !== undefined && (all[tool] !== undefined || (tool === "webpack" && executor !== "")))
    dependencies[tool] = all[tool] ?? "*";
  const name = stringAt(json, "name") ?? directory.slice(directory.lastIndexOf("/") + 1);
  return {
    at: inside(directory, "project.json"),
    directory,
    name,
    json: { private: true, name },
    scripts: command === undefined ? {} : { build: command },
    dependencies,
    devDependencies: {},
  };
}

/** A target that a plugin of Nx infers from the settings of the tool that builds. */
function inferred(project: Project, directory: string): string | undefined {
  return settings.find(([names]) => names.some((name) => project.tree.has(inside(directory, name))))?.[1];
}

const settings: readonly (readonly [readonly string[], string])[] = [
  [["next.config.js", "next.config.mjs", "next.config.ts"], "next build"],
  [["nuxt.config.ts", "nuxt.config.js"], "nuxt build"],
  [["remix.config.js"], "remix build"],
  [["react-router.config.ts"], "react-router build"],
  [["astro.config.mjs", "astro.config.ts"], "astro build"],
  [["rsbuild.config.ts", "rsbuild.config.js", "rsbuild.config.mjs"], "rsbuild build"],
  [["rspack.config.ts", "rspack.config.js"], "rspack build"],
  [["vite.config.ts", "vite.config.mts", "vite.config.js", "vite.config.mjs"], "vite build"],
  [["webpack.config.js", "webpack.config.ts", "webpack.config.cjs"], "webpack build"],
];

const executors: readonly [RegExp, string][] = [
  [/[/-]next:build|nrwl\/next/, "next build"],
  [/vite:build/, "vite build"],
  [/angular/, "ng build"],
  [/remix:build/, "remix build"],
  [/nuxt:build/, "nuxt build"],
  [/expo:/, "expo export"],
  [/(webpack|node|js|esbuild|rspack|web):/, "webpack build"],
];
