/** Which framework a project is really built with or answers through: depended on, and run by a script, configured or imported. */
import { stringAt } from "./config.ts";
import { isListening, type Source, sourceOf } from "./entry.ts";
import { withImports } from "./imports.ts";
import { ejectedReact, type Framework, frameworks, imitations } from "./frameworks.ts";
import { lineOf, type Manifest, manifestOf, usedOf, uses } from "./manifest.ts";
import { type Program, type Subject, workerScripts } from "./program.ts";
import { inside, type Project } from "./reading.ts";
import { type Invocation } from "./scripts.ts";
import { useOf } from "./use.ts";

/** Pages are built, and the server beside them is neither built nor started but for development: an imitation of the real one. */
export function onlyDeveloped({ scripts }: Subject, framework: Framework, program: Program | undefined): boolean {
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

/** What it builds is installed into a browser. */
export function isExtension(
  project: Project,
  { directory, dependencies, devDependencies, scripts }: Manifest,
): boolean {
  const all = { ...devDependencies, ...dependencies };
  // What is started and not built is a program, which an extension in a folder of its own may talk to.
  const beside = "start" in scripts && !("build" in scripts) ? [] : ["extension"];
  return (
    ["wxt", "plasmo", "@crxjs/vite-plugin"].some((name) => name in all) ||
    ["", "public", "src", "static", "app", ...beside].some(
      (folder) =>
        project.json(inside(directory, inside(folder || ".", "manifest.json")))?.["manifest_version"] !== undefined,
    )
  );
}

/** Its build ends in a program for people's own machines. */
export function isPackedForDesktop({ manifest, scripts }: Subject): boolean {
  return (
    uses(manifest, "electron") &&
    (scripts.get("build") ?? []).some(({ program }) => /^electron-(?:builder|forge|packager|vite)$/.test(program))
  );
}

/** A framework that is in use, and what shows it. */
export interface Active {
  framework: Framework;
  at: string;
  rule: string;
  confidence: number;
}

/** The first framework of these roles that the project is really built with: depended on, and run by a script or configured. */
export function activeOf(subject: Subject, roles: readonly Framework["role"][]): Active | undefined {
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
    if (name === undefined && config === undefined && !(builds && framework.role === "app")) continue;
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
        if (builds || (runs && !isLibrary && !own && !buildsMembers(subject) && !hasOtherPages(project, manifest)))
          return { ...proof, confidence: 0.95 };
        if (config && !isLibrary && Object.keys(manifest.scripts).length === 0) return { ...proof, confidence: 0.8 };
        break;
      case "bundler": {
        const page = ["index.html", "public/index.html", "src/index.html", "client/index.html", "app/index.html"].some(
          (path) => project.tree.has(inside(manifest.directory, path)),
        );
        // `npm init` writes "main": "index.js" for every project.
        const isImported = ["exports", "main", "module", "types"].some(
          (key) =>
            manifest.json[key] !== undefined &&
            !/electron|server/.test(stringAt(manifest.json, key) ?? "") &&
            !(manifest.json[key] === "index.js" && !project.tree.has(inside(manifest.directory, "index.js"))),
        );
        if (!page && (isLibrary || isImported)) break;
        if (isLibrary && !builds) break;
        if (framework.id === "webpack" || framework.id === "rspack") {
          if (
            (runs || isBuiltByOwn(subject, framework.id)) &&
            (page || usedOf(manifest, ["html-webpack-plugin", "webpack-dev-server"]) !== undefined)
          )
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
        // A theme, which sites are made of.
        if (framework.id === "gatsby" && !runs && /^(?:@[\w-]+\/)?gatsby-(?:theme|plugin)-/.test(manifest.name)) break;
        // A module of Nuxt, which is tried out on a page of its own.
        if (framework.id === "nuxt" && uses(manifest, "@nuxt/module-builder")) break;
        // The applications of a workspace of Nx lie below its root, whose scripts only name them.
        if (framework.id === "angular" && isRootOfNx(project, manifest)) break;
        // Ejected, it is built by scripts of the project's own.
        if (name === ejectedReact) {
          if (isBuiltByOwn(subject, "webpack")) return { ...proof, confidence: 0.9 };
          break;
        }
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

/** A program of the project's own hands what it builds to the bundler: `node build/build.js`. */
function isBuiltByOwn({ project, manifest, scripts }: Subject, bundler: string): boolean {
  return (scripts.get("build") ?? []).some((run) => {
    const file =
      run.program === "node" && useOf(run) === "build" ? run.words.find((word) => /\.[cm]?js$/.test(word)) : undefined;
    const source = file === undefined ? null : sourceOf(project, manifest, file);
    return source !== null && new RegExp(`["']${bundler}["']`).test(source.text);
  });
}

/** Its build is that of the workspace's members. */
function buildsMembers({ project, manifest, scripts }: Subject): boolean {
  const builds = scripts.get("build") ?? [];
  const isWorkspace =
    manifest.json["workspaces"] !== undefined || project.tree.has(inside(manifest.directory, "pnpm-workspace.yaml"));
  return isWorkspace && builds.length > 0 && builds.every(({ program }) => program === "run-elsewhere");
}

function isBundled(runs: readonly Invocation[]): boolean {
  return runs.some(
    (run) =>
      useOf(run) === "build" &&
      frameworks.some(({ role, commands }) => role === "bundler" && commands?.includes(run.program)),
  );
}

function isRootOfNx(project: Project, { directory }: Manifest): boolean {
  return (
    project.tree.has(inside(directory, "nx.json")) &&
    ["apps", "packages"].some((folder) => project.tree.hasDirectory(inside(directory, folder))) &&
    !project.tree.hasDirectory(inside(directory, "src"))
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
  for (const name of names) {
    const slash = name.lastIndexOf("/");
    const folder = slash < 0 ? manifest.directory : inside(manifest.directory, name.slice(0, slash));
    if (!project.tree.hasStem(folder, name.slice(slash + 1))) continue;
    for (const ending of ["ts", "js", "mjs", "cjs", "mts", "json", "toml", "yml", "tsx", ""]) {
      const at = inside(manifest.directory, ending === "" ? name : `${name}.${ending}`);
      if (project.tree.has(at)) return at;
    }
  }
  return undefined;
}

/** The server framework the program uses. */
export function serverOf(subject: Subject, program: Program | undefined): Active | undefined {
  const { project, manifest, isLibrary, scripts } = subject;
  const imported = program?.source ? withImports(project, program.source, 2, 15) : [];
  const rows = frameworks.filter(({ role }) => role === "server");
  const candidates = rows.flatMap((framework) => {
    const name = usedOf(manifest, framework.packages);
    const config = framework.configs?.length ? configPathOf(project, manifest, framework.configs) : undefined;
    if (name === undefined && !(config && hoists(project, manifest))) return [];
    const bound =
      (framework.commands ?? []).length > 0 &&
      [...scripts.values()]
        .flat()
        .some((run) => framework.commands!.includes(run.program) && ["serve", "develop", "build"].includes(useOf(run)));
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
  // What it shares with a server (types, validation) makes no server of it.
  if (imported.length > 0 && !imported.some(isListening) && workerScripts.test(program?.script ?? "")) return undefined;
  // What only its development installs, or an imitation, does not answer beside what the program imports.
  const answersItself = candidates.some(({ isImported, production }) => isImported && production);
  const isAside = ({ framework, isImported, production }: (typeof candidates)[number]): boolean =>
    answersItself && !isImported && (!production || imitations.has(framework.id));
  const best =
    candidates.find((candidate) => candidate.bound && !isAside(candidate)) ??
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
