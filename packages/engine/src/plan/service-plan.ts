/** The plan of one service: how it is built and started, as what it goes to the platform, with which variables and host names. */
import { posix } from "node:path";
import type { ArtifactKind, StaticRules } from "../artifact.ts";
import type { EnvVariable } from "../detect/detection.ts";
import { DeployError } from "../error.ts";
import type { Platform } from "../platform.ts";
import { type Command, parseCommand } from "../process/command.ts";
import { nodeAdapterFor } from "./adapters.ts";
import { type Accepted, acceptedFor, routeTo } from "./accepted.ts";
import { hostOf } from "./hosts.ts";
import type { BuildPlan, PlannedVariable, ServicePlan } from "./plan.ts";
import type { PlanInput } from "./plan-input.ts";
import type { Overrides } from "./request.ts";
import type { Chosen } from "./services.ts";
import { runners, withoutRunner } from "./start-command.ts";

type StandIn = NonNullable<ReturnType<typeof nodeAdapterFor>>;

const buildTimeoutMs = 15 * 60_000;
/** A program has so long to answer on its first start. */
const checkTimeoutMs = 60_000;

export function planService(input: PlanInput, service: Chosen, { isPrimary }: { isPrimary: boolean }): ServicePlan {
  const { platform, project, environment, baseDomain } = input;
  const { overrides } = service;
  const kind = runnableKind(platform, service);
  const framework = overrides.framework ?? service.framework;
  const standIn = standInFor(platform, service, framework);
  const outputDir = checkedDirectory(
    service.path,
    overrides.outputDir ?? standIn?.row.outputDir ?? service.outputDir ?? ".",
  );
  const needsBuild = input.detection !== null;
  const { accepts, way }: Accepted = needsBuild
    ? accepted(input, service, { kind, framework })
    : { accepts: asItIs(input) };
  // What the platform runs from its own output needs no command here.
  const startsHere = kind !== "static" && accepts !== "source" && way?.outputDir === undefined;
  const start = startsHere ? startCommands(input, service, standIn?.row.start.replace("{output}", outputDir)) : [];
  const release = startsHere ? commands(overrides.releaseCommand ?? service.releaseCommand) : [];
  const host = hostOf({ project, environment, service: isPrimary ? null : service.name, baseDomain });
  return {
    name: service.name,
    path: service.path,
    kind,
    ...optional("framework", framework),
    runtime: service.runtime,
    ...optional("runtimeVersion", service.runtimeVersion),
    route: needsBuild ? routeTo(platform, accepts) : [{ from: accepts, to: accepts, by: "as-is" }],
    accepts,
    ...(needsBuild ? { build: buildPlan(input, service, { accepts, way, outputDir, standIn }) } : {}),
    ...optional("filesOf", service.filesOf),
    ...(accepts === "source" ? { remoteBuild: remoteBuild(overrides, way) } : {}),
    ...(start.length > 0 ? { start: start.at(-1)!, before: [...release, ...start.slice(0, -1)] } : {}),
    ...optional("port", overrides.port ?? service.port),
    ...(kind === "static" ? { static: staticRules(input, service, framework) } : {}),
    variables: planVariables(service.env, input.values),
    // Elsewhere the platform gives the names.
    hosts: platform.baseUrl === undefined && kind !== "worker" ? [host] : [],
    check: { path: overrides.healthPath ?? "/", timeoutMs: checkTimeoutMs },
    dependsOn: [...(service.dependsOn ?? []), ...(service.filesOf === undefined ? [] : [service.filesOf])],
    operations: platform.operations?.(kind) ?? operations[kind],
  };
}

const operations: Readonly<Record<ServicePlan["kind"], string[]>> = {
  static: ["switch the traffic"],
  server: ["start beside the one that runs", "probe", "switch the traffic", "drain and stop the old one"],
  container: ["start beside the one that runs", "probe", "switch the traffic", "drain and stop the old one"],
  worker: ["start beside the one that runs", "stop the old one"],
};

/** What the platform is to run. Throws NO_ROUTE or NOT_DETECTED for what it cannot, with what can be done instead. */
function runnableKind(platform: Platform, service: Chosen): ServicePlan["kind"] {
  const { kind } = service;
  switch (kind) {
    case "package":
      if (service.runtime === "unknown")
        throw new DeployError("NOT_DETECTED", {
          what: `${where(service)} has no file that says what it is or how it runs.`,
          next: "Say how it starts with --start-command, such as --start-command 'perl app.pl', or where its pages are with --output-dir.",
        });
      throw new DeployError("NO_ROUTE", {
        what: `${where(service)} is a library: it has nothing that runs.`,
        next: "If it is an application, say how it starts with --start-command, or where its pages are with --output-dir.",
      });
    case "monorepo":
      throw new DeployError("NOT_DETECTED", {
        what: `${where(service)} has several programs, and which of them is meant could not be found out.`,
        next: "Give the directory of one, or say how one is built and started with --build-command and --start-command.",
      });
    case "container":
    case "compose":
      throw new DeployError("NO_ROUTE", {
        what: `${platform.name} runs no containers, and ${where(service).replace(/^T/, "t")} is built by ${kind === "compose" ? "a compose file" : "a Dockerfile"}.`,
        next: "Deploy it to a platform that does, or say how to start it without one: --start-command 'node server.js'.",
        recovery: [
          {
            kind: "alternative",
            label: "Start it without a container",
            command: "landfall deploy --start-command 'node server.js'",
          },
        ],
      });
    case "static":
    case "server":
    case "worker":
      if (platform.runs.includes(kind)) return kind;
      throw doesNotRun(platform, service);
    default:
      return kind satisfies never;
  }
}

function doesNotRun({ name, serverAdvice }: Platform, service: Chosen): DeployError {
  const framework = service.overrides.framework ?? service.framework;
  return new DeployError("NO_ROUTE", {
    what: `${where(service)} is a ${service.kind}${framework ? ` (${framework})` : ""}, and ${name} runs none as it is built here.`,
    next: serverAdvice?.[framework ?? ""] ?? "Choose another platform with --platform.",
  });
}

/** The adapter for Node, where the platform runs what was built as it is and the project's own makes no server that Node starts. */
function standInFor(
  { frameworks }: Platform,
  { kind, adapter, startCommand, overrides }: Chosen,
  framework: string | undefined,
): StandIn | undefined {
  if (frameworks || kind !== "server" || overrides.startCommand) return undefined;
  return nodeAdapterFor({ framework, adapter, startCommand });
}

/** What a person does about a framework whose projects have no server of their own at first. */
const firstServer: Readonly<Record<string, string>> = {
  qwik: "Add a server with npx qwik add express, or pages alone with npx qwik add static, and commit what it makes.",
};

/** The last one runs for good, those before it to their end. Throws NOT_DETECTED. */
function startCommands(input: PlanInput, service: Chosen, ofStandIn: string | undefined): Command[] {
  const text = service.overrides.startCommand ?? ofStandIn ?? service.startCommand;
  if (text) return withoutRunner(commands(text), input.scriptsOf(service.path));
  const way = "with --start-command, such as --start-command 'node server.js', or with a start script.";
  if (input.dependenciesOf(service.path).has("wrangler"))
    throw new DeployError("NOT_DETECTED", {
      what: `${where(service)} is written for Cloudflare Workers, and does not say how else it is started.`,
      next: `Deploy it with --platform cloudflare, or say how Node starts it ${way}`,
    });
  const advice = firstServer[service.overrides.framework ?? service.framework ?? ""];
  throw new DeployError("NOT_DETECTED", {
    what: `${where(service)} does not say how it is started.`,
    next: advice === undefined ? `Say it ${way}` : `${advice} Or say it ${way}`,
  });
}

function buildPlan(
  input: PlanInput,
  { overrides, ...service }: Chosen,
  {
    accepts,
    way,
    outputDir,
    standIn,
  }: { accepts: ArtifactKind; way: Accepted["way"]; outputDir: string; standIn: StandIn | undefined },
): BuildPlan {
  const isBuiltHere = accepts !== "source" && service.filesOf === undefined;
  const lockfile = input.lockfileOf(service.packageManager, service.path);
  // One that is there and ignored does not come along, and is not asked for.
  const detected = lockfile === undefined ? unlocked(service.installCommand) : service.installCommand;
  const install = isBuiltHere ? commands(overrides.installCommand ?? detected) : [];
  const own = isBuiltHere ? commands(overrides.buildCommand ?? service.buildCommand) : [];
  const isLeftToUs = isBuiltHere && overrides.buildCommand === undefined;
  const build = isLeftToUs ? [...packageBuilds(input, service, own), ...own] : own;
  return {
    install,
    build: build.map((one) => withVariables(one, way?.environment ?? standIn?.row.environment)),
    outputDir: way?.outputDir ?? outputDir,
    ...optional("packageManager", service.packageManager),
    ...optional("lockfile", lockfile),
    ...(standIn ? { adapter: { name: standIn.row.name, instead: standIn.instead } } : {}),
    timeoutMs: buildTimeoutMs,
  };
}

/** The command that installs without a lockfile. */
function unlocked(command: string | undefined): string | undefined {
  return command
    ?.replace(/^npm ci$/, "npm install")
    .replace(/^((?:pnpm|yarn|bun) install) --(?:frozen-lockfile|immutable)$/, "$1");
}

/** What builds the packages of the workspace that the service is made of. */
function packageBuilds(
  input: PlanInput,
  { path, packageManager }: Omit<Chosen, "overrides">,
  own: Command[],
): Command[] {
  if (packageManager === undefined || !runners.has(packageManager)) return [];
  return input
    .packagesToBuild(path, own)
    .map((directory) => ({ argv: [packageManager, "run", "build"], cwd: posix.relative(path, directory) }));
}

/** Whether a service has a file, or a file below a folder (with a slash at the end). */
export function hasIn({ hasFile, hasDirectory }: PlanInput, directory: string, path: string): boolean {
  const inside = directory === "." ? path : `${directory}/${path}`;
  return path.endsWith("/") ? hasDirectory(inside.slice(0, -1)) : hasFile(inside);
}

function accepted(
  input: PlanInput,
  service: Chosen,
  { kind, framework }: { kind: ServicePlan["kind"]; framework: string | undefined },
): Accepted {
  return acceptedFor({
    platform: input.platform,
    kind,
    framework,
    where: where(service),
    has: (path) => hasIn(input, service.path, path),
    dependencies: input.dependenciesOf(service.path),
  });
}

/** A folder taken as it is: pages, or the output the platform itself asks for. */
function asItIs({ platform: { ownOutput }, hasFile }: PlanInput): ArtifactKind {
  return ownOutput !== undefined && hasFile(ownOutput) ? "prebuilt" : "files";
}

/** What a person decided; the rest the platform finds out itself, as it does for everybody. */
function remoteBuild(
  { installCommand, buildCommand, outputDir }: Overrides,
  way: Accepted["way"],
): NonNullable<ServicePlan["remoteBuild"]> {
  return {
    framework: way?.name ?? null,
    ...optional("installCommand", installCommand),
    ...optional("buildCommand", buildCommand),
    ...optional("outputDir", outputDir),
  };
}

function where(service: Chosen): string {
  return service.path === "." ? "This project" : `${service.name} (${service.path})`;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };
}

function commands(text: string | undefined): Command[] {
  return text === undefined || text.trim() === "" ? [] : parseCommand(text);
}

/** What the command itself sets wins. */
function withVariables(command: Command, variables: Record<string, string> | undefined): Command {
  return variables ? { ...command, env: { ...variables, ...command.env } } : command;
}

/** Workspaces have their output beside the services: `../../dist/apps/web` of `apps/web`. It does not hold the service, nor leave the project. */
function checkedDirectory(servicePath: string, path: string): string {
  const directory = posix.normalize(path).replace(/\/+$/, "");
  const inProject = posix.join(servicePath, directory);
  const isAround = inProject === "." ? servicePath !== "." : servicePath.startsWith(`${inProject}/`);
  const isOutside = /^(?:\.\.)?(?:\/|$)/.test(inProject);
  if (isOutside || isAround || posix.isAbsolute(path) || path.includes("\\") || path.includes("\0")) {
    throw new DeployError("INVALID_CONFIG", {
      what: `The output directory ${JSON.stringify(path)} is outside the project, or around what is built.`,
      where: "outputDir",
      next: "Give a directory of the project, such as dist.",
    });
  }
  return directory;
}

/** Frameworks whose pages are put together in the browser: every path that is no file is theirs. */
const singlePage = new Set([
  "vite",
  "cra",
  "angular",
  "ember",
  "preact",
  "parcel",
  "webpack",
  "solid",
  "vue",
  "svelte",
  "react",
]);

function staticRules(input: PlanInput, service: Chosen, framework: string | undefined): StaticRules {
  const source = service.path === "." ? "" : `${service.path}/`;
  const has404 = input.hasFile(`${source}404.html`) || input.hasFile(`${source}public/404.html`);
  return {
    spaFallback: service.overrides.spaFallback ?? (framework !== undefined && singlePage.has(framework) && !has404),
    cleanUrls: true,
  };
}

function planVariables(env: EnvVariable[], values: PlanInput["values"]): PlannedVariable[] {
  const detected = env.map((variable) => ({
    key: variable.key,
    required: variable.required,
    because: variable.because,
    sensitive: variable.sensitive,
    public: variable.public,
    class: variable.class,
    ...optional("validation", variable.validation),
    from: values.get(variable.key) ?? ("missing" as const),
    foundIn: variable.foundIn,
  }));
  const known = new Set(env.map((variable) => variable.key));
  // A value given for a name nobody reads is still set: the code may build names, and a person asked for it.
  const extra = [...values]
    .filter(([key]) => !known.has(key))
    .map(([key, from]) => ({
      key,
      required: false,
      sensitive: false,
      public: false,
      class: "run" as const,
      from,
      foundIn: [],
    }));
  return [...detected, ...extra].sort((a, b) => (a.key < b.key ? -1 : 1));
}
