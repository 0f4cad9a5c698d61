/**
 * The start command a project has written down: in the settings of a hosting platform, in its Dockerfile, in the script either of them
 * calls. It names the right module and the options its authors run it with, which is more than a framework's row can know.
 */
import { inside, type Project, type Reading } from "../reading.ts";
import { vendorFacts } from "../vendors.ts";
import { composeServices, dockerfileOf } from "./docker.ts";
import { state } from "./draft.ts";
import { procfileOf } from "./procfile.ts";

/** Runtimes whose programs are started where they lie; a compiled one is started where its build puts it, which is ours to choose. */
const interpreted = new Set(["python", "ruby", "deno", "elixir"]);
const compiled = new Set(["go", "rust"]);

/** Take the written command of a server for its start, and the port its settings name. */
export function preferWrittenStart(project: Project, directory: string, reading: Reading): void {
  if (!["server", "worker"].includes(reading.kind)) return;
  if (compiled.has(reading.runtime)) return addSubcommand(project, directory, reading);
  if (!interpreted.has(reading.runtime)) return;
  // A Procfile was asked by the reader itself.
  if (procfileOf(project, directory) === null) takeWritten(project, directory, reading);
  if (reading.runtime === "python") takeGunicornPort(project, directory, reading);
}

function takeWritten(project: Project, directory: string, reading: Reading): void {
  for (const { at, rule, confidence, startCommand, buildCommand } of vendorFacts(project, directory)) {
    if (startCommand === undefined || rule === "procfile") continue;
    const command = listening(project, directory, startCommand, "whole");
    if (command === undefined) continue;
    state(reading, "startCommand", command, { at, rule, confidence });
    // A release is started where its own build lays it.
    if (reading.runtime === "elixir")
      state(reading, "buildCommand", buildCommand?.replace(/(^|&& )(?=mix )/g, "$1MIX_ENV=prod "), {
        at,
        rule,
        confidence,
      });
    return statePortOf(reading, startCommand, at);
  }
  if (reading.runtime !== "python") return;
  for (const { at, command } of containerCommands(project, directory)) {
    const server = listening(project, directory, command, "server");
    if (server === undefined) continue;
    state(reading, "startCommand", server, { at, rule: "container/command", confidence: 0.88 });
    return statePortOf(reading, command, at);
  }
  if (reading.kind === "worker") takeProgram(project, directory, reading);
}

/** What serves nobody is started as in its container: `python -m bot`, `python src/main.py sync`. */
function takeProgram(project: Project, directory: string, reading: Reading): void {
  const file = dockerfileOf(project, directory);
  const command = file?.command === undefined ? "" : unwrapped(shellBody(file.command));
  const [, module, script] =
    /^python3?(?: -[uOB]+)* (?:-m ([\w.]+)|([\w./-]+\.py))(?: [a-z][\w-]*)*$/.exec(command) ?? [];
  const folder = module?.replaceAll(".", "/");
  const paths = folder === undefined ? [script] : [`${folder}/__main__.py`, `${folder}.py`];
  if (file && paths.some((path) => path !== undefined && project.tree.has(inside(directory, path))))
    state(reading, "startCommand", command, { at: file.at, rule: "container/command", confidence: 0.88 });
}

/** A built program that is started by its name alone, and what such a one is told to do. */
const program = /^(?:\.{1,2}\/)+(?:[\w.-]+\/)*([\w.-]+)$/;
const subcommand = /^(?!(?:help|version)\b)[a-z][a-z-]*(?=\s|$)/;
const serves = /^(?:serve|server|start|run|web|http|api|daemon|listen|up)$/;

/** A program that does several things is told in its container which one: `CMD ["/bin/shop", "serve", "--config", …]`. */
function addSubcommand(project: Project, directory: string, reading: Reading): void {
  const own = program.exec(reading.startCommand ?? "")?.[1];
  const file = own === undefined ? null : dockerfileOf(project, directory);
  if (file?.command === undefined) return;
  const bare = unwrapped(shellBody(file.command));
  const [, called, rest] = /^(\S*\/[\w.-]+|[\w.-]+)\s+(\S.*)$/.exec(bare) ?? [];
  const isCalled =
    called !== undefined && (called.includes("/") || called === own || serves.test(rest!.replace(/\s.*/, "")));
  const word = subcommand.exec(isCalled ? rest! : bare)?.[0];
  // Behind a script that prepares the container a name may be that of the program.
  if (word === undefined || (!isCalled && !serves.test(word))) return;
  state(reading, "startCommand", `${reading.startCommand} ${word}`, { at: file.at, rule: "container/subcommand" });
}

const isProduction = ({ at }: { at: string }): boolean => /[.-]prod/.test(at);

/** What the directory's container runs: as the compose file for production says, its Dockerfile, the compose file for development. */
function containerCommands(project: Project, directory: string): { at: string; command: string }[] {
  const found: { at: string; command: string }[] = [];
  const folders = directory === "." ? ["."] : [directory, "."];
  const composed = folders.flatMap((folder) => {
    const services = composeServices(project, folder, "production");
    return services ? [{ ...services, own: folder === directory ? "." : directory }] : [];
  });
  for (const { at, services, own } of composed)
    for (const { build, command } of services) if (build === own && command !== undefined) found.push({ at, command });
  const file = dockerfileOf(project, directory);
  const own = file?.command === undefined ? [] : [{ at: file.at, command: file.command }];
  return [...found.filter(isProduction), ...own, ...found.filter((one) => !isProduction(one))];
}

/** Tools that only start another: they are left out, for the build puts its programs on the path. */
const wrappers =
  /^(?:exec|dumb-init|tini|\S*\/tini|\S*entrypoint\S*|--|poetry run|pipenv run|pdm run|uv run(?:\s+--(?:no-\w+|frozen|locked|active))*(?:\s+--)?|python3? -m(?=\s+(?:gunicorn|uvicorn|flask|hypercorn|celery|streamlit|sanic)\b))\s+/;

interface Server {
  name: RegExp;
  /** Options that hold the port or the address with it. */
  port: RegExp;
  /** What is added when there is none; absent for a server that takes PORT by itself. */
  add?: string;
}

/** Servers whose options are known. */
const servers: readonly Server[] = [
  { name: /^gunicorn\s/, port: /((?:-b|--bind)[\s=]+["']?[\w.[\]:*]*?:)(\$\{?PORT[^\s}]*\}?|\d{2,5})/ },
  { name: /^hypercorn\s/, port: /((?:-b|--bind)[\s=]+["']?[\w.[\]:*]*?:)(\d{2,5})/, add: "--bind 0.0.0.0:$PORT" },
  {
    name: /^(uvicorn|granian|sanic|waitress-serve|fastapi run|flask(\s+--app\s+\S+)?\s+run|chainlit run)\s?/,
    port: /(--port[\s=]+|-p\s+)(\d{2,5})/,
    add: "--host 0.0.0.0 --port $PORT",
  },
  { name: /^daphne\s/, port: /(-p\s+|--port[\s=]+)(\d{2,5})/, add: "-b 0.0.0.0 -p $PORT" },
  { name: /^streamlit run\s/, port: /(--server\.port[\s=]+)(\d{2,5})/, add: "--server.port $PORT" },
];

/**
 * The command, listening on PORT; undefined when it cannot be told to, or names a module that is not there.
 * `whole` keeps what runs before the server, `server` leaves it out: a container prepares itself by other means than ours.
 */
function listening(project: Project, directory: string, text: string, keep: "whole" | "server"): string | undefined {
  const line = scriptOf(project, directory, text) ?? text;
  const parts = shellBody(line)
    .split(/\s*(?:&&|;)\s*/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const last = parts.at(-1);
  if (last === undefined || /[|<>`*]|\$\((?!PORT)/.test(last)) return undefined;
  const bare = unwrapped(last);
  const server = servers.find(({ name }) => name.test(bare));
  if (!server) return keep === "whole" && text === line && takesPort(bare) ? text : undefined;
  if (/\s--reload\b|\s--debug\b|\$(?!\{?PORT)/.test(bare) || !hasModule(project, directory, bare)) return undefined;
  const ported = server.port.test(bare)
    ? bare.replace(server.port, "$1$$PORT")
    : server.add === undefined || bare.includes("PORT")
      ? bare
      : `${bare} ${addition(bare, server.add)}`;
  const open = ported.replace(/(--host[\s=]+)(?:127\.0\.0\.1|localhost)/, "$10.0.0.0");
  return keep === "whole" && parts.length > 1 ? [...parts.slice(0, -1), open].join(" && ") : open;
}

/** `sh -c "…"` as what it runs. */
function shellBody(line: string): string {
  const body = /^(?:\/bin\/)?(?:ba)?sh\s+-l?c\s+(["']?)([\s\S]*)\1$/.exec(line.trim())?.[2];
  return (body ?? line).replace(/\\"/g, '"');
}

function unwrapped(command: string): string {
  let bare = command;
  for (;;) {
    const next = bare.replace(wrappers, "");
    if (next === bare) return bare;
    bare = next;
  }
}

/** An address that is given already is not given twice. */
function addition(command: string, options: string): string {
  return /\s--host\b/.test(command) ? options.replace(/--host \S+ /, "") : options;
}

/** Commands that take PORT without being told, or are told by their own words. */
function takesPort(command: string): boolean {
  return (
    /\$\{?PORT\b/.test(command) || /^(\.?\/?\S*bin\/\S+ (start|foreground)|mix phx\.server|\S*rel\/\S+)/.test(command)
  );
}

/** The last command of the script that the line calls, its variables with a fallback filled in. */
function scriptOf(project: Project, directory: string, line: string): string | undefined {
  const name = /^(?:(?:ba)?sh\s+|exec\s+)?(?:\.\/|\/\w+\/)?([\w./-]+\.sh)\s*$/.exec(line.trim())?.[1];
  const text = name === undefined ? null : project.tree.text(inside(directory, name));
  return text
    ?.replace(/\s*\\\r?\n\s*/g, " ")
    .split(/\r?\n/)
    .map((each) => each.trim())
    .findLast((each) => each !== "" && !each.startsWith("#"));
}

/** Whether the module the command serves (`app.main:app`) is where it will be looked for. */
function hasModule(project: Project, directory: string, command: string): boolean {
  const moved = /--(?:app-dir|chdir|pythonpath)[\s=]+([\w./-]+)/.exec(command)?.[1]?.replace(/^\.\/|\/$/g, "");
  const base = moved === undefined || moved === "." ? directory : inside(directory, moved);
  const target =
    /\s["']?(?!python:)([A-Za-z_][\w.]*):[\w.]+(?:\([^)]*\))?["']?(?=\s|$)/.exec(command)?.[1] ??
    /\s([A-Za-z_]\w*(?:\.\w+)*\.(?:wsgi|asgi))(?=\s|$)/.exec(command)?.[1];
  const script = /^(?:streamlit|chainlit|fastapi) run\s+(?:\S+\s+)*?([\w./-]+\.py)\b/.exec(command)?.[1];
  if (script !== undefined) return project.tree.has(inside(base, script));
  if (target === undefined) return /^(flask|fastapi)/.test(command);
  const path = inside(base, target.replaceAll(".", "/"));
  return project.tree.has(`${path}.py`) || project.tree.has(`${path}/__init__.py`);
}

/** Gunicorn's settings may hold the address it binds. Source: https://docs.gunicorn.org/en/stable/settings.html#config-file */
function takeGunicornPort(project: Project, directory: string, reading: Reading): void {
  const command = reading.startCommand ?? "";
  if (reading.kind !== "server" || !/\bgunicorn\b/.test(command)) return;
  const named = /\s(?:-c|--config)[\s=]+(?:file:|\.\/)?(python:)?([\w./-]+)/.exec(command);
  const path = named?.[1] === undefined ? (named?.[2] ?? "gunicorn.conf.py") : `${named[2]!.replaceAll(".", "/")}.py`;
  const at = inside(directory, path);
  const line = /^bind\s*=.*/m.exec(project.tree.text(at) ?? "")?.[0];
  const port = /["']PORT["']\s*,\s*["']?(\d{2,5})|:(\d{2,5})["']/.exec(line ?? "");
  if (port) state(reading, "port", Number(port[1] ?? port[2]), { at, rule: "port/gunicorn", confidence: 0.9 });
  // It takes PORT by itself, and is on 8000 without.
  else if (!/\s(?:-b|--bind)\b|\bPORT\b/.test(command) && named === null)
    state(reading, "port", 8000, { at, rule: "port/gunicorn", confidence: 0.7 });
}

/** A number the authors wrote is where the program listens when nothing else is said. */
function statePortOf(reading: Reading, command: string, at: string): void {
  const written =
    /(?:--(?:server\.)?port[\s=]+|\s-p\s+|(?:-b|--bind)[\s=]+["']?[\w.[\]*]*:)(?:\$\{PORT:-)?(\d{2,5})/.exec(
      command,
    )?.[1];
  if (written !== undefined && reading.kind === "server" && reading.port !== undefined)
    state(reading, "port", Number(written), { at, rule: "port/command", confidence: 0.85 });
}
