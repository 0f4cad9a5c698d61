/** Procfile: one process type a line. Source: https://devcenter.heroku.com/articles/procfile */
import type { Process } from "../detection.ts";
import { inside, type Project, type Reader, type Reading } from "../reading.ts";
import { placeOf } from "./files.ts";
import { decide, draftOf, state } from "./draft.ts";

/** Process types and their command lines, in order. Comments, blank lines and lines that are no process type are left out. */
export function parseProcfile(text: string): Record<string, string> {
  const processes: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Za-z0-9_-]+)\s*:\s*(.+?)\s*$/.exec(line);
    if (match) processes[match[1]!] = match[2]!;
  }
  return processes;
}

/** The processes of a directory's Procfile; null when it has none. */
export function procfileOf(
  project: Project,
  directory: string,
): { at: string; processes: Record<string, string> } | null {
  const at = inside(directory, "Procfile");
  const text = project.tree.text(at);
  if (text === null) return null;
  const processes = parseProcfile(text);
  return Object.keys(processes).length > 0 ? { at, processes } : null;
}

/** Process types that are no process of the running application: what is run once, or where it is developed. */
const notRunning =
  /^(?:release|postdeploy|console|shell|rake|migrat\w*|seed\w*|setup|install|build|test\w*|dev|development|watch|lint)$/;

/** The process that is deployed: `web`, else the first that goes on running. */
export function mainProcess(processes: Record<string, string>): string | undefined {
  return processes["web"] === undefined ? Object.keys(processes).find((name) => !notRunning.test(name)) : "web";
}

/** Those that go on running beside the one that is deployed. The same command under another name is another way to host it. */
export function otherProcesses(processes: Record<string, string>): Process[] {
  const main = mainProcess(processes);
  return Object.entries(processes).flatMap(([name, startCommand]) =>
    name === main || notRunning.test(name) || startCommand === processes[main ?? ""] ? [] : [{ name, startCommand }],
  );
}

/** Let a Procfile say how the program starts; answers which of the two it was, or null when there is no Procfile. */
export function startFromProcfile(project: Project, directory: string, reading: Reading): "web" | "worker" | null {
  const found = procfileOf(project, directory);
  if (!found) return null;
  const { at, processes } = found;
  const text = project.tree.text(at) ?? "";
  const main = mainProcess(processes);
  if (main === undefined) return null;
  state(reading, "startCommand", processes[main], {
    at: placeOf(at, text, `${main}:`),
    rule: "procfile",
    confidence: 0.95,
  });
  return main === "web" ? "web" : "worker";
}

/** The program a command line begins with, to its runtime. */
const runtimes: readonly [RegExp, string][] = [
  [/^(python3?|gunicorn|uvicorn|flask|celery|hypercorn|daphne|streamlit|waitress-serve)$/, "python"],
  [/^(node|npm|npx|yarn|pnpm)$/, "node"],
  [/^(ruby|bundle|puma|rackup|rails|rake)$/, "ruby"],
  [/^(php|heroku-php-apache2|heroku-php-nginx)$/, "php"],
  [/^java$/, "java"],
  [/^(mix|elixir)$/, "elixir"],
  [/^dotnet$/, "dotnet"],
  [/^deno$/, "deno"],
  [/^bun$/, "bun"],
];

/** A Procfile with no manifest a reader knows: it says how the program starts, and little of what it is. */
export const procfileAlone: Reader = {
  id: "procfile",
  read(project, directory) {
    const at = inside(directory, "Procfile");
    if (!project.tree.has(at)) return null;
    const reading = draftOf("unknown", { at, rule: "procfile", confidence: 0.3 });
    const process = startFromProcfile(project, directory, reading);
    const words = (reading.startCommand ?? "").split(/\s+/).filter((word) => !/^\w+=|^(exec|env)$/.test(word));
    if (process === null || words[0] === undefined) return null;
    const runtime = runtimes.find(([pattern]) => pattern.test(words[0]!))?.[1];
    if (runtime !== undefined) {
      reading.runtime = runtime;
      reading.evidence.push({ field: "runtime", value: runtime, rule: "procfile/program", at, confidence: 0.6 });
    }
    return decide(reading, process === "web" ? "server" : "worker", runtime === undefined ? 0.35 : 0.5, {
      at,
      rule: "procfile",
    });
  },
};
