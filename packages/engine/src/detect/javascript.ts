/**
 * The reader of JavaScript and TypeScript projects. Three questions are kept apart: which framework names the project, whether what is
 * deployed is files, a server or a worker, and which commands build and start it.
 */
import { type Active, activeOf, isExtension, isPackedForDesktop, onlyDeveloped, serverOf } from "./active.ts";
import { isElsewhere, isOnlyAround, looksLikeLibrary } from "./belonging.ts";
import { withBorrowed } from "./borrowed.ts";
import { buildsOf } from "./build-command.ts";
import { isBot } from "./bots.ts";
import { stringAt } from "./config.ts";
import { addDatabases } from "./databases.ts";
import { drivers } from "./drivers.ts";
import { isListening, isNoProgram, sourceAt, sourceOf } from "./entry.ts";
import { withImports } from "./imports.ts";
import { deviceFrameworks, frameworks, imitations } from "./frameworks.ts";
import { functionsIn } from "./functions.ts";
import { addExampleDatabases } from "./languages/databases.ts";
import { addComposeDatabases } from "./languages/docker.ts";
import { draftOf, state } from "./languages/draft.ts";
import { type Manifest, manifestOf, usedOf, uses } from "./manifest.ts";
import { builtBy } from "./output.ts";
import { nestApplications } from "./nest-workspace.ts";
import { stateVersion } from "./node-version.ts";
import { packageManagerOf, upwards } from "./package-manager.ts";
import { importsAny, placeOfProgram, type Program, programOf, standsAlone, type Subject } from "./program.ts";
import { inside, type Project, type Reader, type Reading } from "./reading.ts";
import { expandScript } from "./scripts.ts";
import { vendorFacts } from "./vendors.ts";
import {
  settleFramework,
  settleFunctions,
  settlePackage,
  settlePages,
  settleServer,
  settleTasks,
  settleTooling,
  settleWorker,
} from "./settle.ts";
import { taskSite } from "./task-runner.ts";

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
    if (!source || !isListening(source) || !/\brequire\s*\(|^[ \t]*import\s/m.test(source.text)) continue;
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
  if (isExtension(project, manifest) || isPackedForDesktop(subject)) return settlePackage(subject, 0.85);
  // Its applications are built and started one by one.
  if (manifest.directory === "." && nestApplications(project).length > 0) return settleTooling(subject);
  const app = activeOf(subject, ["app", "documents"]);
  const started = programOf(subject);
  // What lies in a folder with a manifest of its own is that folder's program; this one only drives it.
  const file = started && placeOfProgram(manifest, started);
  const isOfOthers = file !== undefined && isElsewhere(project, manifest, file);
  const program =
    isOfOthers || (file !== undefined && started?.source === null && isOnlyAround(project, manifest))
      ? undefined
      : started;
  const server = serverOf(subject, program);
  if (app) {
    const built = builtBy({ project, manifest, framework: app.framework, builds: buildsOf(subject, app.framework) });
    const servedByOwn =
      built.kind === "static" &&
      program?.source &&
      server &&
      !imitations.has(server.framework.id) &&
      (program.starts
        ? withImports(project, program.source, 2, 15).some(isListening)
        : servesPages(program, built.output) || rendersPages(project, program));
    if (!built.isLibrary && !servedByOwn) return settleFramework(subject, app, built, program);
    // A server that hands out what is built, or has the framework answer, is the framework's.
    if (
      servedByOwn &&
      program?.source &&
      (handsOutPages(project, program) || importsAny(program.source, app.framework.packages))
    )
      return settleServer(subject, app, program);
    if (built.isLibrary && !server) return settlePackage(subject, 0.8);
  }
  const bundler = activeOf(subject, ["bundler"]);
  const worker = frameworks.find(
    ({ role, packages }) => role === "worker" && packages.some((name) => name in manifest.dependencies),
  );
  // A bot that its platform runs beside no web process answers nobody, whatever it shows besides.
  if (worker && program && subject.vendors.some(({ kind }) => kind === "worker"))
    return settleWorker(subject, program, worker);
  if (worker && program && server && isBot(project, worker, program)) return settleWorker(subject, program, worker);
  const isImitation =
    bundler && onlyDeveloped(subject, bundler.framework, program) && !servesPages(program!, outputOf(subject, bundler));
  if (server && !isImitation) return settleServer(subject, server, program);
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
    // What its platform's plugin, or a build that is not there yet, puts together with the pages.
    if (program?.edgePort !== undefined && (program.source === null || uses(manifest, "@cloudflare/vite-plugin")))
      return settleServer(subject, bundler, program);
    if (!built.isLibrary) return settleFramework(subject, bundler, built, program);
  }
  const isProgram =
    program &&
    !subject.isLibrary &&
    !startsMembers(subject, file) &&
    (program.starts ||
      program.edgePort !== undefined ||
      (program.source && (isListening(program.source) || standsAlone.test(program.source.text))) ||
      (program.run !== undefined && !("workspaces" in manifest.json)));
  if (isProgram) {
    if (program.source && withImports(project, program.source, 2, 15).some(isListening))
      return settleServer(subject, undefined, program);
    if (program.isServer) return settleServer(subject, undefined, program);
  }
  const tasks = isProgram ? undefined : taskSite(subject);
  if (tasks) return settleTasks(subject, tasks);
  const pages = isProgram && worker ? undefined : builtPages(subject);
  if (pages !== undefined) return settlePages(subject, pages);
  if (isProgram) return settleWorker(subject, program, worker);
  const functions =
    program || subject.isLibrary || usedOf(manifest, deviceFrameworks) !== undefined
      ? undefined
      : functionsIn(project, manifest);
  if (functions) return settleFunctions(subject, functions);
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

/** The folder a bundler leaves its pages in. */
function outputOf(subject: Subject, { framework }: Active): string | undefined {
  const { project, manifest } = subject;
  return builtBy({ project, manifest, framework, builds: buildsOf(subject, framework) }).output;
}

/** No script starts it, but it hands out what is built: `express.static(path.join(__dirname, "build"))`. */
function servesPages({ source }: Program, folder: string | undefined): boolean {
  if (!source || folder === undefined || !isListening(source)) return false;
  const named = folder.replaceAll(/[.-]/g, "\\$&");
  return (
    /\b(?:static|staticPlugin|serveStatic)\s*\(/.test(source.text) &&
    new RegExp(`["'\`](?:\\.{0,2}/)*${named}(?:/[^"'\`\\n]*)?["'\`]`).test(source.text)
  );
}

/** It draws the pages itself that a bundle for servers was built for: `createBundleRenderer` of Vue. */
function rendersPages(project: Project, { source }: Program): boolean {
  if (!source || !isListening(source)) return false;
  return withImports(project, source, 2, 15).some(({ text }) =>
    /["'](?:vue-server-renderer|@vue\/server-renderer)["']/.test(text),
  );
}

/** Anything but pages that a server answers with. */
const answersMore =
  /\.(?:post|put|patch|delete|ws|route)\s*\(|\bRouter\s*\(|\.get\s*\(\s*["'`]\/[\w:]|\.use\s*\(\s*["'`]\/\w|["'`](?:socket\.io|ws)["'`]|graphql|proxy/i;

/** It is started, and hands out what is built and nothing else. */
function handsOutPages(project: Project, { source, starts }: Program): boolean {
  if (!source || !starts || !/\bstatic\s*\(/.test(source.text)) return false;
  return !withImports(project, source, 2, 15).some(({ text }) => answersMore.test(text));
}

/** A tool of a workspace's root, which starts its members for who works on them. */
function startsMembers({ project, manifest }: Subject, file: string | undefined): boolean {
  const { directory, json } = manifest;
  const isRoot = json["workspaces"] !== undefined || project.tree.has(inside(directory, "pnpm-workspace.yaml"));
  return isRoot && directory === "." && /^(?:tools?|scripts?)\//.test(file ?? "");
}

/** The bundler also builds what renders its pages on a server: `vite build && vite build --ssr src/server.ts`. */
function buildsServer({ scripts }: Subject): boolean {
  return (scripts.get("build") ?? []).some(({ words }) => words.includes("--ssr"));
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
