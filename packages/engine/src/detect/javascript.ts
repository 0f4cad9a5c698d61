/**
 * The reader of JavaScript and TypeScript projects. Three questions are kept apart: which framework names the project, whether what is
 * deployed is files, a server or a worker, and which commands build and start it.
 */
import { stringAt } from "./config.ts";
import { addDatabases } from "./databases.ts";
import { isListening, portIn, type Source, sourceAt, sourceOf, withImports } from "./entry.ts";
import { deviceFrameworks, type Framework, frameworks } from "./frameworks.ts";
import { addExampleDatabases } from "./languages/databases.ts";
import { addComposeDatabases, exposedPort } from "./languages/docker.ts";
import { decide, draftOf, state, uses as addDatabase } from "./languages/draft.ts";
import { versionFromFiles } from "./languages/versions.ts";
import { lineOf, type Manifest, manifestOf, majorOf, usedOf, uses } from "./manifest.ts";
import {
  isElsewhere,
  looksLikeLibrary,
  type Program,
  programOf,
  scriptCalled,
  servesAlone,
  startScripts,
  type Subject,
} from "./program.ts";
import { type Built, builtBy } from "./output.ts";
import { packageManagerOf, type PackageManager, upwards } from "./package-manager.ts";
import { inside, isObject, type Project, type Reader, type Reading } from "./reading.ts";
import { expand, expandScript, type Invocation, optionOf, useOf } from "./scripts.ts";
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
export function readManifest(project: Project, manifest: Manifest): Reading {
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

/** It lies among a workspace's programs, or comes with the container its start script runs in. */
function isDeployed(project: Project, { directory, json, scripts }: Manifest): boolean {
  if (json["bin"] !== undefined) return false;
  return (
    /^apps\/[^/]+$/.test(directory) ||
    (("start" in scripts || "dev" in scripts) && project.tree.has(inside(directory, "Dockerfile")))
  );
}

function settle(subject: Subject): void {
  const { project, manifest } = subject;
  const app = activeOf(subject, ["app", "documents"]);
  const started = programOf(subject);
  // What lies in a folder with a manifest of its own is that folder's program; this one only drives it.
  const program = started?.source && isElsewhere(project, manifest, started.source) ? undefined : started;
  const server = serverOf(subject, program);
  if (app) {
    const built = builtBy({ project, manifest, framework: app.framework, builds: buildsOf(subject, app.framework) });
    const servedByOwn =
      built.kind === "static" && program?.starts === true && server && program.source && isListening(program.source);
    if (!built.isLibrary && !servedByOwn) return settleFramework(subject, app, built, program);
    if (built.isLibrary && !server) return settlePackage(subject, 0.8);
  }
  const bundler = activeOf(subject, ["bundler"]);
  if (server && !(bundler && onlyDeveloped(subject, bundler.framework, program)))
    return settleServer(subject, server, program);
  const worker = frameworks.find(
    ({ role, packages }) => role === "worker" && packages.some((name) => name in manifest.dependencies),
  );
  if (worker && !subject.isLibrary && program) return settleWorker(subject, program, worker);
  if (bundler) {
    const built = builtBy({
      project,
      manifest,
      framework: bundler.framework,
      builds: buildsOf(subject, bundler.framework),
    });
    if (program?.starts && program.source && isListening(program.source))
      return settleServer(subject, undefined, program);
    if (!built.isLibrary) return settleFramework(subject, bundler, built, program);
  }
  const isProgram =
    program &&
    !subject.isLibrary &&
    (program.starts ||
      (program.source && isListening(program.source)) ||
      (program.run !== undefined && !("workspaces" in manifest.json)));
  if (isProgram) {
    if (program.source && withImports(project, program.source, 2, 15).some(isListening))
      return settleServer(subject, undefined, program);
    if (program.isServer) return settleServer(subject, undefined, program);
    return settleWorker(subject, program, worker);
  }
  const main = subject.isLibrary
    ? null
    : sourceOf(project, manifest, stringAt(manifest.json, "main") ?? stringAt(manifest.json, "module") ?? "index");
  if (
    main &&
    !program &&
    usedOf(manifest, deviceFrameworks) === undefined &&
    !("bin" in manifest.json) &&
    !manifest.at.endsWith("project.json") &&
    !("workspaces" in manifest.json) &&
    !("exports" in manifest.json) &&
    !project.tree.has(inside(manifest.directory, "index.html"))
  )
    return settleWorker(subject, { source: main, starts: false, isServer: false, at: main.at }, undefined);
  if (
    subject.isLibrary ||
    usedOf(manifest, deviceFrameworks) !== undefined ||
    ["bin", "exports"].some((key) => key in manifest.json)
  )
    return settlePackage(subject, 0.7);
  settleTooling(subject);
}

/** Pages are built, and the server beside them is neither built nor started but for development: an imitation of the real one. */
function onlyDeveloped({ scripts }: Subject, framework: Framework, program: Program | undefined): boolean {
  if (!program || program.starts || program.edgePort !== undefined) return false;
  const builds = scripts.get("build") ?? [];
  const compilers = ["esbuild", "tsup", "ncc", "tsdown", "swc", "babel", "bun", "unbuild", "node"];
  return (
    builds.some((run) => framework.commands?.includes(run.program)) &&
    !builds.some((run) => compilers.includes(run.program)) &&
    ["start", "dev"].some((name) =>
      (scripts.get(name) ?? []).some((run) => framework.commands?.includes(run.program) && useOf(run) === "develop"),
    )
  );
}

interface Active {
  framework: Framework;
  at: string;
  rule: string;
  confidence: number;
}

/** The first framework of these roles that the project is really built with: depended on, and run by a script or configured. */
function activeOf(subject: Subject, roles: readonly Framework["role"][]): Active | undefined {
  const { project, manifest, isLibrary, scripts } = subject;
  for (const framework of frameworks) {
    if (!roles.includes(framework.role)) continue;
    const name = usedOf(manifest, framework.packages);
    const config = framework.configs?.length ? configPathOf(project, manifest, framework.configs) : undefined;
    const runBy = (names: Iterable<string>, purposes: readonly string[]): boolean =>
      [...names].some((script) =>
        (scripts.get(script) ?? []).some(
          (run) =>
            framework.commands?.includes(run.program) === true &&
            run.within === undefined &&
            purposes.includes(useOf(run)),
        ),
      );
    const builds = runBy(["build", "build:prod", "build:production", "build:web"], ["build"]);
    const runs = builds || runBy(scripts.keys(), ["build", "develop", "serve", "preview"]);
    // What runs the build is installed, by another package when not by name.
    if (
      name === undefined &&
      !(builds && framework.role === "app") &&
      !(config && (runs || config.endsWith(".meteor/release") || hoists(project, manifest)))
    )
      continue;
    const proof = {
      framework,
      at: name === undefined ? (config ?? manifest.at) : lineOf(project, manifest, name),
      rule: `framework/${framework.id}`,
    };
    const own =
      manifest.scripts["build"] !== undefined &&
      !(scripts.get("build") ?? []).every((run) => useOf(run) !== "build" || run.program === "run-elsewhere");
    switch (framework.role) {
      case "documents":
        if (builds || (runs && !isLibrary && !own && !hasOtherPages(project, manifest)))
          return { ...proof, confidence: 0.95 };
        if (config && !isLibrary && Object.keys(manifest.scripts).length === 0) return { ...proof, confidence: 0.8 };
        break;
      case "bundler": {
        const page = ["index.html", "public/index.html", "src/index.html", "client/index.html", "app/index.html"].some(
          (path) => project.tree.has(inside(manifest.directory, path)),
        );
        const isImported = ["exports", "main", "module", "types"].some(
          (key) => manifest.json[key] !== undefined && !/electron|server/.test(stringAt(manifest.json, key) ?? ""),
        );
        if (!page && (isLibrary || isImported)) break;
        if (isLibrary && !builds) break;
        if (framework.id === "webpack" || framework.id === "rspack") {
          if (runs && (page || usedOf(manifest, ["html-webpack-plugin", "webpack-dev-server"]) !== undefined))
            return { ...proof, confidence: 0.8 };
          break;
        }
        const rootOfConfig = config && /\broot\s*:/.test(project.tree.text(config) ?? "");
        if ((builds || runs) && (page || config)) return { ...proof, confidence: 0.93 };
        if (config && (page || rootOfConfig)) return { ...proof, confidence: 0.85 };
        if (runs && !isLibrary) return { ...proof, confidence: 0.75 };
        break;
      }
      default:
        if (framework.id === "fresh" && !project.tree.has(inside(manifest.directory, "fresh.config.ts"))) break;
        if (framework.id === "expo" && isLibrary) break;
        if (builds || (runs && !isLibrary)) return { ...proof, confidence: 0.97 };
        if (isLibrary && !config) break;
        if (isLibrary && manifest.scripts["build"] !== undefined && !builds) break;
        // A configuration left behind: the pages are built by another bundler now.
        if (framework.kind === "static" && framework.commands?.length && isBundled(scripts.get("build") ?? [])) break;
        // Settings that another project's pages are built with.
        if (framework.id === "next" && !runs && !hasFrameworkFolder(project, manifest)) break;
        if (config) return { ...proof, confidence: 0.93 };
        if (name !== undefined && framework.commands?.length === 0) return { ...proof, confidence: 0.9 };
        if (name !== undefined && name in manifest.dependencies && hasFrameworkFolder(project, manifest))
          return { ...proof, confidence: 0.85 };
    }
  }
  return undefined;
}

function isBundled(runs: readonly Invocation[]): boolean {
  return runs.some(
    (run) =>
      useOf(run) === "build" &&
      frameworks.some(({ role, commands }) => role === "bundler" && commands?.includes(run.program)),
  );
}

/** Its dependencies are kept at the root of the workspace. */
function hoists(project: Project, manifest: Manifest): boolean {
  const own = { ...manifest.dependencies, ...manifest.devDependencies };
  return (
    manifest.directory !== "." &&
    manifestOf(project, ".") !== null &&
    Object.values(own).every((range) => /^(workspace|file|link):/.test(range))
  );
}

function hasFrameworkFolder(project: Project, manifest: Manifest): boolean {
  const isBuiltOtherwise = manifest.scripts["build"] !== undefined || manifest.json["exports"] !== undefined;
  const folders = ["app", "src/app", "pages", "src/pages", "src/routes", "content"];
  return !isBuiltOtherwise && folders.some((folder) => project.tree.hasDirectory(inside(manifest.directory, folder)));
}

/** Pages of another builder beside a manual's. */
function hasOtherPages(project: Project, manifest: Manifest): boolean {
  return project.tree.has(inside(manifest.directory, "index.html")) && uses(manifest, "vite");
}

function configPathOf(project: Project, manifest: Manifest, names: readonly string[]): string | undefined {
  for (const name of names)
    for (const ending of ["ts", "js", "mjs", "cjs", "mts", "json", "toml", "tsx", ""]) {
      const at = inside(manifest.directory, ending === "" ? name : `${name}.${ending}`);
      if (project.tree.has(at)) return at;
    }
  return undefined;
}

/** Names of build scripts, best first. */
const buildScripts = [
  "build",
  "build:prod",
  "build:production",
  "build-prod",
  "build:web",
  "build:app",
  "build:all",
  "generate",
  "compile",
  "bundle",
  "docs:build",
  "build:docs",
  "production",
  "prod",
  "dist",
  "export",
  "build:client",
  "build:server",
  "build:site",
  "site:build",
  "website:build",
  "build:static",
  "web:build",
  "export:web",
  "heroku-postbuild",
  "gcp-build",
  "vercel-build",
  "render-build",
  "build:ts",
  "tsc",
  "transpile",
];

function buildsOf({ scripts, vendors, manifest }: Subject, framework: Framework): Invocation[] {
  const stated = vendors.find(({ buildCommand }) => buildCommand !== undefined)?.buildCommand;
  const fromVendor = stated === undefined ? [] : expand(stated, manifest);
  if (fromVendor.some((run) => framework.commands?.includes(run.program))) return fromVendor;
  const name = buildScriptOf(scripts, framework);
  return name === undefined ? [] : scripts.get(name)!;
}

function buildScriptOf(scripts: Subject["scripts"], framework: Framework | undefined): string | undefined {
  const makes = (name: string): boolean =>
    (scripts.get(name) ?? []).some(
      (run) =>
        useOf(run) === "build" && (framework?.commands === undefined || framework.commands.includes(run.program)),
    );
  if (framework?.commands?.length) {
    const own =
      buildScripts.find(makes) ??
      [...scripts.keys()].find(
        (name) =>
          /build|generate|export/.test(name) && makes(name) && !/analy[sz]e|watch|dev|test|storybook|stag/.test(name),
      );
    if (scripts.has("build") && !isIdle(scripts.get("build")!)) return "build";
    return own ?? buildScripts.slice(1, 4).find((name) => scripts.has(name) && !isIdle(scripts.get(name)!));
  }
  return (
    buildScripts.slice(0, 8).find((name) => scripts.has(name) && name !== "generate" && !isIdle(scripts.get(name)!)) ??
    ["heroku-postbuild", "gcp-build", "render-build", "build:ts", "tsc", "transpile", "build:server"].find((name) =>
      scripts.has(name),
    )
  );
}

/** A script that builds nothing: `echo`, `docker build …`. */
function isIdle(runs: readonly Invocation[]): boolean {
  return (
    runs.length > 0 &&
    runs.every(
      ({ program, words }) =>
        ["echo", "exit", "true", ":", "docker", "docker-compose"].includes(program) ||
        (program === "install" && words.includes("publish")),
    )
  );
}

/** The server framework the program uses. */
function serverOf(subject: Subject, program: Program | undefined): Active | undefined {
  const { project, manifest, isLibrary, scripts } = subject;
  const imported = program?.source ? withImports(project, program.source, 2, 15) : [];
  const rows = frameworks.filter(({ role }) => role === "server");
  const candidates = rows.flatMap((framework) => {
    const name = usedOf(manifest, framework.packages);
    const bound =
      (framework.commands ?? []).length > 0 &&
      [...scripts.values()]
        .flat()
        .some((run) => framework.commands!.includes(run.program) && ["serve", "develop", "build"].includes(useOf(run)));
    const config = framework.configs?.length ? configPathOf(project, manifest, framework.configs) : undefined;
    if (name === undefined && !(config && hoists(project, manifest))) return [];
    const production = name !== undefined && name in manifest.dependencies;
    const isImported =
      name !== undefined &&
      imported.some(({ text }) =>
        framework.packages.some((candidate) => text.includes(`"${candidate}`) || text.includes(`'${candidate}`)),
      );
    if (!bound && !isImported && !production && config === undefined) return [];
    return [
      {
        framework,
        bound: bound || config !== undefined,
        isImported,
        production,
        at: name === undefined ? config! : lineOf(project, manifest, name),
        rule: `framework/${framework.id}`,
      },
    ];
  });
  const isWorker =
    imported.length > 0 &&
    !imported.some(isListening) &&
    usedOf(manifest, ["discord.js", "telegraf", "grammy", "@slack/bolt", "@temporalio/worker"]) !== undefined;
  const best =
    candidates.find((candidate) => candidate.bound) ??
    candidates.find(
      (candidate) => candidate.isImported && candidate.framework.id !== "socket.io" && candidate.framework.id !== "h3",
    ) ??
    candidates.find((candidate) => candidate.isImported) ??
    (isWorker ? undefined : candidates.find((candidate) => candidate.production));
  if (!best) return undefined;
  const listening = imported.some(isListening);
  const serverless = exportsFetch(subject, imported);
  if (isLibrary && !(best.bound && program) && !(program?.starts && (best.isImported || listening))) return undefined;
  if (program?.edgePort !== undefined)
    return { framework: best.framework, at: best.at, rule: best.rule, confidence: 0.9 };
  if (!best.bound && !program && !serverless) return undefined;
  if (!best.bound && !best.isImported && !listening && !(program?.starts && !isWorker)) return undefined;
  return {
    framework: best.framework,
    at: best.at,
    rule: best.rule,
    confidence: best.bound || best.isImported ? 0.93 : 0.8,
  };
}

/** A worker of an edge platform: its configuration names the program. */
function exportsFetch({ project, manifest }: Subject, imported: readonly Source[]): boolean {
  return (
    imported.length === 0 &&
    ["wrangler.toml", "wrangler.jsonc", "wrangler.json", "vercel.json"].some((name) =>
      project.tree.has(inside(manifest.directory, name)),
    )
  );
}

function settleFramework(subject: Subject, active: Active, built: Built, program: Program | undefined): void {
  const { project, reading } = subject;
  const { framework } = active;
  state(reading, "framework", framework.id, active);
  if (framework.database !== undefined && !reading.database.includes(framework.database))
    addDatabase(reading, framework.database, { ...active, rule: `framework/${framework.id}` });
  stateBuild(subject, framework);
  const stated = subject.vendors.find(
    ({ outputDir, rule }) => outputDir !== undefined && (rule !== "firebase" || framework.kind === "static"),
  );
  const own = { at: built.at, rule: built.rule, confidence: built.confidence };
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
    program?.starts &&
    program.run &&
    (framework.commands?.includes(program.run.program) || !["serve"].includes(program.run.program));
  if (isOwn) stateStart(subject, program);
  else if (script !== undefined) state(reading, "startCommand", runScript(subject.manager, script), own);
  else if (!built.noStart || built.start !== undefined)
    state(reading, "startCommand", executed(subject.manager, built.start ?? framework.start), own);
  const flagged = isOwn && portOfRun(program.run!);
  const source =
    isOwn && program.source && !servesAlone(program.run!) && isListening(program.source)
      ? portIn(project, withImports(project, program.source, 2))
      : null;
  if (flagged) state(reading, "port", flagged, { at: program.at, rule: "port/flag", confidence: 0.97 });
  else if (source) state(reading, "port", source.port, source);
  else state(reading, "port", built.port ?? framework.port, { ...own, rule: `port/${framework.id}`, confidence: 0.85 });
  decide(reading, "server", active.confidence, own);
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
  else if (framework?.start)
    state(reading, "startCommand", executed(subject.manager, framework.start), {
      at: manifest.at,
      rule: `framework/${framework.id}`,
      confidence: 0.7,
    });
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
  statePort(subject, program, framework, sources.length > 0 ? sources : frameworkSources(subject, framework));
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
  decide(reading, answers ? "server" : "worker", program.starts || framework ? 0.8 : program.run ? 0.55 : 0.5, {
    at: program.at,
    rule: framework ? `framework/${framework.id}` : "javascript/program",
  });
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

function stateRuntime(
  { reading, manifest, manager }: Subject,
  program: Program | undefined,
  sources: readonly Source[],
): void {
  const bun =
    program?.run?.program === "bun" ||
    sources.some(({ text }) => /\bBun\.serve\s*\(/.test(text)) ||
    (manager === "bun" && uses(manifest, "elysia")) ||
    (manager === "bun" &&
      sources.some(({ text }) => /export\s+default\s+(app|\{[^}]*fetch)/.test(text)) &&
      !uses(manifest, "wrangler"));
  if (bun) {
    reading.runtime = "bun";
    reading.evidence.push({
      field: "runtime",
      value: "bun",
      rule: "runtime/bun",
      at: program?.at ?? manifest.at,
      confidence: 0.9,
    });
  }
}

function stateBuild(subject: Subject, framework: Framework | undefined): void {
  const { manifest, reading, scripts, vendors, manager, project } = subject;
  // A command that decides by the platform's own variables is of no use elsewhere.
  const vendor = vendors.find(({ buildCommand }) => buildCommand !== undefined && !/\bif\b|\$|\n/.test(buildCommand));
  const stated = vendor?.buildCommand === undefined ? undefined : withoutInstall(vendor.buildCommand, subject);
  const name = buildScriptOf(scripts, framework);
  // Commands of a workspace's runner mean the platform's own set-up; the script says the same in the project's words.
  const foreign =
    stated !== undefined &&
    name !== undefined &&
    scriptCalled(stated, manifest) === undefined &&
    !(framework?.commands ?? []).some((command) => expand(stated, manifest).some((run) => run.program === command));
  if (
    vendor &&
    !foreign &&
    stated !== undefined &&
    stated !== "" &&
    !(name !== undefined && commandsEqual(stated, name, subject))
  ) {
    state(reading, "buildCommand", stated, {
      at: vendor.at,
      rule: `${vendor.rule}/build`,
      confidence: vendor.confidence,
    });
    return;
  }
  if (name !== undefined) {
    state(reading, "buildCommand", runScript(manager, name), {
      at: lineOf(project, manifest, name),
      rule: `script/${name}`,
      confidence: 0.97,
    });
    return;
  }
  if (
    framework?.build &&
    (framework.role !== "server" || !["nestjs"].includes(framework.id) || uses(manifest, "@nestjs/cli"))
  ) {
    state(reading, "buildCommand", executed(manager, framework.build), {
      at: manifest.at,
      rule: `framework/${framework.id}`,
      confidence: 0.75,
    });
  }
}

/** A platform's build command without the installation that goes before it, its script in the project's own manager's words. */
function withoutInstall(command: string, { manager, manifest }: Subject): string | undefined {
  const parts = command
    .split(/\s*(?:&&|;|\n)\s*/)
    .filter(
      (part) =>
        part.trim() !== "" &&
        !/^(?:\w+=\S+\s+)*(npm (i|ci|install)|npx pnpm (i|install)|pnpm (i|install)|yarn( install| --.*)?$|bun (i|install)|corepack|npm i -g)\b/.test(
          part.trim(),
        ) &&
        !/^(npm|yarn|pnpm) (install|ci)/.test(part.trim()),
    );
  if (parts.length !== 1) return parts.length === 0 ? "" : parts.join(" && ");
  const script = scriptCalled(parts[0]!, manifest);
  return script === undefined ? parts[0] : runScript(manager, script);
}

function commandsEqual(stated: string, script: string, { manifest, scripts }: Subject): boolean {
  return wordsOf(expand(stated, manifest)) === wordsOf(scripts.get(script) ?? []);
}

function wordsOf(runs: readonly Invocation[]): string {
  return runs.map(({ words }) => words.join(" ")).join("&&");
}

function stateStart(subject: Subject, program: Program, framework?: Framework): void {
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
  if (program.edgePort !== undefined) return;
  if (program.source)
    state(reading, "startCommand", startOf(subject, program.source, program.run), {
      at: program.source.at,
      rule: program.run ? "script/without-watcher" : "entry/listens",
      confidence: 0.75,
    });
}

/** Where the build target of an Nx project that stands alone puts what it builds. */
function nxOutput({ project, manifest }: Subject): string | undefined {
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
  if (run?.program === "bun" || (manager === "bun" && (uses(manifest, "@types/bun") || /tsx?$/.test(path))))
    return `bun run ${path}`;
  if (!/\.(m|c)?tsx?$/.test(path)) return `node ${path}`;
  const bundled = nxOutput(subject);
  if (bundled !== undefined) return `node ${bundled}/${path.slice(path.lastIndexOf("/") + 1).replace(/tsx?$/, "js")}`;
  const compiles = [...(scripts.get("build") ?? [])].find(({ program }) =>
    ["tsc", "tsup", "esbuild", "swc", "tspc", "tsc-alias", "ncc", "tsdown", "unbuild"].includes(program),
  );
  if (!compiles)
    return usedOf(manifest, ["tsx"])
      ? `npx tsx ${path}`
      : usedOf(manifest, ["ts-node"])
        ? `npx ts-node ${path}`
        : (majorOf(manifest, "@types/node") ?? 0) >= 23
          ? `node ${path}`
          : `npx tsx ${path}`;
  const main = manifest.json["main"];
  if (typeof main === "string" && /\.(m|c)?js$/.test(main) && sourceOf(project, manifest, main)?.at === source.at)
    return `node ${main.replace(/^\.\//, "")}`;
  const options = project.json(inside(manifest.directory, "tsconfig.json"))?.["compilerOptions"];
  const out =
    isObject(options ?? null) && typeof (options as { outDir?: unknown }).outDir === "string"
      ? (options as { outDir: string }).outDir
      : "dist";
  const stem = path.replace(/\.(m|c)?tsx?$/, "");
  const inSource =
    compiles.program !== "tsc" || !hasSourcesBeside(project, manifest) ? stem.replace(/^src\//, "") : stem;
  return `node ${out.replace(/^\.\//, "").replace(/\/$/, "")}/${inSource}.js`;
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

function statePort(
  subject: Subject,
  program: Program | undefined,
  framework: Framework | undefined,
  sources: readonly Source[],
): void {
  const { project, manifest, reading, vendors } = subject;
  const flagged = program?.run && portOfRun(program.run);
  if (flagged) return state(reading, "port", flagged, { at: program.at, rule: "port/flag", confidence: 0.97 });
  if (program?.edgePort !== undefined)
    return state(reading, "port", program.edgePort, { at: program.at, rule: "port/wrangler", confidence: 0.6 });
  const coded = portIn(project, sources);
  if (coded) return state(reading, "port", coded.port, coded);
  for (const name of [
    ".env.example",
    ".env.sample",
    ".env.template",
    "env.example",
    ".env.development",
    ".env.dist",
    ".env.defaults",
    ".env.local.example",
    "config/default.json",
  ]) {
    const at = inside(manifest.directory, name);
    const match = /^(?:export\s+)?(?:(?:APP|SERVER|API|HTTP)_)?PORT\s*=\s*["']?(\d{2,5})/m.exec(
      project.tree.text(at) ?? "",
    );
    if (match) return state(reading, "port", Number(match[1]), { at, rule: "port/example", confidence: 0.75 });
  }
  const exposed = exposedPort(project, manifest.directory);
  const bySelf = framework?.commands?.length || ["hono", "elysia", "fastify"].includes(framework?.id ?? "");
  if (exposed && !bySelf)
    return state(reading, "port", exposed.port, { at: exposed.at, rule: "container/expose", confidence: 0.7 });
  if (framework?.port !== undefined && (bySelf || framework.role === "server"))
    return state(reading, "port", uses(manifest, "wrangler") && program?.starts !== true ? 8787 : framework.port, {
      at: manifest.at,
      rule: `port/${framework.id}`,
      confidence: 0.6,
    });
  const fly = vendors.find(({ port }) => port !== undefined);
  if (fly) return state(reading, "port", fly.port, { at: fly.at, rule: "fly/port", confidence: 0.5 });
  if (reading.runtime === "bun") state(reading, "port", 3000, { at: manifest.at, rule: "port/bun", confidence: 0.5 });
}

/** `-p 4000`, `--port=4000`, `PORT=4000 …`, `${PORT:-4000}`. */
function portOfRun(run: Invocation): number | undefined {
  const value = optionOf(run, "-p", "--port", "-l", "--listen") ?? run.variables["PORT"];
  const port = Number(/^\$?\{?(?:\w+:-)?(\d{2,5})\}?$/.exec(value ?? "")?.[1]);
  return port >= 80 && port <= 65_535 ? port : undefined;
}

/** A script in the manager's words. */
export function runScript(manager: PackageManager, name: string): string {
  return `${manager} run ${name}`;
}

function executed(manager: PackageManager, command: string | undefined): string | undefined {
  if (command === undefined || /^(node|bun|deno|npx|bunx|meteor)\b/.test(command)) return command;
  return `${manager === "bun" ? "bunx" : "npx"} ${command}`;
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
