/** What a JavaScript project starts in production: a script, a command of a platform's file, or the file that listens. */
import { configAt, stringAt } from "./config.ts";
import { compiledFrom, isListening, likelyEntries, type Source, sourceAt, sourceOf } from "./entry.ts";
import { withImports } from "./imports.ts";
import { type Framework, frameworks } from "./frameworks.ts";
import { lineOf, type Manifest, uses } from "./manifest.ts";
import type { PackageManager } from "./package-manager.ts";
import { inside, type Json, type Project, type Reading } from "./reading.ts";
import { expand, type Invocation, optionOf } from "./scripts.ts";
import { developmentServer, useOf } from "./use.ts";
import type { VendorFacts } from "./vendors.ts";

/** A manifest while it is being read, with what every question about it needs. */
export interface Subject {
  project: Project;
  manifest: Manifest;
  reading: Reading;
  manager: PackageManager;
  vendors: VendorFacts[];
  isLibrary: boolean;
  /** Every script expanded, by name. */
  scripts: Map<string, Invocation[]>;
}

/** What is started in production. */
export interface Program {
  /** The script that starts it in production; undefined when there is none. */
  script?: string;
  /** The command, when it is not a script. */
  command?: string;
  run?: Invocation;
  source: Source | null;
  /** A command or script starts it in production; otherwise the file was found by content. */
  starts: boolean;
  /** Run by a platform's own server, which Node does not start: the port of its local stand-in. */
  edgePort?: number;
  /** The command that starts it serves by itself, whatever the source says. */
  isServer: boolean;
  at: string;
}

/** Names of scripts that start a program in production, best first. */
export const startScripts = [
  "start",
  "start:prod",
  "start:production",
  "start-prod",
  "prod",
  "production",
  "prod:start",
  "serve:prod",
  "serve-prod",
  "start:server",
  "server:start",
  "server:prod",
  "server",
  "serve",
  "start:node",
  "start:bun",
  "start:api",
  "start:web",
  "bot",
  "start:bot",
  "worker",
];

/** Of these the names of scripts that start what answers nobody. */
export const workerScripts: RegExp = /^(?:start:)?(?:bot|worker)$/;

/** Commands joined by `&&`, and by nothing that runs several side by side. */
const inTurn = /^(?!.*(?:\bconcurrently\b|\bnpm-run-all\b|\brun-p\b|(?:^|[^&])&(?:[^&]|$)|\|\|)).*&&/;

/** What is started in production: a script, a command of a platform's file, or the file that listens. */
export function programOf(subject: Subject): Program | undefined {
  const { project, manifest, scripts, vendors } = subject;
  const serving = (name: string): Invocation | undefined => {
    const runs = (scripts.get(name) ?? []).flatMap((run) => linesOf(project, manifest, run) ?? [run]);
    if (runs.some((run) => useOf(run) === "develop" || run.program === "electron")) return undefined;
    const serves = runs.filter(
      (run) =>
        useOf(run) === "serve" &&
        isOwn(subject, run) &&
        run.program !== "run-elsewhere" &&
        !compilesAsItServes(fileOf(project, manifest, run)),
    );
    // One after another: what is run before the last comes to an end.
    return inTurn.test(manifest.scripts[name] ?? "") ? serves.at(-1) : serves[0];
  };
  const runsBuilt = (candidate: string): boolean => {
    const run = serving(candidate);
    return run !== undefined && !/dev|debug|test|seed|migrat/.test(candidate) && builtFile.test(operand(run) ?? "");
  };
  let name =
    startScripts.find((candidate) => serving(candidate) !== undefined) ??
    ["pm2", "deploy"].find((candidate) => serving(candidate)?.program.startsWith("pm2")) ??
    // `start:consumer`, `start-bot`: one of several programs of the same files.
    [...scripts.keys()].find((candidate) => /^start[:-]/.test(candidate) && runsBuilt(candidate));
  if (name !== undefined && ["nest", "ts-node", "ts-node-esm", "tsx", "babel-node"].includes(serving(name)!.program)) {
    const ofProgram = name.replace(/^start:?/, "");
    const built =
      ofProgram === ""
        ? ["start:prod", "start:production", "prod", "production", "serve"]
        : [`start:prod:${ofProgram}`, `start:${ofProgram}:prod`, `prod:${ofProgram}`];
    name =
      built.find((candidate) => serving(candidate)?.program === "node") ??
      (ofProgram === "" || name === "serve" ? [...scripts.keys()].find(runsBuilt) : undefined) ??
      name;
  }
  const stated = vendors.find(({ startCommand }) => startCommand !== undefined);
  if (stated) {
    const runs = expand(stated.startCommand!, manifest);
    const last = runs.findLast(
      (run) => useOf(run) === "serve" && run.program !== "run-elsewhere" && run.within === undefined,
    );
    if (last) {
      const same = name !== undefined && commandText(runs) === commandText(scripts.get(name)!);
      const script = same ? name : scriptCalled(stated.startCommand!, manifest);
      const base = {
        run: last,
        source: fileOf(project, manifest, last),
        starts: true,
        isServer: servesAlone(last) || (stated.kind !== "worker" && stated.rule === "procfile"),
        at: stated.at,
      };
      return script !== undefined ? { ...base, script } : { ...base, command: stated.startCommand! };
    }
  }
  if (name !== undefined) {
    const run = serving(name)!;
    return {
      script: name,
      run,
      source: fileOf(project, manifest, run),
      starts: true,
      isServer: servesAlone(run),
      at: lineOf(project, manifest, name),
    };
  }
  return edgeProgram(subject) ?? unclear(subject) ?? developed(subject) ?? found(subject) ?? exported(subject);
}

/** What a shell script of the project's own runs: `sh ./scripts/start.sh`. */
function linesOf(project: Project, manifest: Manifest, { program, words, within }: Invocation): Invocation[] | null {
  const file = program.endsWith(".sh") ? program : /^(?:ba|z)?sh$/.test(program) ? words[1] : undefined;
  if (file === undefined || within !== undefined || !file.endsWith(".sh")) return null;
  const text = project.tree.text(inside(manifest.directory, file.replace(/^\.\//, "")));
  const lines = text?.split("\n").filter((line) => /^\s*(?:exec\s|node\s|npm\s|pnpm\s|yarn\s|bun\s|npx\s)/.test(line));
  return lines?.flatMap((line) => expand(line, manifest)) ?? null;
}

/** It hands its pages to the compiler at every request, wherever it runs. */
function compilesAsItServes(source: Source | null): boolean {
  if (!source?.text.includes("webpack-dev-")) return false;
  return /["']webpack-dev-server["']/.test(source.text) || !source.text.includes("NODE_ENV");
}

/** A program that a build has put together. */
const builtFile = /^(?:\.\/)?(?:dist|build|lib|out)\//;

/** What runs elsewhere than where the program does, or nothing. */
const startsNothing =
  /^(?:echo|exit|true|docker|docker-compose|podman|serverless|sls|sam|cdk|func|supabase|run-elsewhere)$/;

/** A start script that runs something not known here, beside a file that listens. */
function unclear(subject: Subject): Program | undefined {
  const { project, manifest, scripts } = subject;
  const runs = scripts.get("start") ?? [];
  if (runs.length === 0 || !runs.every((run) => useOf(run) === "other" && !startsNothing.test(run.program)))
    return undefined;
  const program = developed(subject) ?? found(subject);
  if (!program?.source || !withImports(project, program.source, 2, 15).some(isListening)) return undefined;
  return {
    source: program.source,
    script: "start",
    starts: true,
    isServer: false,
    at: lineOf(project, manifest, "start"),
  };
}

/** Run here, or in a folder that is no project of its own. */
function isOwn({ project, manifest }: Subject, { within }: Invocation): boolean {
  if (within === undefined) return true;
  const place = inside(manifest.directory, within);
  return project.tree.hasDirectory(place) && !project.tree.has(inside(place, "package.json"));
}

function commandText(runs: readonly Invocation[]): string {
  return runs
    .filter((run) => useOf(run) === "serve")
    .map(({ program, words }) =>
      [program, ...words.slice(1)]
        .join(" ")
        .replace(/(?<=\s)\.\//g, "")
        .replace(/\.js\b/g, ""),
    )
    .join(" && ");
}

/** The script a plain `npm run x` calls. */
export function scriptCalled(line: string, manifest: Manifest): string | undefined {
  const match = /^(?:npm|pnpm|yarn|bun)\s+(?:run(?:-script)?\s+)?([\w:.-]+)\s*$/.exec(line.trim());
  return match && manifest.scripts[match[1]!] !== undefined ? match[1] : undefined;
}

/** Commands that are servers themselves. */
export function servesAlone({ program }: Invocation): boolean {
  return ![
    "node",
    "nodejs",
    "tsx",
    "ts-node",
    "ts-node-esm",
    "babel-node",
    "bun",
    "deno",
    "pm2",
    "pm2-runtime",
    "forever",
    "esno",
    "jiti",
    "vite-node",
    "electron",
    "coffee",
    "swc-node",
    "run-elsewhere",
  ].includes(program);
}

const valued = new Set([
  "-r",
  "--require",
  "--import",
  "--loader",
  "--experimental-loader",
  "-P",
  "--project",
  "--tsconfig",
  "--env-file",
  "-e",
  "--exec",
  "--ext",
  "-w",
  "--watch",
  "--ignore",
  "--name",
  "-i",
  "--env-file-if-exists",
  "--delay",
  "--max-old-space-size",
  "--config",
  "--ignore-watch",
]);

/** The file an invocation runs. */
function operand({ words }: Invocation): string | undefined {
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (word === "start" || word === "run" || word === "watch" || word === "--") continue;
    if (!word.startsWith("-")) return word;
    if (
      valued.has(word) &&
      !(word === "--watch" && /\.[jt]s$/.test(words[at + 1] ?? "") && words[at + 2] === undefined)
    )
      at += 1;
  }
  return undefined;
}

/** Where the file of the program is, or will be when it is built. */
export function placeOfProgram({ directory }: Manifest, { source, run }: Program): string | undefined {
  const path = run && !servesAlone(run) ? operand(run) : undefined;
  return source?.at ?? (path === undefined ? undefined : inside(directory, path.replace(/^\.\//, "")));
}

function fileOf(project: Project, manifest: Manifest, run: Invocation): Source | null {
  // oclif's `run start` is src/commands/start.ts.
  if (/(^|\/)run$/.test(run.program) && uses(manifest, "@oclif/core"))
    return sourceOf(project, manifest, `src/commands/${run.words[1] ?? "index"}`);
  const operated = operand(run);
  const path = operated === undefined || run.within === undefined ? operated : `${run.within}/${operated}`;
  if (path === undefined) return run.program === "node" ? sourceOf(project, manifest, "index.js") : null;
  if (!run.program.startsWith("pm2") || !/\.json$|config\.(c|m)?js$/.test(path))
    // What is bundled anew at every build may have been committed once.
    return builtFile.test(path)
      ? (compiledFrom(project, manifest, path) ?? sourceOf(project, manifest, path))
      : (sourceOf(project, manifest, path) ?? compiledFrom(project, manifest, path));
  const script = stringAt(managedProgram(project, manifest, run), "script");
  return script === undefined ? null : sourceOf(project, manifest, script);
}

/** The first program of the settings that a process manager is started with: `pm2-runtime start ecosystem.config.js`. */
export function managedProgram(project: Project, manifest: Manifest, run: Invocation): Json | undefined {
  const path = run.program.startsWith("pm2") ? operand(run) : undefined;
  if (path === undefined || !/\.json$|config\.(c|m)?js$/.test(path)) return undefined;
  const at = inside(manifest.directory, path.replace(/^\.\//, ""));
  const settings = path.endsWith(".json") ? project.json(at) : configAt(project, at)?.value;
  const apps = settings?.["apps"];
  return Array.isArray(apps) ? apps[0] : undefined;
}

/** A Cloudflare Worker: its settings, or the command that deploys it, name the program. */
function edgeProgram({ project, manifest }: Subject): Program | undefined {
  const names = ["wrangler.toml", "wrangler.jsonc", "wrangler.json"].map((name) => inside(manifest.directory, name));
  const at = names.find((name) => project.tree.has(name));
  const settings = at === undefined ? null : at.endsWith(".toml") ? project.toml(at) : project.json(at);
  const line = Object.values(manifest.scripts).find((text) => /\bwrangler (dev|deploy|publish)\b/.test(text));
  const main =
    stringAt(settings ?? undefined, "main") ??
    (line && /\bwrangler (?:dev|deploy|publish)\s+(?:--\S+\s+)*([\w./-]+\.[cm]?[jt]sx?)/.exec(line)?.[1]);
  const isUnnamed = main === undefined && at === undefined && line !== undefined && uses(manifest, "wrangler");
  // The first Wrangler took what package.json names, and its settings named the way it is put together.
  const isOld = main === undefined && typeof settings?.["type"] === "string" && settings["site"] === undefined;
  const answers = isOld ? /addEventListener\(\s*["']fetch["']|export\s+default\b/ : /export\s+default\b/;
  const source =
    isUnnamed || isOld
      ? likelyEntries(project, manifest).find(({ text }) => answers.test(text))
      : main === undefined
        ? null
        : sourceOf(project, manifest, main);
  // What is built for it by a bundler is not there yet.
  const isBuilt = source === null && main !== undefined && builtFile.test(main);
  return source || isBuilt
    ? { source: source ?? null, starts: false, isServer: true, edgePort: 8787, at: at ?? manifest.at }
    : undefined;
}

/** `export default app`, or a function made of it: `exports.handler = serverless(app)`. */
const handsOver =
  /export\s+default\b|module\.exports\s*=|(?:\bexports\.\w+|export\s+const\s+\w+)\s*=\s*(?:\w*[sS]erverless\w*|handle)\s*\(/;

/** A program that hands its application to a platform instead of listening: `export default app`. */
function exported({ project, manifest }: Subject): Program | undefined {
  const packages = serverPackages.filter((name) => name in manifest.dependencies && !ownStarters.has(name));
  if (packages.length === 0) return undefined;
  const source = likelyEntries(project, manifest).find(
    ({ text }) =>
      handsOver.test(text) && packages.some((name) => text.includes(`"${name}"`) || text.includes(`'${name}'`)),
  );
  return source && { source, starts: false, isServer: true, edgePort: 3000, at: source.at };
}

/** A program that is only started for development: its file is known, and production starts it without the watcher. */
function developed({ project, manifest, scripts }: Subject): Program | undefined {
  for (const name of [
    "start",
    "dev",
    "start:dev",
    "server",
    "develop",
    "serve",
    "watch",
    "dev:server",
    "start-dev",
    "backend",
  ]) {
    const meant = name === "start" || name === "serve" ? ["develop"] : ["develop", "serve"];
    const run = (scripts.get(name) ?? []).find(
      (candidate) =>
        meant.includes(useOf(candidate)) &&
        [
          "nodemon",
          "ts-node-dev",
          "tsnd",
          "tsx",
          "node",
          "node-dev",
          "bun",
          "ts-node",
          "supervisor",
          "pm2",
          "vite-node",
          "babel-node",
          "esno",
        ].includes(candidate.program) &&
        candidate.within === undefined,
    );
    if (!run) continue;
    const line =
      run.program === "nodemon"
        ? (optionOf(run, "--exec", "-x", "-e") ?? toldNodemon(project, manifest, run))
        : undefined;
    const inner = line && /\s/.test(line) ? expand(line, manifest)[0] : undefined;
    const path =
      operand(inner ?? run) ?? (typeof manifest.json["main"] === "string" ? manifest.json["main"] : "index.js");
    if (developmentServer.test(path)) continue;
    const source = sourceOf(project, manifest, path);
    // `nodemon --exec "mocha --opts test/mocha.opts"` runs no program.
    if (!source || (inner && !/^(?:node|bun|ts-node|tsx|babel-node|esno|deno)\b/.test(inner.program))) continue;
    return { run, source, starts: false, isServer: false, at: lineOf(project, manifest, name) };
  }
  return undefined;
}

/** What the settings of nodemon run where its command names nothing. */
function toldNodemon(project: Project, { directory, json }: Manifest, run: Invocation): string | undefined {
  if (operand(run) !== undefined) return undefined;
  const settings = project.json(inside(directory, "nodemon.json")) ?? json["nodemonConfig"];
  return stringAt(settings, "exec") ?? stringAt(settings, "script");
}

/** Files beside the manifest, whatever their name, but settings and tests. */
function entriesByContent(project: Project, { directory }: Manifest): Source[] {
  return project.tree
    .listing(directory)
    .files.filter(
      (name) => /^[\w-]+\.(m|c)?[jt]sx?$/.test(name) && !/^(gulpfile|gruntfile|jest|test|setup)/i.test(name),
    )
    .slice(0, 20)
    .flatMap((name) => sourceAt(project, inside(directory, name)) ?? []);
}

/** It holds a connection of its own, or takes jobs from a queue. */
const connects = /\.login\s*\(|new\s+Worker\s*\(|bot\.(launch|start)\s*\(|app\.start\s*\(/;
/** A program of Nest without a server. */
export const standsAlone: RegExp = /NestFactory\.create(?:ApplicationContext|Microservice)\b/;
const workerPackages = frameworks.filter(({ role }) => role === "worker").flatMap(({ packages }) => packages);

const serverFrameworks = frameworks.filter(({ role }) => role === "server");
const serverPackages = serverFrameworks.flatMap(({ packages }) => packages);
/** Of these the ones that start what they are given by a command of their own, and are handed to no platform. */
const ownStarters = new Set(serverFrameworks.flatMap(({ start, packages }) => (start === undefined ? [] : packages)));

/** No script at all: the file that listens. */
function found({ project, manifest }: Subject): Program | undefined {
  const entries = likelyEntries(project, manifest);
  const source =
    entries.find(isListening) ??
    entriesByContent(project, manifest).find(isListening) ??
    entries.find(({ text }) => connects.test(text) || standsAlone.test(text)) ??
    (workerPackages.some((name) => name in manifest.dependencies)
      ? entries.find((entry) => withImports(project, entry, 2, 15).some(({ text }) => connects.test(text)))
      : undefined) ??
    (serverPackages.some((name) => name in manifest.dependencies)
      ? entries.find((entry) => withImports(project, entry, 2, 15).some(isListening))
      : undefined);
  // The file that only loads the one that listens is the one to start.
  const first =
    source &&
    entries.slice(0, entries.indexOf(source)).find((one) => withImports(project, one, 2, 15).includes(source));
  return source && { source: first ?? source, starts: false, isServer: false, at: (first ?? source).at };
}

/** `import { handler } from "./build/handler.js"`: what the framework has built for a server to run. */
const importsBuilt = /(?:from|import\(|require\()\s*["']\.{1,2}\/(?:build|dist|\.output)\//;

/** What only a bundler knows: a file that imports it cannot be started as it stands. */
const importsUnbuilt = /from\s*["'](?:virtual:|@remix-run\/dev\/server-build["'])/;

/** A server of the project's own that hands requests to the framework, though no script starts it for production. */
export function renders({ source, starts }: Program, { packages }: Framework): boolean {
  return (
    !starts &&
    source !== null &&
    isListening(source) &&
    !importsUnbuilt.test(source.text) &&
    (importsBuilt.test(source.text) || importsAny(source, packages))
  );
}

/** One of `packages` is imported by name. */
export function importsAny({ text }: Source, packages: readonly string[]): boolean {
  return packages.some((name) => new RegExp(`(?:from|require\\()\\s*["']${name}["']`).test(text));
}

/** A framework that leaves the server to the project is previewed by what also serves it. */
export function previewOf({ scripts }: Subject): string | undefined {
  return ["preview", "server:prod"].find((name) => (scripts.get(name) ?? []).some((run) => useOf(run) === "serve"));
}
