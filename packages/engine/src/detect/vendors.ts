/** What configuration files of hosting platforms say about a directory. Evidence: commands they set win over guesses, never over each other silently. */
import { mainProcess, procfileOf } from "./languages/procfile.ts";
import { inside, isObject, type Json, type JsonObject, type Project } from "./reading.ts";
import { stringAt, valueAt } from "./config.ts";

export interface VendorFacts {
  at: string;
  rule: string;
  buildCommand?: string | undefined;
  startCommand?: string | undefined;
  releaseCommand?: string | undefined;
  outputDir?: string | undefined;
  port?: number | undefined;
  kind?: "static" | "server" | "worker" | undefined;
  confidence: number;
}

/** Facts of every such file for `directory`, strongest first. */
export function vendorFacts(project: Project, directory: string): VendorFacts[] {
  return rows.flatMap((row) => row(project, directory) ?? []).filter((facts) => Object.keys(facts).length > 0);
}

const rows: readonly ((project: Project, directory: string) => VendorFacts[] | null)[] = [
  function procfile(project, directory) {
    const found = procfileOf(project, directory);
    if (!found) return null;
    const { at, processes } = found;
    const main = mainProcess(processes);
    return [
      {
        at,
        rule: "procfile",
        releaseCommand: processes["release"],
        ...(main === undefined ? {} : { startCommand: processes[main] }),
        ...(main === undefined || main === "web" ? { confidence: 0.93 } : { kind: "worker", confidence: 0.85 }),
      },
    ];
  },
  function render(project, directory) {
    const at = ["render.yaml", "render.yml", ".render.yaml"].find((path) => project.tree.has(path));
    const services = at ? valueAt(project.yaml(at)?.[0] ?? undefined, "services") : undefined;
    if (!at || !Array.isArray(services)) return null;
    const mine = services.find(
      (service) =>
        isObject(service) &&
        (strip(stringAt(service, "rootDir")) ?? ".") === directory &&
        ["web", "static", "worker", "pserv"].includes(stringAt(service, "type") ?? "") &&
        service["image"] === undefined &&
        stringAt(service, "env") !== "docker" &&
        stringAt(service, "runtime") !== "docker",
    );
    if (!isObject(mine ?? null)) return null;
    const service = mine as JsonObject;
    const isStatic = service["runtime"] === "static" || service["env"] === "static" || service["type"] === "static";
    return [
      {
        at,
        rule: "render",
        buildCommand: stringAt(service, "buildCommand"),
        startCommand: stringAt(service, "startCommand"),
        releaseCommand: stringAt(service, "preDeployCommand"),
        outputDir: strip(stringAt(service, "staticPublishPath")),
        kind: isStatic ? "static" : undefined,
        confidence: 0.88,
      },
    ];
  },
  function railway(project, directory) {
    for (const name of ["railway.json", "railway.toml"]) {
      const at = inside(directory, name);
      const json = document(project, at);
      if (json)
        return [
          {
            at,
            rule: "railway",
            buildCommand: stringAt(json, "build", "buildCommand"),
            startCommand: stringAt(json, "deploy", "startCommand"),
            releaseCommand: lineOf(valueAt(json, "deploy", "preDeployCommand")),
            confidence: 0.88,
          },
        ];
    }
    return null;
  },
  function nixpacks(project, directory) {
    const at = inside(directory, "nixpacks.toml");
    const toml = document(project, at);
    const cmds = valueAt(toml ?? undefined, "phases", "build", "cmds");
    return (
      toml && [
        {
          at,
          rule: "nixpacks",
          startCommand: stringAt(toml, "start", "cmd"),
          buildCommand: Array.isArray(cmds)
            ? cmds.filter((cmd) => typeof cmd === "string").join(" && ") || undefined
            : undefined,
          confidence: 0.85,
        },
      ]
    );
  },
  function railpack(project, directory) {
    const at = inside(directory, "railpack.json");
    const json = document(project, at);
    return json && [{ at, rule: "railpack", startCommand: stringAt(json, "deploy", "startCommand"), confidence: 0.85 }];
  },
  function netlify(project, directory) {
    const at = inside(directory, "netlify.toml");
    const toml = document(project, at);
    const build = toml?.["build"];
    if (!isObject(build ?? null)) return null;
    const base = strip(stringAt(build, "base"));
    if (base !== undefined && base !== ".") return null;
    return [
      {
        at,
        rule: "netlify",
        buildCommand: stringAt(build, "command"),
        outputDir: strip(stringAt(build, "publish")),
        confidence: 0.9,
      },
    ];
  },
  function vercel(project, directory) {
    const at = inside(directory, "vercel.json");
    const json = document(project, at);
    return (
      json && [
        {
          at,
          rule: "vercel",
          buildCommand: stringAt(json, "buildCommand"),
          outputDir: strip(stringAt(json, "outputDirectory")),
          confidence: 0.9,
        },
      ]
    );
  },
  function firebase(project, directory) {
    const at = inside(directory, "firebase.json");
    const hosting = document(project, at)?.["hosting"];
    const first = Array.isArray(hosting) ? hosting[0] : hosting;
    return isObject(first ?? null)
      ? [{ at, rule: "firebase", outputDir: strip(stringAt(first, "public")), confidence: 0.6 }]
      : null;
  },
  function fly(project, directory) {
    const at = inside(directory, "fly.toml");
    const toml = document(project, at);
    const port = valueAt(toml ?? undefined, "http_service", "internal_port");
    const release = stringAt(toml ?? undefined, "deploy", "release_command");
    // What begins with a slash is a file of the image.
    const releaseCommand = release?.startsWith("/") ? undefined : release;
    if (typeof port !== "number" && releaseCommand === undefined) return null;
    return [{ at, rule: "fly", port: typeof port === "number" ? port : undefined, releaseCommand, confidence: 0.6 }];
  },
  function wrangler(project, directory) {
    for (const name of ["wrangler.jsonc", "wrangler.json", "wrangler.toml"]) {
      const at = inside(directory, name);
      const json = document(project, at);
      const output = strip(stringAt(json ?? undefined, "pages_build_output_dir"));
      if (output !== undefined) return [{ at, rule: "wrangler", outputDir: output, confidence: 0.7 }];
    }
    return null;
  },
];

function document(project: Project, at: string): JsonObject | null {
  if (!project.tree.has(at)) return null;
  const value: Json | null = at.endsWith(".toml") ? project.toml(at) : project.json(at);
  return isObject(value ?? null) ? value : null;
}

/** A command, or several in order, as one line. */
export function lineOf(value: unknown): string | undefined {
  const told: unknown[] = Array.isArray(value) ? value : [value];
  const lines = told.filter((one): one is string => typeof one === "string" && one.trim() !== "");
  return lines.length === 0 ? undefined : lines.join(" && ");
}

/** `./dist/` and `/dist` as `dist`. */
function strip(path: string | undefined): string | undefined {
  return path === undefined ? undefined : path.replace(/^\.?\/+/, "").replace(/\/+$/, "") || ".";
}
