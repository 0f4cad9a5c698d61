/**
 * Which entries of a project stay out of its snapshot, and by which rule.
 *
 * Always out, whatever any file says: version control, secrets (secrets.ts), installed dependencies and tools' own state.
 * Then, when the root has a `.landfallignore`, its rules alone count. Otherwise an entry is out when one of these says so:
 * `.gitignore` (at every level; a deeper one wins; not of what git tracks, as git itself has it), and at the root `.vercelignore`,
 * `.railwayignore` and `.dockerignore`.
 * `.dockerignore` describes what an image build sees, so it counts only beside a Dockerfile, never takes out the files that describe that
 * build, and is left to the build when it has exceptions (`!`), which may bring back what gitignore's rules cannot.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import createIgnore, { type Ignore } from "ignore";
import { secretByName } from "./secrets.ts";
import type { Exclusion } from "./snapshot.ts";

const versionControl = new Set([".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", ".fslckout", "_FOSSIL_"]);

const dependencies = new Map<string, string>([
  ["node_modules", "installed packages"],
  ["bower_components", "installed packages"],
  ["jspm_packages", "installed packages"],
  [".pnpm-store", "a package cache"],
  [".venv", "a Python environment"],
  ["__pycache__", "compiled Python"],
  [".tox", "Python environments"],
  [".nox", "Python environments"],
  [".gradle", "Gradle's cache"],
  [".terraform", "Terraform's providers"],
]);

/** State of tools on this one machine. */
const toolState = new Set([
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".parcel-cache",
  ".turbo",
  ".vercel",
  ".netlify",
  ".wrangler",
  ".landfall",
  ".DS_Store",
  "Thumbs.db",
  "desktop.ini",
]);

const describesImage =
  /^(?:(?:Dockerfile|Containerfile)(?:\..+)?|.+\.Dockerfile|\.dockerignore|(?:docker-)?compose.*\.ya?ml)$/i;

/** Why an entry stays out. */
export type Verdict = Pick<Exclusion, "reason" | "detail">;

/** The rules that hold in one directory: its own, and through `above` those of the directories it is in. */
export interface Level {
  /** Relative, `.` for the root. */
  directory: string;
  rules: Ignore | undefined;
  above: Level | undefined;
  /** The directory is ignored, and entered for what git tracks in it. */
  ignored?: Verdict;
}

/** What git tracks although a .gitignore names it, files and the directories they are in; `all` when it tracks everything there is. */
export type Tracked = "all" | ReadonlySet<string>;

export interface IgnoreRules {
  /** The level of a directory whose entries are `names`, below `above`. */
  enter(directory: string, names: ReadonlySet<string>, above: Level | undefined): Level;
  /** Why the entry `path` of the level's directory stays out, or undefined when it enters. `names` are its siblings inside, of a directory. */
  judge(level: Level, path: string, isDirectory: boolean): Verdict | undefined;
}

/** The rules of the project in `root`. With `prebuilt` only version control and secrets stay out: what a build made is taken as it is. */
export function ignoreRules(root: string, options: { prebuilt: boolean; tracked?: Tracked }): IgnoreRules {
  const { tracked = new Set<string>() } = options;
  let own: Ignore | undefined;
  let extra: Ignore[] = [];

  const enter = (directory: string, names: ReadonlySet<string>, above: Level | undefined): Level => {
    if (options.prebuilt) return { directory, rules: undefined, above };
    if (above === undefined) {
      if (names.has(".landfallignore")) own = rulesOf(root, ".landfallignore");
      else extra = [...extraFiles(names)].map((name) => rulesOf(root, name));
    }
    const path = directory === "." ? ".gitignore" : `${directory}/.gitignore`;
    const rules = own === undefined && tracked !== "all" && names.has(".gitignore") ? rulesOf(root, path) : undefined;
    const isException = tracked !== "all" && tracked.has(directory);
    const ignored = above?.ignored ?? (above && isException ? byGitignore(above, directory, true) : undefined);
    return { directory, rules, above, ...(ignored ? { ignored } : {}) };
  };

  const judge = (level: Level, path: string, isDirectory: boolean): Verdict | undefined => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (versionControl.has(name)) return { reason: "vcs", detail: `${name} is version control` };
    const secret = secretByName(path, isDirectory);
    if (secret !== undefined) return { reason: "secret", detail: secret };
    if (options.prebuilt) return undefined;
    const installed = isDirectory ? dependencies.get(name) : undefined;
    if (installed !== undefined) return { reason: "dependencies", detail: `${name}: ${installed}` };
    if (toolState.has(name)) return { reason: "ignored", detail: `${name} is a tool's own state` };
    if (own !== undefined) return verdict(own, asked(path, isDirectory));
    const isTracked = tracked === "all" || tracked.has(path);
    const ignored = isTracked ? undefined : (level.ignored ?? byGitignore(level, path, isDirectory));
    return ignored ?? byExtra(extra, path, isDirectory);
  };

  return { enter, judge };
}

function* extraFiles(names: ReadonlySet<string>): Iterable<string> {
  for (const name of [".vercelignore", ".railwayignore"]) if (names.has(name)) yield name;
  if (names.has(".dockerignore") && [...names].some((name) => /^(?:Dockerfile|Containerfile)(?:\..+)?$/i.test(name)))
    yield ".dockerignore";
}

/** The deepest .gitignore that has a rule for the path decides. */
function byGitignore(level: Level, path: string, isDirectory: boolean): Verdict | undefined {
  for (let at: Level | undefined = level; at; at = at.above) {
    if (!at.rules) continue;
    const own = at.directory === "." ? path : path.slice(at.directory.length + 1);
    const { ignored, unignored, rule } = at.rules.test(asked(own, isDirectory));
    if (unignored) return undefined;
    if (!ignored || parentIgnored(at.rules, own)) continue;
    return { reason: "ignored", detail: rule?.mark ?? ".gitignore" };
  }
  return undefined;
}

/**
 * Whether this file ignores the directory the path is in. We are in that directory all the same, so a deeper file has brought it back,
 * and what is in it is not out on that account.
 */
function parentIgnored(rules: Ignore, path: string): boolean {
  const end = path.lastIndexOf("/");
  return end > 0 && rules.test(path.slice(0, end + 1)).ignored;
}

function byExtra(extra: Ignore[], path: string, isDirectory: boolean): Verdict | undefined {
  for (const rules of extra) {
    const found = verdict(rules, asked(path, isDirectory));
    if (!found) continue;
    if (found.detail.startsWith(".dockerignore") && !isDirectory && describesImage.test(path)) continue;
    return found;
  }
  return undefined;
}

function asked(path: string, isDirectory: boolean): string {
  return isDirectory ? `${path}/` : path;
}

function verdict(rules: Ignore, path: string): Verdict | undefined {
  const { ignored, rule } = rules.test(path);
  return ignored ? { reason: "ignored", detail: rule?.mark ?? "an ignore rule" } : undefined;
}

function rulesOf(root: string, path: string): Ignore {
  const rules = createIgnore({ ignorecase: false, allowRelativePaths: true });
  let text: string;
  try {
    text = readFileSync(join(root, path), "utf8");
  } catch {
    return rules; // A directory or a dangling link of this name. An unreadable file is reported when its turn comes.
  }
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const isDocker = path === ".dockerignore";
  if (isDocker && lines.some((line) => line.trimStart().startsWith("!"))) return rules;
  for (const [index, line] of lines.entries()) {
    const pattern = isDocker ? fromDocker(line) : line;
    if (pattern !== "") rules.add({ pattern, mark: `${path}:${index + 1}` });
  }
  return rules;
}

/** Docker's patterns begin at the root; gitignore's without a slash match at any depth. */
function fromDocker(line: string): string {
  const pattern = line
    .trim()
    .replace(/^(?:\.?\/)+/, "")
    .replace(/\/+$/, "");
  if (pattern === "" || pattern === "." || pattern.startsWith("#")) return "";
  return pattern.startsWith("**/") ? pattern : `/${pattern}`;
}
