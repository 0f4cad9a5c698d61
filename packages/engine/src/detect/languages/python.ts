/** Python: frameworks by dependency and by content, the module to start, the package manager by lockfile. */
import { isExampleFile } from "../../env/example.ts";
import { inside, isObject, type Project, type Reader, type Reading } from "../reading.ts";
import { databasesInAddresses, usesDrivers } from "./databases.ts";
import { dockerfileOf } from "./docker.ts";
import { djangoManage, readDjango } from "./python-django.ts";
import { decide, draftOf, dropLocalDatabases, state, uses } from "./draft.ts";
import { placeOf, relativeTo } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { procfileOf, startFromProcfile } from "./procfile.ts";
import { chatBots, entryNames, type PythonFramework, pythonFrameworks, pythonWorkers } from "./python-frameworks.ts";
import { type PythonProject, pythonFiles, pythonProjectOf, statePythonVersion } from "./python-project.ts";

/** Files read at most in search of the entry. */
const filesRead = 80;
/** How many of them at first. */
const filesReadFirst = 16;

export const python: Reader = {
  id: "python",
  read(project, directory) {
    const names = project.tree.listing(directory).files;
    const found = pythonProjectOf(project, directory);
    const manage = djangoManage(project, directory, found?.dependencies.has("django") ?? false);
    const ownScripts = names.filter(
      (name) => name.endsWith(".py") && !/^(setup|conftest|noxfile|conf)\.py$/.test(name),
    );
    if (!found || (found.manifest === undefined && manage === null && ownScripts.length === 0)) return null;

    const at = manage?.at ?? found.manifest ?? inside(directory, ownScripts[0]!);
    const reading = draftOf("python", { at, rule: "python/manifest" });
    statePythonVersion(project, directory, reading);
    if (found.packageManager) {
      const proof = { at: found.packageManager.at, rule: `python/${found.packageManager.name}` };
      state(reading, "packageManager", found.packageManager.name, proof);
      state(reading, "installCommand", found.installCommand, proof);
    }
    usesDrivers(
      reading,
      "python",
      [...found.dependencies].map(([name, place]) => [
        name
          .replace(/^celery\[redis\]$/, "redis")
          .replace(/^.*\[(postgres(?:ql)?|psycopg2?|asyncpg)\]$/, "psycopg2")
          .replace(/^.*\[aiosqlite\]$/, "aiosqlite"),
        place,
      ]),
    );
    if (manage) return readDjango({ project, directory, reading, found, manage });
    // Where it depends on nothing itself, what lies beside other requirements is not its program.
    const ranked = rankedFiles(project, directory).filter(
      (path) => found.dependencies.size > 0 || !hasOwnRequirements(project, directory, path),
    );
    const nearest = textsOf(project, ranked.slice(0, filesReadFirst));
    // Most programs show themselves in their first files; reading the rest is what takes the time.
    const isEnough = frameworkOf(directory, found, nearest)?.row.kind === "server";
    const sources = isEnough ? nearest : [...nearest, ...textsOf(project, ranked.slice(filesReadFirst, filesRead))];
    return readProgram({ project, directory, reading, found, sources });
  },
};

function hasOwnRequirements({ tree }: Project, directory: string, path: string): boolean {
  const folders = relativeTo(directory, path).split("/").slice(0, -1);
  return folders.some((_, depth) =>
    ["requirements.txt", "pyproject.toml", "Pipfile"].some((name) =>
      tree.has(inside(directory, [...folders.slice(0, depth + 1), name].join("/"))),
    ),
  );
}

interface Case {
  project: Project;
  directory: string;
  reading: Reading;
  found: PythonProject;
}

/** Options by which servers are told where imports begin. */
const rootOptions: Record<string, string> = { uvicorn: "--app-dir", gunicorn: "--chdir", celery: "--workdir" };

/** The server for the entry's object, from the framework's row and the servers among the dependencies. */
function startOf(project: Project, directory: string, row: PythonFramework, found: PythonProject, main: Entry): string {
  const template = row.startWith?.find((choice) => found.dependencies.has(choice.package))?.start ?? row.start;
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
function rankedFiles(project: Project, directory: string): string[] {
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

function textsOf(project: Project, paths: string[]): Source[] {
  return paths.flatMap((at) => {
    const text = project.tree.text(at);
    return text === null ? [] : [{ at, text }];
  });
}

interface Entry {
  at: string;
  file: string;
  module: string;
  object: string;
}

/** The file that makes (or runs) the framework's application, and the object's name. */
function entryOf(directory: string, row: PythonFramework, sources: Source[]): Entry | null {
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

function readProgram({ project, directory, reading, found, sources }: Case & { sources: Source[] }): Reading | null {
  stateCodeDatabases(reading, sources);
  dropLocalDatabases(reading);

  const row = frameworkOf(directory, found, sources);
  const process = startFromProcfile(project, directory, reading);
  if (row) return readFramework({ project, directory, reading, found, sources }, row, process);

  const at = found.manifest ?? sources[0]?.at ?? directory;
  const declared = pythonFrameworks.find((framework) =>
    framework.packages.some((name) => found.dependencies.has(name) && sources.some(({ text }) => imports(text, name))),
  );
  const listener = sources.find(({ text }) => listens.test(text));
  const bot = pythonWorkers.find((name) => found.dependencies.has(name));
  const isAwake = bot !== undefined && chatBots.includes(bot) && !sources.some(({ text }) => hook.test(text));
  // Hosts without worker processes have bots call themselves "web".
  if ((process === "web" && (bot === undefined || declared)) || (listener && !isAwake && isProgram(listener.text))) {
    if (listener && process === null)
      state(reading, "startCommand", runOf(directory, listener), {
        at: listener.at,
        rule: "python/listens",
        confidence: 0.75,
      });
    statePort(project, directory, reading, {
      sources: listener ? [listener] : sources,
      patterns: portPatterns,
      fallback: { port: 8000, rule: "python/listens", at },
    });
    if (process === "web")
      state(reading, "framework", declared?.slug, { at, rule: `framework/${declared?.slug}`, confidence: 0.7 });
    const proof = { at: listener?.at ?? at, rule: "python/listens" };
    const isNamed = listener !== undefined && programNames.test(listener.at);
    return decide(reading, "server", process === "web" ? 0.85 : isNamed ? 0.75 : 0.65, proof);
  }
  if (process !== null) return decide(reading, "worker", 0.85, { at, rule: "python/procfile" });
  const program = programOf(directory, sources);
  // One module alone may be a library; one that is named or written as a program is not.
  const isOwnProgram =
    program !== null &&
    !program.file.includes("/") &&
    found.scripts.length === 0 &&
    (programNames.test(program.file) || sources.some(({ at: path, text }) => path === program.at && isProgram(text)));
  if (found.published !== undefined && !isOwnProgram && !(bot !== undefined && program)) {
    return decide(reading, "package", 0.7, { at: found.published, rule: "python/package" });
  }
  if (!program) {
    const rule = found.manifest === undefined ? "python/files" : "python/manifest-without-entry";
    return decide(reading, "package", found.manifest === undefined ? 0.1 : 0.2, { at, rule });
  }
  state(reading, "startCommand", runOf(directory, sources.find(({ at: path }) => path === program.at) ?? program), {
    at: program.at,
    rule: "python/program",
    confidence: 0.75,
  });
  const rule = bot === undefined ? "python/program" : `worker/${bot}`;
  const confidence = bot !== undefined ? 0.85 : found.manifest === undefined ? 0.4 : 0.6;
  return decide(reading, "worker", confidence, { at: program.at, rule });
}

/** A file is run as a module where it imports the folder it lies in: that has to be found from above. */
function runOf(directory: string, { at, text = "" }: { at: string; text?: string }): string {
  const file = relativeTo(directory, at);
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
  const isModule = folder !== "" && new RegExp(`^(?:from|import) ${folder.replaceAll(".", "\\.")}[. ]`, "m").test(text);
  return `python ${isModule ? `-m ${file.replace(/\.py$/, "").replaceAll("/", ".")}` : file}`;
}

function imports(text: string, name: string): boolean {
  return new RegExp(`^\\s*(?:import|from)\\s+${moduleOf(name)}\\b`, "m").test(text);
}

/** The module a package is imported as. */
function moduleOf(name: string): string {
  return importNames[name] ?? name.replaceAll("-", "_");
}

/** Packages that are imported under another name. */
const importNames: Record<string, string> = { "python-fasthtml": "fasthtml", "fastapi-slim": "fastapi" };

/**
 * Addresses and drivers in the code count where the requirements name no database of the program's own.
 * Redis and MongoDB cannot be spoken to without a package of theirs, so their addresses alone mean nothing.
 */
function stateCodeDatabases(reading: Reading, sources: Source[]): void {
  if (reading.database.some((name) => name !== "redis" && name !== "elasticsearch")) return;
  for (const { at, text } of sources) {
    if (/(^|\/)(scripts?|tools?|bin|notebooks?)\//.test(at)) continue;
    const code = text.replace(/^\s*#.*$/gm, "");
    for (const database of databasesInAddresses(code).filter((name) => name !== "redis" && name !== "mongodb"))
      uses(reading, database, { at: placeOf(at, text, /\w+:\/\//), rule: "python/address", confidence: 0.75 });
    if (/^\s*(import|from) sqlite3\b/m.test(code))
      uses(reading, "sqlite", { at: placeOf(at, text, "sqlite3"), rule: "python/sqlite3", confidence: 0.8 });
  }
}

/** A bot that is called over HTTP rather than asking for what is new. */
const hook = /SimpleRequestHandler|setup_application|\bset_webhook\(|\brun_webhook\(|\bstart_webhook\(/;

const speaksToChat = /^\s*(?:import|from) (?:discord|nextcord|disnake|telegram|aiogram|telebot|telethon|pyrogram)\b/m;

/** Pages in a folder, which a bot beside that folder starts with itself. */
function isStartedByBot({ file, module }: Entry, sources: Source[]): boolean {
  const begins = new RegExp(`^\\s*(?:import|from) ${module.replaceAll(".", "\\.")}\\b`, "m");
  return (
    file.includes("/") &&
    sources.some(
      ({ at, text }) => /(?:^|\/)(?:main|bot|run|app)\.py$/.test(at) && speaksToChat.test(text) && begins.test(text),
    )
  );
}

/** The framework with an entry in the code; a dependency alone, without one, is what libraries and plugins have. */
function frameworkOf(
  directory: string,
  found: PythonProject,
  sources: Source[],
): { row: PythonFramework; entry: Entry } | null {
  const imported = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/^\s*(?:import|from)\s+(\w+)/gm)].map(([, module]) => module!)),
  );
  const isBot = chatBots.some((name) => found.dependencies.has(name)) && !sources.some(({ text }) => hook.test(text));
  for (const row of pythonFrameworks) {
    // What a bot answers over HTTP is that it is alive.
    if (isBot && row.slug === "aiohttp") continue;
    const isUsed = row.packages.some((name) => found.dependencies.has(name) || imported.has(moduleOf(name)));
    const main = isUsed ? entryOf(directory, row, sources) : null;
    if (main && !(isBot && (/(?:^|\/)(?:keep_?alive|health\w*)\.py$/.test(main.file) || isStartedByBot(main, sources))))
      return { row, entry: main };
  }
  return null;
}

function readFramework(
  { project, directory, reading, found, sources }: Case & { sources: Source[] },
  { row, entry: main }: { row: PythonFramework; entry: Entry },
  process: "web" | "worker" | null,
): Reading {
  const proof = { at: main.at, rule: `framework/${row.slug}`, confidence: 0.95 };
  state(reading, "framework", row.slug, proof);
  const text = sources.find((source) => source.at.endsWith(main.file))?.text ?? "";
  if (process === null)
    state(reading, "startCommand", ownStart(row, found, text, main) ?? startOf(project, directory, row, found, main), {
      ...proof,
      confidence: 0.85,
    });
  if (row.kind === "server" && process !== "worker") {
    const [own, rest] = [
      sources.filter((source) => source.text === text),
      sources.filter((source) => source.text !== text && isProgram(source.text)),
    ];
    statePort(project, directory, reading, {
      sources: [...configSources(project, directory, row), ...own, ...rest],
      patterns: portPatterns,
      ...(row.port === undefined ? {} : { fallback: { port: row.port, rule: `framework/${row.slug}`, at: main.at } }),
      containerLast: true,
    });
  }
  // What is described for the index of packages, and holds its framework's objects inside a package, extends that framework; an example
  // of variables is for those who run it.
  const isLibrary =
    found.published !== undefined &&
    process === null &&
    (found.classified || found.name === row.slug) &&
    !procfileOf(project, directory) &&
    !dockerfileOf(project, directory) &&
    !project.tree.listing(directory).files.some(isExampleFile) &&
    main.file.includes("/");
  if (isLibrary) {
    delete reading.startCommand;
    delete reading.port;
    return decide(reading, "package", 0.75, { at: found.published!, rule: "python/package" });
  }
  // A call deep below, made by no object of the project's own, may be one tool among many.
  const isDeep = row.constructs === undefined && process === null && main.file.split("/").length > 2;
  const confidence = isDeep ? 0.55 : row.kind === "server" ? 0.92 : 0.85;
  return decide(reading, process === "worker" ? "worker" : row.kind, confidence, proof);
}

/** Files of settings in which a framework keeps its port. */
function configSources(project: Project, directory: string, row: PythonFramework): Source[] {
  if (row.slug !== "streamlit") return [];
  const at = inside(directory, ".streamlit/config.toml");
  const server = project.tree.has(at) ? project.toml(at)?.["server"] : undefined;
  return isObject(server) && typeof server["port"] === "number" ? [{ at, text: `PORT = ${server["port"]}` }] : [];
}

/** A program that serves itself, listens on all addresses and takes PORT needs no other server in front of it. */
function ownStart(row: PythonFramework, found: PythonProject, text: string, main: Entry): string | undefined {
  const servers = row.startWith?.some((choice) => found.dependencies.has(choice.package)) ?? false;
  const runs = /\b(uvicorn\.run|\.run|run_app|serve)\(/.test(text) && isProgram(text);
  const takesPort = /["']PORT["']/.test(text);
  if (row.kind !== "server" || !runs || main.file.includes("/")) return undefined;
  return takesPort && (!servers || /uvicorn\.run\(|serve\(/.test(text)) ? `python ${main.file}` : undefined;
}

/** A server of the standard library, or one a program starts itself. Clients and tests name these classes too, but do not call them. */
const listens =
  /\b(?:(?:Threading|Forking)?(?:HTTPS?|TCP|UDP|UnixStream|WSGI|XMLRPC)Server|\w*Server)\(\s*\(|\b(?:make_server|run_simple|run_app|start_server|start_unix_server|create_server|serve_forever)\(|\buvicorn\.run\(|\bTCPSite\(|\.listen\(\s*\d*\s*\)[\s\S]*\.accept\(/;

const isProgram = (text: string): boolean =>
  /^if\s+__name__\s*==\s*["']__main__["']/m.test(text) ||
  /^(?:[^\s#].*\.(?:run|serve_forever|launch|run_until_complete)|with\s.*Server)\(/m.test(text);

const programNames = /(^|\/)(main|app|bot|run|server|worker|index|__main__)\.py$/;

/** The file a person would run: one of the known names, or the only one that says it is a program. */
function programOf(directory: string, sources: Source[]): Entry | null {
  const near = sources.filter(({ at }) => relativeTo(directory, at).split("/").length <= 2);
  const named = near.find(({ at }) => programNames.test(at));
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

const portPatterns: readonly RegExp[] = [
  /(?:environ\.get|getenv|environ\.setdefault|config|env(?:\.int)?)\(\s*["']PORT["']\s*,\s*(?:default\s*=\s*)?["']?(\d{2,5})/,
  /["']PORT["']\s*\)?\s*or\s*["']?(\d{2,5})/,
  /define\(\s*["']port["']\s*,\s*default\s*=\s*(\d{2,5})/,
  /\b(?:run|run_app|launch|serve|start)\([^()]*?\b(?:server_)?port\s*=\s*["']?(\d{2,5})/,
  /\.listen\(\s*(\d{2,5})/,
  /Server\(\s*\(\s*["'][^"']*["']\s*,\s*(\d{2,5})/,
  /make_server\(\s*["'][^"']*["']\s*,\s*(\d{2,5})/,
  /^PORT\s*(?::\s*int\s*)?=\s*(\d{2,5})/m,
  /\bstart_server\([^()]*?,\s*(\d{2,5})\s*[,)]/,
  /\.bind\(\s*\(\s*[^,()]*,\s*(\d{2,5})/,
];
