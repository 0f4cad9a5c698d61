/** Deno: by deno.json, or by the addresses and prefixes only Deno imports. Supabase's functions are Deno's too, but no program of the project. */
import { literally } from "../literally.ts";
import { inside, type Json, type Project, type Reader, type Reading } from "../reading.ts";
import { databasesInAddresses } from "./databases.ts";
import { dockerfileOf } from "./docker.ts";
import { objectAt, textsOf } from "./documents.ts";
import { decide, draftOf, state, uses } from "./draft.ts";
import { firstOf, placeOf, relativeTo, search } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { procfileOf, startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

/** What is imported to framework; the order is the order of trust. */
const frameworks: readonly { imports: RegExp; slug: string }[] = [
  { imports: /^(\$fresh\/|fresh$)|@fresh\/core|deno\.land\/x\/fresh|(^|\/)fresh@/, slug: "fresh" },
  { imports: /deno\.land\/x\/lume|^lume\/|npm:lume/, slug: "lume" },
  { imports: /@?oak\/oak|deno\.land\/x\/oak|^oak$/, slug: "oak" },
  { imports: /@?hono\/hono|deno\.land\/x\/hono|(^|:)hono(@|\/|$)/, slug: "hono" },
  { imports: /npm:express(@|$)|^express$/, slug: "express" },
  { imports: /deno\.land\/x\/aleph|^aleph\//, slug: "aleph" },
  { imports: /deno\.land\/x\/(abc|drash|opine|servest)/, slug: "" },
];

/** Imports that no other runtime understands. */
const onlyDeno =
  /(?:from|import)\s*(?:\(\s*)?["'](?:https:\/\/(?:deno\.land|esm\.sh|jsr\.io)\/|jsr:|npm:)|\bDeno\.(serve|listen|env|cron)\b/;

export const deno: Reader = {
  id: "deno",
  read(project, directory) {
    if (/(^|\/)supabase(\/functions(\/.*)?)?$/.test(directory)) return null;
    const { tree } = project;
    const manifestPath = firstOf(tree, directory, ["deno.json", "deno.jsonc"]);
    const manifest = manifestPath === undefined ? null : project.json(manifestPath);
    const hasPackage = tree.has(inside(directory, "package.json"));
    const sources = sourcesOf(project, directory, manifestPath === undefined ? 40 : 150);
    const entry = sources.find(({ text }) => onlyDeno.test(text));
    // Beside a package.json, whose tools the program may use, something has to say that Deno runs it.
    const isRun = hasPackage && manifestPath === undefined && entry !== undefined && isRunByDeno(project, directory);
    if (manifestPath === undefined && ((hasPackage && !isRun) || entry === undefined)) return null;
    const at = manifestPath ?? entry!.at;
    const reading = draftOf("deno", { at, rule: "deno/manifest" });
    state(reading, "packageManager", "deno", { at, rule: "deno/manifest" });
    versionFromFiles(project, directory, reading, { own: [".dvmrc"], tools: ["deno"] });
    const names = { ...importMap(project, directory), ...objectAt(manifest, "imports") };
    stateDatabases(reading, sources, textsOf(Object.values(names)), at);

    const imports = [
      ...Object.entries(names).flatMap(([name, value]) => [name, ...textsOf([value])]),
      ...sources.flatMap(({ text }) =>
        [...text.matchAll(/(?:from|import)\s*(?:\(\s*)?["']([^"']+)["']/g)].map(([, path]) => path!),
      ),
    ];
    const row = frameworks.find((candidate) => imports.some((path) => candidate.imports.test(path)));
    if (row && row.slug !== "") state(reading, "framework", row.slug, { at, rule: `framework/${row.slug}` });
    const main = mainOf(directory, sources);
    const tasks = objectAt(manifest, "tasks");
    if (row?.slug === "lume") {
      state(reading, "buildCommand", "deno task build", { at, rule: "framework/lume" });
      state(reading, "outputDir", "_site", { at, rule: "framework/lume" });
      return decide(reading, "static", 0.9, { at, rule: "framework/lume" });
    }
    const build = taskText(tasks["build"]);
    if (build !== undefined)
      state(reading, "buildCommand", "deno task build", {
        at: placeOf(at, tree.text(at) ?? "", '"build"'),
        rule: "deno/task",
      });
    const served =
      row?.slug === "fresh"
        ? taskText(tasks["preview"]) === undefined
          ? "start"
          : "preview"
        : ["start", "serve", "prod", "preview"].find((name) => taskText(tasks[name]) !== undefined);
    const task = served === undefined ? undefined : taskText(tasks[served]);
    // Tasks that only drive containers start no program of this directory.
    const isElsewhere = task !== undefined && /^\s*(?:docker|kubectl|podman)\b/.test(task);
    const own =
      served !== undefined && task !== undefined && !isElsewhere && !/--watch|\bdev\.tsx?\b/.test(task)
        ? `deno task ${served}`
        : undefined;
    if (isElsewhere && !tree.listing(directory).files.some((name) => /\.[cm]?[jt]sx?$/.test(name)))
      return decide(reading, "package", 0.2, { at, rule: "deno/tasks" });
    const start = own ?? (main === undefined ? undefined : `deno run -A ${main}`);
    state(reading, "startCommand", start, { at, rule: own === undefined ? "deno/main" : "deno/task" });
    startFromProcfile(project, directory, reading);
    // What names itself for the registry and has no task to start is imported by others, examples of serving in it or not.
    const isPublished =
      ["name", "version", "exports"].every((key) => manifest?.[key] !== undefined) && served === undefined;
    if (isPublished && procfileOf(project, directory) === null) {
      delete reading.startCommand;
      delete reading.framework;
      return decide(reading, "package", 0.85, { at, rule: "deno/exports" });
    }
    const listens =
      row !== undefined ||
      sources.some(({ text }) => /\bDeno\.(serve|listen|listenTls)\b|\bserve\(|\.listen\(/.test(text)) ||
      /deno serve/.test(task ?? "");
    if (listens && reading.startCommand !== undefined) {
      statePort(project, directory, reading, {
        sources: [...(task === undefined ? [] : [{ at, text: task }]), ...sources],
        patterns: portPatterns,
        fallback: { port: 8000, rule: "deno/default", at },
        // Oak has no port of its own.
        containerLast: row?.slug !== "oak",
      });
      // A framework that only Deno imports is surer than the containers around it.
      const unstated = row !== undefined && row.slug !== "" ? 0.93 : 0.85;
      // Beside a package.json the tasks may be another tool's; the manifest alone does not say whose program it is.
      const isBeside = hasPackage && startsProgram(project, directory);
      return decide(reading, "server", isRun ? 0.9 : manifest === null ? unstated : isBeside ? 0.55 : 0.95, {
        at,
        rule: "deno/listens",
      });
    }
    if (manifest?.["exports"] !== undefined && manifest["name"] !== undefined)
      return decide(reading, "package", 0.8, { at, rule: "deno/exports" });
    return decide(reading, "worker", isRun ? 0.85 : hasPackage ? 0.2 : main === undefined ? 0.4 : 0.65, {
      at,
      rule: "deno/program",
    });
  },
};

/** The web process of the Procfile, or the container, is Deno's, or nothing but it could run what is there. */
function isRunByDeno(project: Project, directory: string): boolean {
  const processes = procfileOf(project, directory)?.processes;
  const container = dockerfileOf(project, directory);
  return (
    /^deno\s/.test(processes?.["web"] ?? processes?.["start"] ?? "") ||
    /(?:^|\/)deno(?:[:@-]|$)/.test(container?.base ?? "") ||
    /^deno\s/.test(container?.command ?? "") ||
    !startsProgram(project, directory)
  );
}

/** The package beside it has scripts or an entry of its own. */
function startsProgram(project: Project, directory: string): boolean {
  const manifest = project.json(inside(directory, "package.json"));
  const scripts = Object.keys(objectAt(manifest, "scripts"));
  const { main } = manifest ?? {};
  const hasMain = typeof main === "string" && project.tree.has(inside(directory, main.replace(/^\.\//, "")));
  return hasMain || scripts.some((name) => /^(?:start|dev|build|serve|preview)\b/.test(name));
}

/** Names of imports in a file of their own. */
function importMap(project: Project, directory: string): Record<string, Json> {
  const at = firstOf(project.tree, directory, ["import_map.json", "importMap.json", "imports.json"]);
  return at === undefined ? {} : objectAt(project.json(at), "imports");
}

function taskText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const command = typeof value === "object" && value !== null && "command" in value ? value.command : undefined;
  return typeof command === "string" ? command : undefined;
}

function sourcesOf(project: Project, directory: string, limit: number): Source[] {
  const here = project.tree.listing(directory);
  const paths = search(project.tree, directory, {
    depth: 1,
    limit,
    matches: (name) => /\.(ts|tsx|js|mjs)$/.test(name) && !/[._]test\.|\.config\.|\.d\.ts$/.test(name),
  });
  return paths
    .filter((path) => !/(^|\/)(supabase|node_modules)\//.test(path) && here.files.length >= 0)
    .flatMap((at) => {
      const text = project.tree.text(at);
      // What a page shows of code is not run.
      return text === null ? [] : [{ at, text: text.replace(/`[^`\n]*\n[^`]*`/g, "``") }];
    });
}

/** The program's file, relative to the directory: none that another imports, where there is a choice. */
function mainOf(directory: string, sources: Source[]): string | undefined {
  return (
    namedMain(
      directory,
      sources.filter(({ at }) => !sources.some(({ text }) => importsFile(text, at))),
    ) ?? namedMain(directory, sources)
  );
}

function namedMain(directory: string, sources: Source[]): string | undefined {
  const names = sources.map(({ at }) => relativeTo(directory, at));
  for (const name of [
    "main.ts",
    "main.tsx",
    "server.ts",
    "app.ts",
    "index.ts",
    "mod.ts",
    "main.js",
    "server.js",
    "index.js",
    "src/main.ts",
    "src/server.ts",
    "src/index.ts",
    "src/app.ts",
  ])
    if (names.includes(name)) return name;
  const running = sources.find(({ text }) => /\bDeno\.serve\(|\.listen\(/.test(text));
  return running === undefined ? undefined : relativeTo(directory, running.at);
}

/** Deno writes the ending of what it imports. */
function importsFile(text: string, at: string): boolean {
  const name = literally(at.slice(at.lastIndexOf("/") + 1));
  return new RegExp(`\\b(?:from|import)\\s*\\(?\\s*["']\\.{1,2}/(?:[^"'\\n]*/)?${name}["']`).test(text);
}

const drivers: readonly [RegExp, string][] = [
  [/deno-postgres|deno\.land\/x\/postgres|(npm:|^)(pg|postgres)(@|$)|@db\/postgres/, "postgres"],
  [/deno\.land\/x\/mysql|npm:mysql2?/, "mysql"],
  [/deno\.land\/x\/(sqlite|denodb)|@db\/sqlite/, "sqlite"],
  [/deno\.land\/x\/mongo|npm:mongo(db|ose)/, "mongodb"],
  [/deno\.land\/x\/redis|npm:(io)?redis|@db\/redis/, "redis"],
];

function stateDatabases(reading: Reading, sources: Source[], imports: string[], at: string): void {
  for (const [pattern, name] of drivers) {
    const source = sources.find(({ text }) => new RegExp(`["'][^"']*(?:${pattern.source})`).test(text));
    if (source || imports.some((path) => pattern.test(path)))
      uses(reading, name, { at: source?.at ?? at, rule: `driver/${name}` });
  }
  for (const source of sources) {
    for (const name of databasesInAddresses(source.text))
      uses(reading, name, { at: source.at, rule: "deno/address", confidence: 0.7 });
    if (/\bDeno\.openKv\(/.test(source.text))
      uses(reading, "deno-kv", { at: placeOf(source.at, source.text, "Deno.openKv"), rule: "deno/kv" });
  }
}

const portPatterns: readonly RegExp[] = [
  /--port[= ](\d{2,5})/,
  /["']PORT["']\s*\)\s*(?:\?\?|\|\|)\s*["']?(\d{2,5})/,
  /\bport\s*[:=]\s*(?:Number\()?["']?(\d{2,5})/i,
  /\.listen\(\s*["']?:?(\d{2,5})/,
  /addr:\s*["'][^"']*:(\d{2,5})/,
];
