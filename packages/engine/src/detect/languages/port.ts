/** The port a program listens on when PORT is not set, from its own text. */
import { inside, type Project, type Reading } from "../reading.ts";
import { composeServices, dockerfileOf, exposedPort } from "./docker.ts";
import { state } from "./draft.ts";
import { placeOf } from "./files.ts";

export interface Source {
  at: string;
  text: string;
}

export interface PortRules {
  /** Texts in order of trust. */
  sources: Iterable<Source>;
  /** Each with the number in its first group, in order of trust. */
  patterns: readonly RegExp[];
  /** The framework's own default, or what its users call it with. */
  fallback?: { port: number; rule: string; at: string };
  /** A framework that listens on its default whatever the container says: the Dockerfile is asked last. */
  containerLast?: boolean;
}

/** State the port: what the start command falls back on, code, a command of a container, its EXPOSE, then the fallback. */
export function statePort(project: Project, directory: string, reading: Reading, rules: PortRules): void {
  const start = reading.startCommand ?? "";
  const told =
    /\$\{PORT:-(\d{2,5})\}/.exec(start)?.[1] ?? (/\$\{?PORT/.test(start) ? undefined : portOption.exec(start)?.[1]);
  if (told !== undefined) {
    const at = reading.evidence.findLast(({ field }) => field === "startCommand")?.at ?? directory;
    return state(reading, "port", Number(told), { at, rule: "port/command", confidence: 0.92 });
  }
  const sources = [...rules.sources].filter(({ text }) => mayTellPort.test(text));
  for (const pattern of rules.patterns) {
    for (const { at, text } of sources) {
      const port = portIn(text, pattern);
      if (port === undefined) continue;
      state(reading, "port", port, { at: placeOf(at, text, pattern), rule: "port/code", confidence: 0.9 });
      return;
    }
  }
  const example = portOfExample(project, directory);
  const exposed = exposedPort(project, directory) ?? portOfCompose(project, directory);
  const command = portOfContainer(project, directory);
  const { fallback } = rules;
  if (example) state(reading, "port", example.port, { at: example.at, rule: "port/example", confidence: 0.7 });
  else if (command)
    state(reading, "port", command.port, { at: command.at, rule: "container/command", confidence: 0.75 });
  else if (fallback && (rules.containerLast || !exposed))
    state(reading, "port", fallback.port, { at: fallback.at, rule: fallback.rule, confidence: 0.7 });
  else if (exposed)
    state(reading, "port", exposed.port, { at: exposed.at, rule: "container/expose", confidence: 0.75 });
}

/** Most files say nothing of ports; the patterns proper are slower than this one. */
const mayTellPort = /port|listen|bind|addr|\brun\(|\bstart\(|\bserver?\b|:\d{4}/i;

/** Ports of databases, queues, directories, mail and remote shells: a program names them because it is their client. */
const othersPorts = new Set([
  21, 22, 25, 110, 143, 389, 465, 587, 636, 993, 995, 1433, 1521, 1883, 2181, 2525, 3306, 4222, 5432, 5671, 5672, 6379,
  9042, 9092, 9200, 9300, 11_211, 27_017,
]);

function portIn(text: string, pattern: RegExp): number | undefined {
  for (let rest = text; ; ) {
    const match = pattern.exec(rest);
    if (!match) return undefined;
    const port = Number((match.groups?.["port"] ?? match[1])?.replaceAll("_", ""));
    if (port > 0 && port < 65_536 && !othersPorts.has(port)) return port;
    rest = rest.slice(match.index + Math.max(match[0].length, 1));
  }
}

/** The port servers are told on their command line: `--port 8080`, `--bind 0.0.0.0:8000`, `--urls http://+:80`. */
const portOption =
  /\s(?:--(?:server[.-]|http-)?port[ =]|-p[ =]|--(?:bind|listen|urls|http|addr)[ =]\S*:|-[bS] \S*:|runserver \S*:)["']?(\d{2,5})\b/;

/** What the command of the program's own container says: the Dockerfile's, or that of the compose file's service built from here. */
function portOfContainer(project: Project, directory: string): { port: number; at: string } | null {
  const file = dockerfileOf(project, directory);
  const found = composeServices(project, directory);
  const own = found?.services.filter(({ build }) => build === ".") ?? [];
  for (const { at, command } of [
    ...(file ? [file] : []),
    ...own.map((one) => ({ at: found!.at, command: one.command })),
  ]) {
    const port = Number(portOption.exec(command ?? "")?.[1]);
    if (port > 0) return { port, at };
  }
  return null;
}

/** Where the compose file reaches the container that is built here. */
function portOfCompose(project: Project, directory: string): { port: number; at: string } | null {
  const found = composeServices(project, directory);
  const own = found?.services.filter(({ build, ports }) => build === "." && ports.length > 0) ?? [];
  const port = own.length === 1 ? own[0]!.ports.find((one) => !othersPorts.has(one)) : undefined;
  return port === undefined ? null : { port, at: found!.at };
}

/** `PORT=…` of the example of an .env file. */
function portOfExample(project: Project, directory: string): { port: number; at: string } | null {
  for (const name of [".env.example", ".env.sample", ".env.template", "env.example", "sample.env", "example.env"]) {
    const at = inside(directory, name);
    const text = project.tree.text(at);
    const port =
      text === null
        ? undefined
        : portIn(text, /^(?:export\s+)?(?:HTTP_|APP_|SERVER_|API_|WEB_)?PORT\s*=\s*["']?(\d{2,5})/m);
    if (port !== undefined) return { port, at };
  }
  return null;
}
