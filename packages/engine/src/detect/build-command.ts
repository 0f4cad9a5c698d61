/** How a JavaScript project is built: the script that does, unless a platform's file says otherwise. */
import type { Framework } from "./frameworks.ts";
import { dockerfileOf } from "./languages/docker.ts";
import { state } from "./languages/draft.ts";
import { lineOf, uses } from "./manifest.ts";
import { scriptCalled, type Subject } from "./program.ts";
import { expand, type Invocation } from "./scripts.ts";
import { useOf } from "./use.ts";
import { executed, runScript } from "./start-command.ts";

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

/** What is run to build, as commands: a platform's own where it runs the framework, else the script. */
export function buildsOf({ scripts, vendors, manifest }: Subject, framework: Framework): Invocation[] {
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
      [...scripts]
        .filter(
          ([name]) =>
            /build|generate|export/.test(name) && makes(name) && !/analy[sz]e|watch|dev|test|storybook|stag/.test(name),
        )
        // The one that builds and does nothing else.
        .sort(([, a], [, b]) => a.length - b.length)[0]?.[0];
    if (scripts.has("build") && !isIdle(scripts.get("build")!)) return "build";
    return (
      own ??
      buildScripts.slice(1, 4).find((name) => scripts.has(name) && !isIdle(scripts.get(name)!)) ??
      // The builder under its own name: "webpack": "webpack".
      framework.commands.find(makes)
    );
  }
  return (
    buildScripts.slice(0, 8).find((name) => scripts.has(name) && name !== "generate" && !isIdle(scripts.get(name)!)) ??
    [
      "heroku-postbuild",
      "gcp-build",
      "render-build",
      "build:ts",
      "tsc",
      "transpile",
      "bundle:prod",
      "build:server",
    ].find((name) => scripts.has(name) && !scripts.get(name)!.every(isCheck)) ??
    ["compile", "bundle"].find((name) =>
      scripts.get(name)?.some((run) => useOf(run) === "build" && run.within === undefined && !isCheck(run)),
    ) ??
    ["build:client", "build:frontend", "build:ui", "build:assets", "client:build", "frontend:build"].find((name) =>
      scripts.get(name)?.some((run) => useOf(run) === "build" && run.within === undefined),
    )
  );
}

/** The script that builds, by whatever name, where the container of the project runs it: `RUN npm run build:typescript`. */
function containersBuild({ project, manifest, scripts, isLibrary }: Subject): string | undefined {
  const at = isLibrary ? undefined : dockerfileOf(project, manifest.directory)?.at;
  const lines = at === undefined ? [] : (project.tree.text(at)?.match(/^[ \t]*RUN\b.*$/gim) ?? []);
  return lines
    .flatMap((line) => [...line.matchAll(/\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?([\w:.-]+)/g)])
    .map(([, name]) => name!)
    .filter((name) => !/check|lint|test/.test(name))
    .find((name) => (scripts.get(name) ?? []).some((run) => useOf(run) === "build" && run.within === undefined));
}

/** It looks at the types, here or in another package, and writes nothing. */
function isCheck(run: Invocation): boolean {
  return run.words.includes("--noEmit") || (run.program === "run-elsewhere" && run.words.includes("typecheck"));
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

/** The build command: a platform's where it says more than the script, the script, or the framework's own. */
export function stateBuild(subject: Subject, framework: Framework | undefined): void {
  const { manifest, reading, scripts, vendors, manager, project } = subject;
  // A command that decides by the platform's own variables is of no use elsewhere.
  const vendor = vendors.find(({ buildCommand }) => buildCommand !== undefined && !/\bif\b|\$|\n/.test(buildCommand));
  const stated = vendor?.buildCommand === undefined ? undefined : withoutInstall(vendor.buildCommand, subject);
  const name =
    buildScriptOf(scripts, framework) ?? (framework?.commands?.length ? undefined : containersBuild(subject));
  // A script a platform has to itself, beside the one for everybody.
  const isOnlyTheirs =
    name !== undefined && /[:_-](?:vercel|netlify|heroku|render)$/.test(scriptCalled(stated ?? "", manifest) ?? "");
  // Commands of a workspace's runner mean the platform's own set-up; the script says the same in the project's words.
  const foreign =
    stated !== undefined &&
    name !== undefined &&
    scriptCalled(stated, manifest) === undefined &&
    !(framework?.commands ?? []).some((command) => expand(stated, manifest).some((run) => run.program === command));
  if (
    vendor &&
    !foreign &&
    !isOnlyTheirs &&
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

/** What runs the framework's builder with `verb`: a script that does, or the builder itself. */
export function commandWith({ scripts, manager }: Subject, { commands }: Framework, verb: string): string | undefined {
  const name = [...scripts].find(([, runs]) =>
    runs.some(({ program, words }) => commands?.includes(program) && words.includes(verb)),
  )?.[0];
  return name === undefined ? executed(manager, `${commands?.[0]} ${verb}`) : runScript(manager, name);
}

/** A platform's build command without the installation and the cleaning that go before it, its script in the project's own manager's words. */
function withoutInstall(command: string, { manager, manifest }: Subject): string | undefined {
  const parts = command
    .split(/\s*(?:&&|;|\n)\s*/)
    .filter(
      (part) =>
        part.trim() !== "" &&
        !/^(?:npx )?(?:rm -rf|rimraf) \S+$/.test(part.trim()) &&
        !/^(?:\w+=\S+\s+)*(npm (i|ci|install)|npx pnpm (i|install)|pnpm (i|install)|yarn( install| --.*)?$|bun (i|install)|corepack|npm i -g)\b/.test(
          part.trim(),
        ) &&
        !/^(npm|yarn|pnpm) (install|ci)/.test(part.trim()),
    );
  // What is left of it builds nothing: `cd server`.
  if (parts.every((part) => /^cd\s/.test(part))) return "";
  if (parts.length !== 1) return parts.join(" && ");
  const script = scriptCalled(parts[0]!, manifest);
  return script === undefined ? parts[0] : runScript(manager, script);
}

function commandsEqual(stated: string, script: string, { manifest, scripts }: Subject): boolean {
  return wordsOf(expand(stated, manifest)) === wordsOf(scripts.get(script) ?? []);
}

function wordsOf(runs: readonly Invocation[]): string {
  return runs.map(({ words }) => words.join(" ")).join("&&");
}
