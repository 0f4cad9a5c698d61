/** Python: frameworks by dependency and by content, the module to start, the package manager by lockfile. */
import { isExampleFile } from "../../env/told/example.ts";
import { inside, isObject, type Project, type Reader, type Reading } from "../reading.ts";
import { literally } from "../literally.ts";
import { databasesInAddresses, usesDrivers } from "./databases.ts";
import { dockerfileOf } from "./docker.ts";
import { djangoManage, readDjango } from "./python-django.ts";
import { decide, draftOf, dropLocalDatabases, state, uses } from "./draft.ts";
import { placeOf, relativeTo } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { procfileOf, startFromProcfile } from "./procfile.ts";
import {
  type Entry,
  entryOf,
  isProgram,
  programNames,
  programOf,
  rankedFiles,
  runOf,
  startOf,
  textsOf,
} from "./python-entry.ts";
import { chatBots, type PythonFramework, pythonFrameworks, pythonWorkers } from "./python-frameworks.ts";
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
    statePackageDatabases(reading, found, (name) => !found.optional.has(name));
    if (manage) return readDjango({ project, directory, reading, found, manage });
    // Where it depends on nothing itself, what lies beside other requirements is not its program.
    const ranked = rankedFiles(project, directory).filter(
      (path) => found.dependencies.size > 0 || !hasOwnRequirements(project, directory, path),
    );
    const nearest = textsOf(project, ranked.slice(0, filesReadFirst));
    // Most programs show themselves in their first files; reading the rest is what takes the time.
    const isEnough = frameworkOf(project, directory, found, nearest)?.row.kind === "server";
    const sources = isEnough ? nearest : [...nearest, ...textsOf(project, ranked.slice(filesReadFirst, filesRead))];
    return readProgram({ project, directory, reading, found, sources });
  },
};

/** Databases whose drivers are among the packages it depends on. */
function statePackageDatabases(reading: Reading, found: PythonProject, isMeant: (name: string) => boolean): void {
  usesDrivers(
    reading,
    "python",
    [...found.dependencies]
      .filter(([name]) => isMeant(name))
      .map(([name, place]) => [
        name
          .replace(/^celery\[redis\]$/, "redis")
          .replace(/^.*\[(postgres(?:ql)?|psycopg2?|asyncpg)\]$/, "psycopg2")
          .replace(/^.*\[aiosqlite\]$/, "aiosqlite"),
        place,
      ]),
  );
}

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

function readProgram({ project, directory, reading, found, sources }: Case & { sources: Source[] }): Reading | null {
  stateCodeDatabases(reading, sources);
  if (reading.database.length === 0) statePackageDatabases(reading, found, (name) => found.optional.has(name));
  dropLocalDatabases(reading, sources);

  const row = frameworkOf(project, directory, found, sources);
  const process = startFromProcfile(project, directory, reading);
  if (row) return readFramework({ project, directory, reading, found, sources }, row, process);

  const at = found.manifest ?? sources[0]?.at ?? directory;
  const declared = pythonFrameworks.find((framework) =>
    framework.packages.some((name) => found.dependencies.has(name) && sources.some(({ text }) => imports(text, name))),
  );
  const listener = sources.find(({ text }) => listens.test(text));
  const bot = pythonWorkers.find((name) => found.dependencies.has(name));
  const isAwake = bot !== undefined && chatBots.includes(bot) && !isCalled(sources);
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
  const installed = found.scripts.filter((name) => name !== "console_scripts");
  const command = installed.find((name) => /bot/i.test(name)) ?? installed[0];
  // What others are to build on says more of itself.
  if (!program && command !== undefined && bot !== undefined && chatBots.includes(bot) && !found.classified) {
    state(reading, "startCommand", command, { at, rule: "python/script", confidence: 0.75 });
    return decide(reading, "worker", 0.8, { at, rule: `worker/${bot}` });
  }
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

function imports(text: string, name: string): boolean {
  return new RegExp(`^[ \\t]*(?:import|from)\\s+${moduleOf(name)}\\b`, "m").test(text);
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
    const code = text.replace(/^[ \t]*#.*$/gm, "");
    for (const database of databasesInAddresses(code).filter((name) => name !== "redis" && name !== "mongodb"))
      uses(reading, database, { at: placeOf(at, text, /\w+:\/\//), rule: "python/address", confidence: 0.75 });
    if (/^[ \t]*(import|from) sqlite3\b/m.test(code))
      uses(reading, "sqlite", { at: placeOf(at, text, "sqlite3"), rule: "python/sqlite3", confidence: 0.8 });
  }
}

const hook = /SimpleRequestHandler|setup_application|\bset_webhook\(|\brun_webhook\(|\bstart_webhook\(/;
const polls = /\b(?:start_polling|run_polling|infinity_polling)\(/;

/** A bot that is called over HTTP. One that can do both asks for what is new, unless it is told where it can be called. */
function isCalled(sources: Source[]): boolean {
  return sources.some(({ text }) => hook.test(text)) && !sources.some(({ text }) => polls.test(text));
}

const speaksToChat =
  /^[ \t]*(?:import|from) (?:discord|nextcord|disnake|interactions|telegram|aiogram|telebot|telethon|pyrogram)\b/m;

/** What a bot serves beside its work: that it is alive, pages it starts with itself, or another way to run it than the container's. */
function isBesideBot(main: Entry, sources: Source[], container: string | undefined): boolean {
  if (/(?:^|\/)(?:keep_?alive|health\w*)\.py$/.test(main.file) || isStartedByBot(main, sources)) return true;
  const name = main.module.slice(main.module.lastIndexOf(".") + 1);
  return (
    container !== undefined && /\bpython3?\b/.test(container) && !new RegExp(`\\b${literally(name)}\\b`).test(container)
  );
}

/** Pages in a folder, which a bot beside that folder starts with itself. */
function isStartedByBot({ file, module }: Entry, sources: Source[]): boolean {
  const begins = new RegExp(`^[ \\t]*(?:import|from) ${literally(module)}\\b`, "m");
  return (
    file.includes("/") &&
    sources.some(
      ({ at, text }) => /(?:^|\/)(?:main|bot|run|app)\.py$/.test(at) && speaksToChat.test(text) && begins.test(text),
    )
  );
}

/** The framework with an entry in the code; a dependency alone, without one, is what libraries and plugins have. */
function frameworkOf(
  project: Project,
  directory: string,
  found: PythonProject,
  sources: Source[],
): { row: PythonFramework; entry: Entry } | null {
  const imported = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/^[ \t]*(?:import|from)\s+(\w+)/gm)].map(([, module]) => module!)),
  );
  const speaks =
    found.manifest === undefined
      ? sources.some(({ text }) => speaksToChat.test(text) && isProgram(text))
      : chatBots.some((name) => found.dependencies.has(name));
  const isBot = speaks && !isCalled(sources);
  const container = isBot ? dockerfileOf(project, directory)?.command : undefined;
  for (const row of pythonFrameworks) {
    // What a bot answers over HTTP is that it is alive.
    if (isBot && row.slug === "aiohttp") continue;
    const isUsed = row.packages.some((name) => found.dependencies.has(name) || imported.has(moduleOf(name)));
    const main = isUsed ? entryOf(directory, row, sources) : null;
    if (main && !(isBot && isBesideBot(main, sources, container))) return { row, entry: main };
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
      sources: [
        ...configSources(project, directory, row),
        ...settingSources(project, directory, text),
        ...own,
        ...rest,
      ],
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
    ![directory, inside(directory, "docker")].some((folder) => dockerfileOf(project, folder)) &&
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

/** Where the settings are that give the port: `uvicorn.run(app, port=settings.API_PORT)` and `API_PORT: int = 9000`. */
function settingSources(project: Project, directory: string, text: string): Source[] {
  const name = /\bport\s*=\s*(?:int\()?(?:\w+\.){0,3}\w*(?:settings|config)\w*\.(\w*port)\b/i.exec(text)?.[1];
  if (name === undefined) return [];
  const given = new RegExp(`^[ \\t]+${name}\\s*:\\s*int\\s*=\\s*(?:Field\\(\\s*(?:default\\s*=\\s*)?)?(\\d{2,5})`, "m");
  return pythonFiles(project, directory, 400)
    .filter((at) => /(?:settings|config)\w*(?:\/\w+)?\.py$/.test(at))
    .flatMap((at) => {
      const port = given.exec(project.tree.text(at) ?? "")?.[1];
      return port === undefined ? [] : [{ at, text: `PORT = ${port}` }];
    });
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

const portPatterns: readonly RegExp[] = [
  /(?:environ\.get|getenv|environ\.setdefault|config|env(?:\.int)?)\(\s*["']PORT["']\s*,\s*(?:default\s*=\s*)?["']?(\d{2,5})/,
  /["']PORT["']\s*(?:\)\s*)?or\s*["']?(\d{2,5})/,
  /\bport\s*(?::\s*int\s*)?=\s*(?:int\(\s*)?(?:os\.)?(?:environ\.get|getenv)\(\s*["'](?:APP|API|WEB|HTTP|SERVER|LISTEN|BACKEND|UVICORN)_PORT["']\s*,\s*["']?(\d{2,5})/i,
  /define\(\s*["']port["']\s*,\s*default\s*=\s*(\d{2,5})/,
  /\b(?:run|run_app|launch|serve|start)\([^()]*?\b(?:server_)?port\s*=\s*["']?(\d{2,5})/,
  /\.listen\(\s*(\d{2,5})/,
  /Server\(\s*\(\s*["'][^"']*["']\s*,\s*(\d{2,5})/,
  /make_server\(\s*["'][^"']*["']\s*,\s*(\d{2,5})/,
  /^PORT\s*(?::\s*int\s*)?=\s*(\d{2,5})/m,
  // A table of defaults.
  /["']PORT["']\s*:\s*["']?(\d{4,5})\b/,
  /\bstart_server\([^()]*?,\s*(\d{2,5})\s*[,)]/,
  /\.bind\(\s*\(\s*[^,()]*,\s*(\d{2,5})/,
];
