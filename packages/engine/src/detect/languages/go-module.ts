/** What a Go module holds: its requirements, its sources, its main packages and which of them run side by side. */
import { posix } from "node:path";
import { inside, type Project } from "../reading.ts";
import { literally } from "../literally.ts";
import { relativeTo, search } from "./files.ts";
import type { Source } from "./port.ts";

/** Calls that listen. */
export const listens =
  /\b(?:ListenAndServe(?:TLS)?|ListenTLS|http\.Serve|net\.Listen|grpc\.NewServer)\b|\.(?:Run|Listen|Start|StartServer)\(/;

/** The lines of a go.mod. */
export interface Module {
  path?: string;
  version?: string;
  /** Direct requirements without version suffix, to line. */
  requires: Map<string, number>;
}

/** The lines of go.mod that matter here; comments are no requirements, `// indirect` ones are somebody else's. */
export function parseGoMod(text: string): Module {
  const module: Module = { requires: new Map() };
  let block = "";
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const isIndirect = /\/\/\s*indirect/.test(raw);
    const line = raw.replace(/\/\/.*$/, "").trim();
    if (line === "") continue;
    if (line === ")") block = "";
    else if (line.endsWith("(")) block = line.slice(0, -1).trim();
    else {
      const words = line.split(/\s+/);
      const [verb, ...rest] = block === "" ? words : [block, ...words];
      if (verb === "module") module.path = rest[0]?.replaceAll('"', "") ?? "";
      else if (verb === "go" && rest[0] !== undefined) module.version = rest[0];
      else if (verb === "require" && rest[0] !== undefined && !isIndirect)
        module.requires.set(rest[0].replace(/\/v\d+$/, ""), index + 1);
    }
  }
  return module;
}

/** Most sources that are looked at. */
export const mostSources = 80;

/** The module's own sources, nearest first; tests and generated code left out. */
export function goSources(project: Project, directory: string): Source[] {
  const paths = search(project.tree, directory, {
    depth: 4,
    limit: mostSources,
    matches: (name) => name.endsWith(".go") && !/_test\.go$|\.pb\.go$|_gen\.go$/.test(name),
  });
  return paths.flatMap((path) => {
    const text = project.tree.text(path);
    return text === null ? [] : [{ at: path, text }];
  });
}

/** Paths of imported packages to the first file that imports them. */
export function importsOf(sources: Source[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { at, text } of sources) {
    const end = text.search(/^(func|type|var|const)\b/m);
    for (const [, path] of text
      .slice(0, end < 0 ? undefined : end)
      .matchAll(/^[ \t]*(?:import\s+)?(?:[\w.]+\s+)?"([^"]+\.[^"]+)"/gm)) {
      if (!found.has(path!)) found.set(path!, at);
    }
  }
  return found;
}

/** Whether the file is that of a program. */
export const isMain = (text: string | null): boolean =>
  text !== null && /^package\s+main\b/m.test(text) && /^func\s+main\s*\(/m.test(text);

/** A package that is built into a program. */
export interface Main {
  /** Directory of the package, relative to the module, `.` for its root. */
  path: string;
  at: string;
  score: number;
}

/** Main packages, the one most like a server first. */
export function mainPackages(project: Project, directory: string, sources: Source[]): Main[] {
  const mains = new Map<string, Main>();
  const ignored =
    /(^|\/)(examples?|_examples|tests?|tools?|scripts?|hack|internal\/tools|testdata|docs?|migrations?|bench(marks?)?)(\/|$)/;
  for (const { at, text } of sources) {
    if (!isMain(text) || /^\/\/go:build ignore|^\/\/ \+build ignore/m.test(text)) continue;
    const relative = relativeTo(directory, at);
    const path = relative.includes("/") ? relative.slice(0, relative.lastIndexOf("/")) : ".";
    // A nested module is built on its own.
    if (
      path !== "." &&
      path
        .split("/")
        .some((_, index, parts) => project.tree.has(inside(directory, `${parts.slice(0, index + 1).join("/")}/go.mod`)))
    )
      continue;
    if (ignored.test(path)) continue;
    const score = scoreOf(path, text);
    if ((mains.get(path)?.score ?? -1) < score) mains.set(path, { path, at, score });
  }
  // `cmd/shop` of the module `shop`.
  const module = /^module\s+(?:\S*\/)?([\w.-]+?)(?:\/v\d+)?\s*$/m.exec(
    project.tree.text(inside(directory, "go.mod")) ?? "",
  )?.[1];
  for (const main of mains.values()) if (bareName(lastOf(main.path)) === bareName(module ?? "")) main.score += 4;
  // Of `shop` and `shopd` the second is the one that stays.
  for (const { path } of mains.values()) {
    const daemon = mains.get(`${path}d`);
    if (daemon) daemon.score += 7;
  }
  return [...mains.values()].sort(
    (a, b) => b.score - a.score || a.path.length - b.path.length || a.path.localeCompare(b.path),
  );
}

const bareName = (name: string): string => name.replace(/[-_.]/g, "").toLowerCase();

function scoreOf(path: string, text: string): number {
  const name = path.slice(path.lastIndexOf("/") + 1);
  let score = path === "." ? 5 : path.startsWith("cmd/") || path === "cmd" ? 3 : 1;
  if (listens.test(text)) score += 3;
  if (
    /^(server|api|web|http|app|main|serverd|httpd|backend|service|rest|apiserver)$/.test(name) ||
    /(server|api|web)$/.test(name)
  )
    score += 2;
  if (
    /^(migrat|seed|worker|cli|ctl|gen|tool|job|cron|consumer|script|client|loadtest|admin)/.test(name) ||
    /(ctl|cli|gen|-client|migrate)$/.test(name)
  )
    score -= 3;
  return score;
}

/** A word in the names of programs that run once: they prepare, inspect or test the others. */
const onceWords =
  /^(migrat\w*|seed\w*|cli|\w*ctl|\w+cli|gen|generat\w*|tools?|scripts?|client|loadtest|bench\w*|mocks?|init|setup|health\w*|dump|import\w*|export\w*|debug|examples?|demo|tests?|fake|simulat\w*|storybook|playground|sandbox|dev|devserver|docs|create|add|reset|drop)$/;
const runsOnce = (name: string): boolean =>
  /^(admin|job)$/.test(name) || name.split(/[-_]/).some((word) => onceWords.test(word));
/** Names of programs that work beside a server. */
export const runsAside =
  /(worker|consumer|scheduler|processor|indexer|subscriber|cron|daemon|relay|bot|publisher|dispatcher)/;
/** Names of programs that answer. */
export const answers =
  /(^|-|_)(server|serverd|api|apiserver|web|http|httpd|app|backend|gateway|rest|grpc|service|frontend)$/;

/** Main packages that are each deployed for themselves: a server, and others that answer or work beside it. None when one lies at the root. */
export function runningMains(project: Project, mains: Main[], sources: Source[]): Main[] {
  if (mains.some(({ path }) => path === ".")) return [];
  const contained = mains.filter(({ at }) => project.tree.has(inside(posix.dirname(at), "Dockerfile")));
  if (contained.length > 1) return contained;
  const isServer = (main: Main): boolean => {
    const folder = main.at.slice(0, main.at.lastIndexOf("/") + 1);
    const own = sources.filter(({ at }) => at.startsWith(folder) && !at.slice(folder.length).includes("/"));
    return (
      answers.test(lastOf(main.path)) ||
      own.some(({ text }) => /\bListenAndServe|\bhttp\.Serve\(|\bnet\.Listen\(/.test(text))
    );
  };
  const running = mains.filter(
    (main) => !runsOnce(lastOf(main.path)) && (runsAside.test(lastOf(main.path)) || isServer(main)),
  );
  return running.some(isServer) && running.length > 1 ? running : [];
}

/** Of several programs the one that is deployed: the only one the containers of the module are built with. */
export function deployedMain({ tree }: Project, directory: string, running: readonly Main[]): Main | undefined {
  if (running.length < 2) return undefined;
  const folders = [directory, ...["build", "docker", "deploy", "deployments"].map((name) => inside(directory, name))];
  const texts = folders.flatMap((folder) =>
    tree
      .listing(folder)
      .files.filter((name) => /dockerfile|^(?:docker-)?compose[\w.-]*\.ya?ml$|^Procfile$|^Makefile$/i.test(name))
      .map((name) => ({ name, text: tree.text(inside(folder, name)) ?? "" })),
  );
  const isNamed = ({ path }: Main, ofContainers: boolean): boolean =>
    texts.some(
      ({ name, text }) =>
        /dockerfile/i.test(name) === ofContainers && new RegExp(`(?<![\\w-])${literally(path)}(?![\\w/-])`).test(text),
    );
  const built = running.filter((main) => isNamed(main, true));
  const others = running.filter((main) => !built.includes(main));
  return built.length === 1 && !others.some((main) => isNamed(main, false)) ? built[0] : undefined;
}

/** The last part of a path. */
export const lastOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The sources a main package is made of: its own, and the module's packages it imports, directly or by others. */
export function reachedFrom(main: Main, module: Module, directory: string, sources: Source[]): Source[] {
  const byFolder = new Map<string, Source[]>();
  for (const source of sources) {
    const relative = relativeTo(directory, source.at);
    const folder = relative.includes("/") ? relative.slice(0, relative.lastIndexOf("/")) : ".";
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), source]);
  }
  const reached = new Set([main.path]);
  for (const folder of reached) {
    for (const path of importsOf(byFolder.get(folder) ?? []).keys())
      if (module.path !== undefined && path.startsWith(`${module.path}/`))
        reached.add(path.slice(module.path.length + 1));
  }
  return [...reached].flatMap((folder) => byFolder.get(folder) ?? []);
}
