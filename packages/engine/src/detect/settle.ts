/**
 * What a JavaScript project was decided to be, put into its reading: an app of a framework, a server, a worker, pages or a package, each with
 * its commands, output and port.
 */
import { type Active, activeOf } from "./active.ts";
import { buildsOf, commandWith, stateBuild } from "./build-command.ts";
import { isListening, type Source, sourceAt } from "./entry.ts";
import { portIn } from "./javascript-port.ts";
import { withImports } from "./imports.ts";
import type { Framework } from "./frameworks.ts";
import type { Functions } from "./functions.ts";
import { decide, state, uses as addDatabase } from "./languages/draft.ts";
import { search } from "./languages/files.ts";
import { lineOf, type Manifest, usedOf } from "./manifest.ts";
import { builtBy } from "./output.ts";
import type { Built } from "./building.ts";
import { previewOf, type Program, renders, servesAlone, standsAlone, startScripts, type Subject } from "./program.ts";
import { inside, type Project } from "./reading.ts";
import type { TaskSite } from "./task-runner.ts";
import { useOf } from "./use.ts";
import {
  executed,
  markBun,
  nxOutput,
  portOfRun,
  portOfSettings,
  runScript,
  statePort,
  stateRuntime,
  stateStart,
} from "./start-command.ts";

export function settleFramework(subject: Subject, active: Active, built: Built, program: Program | undefined): void {
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
  state(reading, "adapter", built.adapter, own);
  const script = built.start?.startsWith("script:") ? built.start.slice(7) : undefined;
  const isOwn =
    (program?.starts &&
      program.run &&
      (framework.commands?.includes(program.run.program) || !["serve"].includes(program.run.program))) ||
    (program !== undefined && renders(program, framework));
  const stand = built.noStart && !isOwn ? standIn(subject) : undefined;
  const served = built.start === undefined && framework.start === undefined ? previewOf(subject) : undefined;
  if (built.isForBun) markBun(reading, own.at);
  if (isOwn && built.isForBun) state(reading, "startCommand", underBun(subject, program, built), own);
  else if (isOwn) stateStart(subject, program);
  else if (stand) state(reading, "startCommand", runScript(subject.manager, "start"), stand);
  else if (script !== undefined) state(reading, "startCommand", runScript(subject.manager, script), own);
  else if (served !== undefined) state(reading, "startCommand", runScript(subject.manager, served), own);
  else if (!built.noStart || built.start !== undefined)
    state(reading, "startCommand", servedBy(subject, built.start ?? framework.start), own);
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

/** A program built for Bun, by the script that starts it: what a tool starts in it would be a process of Node. */
function underBun({ manager }: Subject, { script, run }: Program, { start }: Built): string | undefined {
  if (run?.program === "node" || script === undefined) return start;
  return run?.program === "bun" ? runScript(manager, script) : `bun --bun run ${script}`;
}

/** The script that does what the framework's own command does, under whatever name (`next:start`), or that command. */
function servedBy({ scripts, manager, manifest }: Subject, command: string | undefined): string | undefined {
  const name = Object.keys(manifest.scripts).find(
    (one) => manifest.scripts[one]!.trim() === command && scripts.has(one),
  );
  return name === undefined ? executed(manager, command) : runScript(manager, name);
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

export function settleServer(subject: Subject, server: Active | undefined, program: Program | undefined): void {
  const { project, manifest, reading } = subject;
  const framework = server?.framework;
  if (server && framework) state(reading, "framework", framework.id, server);
  const sources = program?.source ? withImports(project, program.source, 3) : [];
  stateRuntime(subject, program, sources);
  const built = framework && builtBy({ project, manifest, framework, builds: [] });
  stateBuild(subject, framework);
  const isApi = framework?.role === "server";
  const stand = program?.edgePort === undefined ? undefined : standIn(subject);
  if (stand) state(reading, "startCommand", runScript(subject.manager, "start"), stand);
  else if (program) stateStart(subject, program, framework);
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
  if (stand) state(reading, "port", stand.port, stand);
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

export function settleWorker(subject: Subject, program: Program, framework: Framework | undefined): void {
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

/** What a platform calls is started by nobody here. */
export function settleFunctions(subject: Subject, { answers, at }: Functions): void {
  stateBuild(subject, undefined);
  decide(subject.reading, answers ? "server" : "worker", 0.6, { at, rule: "javascript/functions" });
}

export function settlePages(subject: Subject, folder: string): void {
  const { manifest, reading } = subject;
  const at = inside(manifest.directory, `${folder}/index.html`);
  stateBuild(subject, undefined);
  state(reading, "outputDir", folder, { at, rule: "javascript/pages", confidence: 0.7 });
  decide(reading, "static", 0.7, { at, rule: "javascript/pages" });
}

/** Pages that tasks put together. */
export function settleTasks(subject: Subject, { folder, command, at }: TaskSite): void {
  const { reading } = subject;
  const why = { at, rule: "javascript/tasks", confidence: 0.7 };
  stateBuild(subject, undefined);
  if (reading.buildCommand === undefined) state(reading, "buildCommand", command, why);
  state(reading, "outputDir", folder, why);
  decide(reading, "static", 0.7, why);
}

export function settlePackage(subject: Subject, confidence: number): void {
  // What a platform builds of a package is its manual.
  stateBuild({ ...subject, vendors: [] }, undefined);
  decide(subject.reading, "package", confidence, { at: subject.manifest.at, rule: "javascript/package" });
}

/** A manifest that only holds tools, or drives what lies in other folders. */
export function settleTooling(subject: Subject): void {
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
