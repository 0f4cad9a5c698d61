/** Which file of a Python project is run, the object in it that is served, and the command that starts it. */
import { inside, type Project } from "../reading.ts";
import { literally } from "../literally.ts";
import { dockerfileOf } from "./docker.ts";
import { placeOf, relativeTo } from "./files.ts";
import type { Source } from "./port.ts";
import { entryNames, type PythonFramework } from "./python-frameworks.ts";
import { type PythonProject, pythonFiles } from "./python-project.ts";

export interface Entry {
  at: string;
  file: string;
  module: string;
  object: string;
}

/** The file that makes (or runs) the framework's application, and the object's name. */
export function entryOf(directory: string, row: PythonFramework, sources: Source[]): Entry | null {
  for (const constructor of constructorsOf(row, sources)) {
    const call = `(?:[\\w.]+\\.)?${constructor.replaceAll(".", "\\.")}\\s*\\(`;
    const makers = sources.filter(({ text }) => text.includes(constructor));
    const topLevel = new RegExp(`^(\\w+)\\s*(?::\\s*[\\w.[\\]"']+\\s*)?=\\s*${call}`, "m");
    for (const { at, text } of makers) {
      const match =
        topLevel.exec(text) ?? (constructor === "fast_app" ? /^(\w+)\s*,[^=\n]*=\s*fast_app\(/m.exec(text) : null);
      if (match) return entry(directory, at, match[1]!, placeOf(at, text, match[0]));
    }
    // A factory: prefer the file that calls it at its top level, else name the call itself.
    const made = new RegExp(
      `^(?:async\\s+)?def\\s+(\\w+)\\s*\\([^)]*\\)[^\\n]*:\\s*\\n(?:(?!^\\S).*\\n)*?.*\\b${call}`,
      "m",
    );
    for (const { at, text } of makers) {
      const factory = made.exec(text)?.[1];
      if (factory === undefined) continue;
      for (const caller of sources) {
        const match = new RegExp(
          `^(\\w+)\\s*(?::\\s*[\\w.]+\\s*)?=\\s*(?:\\w+\\s*=\\s*)?(?:[\\w.]+\\.)?${factory}\\s*\\(`,
          "m",
        ).exec(caller.text);
        if (match) return entry(directory, caller.at, match[1]!, placeOf(caller.at, caller.text, match[0]));
      }
      return entry(directory, at, `${factory}()`, placeOf(at, text, `def ${factory}`));
    }
  }
  const { runs } = row;
  const runner = runs && sources.find((source) => runs.test(source.text));
  return runner ? entry(directory, runner.at, "app", placeOf(runner.at, runner.text, runs)) : null;
}

/** The framework's constructors and the project's own classes made from them (`class Shop(Flask)`). */
function constructorsOf(row: PythonFramework, sources: Source[]): string[] {
  const own = (row.constructs ?? []).flatMap((constructor) => {
    const made = new RegExp(`^class\\s+(\\w+)\\s*\\(\\s*(?:\\w+\\.)*${constructor.replaceAll(".", "\\.")}\\s*\\)`, "m");
    return sources.flatMap(({ text }) => (text.includes(constructor) ? (made.exec(text)?.[1] ?? []) : []));
  });
  return [...(row.constructs ?? []), ...own];
}

function entry(directory: string, path: string, object: string, at: string): Entry {
  const file = relativeTo(directory, path);
  const module = file
    .replace(/\.py$/, "")
    .replace(/\/__init__$/, "")
    .replaceAll("/", ".");
  return { at, file, module, object };
}

/** Options by which servers are told where imports begin. */
const rootOptions: Record<string, string> = { uvicorn: "--app-dir", gunicorn: "--chdir", celery: "--workdir" };

/** The server for the entry's object, from the framework's row and the servers among the dependencies or in the container. */
export function startOf(
  project: Project,
  directory: string,
  row: PythonFramework,
  found: PythonProject,
  main: Entry,
): string {
  const container = dockerfileOf(project, directory);
  const installing = container ? (project.tree.text(container.at) ?? "") : "";
  const template =
    row.startWith?.find(
      (choice) =>
        found.dependencies.has(choice.package) || new RegExp(`^[^#\\n]*\\b${choice.package}\\b`, "m").test(installing),
    )?.start ?? row.start;
  const root = importRoot(project, directory, main.file);
  const option = rootOptions[template.split(" ", 1)[0]!];
  const moved = root !== "." && option !== undefined;
  const module = moved ? main.module.slice(root.length + 1) : main.module;
  const target = `${module}:${main.object}`;
  const command = template
    .replace("{target}", /[()]/.test(target) ? `'${target}'` : target)
    .replace("{module}", module)
    .replace("{file}", main.file);
  return moved ? command.replace(" ", ` ${option} ${root} `) : command;
}

/**
 * Directory the entry's own imports begin at: the nearest to the project's in which the modules it names are there.
 * `.` when it names none of the project's.
 */
function importRoot(project: Project, directory: string, file: string): string {
  const text = project.tree.text(inside(directory, file)) ?? "";
  const modules = [...text.matchAll(/^(?:from|import)\s+(\w+)/gm)].map(([, module]) => module!);
  const parts = file.split("/").slice(0, -1);
  for (let depth = 0; depth <= parts.length; depth++) {
    const root = parts.slice(0, depth).join("/") || ".";
    const { files, directories } = project.tree.listing(inside(directory, root).replace(/\/\.$/, ""));
    if (modules.some((module) => files.includes(`${module}.py`) || directories.includes(module))) return root;
  }
  return ".";
}

/** The directory's Python files, those most likely to be the entry first. */
export function rankedFiles(project: Project, directory: string): string[] {
  const rank = (path: string) => {
    const relative = relativeTo(directory, path);
    const name = relative.slice(relative.lastIndexOf("/") + 1);
    const known = entryNames.indexOf(name);
    return relative.split("/").length * 100 + (known < 0 ? 50 : known);
  };
  return pythonFiles(project, directory, 400)
    .map((path) => ({ path, rank: rank(path) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ path }) => path);
}

export function textsOf(project: Project, paths: string[]): Source[] {
  return paths.flatMap((at) => {
    const text = project.tree.text(at);
    return text === null ? [] : [{ at, text }];
  });
}

/** A file is run as a module where it imports the folder it lies in: that has to be found from above. */
export function runOf(directory: string, { at, text = "" }: { at: string; text?: string }): string {
  const file = relativeTo(directory, at);
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
  const isModule = folder !== "" && new RegExp(`^(?:from|import) ${literally(folder)}[. ]`, "m").test(text);
  return `python ${isModule ? `-m ${file.replace(/\.py$/, "").replaceAll("/", ".")}` : file}`;
}

export const isProgram: (text: string) => boolean = (text: string): boolean =>
  /^if\s+__name__\s*==\s*["']__main__["']/m.test(text) ||
  /^(?:[^\s#].*\.(?:run|serve_forever|launch|run_until_complete)|with\s.*Server)\(/m.test(text);

export const programNames: RegExp = /(^|\/)(main|app|bot|run|server|worker|index|__main__)\.py$/;

/** The file a person would run: one of the known names, or the only one that says it is a program. */
export function programOf(directory: string, sources: Source[]): Entry | null {
  const near = sources.filter(({ at }) => relativeTo(directory, at).split("/").length <= 2);
  const deeper = sources.filter(({ at }) => /^[^/]+\/[^/]+\/__main__\.py$/.test(relativeTo(directory, at)));
  const named = near.find(({ at }) => programNames.test(at)) ?? (deeper.length === 1 ? deeper[0] : undefined);
  const running = near.filter(({ at, text }) => !relativeTo(directory, at).includes("/") && isProgram(text));
  const chosen =
    named ??
    (running.length > 0
      ? running[0]
      : near.filter(({ at }) => !relativeTo(directory, at).includes("/")).length === 1
        ? near[0]
        : undefined);
  return chosen ? entry(directory, chosen.at, "", chosen.at) : null;
}
