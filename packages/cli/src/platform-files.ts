/**
 * What the configuration files of other platforms say in the words of landfall.json. What detection reads by itself (frameworks,
 * versions) is not repeated. Sources, read 2026-11: fly.io/docs/reference/configuration, vercel.com/docs/project-configuration,
 * docs.netlify.com/build/configure-builds/file-based-configuration, render.com/docs/blueprint-spec, docs.railway.com/reference/config-as-code,
 * devcenter.heroku.com/articles/procfile and …/app-json-schema, docs.docker.com/reference/compose-file/services.
 */
import { posix } from "node:path";
import type { Config } from "@landfall/engine/plan/config";
import { parseProcfile } from "@landfall/engine/detect/languages/procfile";
import { lineOf } from "@landfall/engine/detect/vendors";
import { slug } from "@landfall/engine/name";
import { parse as parseJson } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";

type Read = (text: string) => { [Key in keyof Config]?: unknown };

/** By file name; the first that is there is taken when none is named. A reader throws what its parser throws. */
export const platformFiles: Record<string, Read> = {
  "fly.toml": (text) => {
    const file = parseToml(text);
    const web = at(file, "http_service") ?? at(file, "services", 0);
    return {
      name: name(at(file, "app")),
      startCommand: at(file, "processes", "web") ?? at(file, "processes", "app"),
      releaseCommand: at(file, "deploy", "release_command"),
      port: at(web, "internal_port"),
      healthPath: at(web, "checks", 0, "path") ?? at(web, "http_checks", 0, "path"),
    };
  },
  "vercel.json": (text) => {
    const file: unknown = parseJson(text);
    return {
      name: name(at(file, "name")),
      installCommand: at(file, "installCommand"),
      buildCommand: at(file, "buildCommand"),
      outputDir: at(file, "outputDirectory"),
    };
  },
  "netlify.toml": (text) => {
    const build = at(parseToml(text), "build");
    return { buildCommand: at(build, "command"), outputDir: at(build, "publish") };
  },
  "render.yaml": (text) => {
    const service = at(parseYaml(text), "services", 0);
    return {
      name: name(at(service, "name")),
      buildCommand: at(service, "buildCommand"),
      startCommand: at(service, "startCommand"),
      releaseCommand: at(service, "preDeployCommand"),
      outputDir: at(service, "staticPublishPath"),
      healthPath: at(service, "healthCheckPath"),
    };
  },
  "railway.json": (text) => {
    const file: unknown = parseJson(text);
    return {
      buildCommand: at(file, "build", "buildCommand"),
      startCommand: at(file, "deploy", "startCommand"),
      releaseCommand: lineOf(at(file, "deploy", "preDeployCommand")),
      healthPath: at(file, "deploy", "healthcheckPath"),
    };
  },
  Procfile: (text) => {
    const { web, release } = parseProcfile(text);
    return { startCommand: web, releaseCommand: release };
  },
  "compose.yaml": compose,
  "compose.yml": compose,
  "docker-compose.yaml": compose,
  "docker-compose.yml": compose,
  "app.json": (text) => ({ name: name(at(parseJson(text), "name")) }),
};

/** What a platform's file sets, without what it leaves open; directories tidied. */
export function readPlatformFile(file: string, text: string): Record<string, unknown> {
  const values = platformFiles[file]!(text);
  if (typeof values.outputDir === "string") values.outputDir = posix.normalize(values.outputDir).replace(/\/$/, "");
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}

/** What is built of the project's own directories; what comes as an image, such as a database, is not ours to start. */
function compose(text: string): ReturnType<Read> {
  const file: unknown = parseYaml(text);
  const services: Record<string, object> = {};
  for (const service of Object.values(at(file, "services") ?? {})) {
    const context = at(service, "build", "context") ?? at(service, "build");
    // One elsewhere, at an address or another folder of the machine, is not the project's.
    if (typeof context !== "string" || /^\/|:|^\.\./.test(context)) continue;
    const settings = { startCommand: commandOf(at(service, "command")), port: portOf(service) };
    const told = Object.entries(settings).filter(([, value]) => value !== undefined);
    if (told.length > 0) services[posix.join(context, ".")] ??= Object.fromEntries(told);
  }
  const { ".": own, ...below } = services;
  return { name: name(at(file, "name")), ...own, ...(Object.keys(below).length > 0 ? { services: below } : {}) };
}

/** A line, or a list of words, which are quoted where a line would be read otherwise. */
function commandOf(command: unknown): unknown {
  if (!Array.isArray(command)) return command ?? undefined;
  return command
    .map((word) => (/^[\w@%+=:,./$-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** The container's side of the first: `3000`, `"8080:3000/tcp"`, `{ target: 3000 }`. */
function portOf(service: unknown): number | undefined {
  const first = at(service, "ports", 0) ?? at(service, "expose", 0);
  const told = /(\d+)(?:\/\w+)?$/.exec(String(at(first, "target") ?? first))?.[1];
  return told === undefined ? undefined : Number(told);
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

function name(value: unknown): unknown {
  return typeof value === "string" ? slug(value) : undefined;
}
