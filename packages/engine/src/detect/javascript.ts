/**
 * The reader of JavaScript and TypeScript projects. Three questions are kept apart: which framework names the project, whether what is
 * deployed is files, a server or a worker, and which commands build and start it.
 */
import { type Active, activeOf, isExtension, onlyDeveloped, serverOf } from "./active.ts";
import { isElsewhere, looksLikeLibrary } from "./belonging.ts";
import { withBorrowed } from "./borrowed.ts";
import { buildsOf, commandWith, stateBuild } from "./build-command.ts";
import { stringAt } from "./config.ts";
import { addDatabases } from "./databases.ts";
import { drivers } from "./drivers.ts";
import { isListening, isNoProgram, portIn, type Source, sourceAt, sourceOf, withImports } from "./entry.ts";
import { deviceFrameworks, type Framework, frameworks } from "./frameworks.ts";
import { addExampleDatabases } from "./languages/databases.ts";
import { addComposeDatabases } from "./languages/docker.ts";
import { decide, draftOf, state, uses as addDatabase } from "./languages/draft.ts";
import { search } from "./languages/files.ts";
import { versionFromFiles } from "./languages/versions.ts";
import { lineOf, type Manifest, manifestOf, usedOf } from "./manifest.ts";
import { builtBy } from "./output.ts";
import type { Built } from "./building.ts";
import { packageManagerOf, upwards } from "./package-manager.ts";
import {
  placeOfProgram,
  previewOf,
  type Program,
  programOf,
  renders,
  servesAlone,
  standsAlone,
  startScripts,
  type Subject,
} from "./program.ts";
import { inside, isObject, type Project, type Reader, type Reading } from "./reading.ts";
import { expandScript } from "./scripts.ts";
import { useOf } from "./use.ts";
import {
  executed,
  nxOutput,
  portOfRun,
  portOfSettings,
  runScript,
  statePort,
  stateRuntime,
  stateStart,
} from "./start-command.ts";
import { vendorFacts } from "./vendors.ts";

export const javascript: Reader = {
  id: "javascript",
  read(project, directory) {
    const manifest = manifestOf(project, directory);
    if (manifest) return readManifest(project, manifest);
    return project.tree.has(inside(directory, "package.json")) ? null : readAlone(project, directory);
  },
};

/** A program without a manifest: a file that listens, which says itself what it is made of. */
function readAlone(project: Project, directory: string): Reading | null {
  for (const name of ["server.js", "app.js", "index.js", "main.js", "server.mjs", "app.mjs", "index.mjs"]) {
    const source = sourceAt(project, inside(directory, name));
    if (!source || !isListening(source) || !/\brequire\s*\(|^\s*import\s/m.test(source.text)) continue;
    const dependencies: Record<string, string> = {};
    for (const [, imported] of source.text.matchAll(/(?:require\s*\(\s*|\bfrom\s+)["']((?:@[\w.-]+\/)?[\w.-]+)["']/g))
      if (imported && !imported.startsWith(".")) dependencies[imported] = "*";
    const json = { private: true, main: name };
    const manifest = { at: source.at, directory, name: "", json, scripts: {}, dependencies, devDependencies: {} };
    const reading = readManifest(project, manifest);
    return reading.kind === "server" ? { ...reading, confidence: Math.min(reading.confidence, 0.7) } : null;
  }
  return null;
}

/** The reading of a manifest; also used for projects of a workspace that have no manifest of their own. */
export function readManifest(project: Project, own: Manifest): Reading {
  const manifest = withBorrowed(project, own);
  const { directory, at } = manifest;
  const reading = draftOf("node", { at, rule: "javascript/manifest" });
  const parents = upwards(directory).flatMap((place) =>
    place === directory ? [manifest] : (manifestOf(project, place) ?? []),
  );
  const manager = packageManagerOf(project, parents);
  const why = { at: manager.at, rule: manager.rule, confidence: manager.confidence };
  state(reading, "packageManager", manager.id, why);
  state(reading, "installCommand", manager.installCommand, why);
  stateVersion(project, parents, reading);
  const subject: Subject = {
    project,
    manifest,
    reading,
    manager: manager.id,
    vendors: vendorFacts(project, directory),
    isLibrary: looksLikeLibrary(manifest) && !isDeployed(project, manifest),
    scripts: new Map(Object.keys(manifest.scripts).map((name) => [name, expandScript(name, manifest)])),
  };
  addDatabases(project, manifest, reading);
  settle(subject);
  addExampleDatabases(project, directory, reading);
  addComposeDatabases(project, directory, reading);
  return reading;
}

/** It is put online by its own script, lies among a workspace's programs, or comes with the container its start script runs in. */
function isDeployed(project: Project, own: Manifest): boolean {
  const { directory, json, scripts } = own;
  if (Object.values(scripts).some((line) => /\bwrangler (?:deploy|publish)\b/.test(line))) return true;
  if (json["bin"] !== undefined) return false;
  return (
    /^apps\/[^/]+$/.test(directory) ||
    (("start" in scripts || "dev" in scripts) && project.tree.has(inside(directory, "Dockerfile"))) ||
    // A server that exports its types for those who call it.
    (json["files"] === undefined && json["publishConfig"] === undefined && listensItself(project, own))
  );
}

/** The development script runs a file that opens a port. */
function listensItself(project: Project, manifest: Manifest): boolean {
  const file = /\b(?:bun|tsx|node)\b[^&|;]*\s((?:src\/)?(?:index|server|main|app)\.[jt]s)\s*(?:\||$)/.exec(
    manifest.scripts["dev"] ?? "",
  )?.[1];
  const source = file === undefined ? null : sourceOf(project, manifest, file);
  return source !== null && isListening(source);
}

function settle(subject: Subject): void {
  const { project, manifest } = subject;
  if (isExtension(project, manifest)) return settlePackage(subject, 0.85);
  const app = activeOf(subject, ["app", "documents"]);
  const started = programOf(subject);
  // What lies in a folder with a manifest of its own is that folder's program; this one only drives it.
  const file = started && placeOfProgram(manifest, started);
  const program = file !== undefined && isElsewhere(project, manifest, file) ? undefined : started;
  const server = serverOf(subject, program);
  if (app) {
    const built = builtBy({ project, manifest, framework: app.framework, builds: buildsOf(subject, app.framework) });
    const servedByOwn =
      built.kind === "static" && program?.starts === true && server && program.source && isListening(program.source);
    if (!built.isLibrary && !servedByOwn) return settleFramework(subject, app, built, program);
    if (built.isLibrary && !server) return settlePackage(subject, 0.8);
  }
  const bundler = activeOf(subject, ["bundler"]);
  const worker = frameworks.find(
    ({ role, packages }) => role === "worker" && packages.some((name) => name in manifest.dependencies),
  );
  // A bot that its platform runs beside no web process answers nobody, whatever it shows besides.
  if (worker && program && subject.vendors.some(({ kind }) => kind === "worker"))
    return settleWorker(subject, program, worker);
  if (server && !(bundler && onlyDeveloped(subject, bundler.framework, program)))
    return settleServer(subject, server, program);
  if (worker && !subject.isLibrary && program) return settleWorker(subject, program, worker);
  if (bundler) {
    const built = builtBy({
      project,
      manifest,
      framework: bundler.framework,
      builds: buildsOf(subject, bundler.framework),
    });
    if (program?.starts && program.source && (isListening(program.source) || buildsServer(subject)))
      return settleServer(subject, undefined, program);
    if (!built.isLibrary) return settleFramework(subject, bundler, built, program);
  }
  const isProgram =
    program &&
    !subject.isLibrary &&
    (program.starts ||
      program.edgePort !== undefined ||
      (program.source && (isListening(program.source) || standsAlone.test(program.source.text))) ||
      (program.run !== undefined && !("workspaces" in manifest.json)));
  if (isProgram) {
    if (program.source && withImports(project, program.source, 2, 15).some(isListening))
      return settleServer(subject, undefined, program);
    if (program.isServer) return settleServer(subject, undefined, program);
  }
  const pages = isProgram && worker ? undefined : builtPages(subject);
  if (pages !== undefined) return settlePages(subject, pages);
  if (isProgram) return settleWorker(subject, program, worker);
  const named = stringAt(manifest.json, "main") ?? stringAt(manifest.json, "module");
  const main = subject.isLibrary ? null : sourceOf(project, manifest, named ?? "index");
  if (
    main &&
    !isNoProgram.test(main.at) &&
    !isElsewhere(project, manifest, main.at) &&
    !program &&
    usedOf(manifest, deviceFrameworks) === undefined &&
    !("bin" in manifest.json) &&
    !manifest.at.endsWith("project.json") &&
    !("workspaces" in manifest.json) &&
    !("exports" in manifest.json) &&
    !project.tree.has(inside(manifest.directory, "index.html"))
  )
    return settleWorker(
      subject,
      { source: main, starts: false, isServer: false, at: main.at },
      named === undefined ? undefined : worker,
    );
  if (
    subject.isLibrary ||
    usedOf(manifest, deviceFrameworks) !== undefined ||
    ["bin", "exports"].some((key) => key in manifest.json)
  )
    return settlePackage(subject, 0.7);
  settleTooling(subject);
}

/** The bundler also builds what renders its pages on a server: `vite build && vite build --ssr src/server.ts`. */
function buildsServer({ scripts }: Subject): boolean {
  return (scripts.get("build") ?? []).some(({ words }) => words.includes("--ssr"));
}

function settleFramework(subject: Subject, active: Active, built: Built, program: Program | undefined): void {
  const { project, reading } = subject;
  const { framework } = active;
  state(reading, "framework", framework.id, active);
  if (framework.database !== undefined && !reading.database.includes(framework.database))
    addDatabase(reading, framework.database, { ...active, rule: `framework/${framework.id}` });
  stateBuild(subject, framework);
  const own = { at: built.at, rule: built.rule, confidence: built.confidence };
  if (built.verb !== undefined) state(reading, "buildCommand", commandWith(subject, framework, built.verb), own);
  const stated = subject.vendors.find(
    ({ outputDir, rule }) => outputDir !== undefined && (rule !== "firebase" || framework.kind === "static"),
  );
  if (built.kind === "static") {
    const usable =
      stated?.outputDir !== undefined &&
      !/\.next|\.vercel|\.netlify/.test(stated.outputDir) &&
      (stated.rule !== "firebase" || built.rule.endsWith("default")) &&
      !(stated.outputDir === "." && built.output !== undefined);
    state(reading, "outputDir", built.output, own);
    if (usable)
      state(reading, "outputDir", stated.outputDir, {
        at: stated.at,
        rule: `${stated.rule}/output`,
        confidence: stated.confidence,
      });
    decide(reading, "static", active.confidence, own);
    return;
  }
  state(reading, "outputDir", built.output, own);
  const script = built.start?.startsWith("script:") ? built.start.slice(7) : undefined;
  const isOwn =
    (program?.starts &&
      program.run &&
      (framework.commands?.includes(program.run.program) || !["serve"].includes(program.run.program))) ||
    (program !== undefined && renders(program, framework));
  const stand = built.noStart && !isOwn ? standIn(subject) : undefined;
  const served = built.start === undefined && framework.start === undefined ? previewOf(subject) : undefined;
  if (isOwn) stateStart(subject, program);
  else if (stand) state(reading, "startCommand", runScript(subject.manager, "start"), stand);
  else if (script !== undefined) state(reading, "startCommand", runScript(subject.manager, script), own);
  else if (served !== undefined) state(reading, "startCommand", runScript(subject.manager, served), own);
  else if (!built.noStart || built.start !== undefined)
    state(reading, "startCommand", executed(subject.manager, built.start ?? framework.start), own);
  const run = isOwn ? program.run : undefined;
  const flagged = run && portOfRun(run);
  const listens =
    isOwn && program.source !== null && !(program.starts && servesAlone(run!)) && isListening(program.source);
  const source = listens ? portIn(project, withImports(project, program.source!, 2)) : null;
  // A server of the project's own does not know the framework's default.
  const told = listens && !source ? portOfSettings(project, subject.manifest.directory) : null;
  if (isOwn && flagged) state(reading, "port", flagged, { at: program.at, rule: "port/flag", confidence: 0.97 });
  else if (stand) state(reading, "port", stand.port, stand);
  else if (source) state(reading, "port", source.port, source);
  else if (told) state(reading, "port", told.port, { at: told.at, rule: "port/example", confidence: 0.75 });
  else state(reading, "port", built.port ?? framework.port, { ...own, rule: `port/${framework.id}`, confidence: 0.85 });
  decide(reading, "server", active.confidence, own);
}

/** The edge platform's own server on this machine, where the start script runs what was built with it. */
function standIn({ project, manifest, scripts }: Subject): { port: number; at: string; rule: string } | undefined {
  const run = (scripts.get("start") ?? []).find(
    ({ program, words }) => program === "wrangler" && words.includes("dev"),
  );
  if (!run) return undefined;
  const port = portOfRun(run) ?? (run.words.includes("pages") ? 8788 : 8787);
  return { port, at: lineOf(project, manifest, "start"), rule: "port/wrangler" };
}

function settleServer(subject: Subject, server: Active | undefined, program: Program | undefined): void {
  const { project, manifest, reading } = subject;
  const framework = server?.framework;
  if (server && framework) state(reading, "framework", framework.id, server);
  const sources = program?.source ? withImports(project, program.source, 3) : [];
  stateRuntime(subject, program, sources);
  const built = framework && builtBy({ project, manifest, framework, builds: [] });
  stateBuild(subject, framework);
  const isApi = framework?.role === "server";
  if (program) stateStart(subject, program, framework);
  else if (framework?.start) {
    const runs = subject.scripts.get("start") ?? [];
    const own = runs.length > 0 && runs.every((run) => ["serve", "other"].includes(useOf(run)));
    state(
      reading,
      "startCommand",
      own ? runScript(subject.manager, "start") : executed(subject.manager, framework.start),
      {
        at: own ? lineOf(project, manifest, "start") : manifest.at,
        rule: own ? "script/start" : `framework/${framework.id}`,
        confidence: 0.7,
      },
    );
  }
  if (built?.output && framework?.serverOutput)
    state(reading, "outputDir", built.output, { at: manifest.at, rule: built.rule });
  state(reading, "outputDir", nxOutput(subject), {
    at: inside(manifest.directory, "project.json"),
    rule: "nx/outputPath",
  });
  // Pages that an edge worker serves beside its answers.
  const bundler = program?.edgePort === undefined ? undefined : activeOf(subject, ["bundler"])?.framework;
  if (bundler) {
    const pages = builtBy({ project, manifest, framework: bundler, builds: buildsOf(subject, bundler) });
    state(reading, "outputDir", pages.output, { at: pages.at, rule: pages.rule, confidence: pages.confidence });
  }
  // Frameworks with settings of their own read the port there, whatever starts them.
  const settings = ["strapi", "adonis"].includes(framework?.id ?? "") || sources.length === 0;
  const read = settings ? [...frameworkSources(subject, framework), ...sources] : sources;
  const namespaces = framework?.id === "nestjs" ? namespacesOf(project, manifest) : [];
  statePort(subject, program, framework, [...read.slice(0, 1), ...namespaces, ...read.slice(1)]);
  decide(reading, "server", server ? server.confidence : program?.isServer ? 0.75 : 0.85, {
    at: program?.at ?? server?.at ?? manifest.at,
    rule: isApi ? `framework/${framework.id}` : "javascript/listens",
  });
}

/** Where frameworks that are run by a command of their own keep what they listen on. */
function frameworkSources({ project, manifest }: Subject, framework: Framework | undefined): Source[] {
  const paths =
    framework?.id === "nestjs"
      ? ["src/main.ts"]
      : framework?.id === "strapi"
        ? ["config/server.ts", "config/server.js"]
        : framework?.id === "adonis"
          ? ["start/env.ts"]
          : ["src/index.ts", "index.ts", "src/server.ts", "server.ts", "src/app.ts", "app.ts", "src/main.ts"];
  return paths.flatMap((path) => {
    const source = sourceAt(project, inside(manifest.directory, path));
    return source ? withImports(project, source, 2) : [];
  });
}

/** Nest's configuration by namespaces (`registerAs("app", …)`): where `config.get("app.port")` comes from, however deep. */
function namespacesOf(project: Project, manifest: Manifest): Source[] {
  return search(project.tree, inside(manifest.directory, "src"), {
    depth: 3,
    limit: 4,
    matches: (name) => /^(?:(?:app|server|http|main)\.)?config\.ts$|^configuration\.ts$/.test(name),
  }).flatMap((at) => sourceAt(project, at) ?? []);
}

function settleWorker(subject: Subject, program: Program, framework: Framework | undefined): void {
  const { project, manifest, reading } = subject;
  const name = framework && usedOf(manifest, framework.packages);
  if (framework && name && !["bullmq", "temporal"].includes(framework.id))
    state(reading, "framework", name.startsWith("@") || framework.packages[0] === name ? framework.id : name, {
      at: lineOf(project, manifest, name),
      rule: `framework/${framework.id}`,
    });
  const sources = program.source && (program.starts || framework) ? withImports(project, program.source, 2) : [];
  stateRuntime(subject, program, sources);
  stateBuild(subject, undefined);
  stateStart(subject, program);
  const listens = sources.some(isListening);
  if (listens) statePort(subject, program, framework, sources);
  // Answers over HTTP unless it is told to hold a connection of its own.
  const answers =
    listens && framework?.port !== undefined && !sources.some(({ text }) => /socketMode\s*:\s*true/.test(text));
  const isCertain = program.starts || framework !== undefined || standsAlone.test(program.source?.text ?? "");
  decide(reading, answers ? "server" : "worker", isCertain ? 0.8 : program.run ? 0.55 : 0.5, {
    at: program.at,
    rule: framework ? `framework/${framework.id}` : "javascript/program",
  });
}

/** The folder that scripts of the project's own build pages into; it is kept beside the sources. */
function builtPages({ project, manifest, scripts, isLibrary }: Subject): string | undefined {
  const builds = scripts.get("build");
  if (isLibrary || !builds || Object.keys(manifest.dependencies).some((name) => name in drivers)) return undefined;
  // What builds the members of a workspace builds no pages of its own.
  if (builds.length > 0 && builds.every(({ program }) => program === "run-elsewhere")) return undefined;
  return ["dist", "build", "public", "_site", "www"].find((folder) =>
    project.tree.has(inside(manifest.directory, `${folder}/index.html`)),
  );
}

function settlePages(subject: Subject, folder: string): void {
  const { manifest, reading } = subject;
  const at = inside(manifest.directory, `${folder}/index.html`);
  stateBuild(subject, undefined);
  state(reading, "outputDir", folder, { at, rule: "javascript/pages", confidence: 0.7 });
  decide(reading, "static", 0.7, { at, rule: "javascript/pages" });
}

function settlePackage(subject: Subject, confidence: number): void {
  // What a platform builds of a package is its manual.
  stateBuild({ ...subject, vendors: [] }, undefined);
  decide(subject.reading, "package", confidence, { at: subject.manifest.at, rule: "javascript/package" });
}

/** A manifest that only holds tools, or drives what lies in other folders. */
function settleTooling(subject: Subject): void {
  stateBuild(subject, undefined);
  const start = startScripts
    .slice(0, 7)
    .find((name) => (subject.scripts.get(name) ?? []).some((run) => useOf(run) === "serve"));
  if (start !== undefined)
    state(subject.reading, "startCommand", runScript(subject.manager, start), {
      at: subject.manifest.at,
      rule: `script/${start}`,
      confidence: 0.6,
    });
  decide(subject.reading, "package", 0.15, { at: subject.manifest.at, rule: "javascript/tooling" });
}

function stateVersion(project: Project, parents: readonly Manifest[], reading: Reading): void {
  const { directory } = parents[0]!;
  if (versionFromFiles(project, directory, reading, { own: [".nvmrc", ".node-version"], tools: ["nodejs", "node"] }))
    return;
  for (const manifest of parents) {
    for (const key of ["volta", "engines"]) {
      const table = manifest.json[key];
      const version = isObject(table ?? null) ? (table as Record<string, unknown>)["node"] : undefined;
      if (typeof version !== "string" || version === "") continue;
      return state(reading, "runtimeVersion", version, {
        at: lineOf(project, manifest, key),
        rule: `version/${key}`,
        confidence: 0.9,
      });
    }
  }
}
