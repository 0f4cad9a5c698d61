/** How a JavaScript program is started in production, by which runtime, and on which port it listens. */
import { configOf, placed, stringAt, valueAt } from "./config.ts";
import { isListening, likelyEntries, type Source, sourceAt, sourceOf } from "./entry.ts";
import { portIn, portNamed } from "./javascript-port.ts";
import { withImports } from "./imports.ts";
import type { Framework } from "./frameworks.ts";
import { dockerfileOf, exposedPort } from "./languages/docker.ts";
import { state } from "./languages/draft.ts";
import { majorOf, type Manifest, manifestOf, usedOf, uses } from "./manifest.ts";
import type { PackageManager } from "./package-manager.ts";
import { importsAny, managedProgram, type Program, scriptCalled, type Subject } from "./program.ts";
import { inside, isObject, type Json, type JsonObject, type Project, type Reading } from "./reading.ts";
import { type Invocation, optionOf } from "./scripts.ts";
import { workspaceOf } from "./workspaces.ts";

/** Bun where the program is written for it or started by it; Node otherwise. */
export function stateRuntime(
  { reading, manifest, manager }: Subject,
  program: Program | undefined,
  sources: readonly Source[],
): void {
  const bun =
    program?.run?.program === "bun" ||
    sources.some(({ text }) => /\bBun\.serve\s*(?:<[^<>()]*>)?\(/.test(text)) ||
    // Nothing else listens for what is only exported, on the port that is named beside it.
    (sources.some(({ text }) => /export\s+default\s+\{(?=[^}]*\bport\b)[^}]*\bfetch\b/.test(text)) &&
      !uses(manifest, "wrangler")) ||
    (manager === "bun" && uses(manifest, "elysia")) ||
    (manager === "bun" &&
      sources.some(({ text }) => /export\s+default\s+(app|\{[^}]*fetch)/.test(text)) &&
      !uses(manifest, "wrangler"));
  if (bun) markBun(reading, program?.at ?? manifest.at);
}

/** It runs under Bun, as `at` says. */
export function markBun(reading: Reading, at: string): void {
  reading.runtime = "bun";
  reading.evidence.push({ field: "runtime", value: "bun", rule: "runtime/bun", at, confidence: 0.9 });
}

/** The start command: the script, the command of a platform's file, the framework's own, or the file itself, in that order. */
export function stateStart(subject: Subject, program: Program, framework?: Framework): void {
  const { manifest, reading, manager } = subject;
  if (program.script !== undefined)
    return state(reading, "startCommand", runScript(manager, program.script), {
      at: program.at,
      rule: `script/${program.script}`,
      confidence: 0.95,
    });
  if (program.command !== undefined)
    return state(reading, "startCommand", program.command, {
      at: program.at,
      rule: "platform/start",
      confidence: 0.93,
    });
  if (framework?.start && framework.id !== "nestjs" && framework.commands?.length)
    return state(reading, "startCommand", executed(manager, framework.start), {
      at: manifest.at,
      rule: `framework/${framework.id}`,
      confidence: 0.75,
    });
  const bundled = program.edgePort === undefined ? undefined : bundledHono(subject);
  if (bundled) return state(reading, "startCommand", bundled.command, bundled);
  if (program.edgePort !== undefined) return;
  if (program.source)
    state(reading, "startCommand", startOf(subject, program.source, program.run), {
      at: program.source.at,
      rule: program.run ? "script/without-watcher" : "entry/listens",
      confidence: 0.75,
    });
}

/** What Vite builds of Hono for a runtime that listens by itself: `import build from "@hono/vite-build/node"`. */
function bundledHono({ project, manifest }: Subject): { command: string; at: string; rule: string } | undefined {
  const settings = uses(manifest, "@hono/vite-build")
    ? configOf(project, manifest.directory, ["vite.config"])
    : undefined;
  const runtime = /["']@hono\/vite-build\/(node|bun)["']/.exec(settings?.text ?? "")?.[1];
  return settings && runtime !== undefined
    ? { command: `${runtime} dist/index.js`, at: settings.at, rule: "hono/vite-build" }
    : undefined;
}

/** Where the build target of an Nx project that stands alone puts what it builds. */
export function nxOutput({ project, manifest }: Subject): string | undefined {
  return manifest.at.endsWith("project.json")
    ? undefined
    : stringAt(
        project.json(inside(manifest.directory, "project.json")) ?? undefined,
        "targets",
        "build",
        "options",
        "outputPath",
      );
}

/** How a file is started in production: compiled TypeScript from where the compiler puts it, else as it is. */
function startOf(subject: Subject, source: Source, run: Invocation | undefined): string {
  const { project, manifest, scripts, manager } = subject;
  const path = manifest.directory === "." ? source.at : source.at.slice(manifest.directory.length + 1);
  const builds = scripts.get(scriptCalled(subject.reading.buildCommand ?? "", manifest) ?? "build") ?? [];
  const shipped = builds.length > 0 ? shippedFile(project, manifest, source) : undefined;
  if (
    subject.reading.runtime === "bun" ||
    run?.program === "bun" ||
    (manager === "bun" && (uses(manifest, "@types/bun") || /tsx?$/.test(path)))
  ) {
    const compiles = builds.find(({ program, words }) => program === "bun" && words.includes("--compile"));
    const binary = compiles && optionOf(compiles, "--outfile");
    return binary === undefined ? `bun run ${shipped ?? path}` : `./${plainPath(binary)}`;
  }
  const packed = builds.some(({ program }) => program === "webpack") ? packedFile(project, manifest) : undefined;
  if (packed !== undefined) return `node ${packed}`;
  if (!/\.(m|c)?tsx?$/.test(path)) return `node ${path}`;
  const bundled = nxOutput(subject);
  if (bundled !== undefined) return `node ${bundled}/${path.slice(path.lastIndexOf("/") + 1).replace(/tsx?$/, "js")}`;
  const main = manifest.json["main"];
  const isMain = typeof main === "string" && /\.(m|c)?js$/.test(main);
  const compiles = builds.find(
    (one) => bundlers.has(one.program) || (compilers.has(one.program) && !isOnlyChecked(project, manifest, one)),
  );
  const options = compilerOptions(project, manifest.directory);
  const out = (compiles && optionOf(compiles, "--outDir", "--out-dir", "-d")) ?? stringAt(options, "outDir");
  const stem = path.replace(/\.(m|c)?tsx?$/, "");
  // `main` may name the file as it is written, which the compiler puts elsewhere.
  const isLeft = isMain && plainPath(main).replace(/\.(m|c)?js$/, "") === stem && (!compiles || out !== undefined);
  if (isMain && !isLeft && builds.length > 0 && sourceOf(project, manifest, main)?.at === source.at)
    return `node ${plainPath(main)}`;
  if (shipped !== undefined) return `node ${shipped}`;
  // Vite, told to build a server.
  const isVites = usedOf(manifest, ["vite-plugin-fastify", "vite-plugin-node"]) !== undefined;
  if (isVites && builds.some(({ program, words }) => program === "vite" && words.includes("build")))
    return `node dist/${path.slice(path.lastIndexOf("/") + 1).replace(/tsx?$/, "js")}`;
  if (!compiles)
    return usedOf(manifest, ["tsx"])
      ? `npx tsx ${path}`
      : usedOf(manifest, ["ts-node"])
        ? `npx ts-node ${path}`
        : (majorOf(manifest, "@types/node") ?? 0) >= 23
          ? `node ${path}`
          : `npx tsx ${path}`;
  // A bundler knows nothing of the compiler's settings, and leaves out the folder all entries lie in.
  if (bundlers.has(compiles.program)) {
    const file = optionOf(compiles, "--outfile", "-o");
    const folder = optionOf(compiles, "--outdir", "--out-dir", "-d") ?? "dist";
    return `node ${plainPath(file?.endsWith("js") ? file : `${folder.replace(/\/$/, "")}/${stem.replace(/^[^/]+\//, "")}.js`)}`;
  }
  const inSource =
    compiles.program !== "tsc" || !hasSourcesBeside(project, manifest) ? stem.replace(/^src\//, "") : stem;
  return `node ${plainPath(out ?? "dist").replace(/\/$/, "")}/${inSource}.js`;
}

/** What the compiler is told, with what the file its settings extend tells it. */
function compilerOptions(project: Project, directory: string): JsonObject {
  const own = project.json(inside(directory, "tsconfig.json"));
  const base = own?.["extends"];
  const at = typeof base === "string" && base.startsWith(".") ? placed(base, directory) : undefined;
  const inherited = at === undefined ? undefined : project.json(at.endsWith(".json") ? at : `${at}.json`);
  const told = (settings: Json | undefined): JsonObject => {
    const options = valueAt(settings, "compilerOptions") ?? null;
    return isObject(options) ? options : {};
  };
  return { ...told(inherited), ...told(own) };
}

/** The compiler writes nothing: its settings say so, and the command names no others. */
function isOnlyChecked(project: Project, manifest: Manifest, run: Invocation): boolean {
  return (
    run.program === "tsc" &&
    compilerOptions(project, manifest.directory)["noEmit"] === true &&
    !run.words.some((word) => /^(?:-p|--project|-b|--build|--outDir|--noEmit)$/.test(word))
  );
}

/** Where webpack puts a program for Node, seen from its folder. */
function packedFile(project: Project, { directory }: Manifest): string | undefined {
  const settings = configOf(project, directory, ["webpack.config"])?.value;
  const folder = placed(stringAt(settings, "output", "path") ?? "dist", ".");
  const file = stringAt(settings, "output", "filename") ?? "main.js";
  const isForNode = /^(?:async-)?node/.test(stringAt(settings, "target") ?? "");
  return isForNode && folder !== undefined && !file.includes("[") ? `${folder}/${file}` : undefined;
}

const compilers = new Set(["tsc", "swc", "babel", "tspc", "tsc-alias"]);
const bundlers = new Set(["tsup", "esbuild", "ncc", "tsdown", "unbuild"]);

function plainPath(path: string): string {
  return path.replace(/^\.\//, "");
}

/** Where the container of the project finds the compiled `source`: `CMD ["node", "/app/dist/server.mjs"]`. */
function shippedFile(project: Project, manifest: Manifest, source: Source): string | undefined {
  const command = dockerfileOf(project, manifest.directory)?.command ?? "";
  const file = command
    .match(/[\w./-]+\.[cm]?js\b/g)
    ?.at(-1)
    ?.replace(/^\/(?:usr\/src\/|home\/)?[\w.-]+\/|^\.\//, "");
  const [folder = "", name = ""] = source.at
    .replace(/\.\w+$/, "")
    .split("/")
    .slice(-2);
  const names = name === "index" ? [name, folder] : [name || folder];
  return file?.includes("/") && names.includes(file.slice(file.lastIndexOf("/") + 1).replace(/\.\w+$/, ""))
    ? file
    : undefined;
}

function hasSourcesBeside(project: Project, manifest: Manifest): boolean {
  const options = project.json(inside(manifest.directory, "tsconfig.json"));
  const compiler = options?.["compilerOptions"];
  if (isObject(compiler ?? null) && (compiler as { rootDir?: unknown }).rootDir !== undefined)
    return !/src\/?$/.test(String((compiler as { rootDir?: unknown }).rootDir));
  const include = options?.["include"];
  return Array.isArray(include)
    ? include.some((pattern) => typeof pattern === "string" && !/^(\.\/)?src/.test(pattern))
    : false;
}

/** The port without PORT: a flag, the code, an example of the settings, a container, the framework's default, in that order. */
export function statePort(
  subject: Subject,
  program: Program | undefined,
  framework: Framework | undefined,
  sources: readonly Source[],
): void {
  const { project, manifest, reading, vendors } = subject;
  const managed = program?.run && managedProgram(project, manifest, program.run);
  const flagged =
    program?.run &&
    (portOfRun(program.run) ?? portOfManaged(managed, "env_production") ?? portOfManaged(managed, "env"));
  if (flagged) return state(reading, "port", flagged, { at: program.at, rule: "port/flag", confidence: 0.97 });
  if (program?.edgePort !== undefined)
    return state(reading, "port", program.edgePort, { at: program.at, rule: "port/wrangler", confidence: 0.6 });
  const set = framework && portOfFramework(project, manifest, framework);
  if (set) return state(reading, "port", set.port, { at: set.at, rule: "port/settings", confidence: 0.9 });
  // Where the start script runs something that only starts the program, it is found by content.
  const listening = sources.some(isListening) ? [] : likelyEntries(project, manifest).filter(isListening).slice(0, 1);
  const isConfigured =
    usedOf(manifest, ["config", "@feathersjs/configuration", "feathers-configuration"]) !== undefined;
  const asked = isConfigured ? portsAskedFor(sources) : [];
  const answered = asked.length > 0 ? configuredPort(project, manifest.directory, asked) : null;
  if (answered)
    return state(reading, "port", answered.port, { at: answered.at, rule: "port/config", confidence: 0.85 });
  const coded =
    portIn(project, [...sources, ...listening]) ??
    portIn(project, settingsOf(project, manifest, sources), portNamed(sources));
  if (coded) return state(reading, "port", coded.port, coded);
  const told = portOfSettings(project, manifest.directory);
  if (told) return state(reading, "port", told.port, { at: told.at, rule: "port/example", confidence: 0.75 });
  const configured = isConfigured ? configuredPort(project, manifest.directory) : null;
  if (configured)
    return state(reading, "port", configured.port, { at: configured.at, rule: "port/config", confidence: 0.75 });
  const exposed = exposedPort(project, manifest.directory);
  // What the program hands to `listen` itself has no default of the framework's.
  const bySelf =
    (framework?.commands?.length || ["hono", "elysia", "fastify"].includes(framework?.id ?? "")) &&
    !sources.some(({ text }) => /\.listen\s*\(/.test(text));
  if (exposed && !bySelf)
    return state(reading, "port", exposed.port, { at: exposed.at, rule: "container/expose", confidence: 0.7 });
  // `listen(nuxt.options.server.port)`
  const handsOn = program?.source && framework && importsAny(program.source, framework.packages);
  if (framework?.port !== undefined && (bySelf || handsOn || ["server", "worker"].includes(framework.role)))
    return state(reading, "port", uses(manifest, "wrangler") && program?.starts !== true ? 8787 : framework.port, {
      at: manifest.at,
      rule: `port/${framework.id}`,
      confidence: 0.6,
    });
  const fly = vendors.find(({ port }) => port !== undefined);
  if (fly) return state(reading, "port", fly.port, { at: fly.at, rule: "fly/port", confidence: 0.5 });
  if (reading.runtime === "bun") state(reading, "port", 3000, { at: manifest.at, rule: "port/bun", confidence: 0.5 });
}

/** Settings kept in a package of the workspace: `import { env } from "@acme/env"`. */
function settingsOf(project: Project, manifest: Manifest, sources: readonly Source[]): Source[] {
  const names = Object.entries({ ...manifest.devDependencies, ...manifest.dependencies }).flatMap(([name, range]) =>
    /^(?:workspace:|file:|link:|\*$)/.test(range) &&
    sources.some(({ text }) => text.includes(`"${name}`) || text.includes(`'${name}`))
      ? [name]
      : [],
  );
  if (names.length === 0) return [];
  return (workspaceOf(project)?.members ?? []).flatMap((directory) => {
    const member = manifestOf(project, directory);
    if (!member || !names.includes(member.name)) return [];
    const main =
      sourceOf(project, member, stringAt(member.json, "main") ?? "src/index") ??
      sourceOf(project, member, "src/index") ??
      sourceOf(project, member, "index");
    return main ? withImports(project, main, 2, 8).filter(({ text }) => /PORT\b/.test(text)) : [];
  });
}

const settingsFolders = ["", "config", "configs", "env", "envs"];
/** Examples of settings, then what is committed for the program to read. */
const settingsFiles = [
  ".env.example",
  ".env.sample",
  ".env.template",
  "env.example",
  ".env.development",
  ".env.dist",
  ".env.defaults",
  ".env.local.example",
  ".example-env",
  "sample.env",
  "example.env",
  "env.sample",
  ".env.production.example",
  ".env",
  ".env.production",
];

/** `PORT=4000` in an example of the settings. */
export function portOfSettings(project: Project, directory: string): { port: number; at: string } | null {
  for (const folder of settingsFolders) {
    const place = folder === "" ? directory : inside(directory, folder);
    const files = new Set(project.tree.listing(place).files);
    for (const name of settingsFiles) {
      if (!files.has(name)) continue;
      const at = inside(place, name);
      const match =
        /^(?:export\s+)?(?:(?:APP|SERVER|API|HTTP|NODE|BACKEND|WEB|EXPRESS)_)?PORT\s*=\s*["']?(\d{2,5})/m.exec(
          project.tree.text(at) ?? "",
        );
      if (match) return { port: Number(match[1]), at };
    }
  }
  return null;
}

/** `-p 4000`, `--port=4000`, `PORT=4000 …`, `${PORT:-4000}`. */
export function portOfRun(run: Invocation): number | undefined {
  const value = optionOf(run, "-p", "--port", "-l", "--listen") ?? run.variables["PORT"];
  const port = Number(/^\$?\{?(?:\w+:-)?(\d{2,5})\}?$/.exec(value ?? "")?.[1]);
  return port >= 80 && port <= 65_535 ? port : undefined;
}

/** Where frameworks that open the port themselves are told which. */
const ownSettings: Readonly<Record<string, { file: string; path: readonly string[] }>> = {
  sails: { file: "config/env/production", path: ["port"] },
  keystone: { file: "keystone", path: ["server", "port"] },
};

function portOfFramework(
  project: Project,
  { directory }: Manifest,
  { id }: Framework,
): { port: number; at: string } | undefined {
  const own = ownSettings[id];
  const config = own && configOf(project, directory, [own.file]);
  const port = config ? Number(valueAt(config.value, ...own.path) ?? Number.NaN) : Number.NaN;
  return port >= 80 && port <= 65_535 ? { port, at: config!.at } : undefined;
}

/** What a process manager's settings give the program as PORT. */
function portOfManaged(managed: Json | undefined, environment: string): number | undefined {
  const port = Number(valueAt(managed, environment, "PORT") ?? Number.NaN);
  return port >= 80 && port <= 65_535 ? port : undefined;
}

/** A script in the manager's words. */
export function runScript(manager: PackageManager, name: string): string {
  return `${manager} run ${name}`;
}

/** A command of a package, run by what the manager runs packages with. */
export function executed(manager: PackageManager, command: string | undefined): string | undefined {
  if (command === undefined || /^(node|bun|deno|npx|bunx|meteor)\b/.test(command)) return command;
  return `${manager === "bun" ? "bunx" : "npx"} ${command}`;
}

/** `config.get("api.port")`: what the program asks its settings for. */
function portsAskedFor(sources: readonly Source[]): string[][] {
  return sources.flatMap(({ text }) =>
    [...text.matchAll(/\bget\s*(?:(?:<\w+>)\s*)?\(\s*["']((?:\w+\.)*port)["']/gi)].map((match) => match[1]!.split(".")),
  );
}

/** Names people give the port. */
const usualPorts = [[], ["server"], ["app"], ["http"], ["api"]].flatMap((parents) => [
  [...parents, "port"],
  [...parents, "PORT"],
]);

/** The port the package `config` reads from config/default.*, under the first of `names` that it has. */
function configuredPort(
  project: Project,
  directory: string,
  names: readonly string[][] = usualPorts,
): { port: number; at: string } | null {
  const module = configOf(project, directory, ["config/default"]);
  const source = module ? sourceAt(project, module.at) : null;
  const coded = source ? portIn(project, [source]) : null;
  if (coded) return coded;
  const stem = inside(directory, "config/default");
  const file = ["json", "yml", "yaml"].map((ending) => `${stem}.${ending}`).find((at) => project.tree.has(at));
  const at = module?.at ?? file;
  if (at === undefined) return null;
  const settings = module?.value ?? (at.endsWith(".json") ? project.json(at) : project.yaml(at)?.[0]) ?? undefined;
  for (const name of names) {
    const port = Number(valueAt(settings, ...name) ?? Number.NaN);
    if (port >= 80 && port <= 65_535) return { port, at };
  }
  return null;
}
