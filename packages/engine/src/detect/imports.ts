/** Which of the project's own files a source imports: by paths, by aliases of the compiler's settings, from packages of the workspace. */
import { stringAt, valueAt } from "./config.ts";
import { endings, type Source, sourceAt, sourceOf } from "./entry.ts";
import { manifestOf } from "./manifest.ts";
import { inside, type Project } from "./reading.ts";
import { workspaceOf } from "./workspaces.ts";

/** The file and the project's own files it imports, to `depth`. */
export function withImports(project: Project, source: Source, depth: number, limit = 40): Source[] {
  const found = [source];
  const seen = new Set([source.at]);
  let level = [source];
  for (let at = 0; at < depth; at++) {
    const next: Source[] = [];
    for (const { at: from, text } of level) {
      for (const match of text.matchAll(
        /(?:from\s*|require\s*\(\s*|import\s*(?:\(\s*)?)["']((?:\.{1,2}|[@~#]|#\w+)\/[^"'\n]*|\.{1,2}|src\/[^"'\n]+|[@\w$][\w.$-]*(?:\/[^"'\n]+)?)["']/g,
      )) {
        if (found.length >= limit) return found;
        const target = isOwn.test(match[1]!)
          ? imported(project, from, match[1]!)
          : mappedSource(project, from, match[1]!);
        if (!target || seen.has(target.at)) continue;
        seen.add(target.at);
        found.push(target);
        next.push(target);
      }
    }
    level = next;
  }
  return found;
}

/** A path, or an alias that most often means the folder of sources. */
const isOwn = /^(?:\.|src\/|[@~#]\/|#\w+\/)/;

/** What `paths` of the compiler's settings say of a specifier: `"@config/*": ["src/config/*"]`. */
function mappedSource(project: Project, from: string, specifier: string): Source | null {
  for (const { prefix, suffix, to } of aliasesFor(project, from.split("/").slice(0, -1).join("/"))) {
    if (!specifier.startsWith(prefix) || !specifier.endsWith(suffix)) continue;
    if (suffix === "" && !to.includes("*") && specifier !== prefix) continue;
    const found = fileAt(project, to.replace("*", specifier.slice(prefix.length, specifier.length - suffix.length)));
    if (found) return found;
  }
  return null;
}

interface Alias {
  prefix: string;
  suffix: string;
  /** In the tree, with a star for what is between. */
  to: string;
}

const aliases = new WeakMap<Project, Map<string, readonly Alias[]>>();

/** Aliases of the nearest settings of the compiler at or above `directory`. */
function aliasesFor(project: Project, directory: string): readonly Alias[] {
  let known = aliases.get(project);
  if (!known) aliases.set(project, (known = new Map()));
  let found = known.get(directory);
  if (found === undefined) {
    const own = ["tsconfig.json", "jsconfig.json"]
      .map((name) => inside(directory || ".", name))
      .find((at) => project.tree.has(at));
    found =
      own !== undefined
        ? aliasesIn(project, own, directory)
        : directory === ""
          ? []
          : aliasesFor(project, directory.split("/").slice(0, -1).join("/"));
    known.set(directory, found);
  }
  return found;
}

function aliasesIn(project: Project, at: string, directory: string): readonly Alias[] {
  const options = valueAt(project.json(at), "compilerOptions");
  const paths = valueAt(options, "paths");
  if (typeof paths !== "object" || paths === null) return [];
  const base = stringAt(options, "baseUrl") ?? ".";
  return Object.entries(paths).flatMap(([pattern, targets]) => {
    const target: unknown = Array.isArray(targets) ? targets[0] : undefined;
    if (typeof target !== "string") return [];
    const [prefix = "", suffix = ""] = pattern.split("*");
    return [{ prefix, suffix, to: joined(directory, base, target) }];
  });
}

function joined(...parts: string[]): string {
  const path: string[] = [];
  for (const part of parts.join("/").split("/")) {
    if (part === "..") path.pop();
    else if (part !== "." && part !== "") path.push(part);
  }
  return path.join("/");
}

function imported(project: Project, from: string, specifier: string): Source | null {
  // `#lib/a.ts`, of the manifest's own map, most often means src/lib/a.ts.
  const alias = /^([@~#]|src|#\w+)\//.test(specifier);
  const parts = alias ? [] : from.split("/").slice(0, -1);
  if (alias) {
    const before = from.split("/").slice(0, -1);
    const src = before.lastIndexOf("src");
    parts.push(...(src >= 0 ? before.slice(0, src + 1) : []));
  }
  for (const part of (alias ? specifier.replace(/^(?:#(?=\w)|[^/]+\/)/, "") : specifier).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return fileAt(project, parts.join("/"));
}

/** The file an import of a path means: itself, with an ending, or its index. */
function fileAt(project: Project, path: string): Source | null {
  const stem = path.replace(/\.(m|c)?jsx?$/, "");
  for (const candidate of [
    path,
    ...endings.map((ending) => `${stem}.${ending}`),
    ...endings.map((ending) => `${path === "" ? "" : `${path}/`}index.${ending}`),
    `${path}.json`,
  ]) {
    if (project.tree.has(candidate) && /\.(m|c)?[jt]sx?$|\.json$/.test(candidate)) return sourceAt(project, candidate);
  }
  return null;
}

/** The source a specifier means, also in a package of the workspace. */
export function sourceFor(project: Project, from: string, specifier: string): Source | null {
  if (isOwn.test(specifier)) return imported(project, from, specifier);
  return mappedSource(project, from, specifier) ?? sharedSource(project, specifier);
}

/** `@acme/shared/config/app` of a member that is named `@acme/shared`. */
function sharedSource(project: Project, specifier: string): Source | null {
  for (const directory of workspaceOf(project)?.members ?? []) {
    const member = manifestOf(project, directory);
    if (!member?.name || (specifier !== member.name && !specifier.startsWith(`${member.name}/`))) continue;
    const rest = specifier.slice(member.name.length + 1);
    if (rest === "") return sourceOf(project, member, stringAt(member.json, "main") ?? "src/index");
    return sourceOf(project, member, rest) ?? sourceOf(project, member, `src/${rest}`);
  }
  return null;
}
