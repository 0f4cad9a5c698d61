/** The plan of one service: how it is built and started, as what it goes to the platform, with which variables and host names. */
import type { ArtifactKind, StaticRules } from "../artifact.ts";
import type { EnvVariable } from "../detect/detection.ts";
import { DeployError } from "../error.ts";
import type { Platform } from "../platform.ts";
import { type Command, parseCommand } from "../process/command.ts";
import { type Accepted, acceptedFor, routeTo } from "./accepted.ts";
import { hostOf } from "./hosts.ts";
import type { BuildPlan, PlannedVariable, ServicePlan } from "./plan.ts";
import type { PlanInput } from "./planner.ts";
import type { Overrides } from "./request.ts";
import type { Chosen } from "./services.ts";
import { withoutRunner } from "./start-command.ts";

const defaultBuildTimeoutMs = 15 * 60_000;

export function planService(input: PlanInput, service: Chosen, isPrimary: boolean): ServicePlan {
  const { platform, project, environment } = input;
  const kind = service.kind;
  if (kind === "package") {
    throw new DeployError("NO_ROUTE", {
      what: `${where(service)} is a library: it has nothing that runs.`,
      next: "If it is an application, say how it starts with --start-command, or where its pages are with --output-dir.",
    });
  }
  if ((kind === "server" || kind === "worker") && !platform.runs.includes(kind)) throw runsNoServer(platform, service);
  if (kind === "container" || kind === "compose" || !platform.runs.includes(kind as ServicePlan["kind"])) {
    throw new DeployError("NO_ROUTE", {
      what: `${where(service)} is built by ${kind === "compose" ? "a compose file" : "a Dockerfile"}, and ${platform.name} runs no containers.`,
      next: "Deploy it to a platform that does, or say how to start it without one: --start-command 'node server.js'.",
      recovery: [
        {
          kind: "alternative",
          label: "Start it without a container",
          command: "landfall deploy --start-command 'node server.js'",
        },
      ],
    });
  }
  if (kind === "monorepo") {
    throw new DeployError("NOT_DETECTED", {
      what: `${where(service)} is a workspace without an application that could be deployed.`,
      next: "Give the directory of one, or name it with --service.",
    });
  }
  const { overrides } = service;
  const installCommand = overrides.installCommand ?? service.installCommand;
  const buildCommand = overrides.buildCommand ?? service.buildCommand;
  const startCommand = overrides.startCommand ?? service.startCommand;
  const outputDir = checkedDirectory(overrides.outputDir ?? service.outputDir ?? ".");
  const needsBuild = input.detection !== null;
  const framework = overrides.framework ?? service.framework;
  const { accepts, way } = needsBuild ? accepted(input, service, { kind, framework }) : { accepts: asItIs(input) };
  // What the platform runs from its own output needs no command here.
  const startsHere = kind !== "static" && accepts !== "source" && way?.outputDir === undefined;
  if (startsHere && !startCommand) {
    throw new DeployError("NOT_DETECTED", {
      what: `How ${where(service)} is started could not be found out.`,
      next: "Say it with --start-command, such as --start-command 'node server.js', or with a start script.",
    });
  }
  const build: BuildPlan | undefined = needsBuild
    ? {
        install: accepts === "source" ? [] : commands(installCommand),
        build: accepts === "source" ? [] : commands(buildCommand).map((one) => withVariables(one, way?.environment)),
        outputDir: way?.outputDir ?? outputDir,
        ...(service.packageManager === undefined ? {} : { packageManager: service.packageManager }),
        ...optional("lockfile", input.lockfileOf(service.packageManager, service.path)),
        timeoutMs: defaultBuildTimeoutMs,
      }
    : undefined;
  const start = startsHere ? withoutRunner(commands(startCommand), input.scriptsOf(service.path)) : [];
  const port = overrides.port ?? service.port;
  const host = hostOf({ project, environment, service: isPrimary ? null : service.name, baseDomain: input.baseDomain });
  return {
    name: service.name,
    path: service.path,
    kind,
    ...optional("framework", framework),
    runtime: service.runtime,
    ...optional("runtimeVersion", service.runtimeVersion),
    route: needsBuild ? routeTo(platform, accepts) : [{ from: accepts, to: accepts, by: "as-is" }],
    accepts,
    ...optional("build", build),
    ...(accepts === "source" ? { remoteBuild: remoteBuild(overrides, way) } : {}),
    ...(start.length > 0 ? { start: start.at(-1)!, before: start.slice(0, -1) } : {}),
    ...optional("port", port),
    ...(kind === "static" ? { static: staticRules(input, service, framework) } : {}),
    variables: planVariables(service.env, input.values),
    // Elsewhere the platform gives the names.
    hosts: platform.baseUrl === undefined ? [host] : [],
    check: { path: overrides.healthPath ?? "/", timeoutMs: 60_000 },
    dependsOn: service.dependsOn ?? [],
    operations:
      platform.operations?.(kind) ??
      (kind === "static"
        ? ["switch the traffic"]
        : ["start beside the one that runs", "probe", "switch the traffic", "drain and stop the old one"]),
  };
}

function runsNoServer({ name, serverAdvice }: Platform, service: Chosen): DeployError {
  const framework = service.overrides.framework ?? service.framework;
  return new DeployError("NO_ROUTE", {
    what: `${where(service)} is a ${service.kind}${framework ? ` (${framework})` : ""}, and ${name} runs none as it is built here.`,
    next: serverAdvice?.[framework ?? ""] ?? "Choose another platform with --platform.",
  });
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

function checkedDirectory(path: string): string {
  const parts = path.replace(/^\.\//, "").replace(/\/+$/, "").split("/");
  if (path.startsWith("/") || path.includes("\\") || path.includes("\0") || parts.includes("..")) {
    throw new DeployError("INVALID_CONFIG", {
      what: `The output directory ${JSON.stringify(path)} is outside the service.`,
      where: "outputDir",
      next: "Give a directory inside it, such as dist.",
    });
  }
  return parts.join("/") || ".";
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
