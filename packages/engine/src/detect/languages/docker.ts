/**
 * Containers: a Dockerfile's last stage, and compose files with their services.
 * Sources: https://docs.docker.com/reference/dockerfile/ and https://github.com/compose-spec/compose-spec
 */
import { inside, isObject, type Json, type JsonObject, type Project, type Reader, type Reading } from "../reading.ts";
import { databaseNamed } from "./databases.ts";
import { textsOf } from "./documents.ts";
import { decide, draftOf, state, uses } from "./draft.ts";
import { firstOf, search } from "./files.ts";

export interface Dockerfile {
  at: string;
  /** Base image of the last stage, a stage's name followed to its own base. */
  base?: string;
  /** Ports of the last stage, in order. */
  ports: number[];
  /** What the container runs, as one line; absent when only the base image knows. */
  command?: string;
}

/** Read a Dockerfile's last stage. Never throws: lines that are not understood are left out. */
export function parseDockerfile(at: string, text: string): Dockerfile {
  const lines = text
    .replace(/^[ \t]*#.*$/gm, "")
    .replace(/[\\`][ \t]*\r?\n/g, " ")
    .split(/\r?\n/);
  const stages = new Map<string, Stage>();
  const args: Record<string, string> = {};
  let stage: Stage = { ports: [] };
  for (const line of lines) {
    const match = /^\s*([A-Za-z]+)\s+(.+?)\s*$/.exec(line);
    if (!match) continue;
    const rest = match[2]!;
    switch (match[1]!.toUpperCase()) {
      case "ARG":
      case "ENV":
        for (const [, key, quoted, plain] of rest.matchAll(/([A-Za-z_]\w*)(?:=|\s+)(?:"([^"]*)"|(\S+))/g)) {
          args[key!] = quoted ?? plain!;
        }
        break;
      case "FROM": {
        const from = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(rest);
        if (!from) break;
        const name = filled(from[1]!, args);
        const parent = stages.get(name.toLowerCase());
        stage = parent ? { ...parent, ports: [...parent.ports] } : { base: name, ports: [] };
        if (from[2]) stages.set(from[2].toLowerCase(), stage);
        break;
      }
      case "EXPOSE":
        for (const word of filled(rest, args).split(/\s+/)) {
          const port = Number.parseInt(word, 10);
          if (port > 0 && port < 65_536 && !/udp$/i.test(word)) stage.ports.push(port);
        }
        break;
      case "CMD":
        stage.cmd = words(rest);
        break;
      case "ENTRYPOINT":
        stage.entrypoint = words(rest);
        delete stage.cmd;
        break;
    }
  }
  const command = [stage.entrypoint, stage.cmd].filter((part) => part !== undefined).join(" ");
  return {
    at,
    ports: stage.ports,
    ...(stage.base === undefined ? {} : { base: stage.base }),
    ...(command === "" ? {} : { command }),
  };
}

interface Stage {
  base?: string;
  ports: number[];
  cmd?: string;
  entrypoint?: string;
}

function filled(text: string, args: Record<string, string>): string {
  return text.replace(
    /\$\{?(\w+)(?::-([^}]*))?\}?/g,
    (_, key: string, fallback?: string) => args[key] ?? fallback ?? "",
  );
}

/** The words of the JSON form as a line; the shell form as it stands. */
function words(rest: string): string {
  if (!rest.startsWith("[")) return rest;
  try {
    const parsed: unknown = JSON.parse(rest);
    if (!Array.isArray(parsed)) return rest;
    return parsed
      .map((word) => (/^[\w@%+=:,./$-]+$/.test(String(word)) ? String(word) : JSON.stringify(String(word))))
      .join(" ");
  } catch {
    return rest; // Docker too takes a JSON form with a mistake for the shell form.
  }
}

/** The directory's Dockerfile, when it has one. */
export function dockerfileOf(project: Project, directory: string): Dockerfile | null {
  const at =
    firstOf(project.tree, directory, [
      "Dockerfile",
      "dockerfile",
      "Containerfile",
      "Dockerfile.prod",
      "Dockerfile.production",
    ]) ?? onlyVariant(project, directory);
  const text = at === undefined ? null : project.tree.text(at);
  return at === undefined || text === null ? null : parseDockerfile(at, text);
}

function onlyVariant(project: Project, directory: string): string | undefined {
  const variants = project.tree
    .listing(directory)
    .files.filter(
      (name) =>
        /^(Dockerfile\.|.+\.Dockerfile$)/i.test(name) && !/\.(dev|test|ci|ignore|dockerignore)\b|windows/i.test(name),
    );
  // Beside a program they are of its parts; where nothing else is there, one is as good as another.
  const isClear = variants.length === 1 || !hasLanguageManifest(project, directory);
  return isClear && variants.length > 0 ? inside(directory, variants.toSorted()[0]!) : undefined;
}

export interface ComposeService {
  name: string;
  image?: string;
  /** Directory it is built from, relative to the compose file's directory. */
  build?: string;
  /** Ports inside the container. */
  ports: number[];
  /** Ports on the host, in the same order; undefined where none is fixed. */
  published: (number | undefined)[];
  command?: string;
  dependsOn: string[];
  database?: string;
}

const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/**
 * Services of the directory's compose file, in its order; null when there is none or it has none.
 * `production` prefers the file for production where there are two.
 */
export function composeServices(
  project: Project,
  directory: string,
  prefer: "development" | "production" = "development",
): { at: string; services: ComposeService[] } | null {
  const main = firstOf(project.tree, directory, composeNames);
  const variant = project.tree
    .listing(directory)
    .files.filter((name) => /^(docker-)?compose[.-](prod|production|deploy)\.ya?ml$/.test(name))
    .map((name) => inside(directory, name))[0];
  const at = prefer === "production" ? (variant ?? main) : (main ?? variant);
  if (at === undefined) return null;
  const [document] = project.yaml(at) ?? [];
  if (!isObject(document) || !isObject(document["services"])) return null;
  const services = Object.entries(document["services"]).flatMap(([name, value]) =>
    isObject(value)
      ? [withBuiltDatabase(project, directory, builtWhere(project, directory, composeService(name, value), value))]
      : [],
  );
  return services.length > 0 ? { at, services } : null;
}

/** A container built from all of the tree by a Dockerfile beside a program is that program's. */
function builtWhere(project: Project, directory: string, service: ComposeService, value: JsonObject): ComposeService {
  const file = isObject(value["build"]) ? value["build"]["dockerfile"] : undefined;
  if (service.build !== "." || typeof file !== "string" || !file.includes("/")) return service;
  const folder = file.slice(0, file.lastIndexOf("/")).replace(/^\.\//, "");
  const at = inside(directory, folder);
  const hasProgram =
    hasLanguageManifest(project, at) ||
    project.tree.listing(at).files.some((name) => /^(?:main|server|app|index|mod)\.(?:ts|js|py|go|rb|php)$/.test(name));
  return hasProgram ? { ...service, build: folder } : service;
}

/** A folder without a program whose Dockerfile only adds something to the image of a database. */
function withBuiltDatabase(project: Project, directory: string, service: ComposeService): ComposeService {
  if (service.build === undefined || service.build === ".") return service;
  const at = inside(directory, service.build);
  const base = hasLanguageManifest(project, at) ? undefined : dockerfileOf(project, at)?.base;
  const database = base === undefined ? undefined : databaseOfImage(base);
  return database === undefined ? service : { ...service, image: service.image ?? base!, database };
}

function composeService(name: string, value: JsonObject): ComposeService {
  const build =
    typeof value["build"] === "string"
      ? value["build"]
      : isObject(value["build"])
        ? (value["build"]["context"] ?? ".")
        : undefined;
  const image = typeof value["image"] === "string" ? value["image"] : undefined;
  const pairs = (Array.isArray(value["ports"]) ? value["ports"] : []).map(composePort).filter((pair) => pair !== null);
  const command = value["command"];
  const database = image === undefined || build !== undefined ? undefined : databaseOfImage(image);
  return {
    name,
    ...(image === undefined ? {} : { image }),
    ...(typeof build === "string" ? { build: build.replace(/^\.\/(?=.)/, "").replace(/(.)\/$/, "$1") } : {}),
    ports: pairs.map((pair) => pair.inner),
    published: pairs.map((pair) => pair.outer),
    ...(typeof command === "string"
      ? { command }
      : Array.isArray(command)
        ? { command: textsOf(command).join(" ") }
        : {}),
    dependsOn: dependencies(value["depends_on"]),
    ...(database === undefined ? {} : { database }),
  };
}

function dependencies(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.map(String);
  return isObject(value) ? Object.keys(value) : [];
}

function composePort(value: Json): { inner: number; outer: number | undefined } | null {
  if (isObject(value)) {
    const inner = Number(value["target"]);
    return inner > 0 ? { inner, outer: Number(value["published"]) || undefined } : null;
  }
  if (typeof value !== "string" && typeof value !== "number") return null;
  const text = String(value)
    .replace(/\$\{\w+:?-(\d+)\}/g, "$1")
    .replace(/\/(tcp|udp)$/, "");
  const parts = text.split(":");
  const inner = Number.parseInt(parts.at(-1)!, 10);
  if (!(inner > 0)) return null;
  const outer = parts.length > 1 ? Number.parseInt(parts.at(-2)!, 10) : Number.NaN;
  return { inner, outer: outer > 0 ? outer : undefined };
}

/** The database an image holds, such as `postgres` of `docker.io/library/postgres:16-alpine`. */
export function databaseOfImage(image: string): string | undefined {
  const name = image
    .replace(/@.*$/, "")
    .replace(/:[^/]*$/, "")
    .toLowerCase();
  if (/mssql|azure-sql-edge/.test(name)) return "mssql";
  if (/exporter|express|admin|commander|insight|operator|backup/.test(name)) return undefined;
  return (
    databaseNamed(name.slice(name.lastIndexOf("/") + 1)) ?? databaseNamed(name.replace(/^docker\.elastic\.co\//, ""))
  );
}

/** Files that say a directory's program can be run without its Dockerfile. */
export const languageManifests =
  /^(package\.json|requirements\.txt|pyproject\.toml|Pipfile|setup\.py|manage\.py|go\.mod|Cargo\.toml|Gemfile|composer\.json|pom\.xml|build\.gradle(\.kts)?|build\.sbt|mix\.exs|deno\.jsonc?|Package\.swift|project\.clj|deps\.edn|shard\.yml|pubspec\.yaml|stack\.yaml|gleam\.toml|build\.zig|.+\.(csproj|fsproj|vbproj|sln|slnx|cabal|nimble))$/;

export function hasLanguageManifest(project: Project, directory: string): boolean {
  return project.tree.listing(directory).files.some((name) => languageManifests.test(name));
}

/** What puts nothing but settings into such an image is there for a program that is mounted into it. */
const ofLanguage = /^(?:docker\.io\/)?(?:library\/)?(?:php|node|python|ruby|golang|rust|composer|openjdk)\b/;
const takesInProgram = /^[ \t]*(?:COPY|ADD)[ \t](?!.*\.(?:ini|conf|cnf)\b)/im;

const containers: Reader = {
  id: "container",
  read(project, directory) {
    const file = dockerfileOf(project, directory);
    if (!file) return null;
    const { at } = file;
    const isBare = file.command === undefined && ofLanguage.test(file.base ?? "") && directory !== ".";
    if (isBare && !takesInProgram.test(project.tree.text(at) ?? "")) return null;
    const reading = draftOf("docker", { at, rule: "container/dockerfile" });
    state(reading, "port", file.ports[0], { at, rule: "container/expose" });
    state(reading, "startCommand", file.command, { at, rule: "container/command" });
    const isOfPages = /^php\b/.test(file.base ?? "") && hasPages(project, directory);
    const alone = !hasLanguageManifest(project, directory) && !isOfPages;
    // Who builds it has to be told what it is built on.
    if (file.base === "")
      return decide(reading, "container", alone ? 0.6 : 0.3, { at, rule: "container/without-base" });
    return decide(reading, "container", alone ? 0.9 : 0.5, {
      at,
      rule: alone ? "container/only-way" : "container/beside-a-language",
    });
  },
};

const compose: Reader = {
  id: "compose",
  read(project, directory) {
    const found = composeServices(project, directory);
    if (!found) return null;
    const { at, services } = found;
    const reading = draftOf("docker", { at, rule: "compose/file" });
    for (const { name, image, database } of services) {
      if (database) uses(reading, database, { at, rule: `compose/image/${image}`, confidence: 0.8 });
      reading.evidence.push({ field: "service", value: name, rule: "compose/service", at, confidence: 0.9 });
    }
    const front =
      services.find((service) => service.published.some((port) => port === 80 || port === 443)) ??
      services.find((service) => service.published.length > 0 && !service.database);
    state(reading, "port", front?.published[0] ?? front?.ports[0], { at, rule: "compose/ports", confidence: 0.6 });
    return decide(reading, "compose", composeConfidence(project, directory, services), {
      at,
      rule: "compose/services",
    });
  },
};

/** A repository of compose files in folders, and nothing else: each runs containers of others. */
export function composeBelow(project: Project): Reading | null {
  const folders = composeNames.flatMap((name) => project.tree.directoriesWith(name));
  const readings = folders.flatMap((directory) => compose.read(project, directory) ?? []);
  const [first] = readings;
  if (!first) return null;
  const reading = draftOf("docker", { at: first.evidence[0]!.at, rule: "compose/files" });
  reading.database = [...new Set(readings.flatMap(({ database }) => database))];
  return decide(reading, "compose", 0.7, { at: first.evidence[0]!.at, rule: "compose/files" });
}

/** Deno's manifest without any source beside it holds tasks and names of imports for the folders below. */
function hasTasksAlone({ tree }: Project, directory: string): boolean {
  const { files } = tree.listing(directory);
  return (
    files.filter((name) => languageManifests.test(name)).every((name) => /^deno\.jsonc?$/.test(name)) &&
    !files.some((name) => /\.[cm]?[jt]sx?$/.test(name))
  );
}

function hasPages({ tree }: Project, directory: string): boolean {
  return ["index.php", "public/index.php"].some((name) => tree.has(inside(directory, name)));
}

function composeConfidence(project: Project, directory: string, services: ComposeService[]): number {
  if (hasLanguageManifest(project, directory) && !hasTasksAlone(project, directory)) return 0.35;
  const programs = services.filter((service) => service.build !== undefined || !service.database);
  if (programs.length === 0) return 0.45;
  const elsewhere = programs.filter((service) => service.build !== undefined && service.build !== ".");
  // A compose file beside one Dockerfile only says how to run that container.
  // So it does beside pages of PHP, which need no manifest.
  if (elsewhere.length === 0 && dockerfileOf(project, directory))
    return services.length > 1 && !hasPages(project, directory) ? 0.92 : 0.6;
  const manifestsBelow = search(project.tree, directory, {
    depth: 2,
    limit: 1,
    matches: (name) => languageManifests.test(name),
  });
  // One program with its database: the file says how to try it, the program's own manifest what it is.
  const built = new Set(programs.flatMap(({ build }) => (build === undefined ? [] : [build])));
  const [only] = built;
  if (built.size === 1 && programs.length === 1 && hasLanguageManifest(project, inside(directory, only!))) return 0.6;
  return manifestsBelow.length > 0 ? 0.8 : 0.9;
}

export const dockerReaders: Reader[] = [containers, compose];

/** What a container listens on, from the Dockerfile beside the program; the ports of TLS and debuggers are passed over. */
export function exposedPort(project: Project, directory: string): { port: number; at: string } | null {
  const file = dockerfileOf(project, directory);
  const port = file?.ports.find((candidate) => ![443, 8443, 5005, 9229, 22].includes(candidate));
  return file && port !== undefined ? { port, at: file.at } : null;
}

/** Databases of the compose file beside the program: weak evidence, for when the program's own files name none. */
export function addComposeDatabases(project: Project, directory: string, reading: Reading): void {
  if (reading.database.some((name) => name !== "redis") || !["server", "worker"].includes(reading.kind)) return;
  const found = composeServices(project, directory);
  for (const { database, image } of found?.services ?? []) {
    if (database && found) uses(reading, database, { at: found.at, rule: `compose/image/${image}`, confidence: 0.5 });
  }
}
