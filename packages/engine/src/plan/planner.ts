/**
 * Makes the plan: from what was detected and asked for to what will be done. Pure; what it cannot solve it lists as problems,
 * all of them, before anything has changed.
 */
import type { ArtifactKind, StaticRules } from "../artifact.ts";
import { parseCommand } from "../process/command.ts";
import type { Command } from "../process/command.ts";
import type { Config } from "./config.ts";
import type { DetectedService, Detection, EnvVariable } from "../detect/detection.ts";
import type { Overrides } from "./request.ts";
import { DeployError, type ErrorReport, reportOf } from "../error.ts";
import { slug } from "../name.ts";
import type { BuildPlan, DeployPlan, PlannedVariable, RouteStep, ServicePlan, Target } from "./plan.ts";
import type { Platform } from "../platform.ts";
import { type Accepted, acceptedFor } from "./accepted.ts";
import { withoutRunner } from "./start-command.ts";

/** Every conversion there is. A new platform adds no route here; it says what it accepts. */
const conversions: (RouteStep & { needs?: string })[] = [
  { from: "source", to: "files", by: "build" },
  { from: "source", to: "prebuilt", by: "build" },
  { from: "source", to: "source", by: "as-is" },
];

const defaultBuildTimeoutMs = 15 * 60_000;

export interface PlanInput {
  project: string;
  environment: string;
  platform: Platform;
  source: DeployPlan["source"];
  target?: Target;
  /** Null for a folder taken as it is. */
  detection: Detection | null;
  config: Config | null;
  overrides: Overrides;
  /** Names or paths of the services asked for; absent for all. */
  only?: string[];
  /** Where a value comes from, for every key that has one. */
  values: ReadonlyMap<string, PlannedVariable["from"]>;
  allowMissing: boolean;
  baseDomain: string;
  /** Whether the snapshot has this path. */
  hasFile(path: string): boolean;
  /** Whether the snapshot has a file below this directory. */
  hasDirectory(path: string): boolean;
  /** Scripts of a directory's package.json. */
  scriptsOf(path: string): Record<string, string>;
  /** Names of the packages a directory's package.json asks for. */
  dependenciesOf(path: string): ReadonlySet<string>;
  /** Lockfile for a package manager and service directory, or undefined. */
  lockfileOf(packageManager: string | undefined, path: string): string | undefined;
}

/** The plan and why it cannot be carried out; problems are empty when it can. */
export function planFor(input: PlanInput): { plan: DeployPlan; problems: ErrorReport[] } {
  const problems: ErrorReport[] = [];
  const notes: DeployPlan["notes"] = [];
  const services: ServicePlan[] = [];
  const chosen = input.detection === null ? [prebuiltService(input)] : chooseServices(input, input.detection, problems);
  const primary = chosen.find((service) => service.kind === "static") ?? chosen[0];
  for (const service of chosen) {
    try {
      services.push(planService(input, service, service === primary));
    } catch (error) {
      problems.push(reportOf(error));
    }
  }
  if (input.platform.oneService && chosen.length > 1) problems.push(severalServices(input, chosen));
  const missing = services.flatMap((service) =>
    service.variables
      .filter((variable) => variable.from === "missing" && variable.required)
      .map((variable) => ({ service, variable })),
  );
  if (missing.length > 0) {
    const faults = missing.map(({ service, variable }) => ({
      path: services.length > 1 ? `${service.name}: ${variable.key}` : variable.key,
      message:
        variable.foundIn.length > 0
          ? `read at ${variable.foundIn.slice(0, 3).join(", ")}`
          : "needed by what was detected",
    }));
    if (input.allowMissing)
      notes.push({
        level: "warning",
        message: `Not set: ${[...new Set(missing.map(({ variable }) => variable.key))].join(", ")}.`,
      });
    else {
      problems.push({
        code: "MISSING_VARIABLE",
        what: `${faults.length === 1 ? "A variable" : `${faults.length} variables`} that the application needs ${faults.length === 1 ? "is" : "are"} not set.`,
        where: `${input.project}, ${input.environment}`,
        next: `Set ${faults.length === 1 ? "it" : "them"} with -e NAME=value or: landfall env set NAME --project ${input.project}; or deploy without with --allow-missing.`,
        faults,
        step: "configure",
      });
    }
  }
  for (const warning of input.detection?.warnings ?? [])
    notes.push({ level: "warning", message: `${warning.at}: ${warning.message}` });
  for (const service of input.detection ? services : [])
    for (const { path, says } of input.platform.leftOut ?? [])
      if (hasIn(input, service.path, path)) notes.push({ level: "warning", message: says });
  const plan: DeployPlan = {
    version: 1,
    project: input.project,
    environment: input.environment,
    platform: input.platform.id,
    source: input.source,
    ...(input.target ? { target: input.target } : {}),
    services: inDependencyOrder(services),
    notes,
    evidence: input.detection?.evidence ?? [],
  };
  return { plan, problems };
}

type Chosen = DetectedService & { overrides: Overrides };

function prebuiltService({ config, overrides }: PlanInput): Chosen {
  return {
    kind: "static",
    runtime: "static",
    path: ".",
    name: "web",
    database: [],
    env: [],
    outputDir: ".",
    overrides: { ...topLevel(config), ...overrides },
  };
}

function topLevel(config: Config | null): Overrides {
  if (!config) return {};
  const { $schema: _schema, name: _name, platform: _platform, services: _services, ...rest } = config;
  return rest;
}

function chooseServices(input: PlanInput, detection: Detection, problems: ErrorReport[]): Chosen[] {
  const { config, overrides, only } = input;
  const all: DetectedService[] =
    detection.services.length > 0 ? detection.services : [{ ...detection, path: ".", name: "web" }];
  const wanted = only ? all.filter((service) => only.includes(service.name) || only.includes(service.path)) : all;
  for (const name of only ?? []) {
    if (all.some((service) => service.name === name || service.path === name)) continue;
    problems.push({
      code: "INVALID_CONFIG",
      what: `There is no service ${JSON.stringify(name)} here.`,
      next: `Services found: ${all.map((service) => `${service.name} (${service.path})`).join(", ")}.`,
    });
  }
  const single = wanted.length === 1;
  const chosen = wanted.map((service) => {
    const own: Overrides = config?.services?.[service.name] ?? config?.services?.[service.path] ?? {};
    // Flags and the top of landfall.json speak of the one service there is; of several, only what is said by name counts.
    const won: Overrides = single ? { ...topLevel(config), ...own, ...overrides } : own;
    const kind = won.kind ?? saidKind(service.kind, won);
    return { ...service, kind, name: slug(service.name) || "web", overrides: won };
  });
  const names = new Set<string>();
  for (const service of chosen) {
    for (let count = 2; names.has(service.name); count++)
      service.name = `${service.name.replace(/-\d+$/, "")}-${count}`;
    names.add(service.name);
  }
  if (chosen.length === 0 && problems.length === 0) problems.push(nothingToDeploy(detection));
  return chosen;
}

/** What runs nothing by itself does when somebody says how it is started, or where its pages are. */
function saidKind(detected: Detection["kind"], { startCommand, outputDir }: Overrides): Detection["kind"] {
  if (detected !== "package" && detected !== "container" && detected !== "compose") return detected;
  if (startCommand) return "server";
  return outputDir ? "static" : detected;
}

function severalServices({ platform, project }: PlanInput, chosen: Chosen[]): ErrorReport {
  const names = chosen.map((service) => service.name);
  return {
    code: "NO_ROUTE",
    what: `A project on ${platform.name} is one service, and there are ${names.length} here: ${names.join(", ")}.`,
    next: `Deploy each as a project of its own: --service ${names[0]} --project ${project}-${names[0]}`,
    recovery: names.map((name) => ({
      kind: "alternative",
      label: `Deploy ${name}`,
      command: `landfall deploy --platform ${platform.id} --service ${name} --project ${project}-${name}`,
    })),
    step: "create",
  };
}

function nothingToDeploy(detection: Detection): ErrorReport {
  return {
    code: "NOT_DETECTED",
    what: "There is nothing here that could be deployed.",
    where: detection.dir,
    next: "Give the directory of an application, or say what it is with --build-command, --output-dir or --start-command.",
  };
}

function planService(input: PlanInput, service: Chosen, isPrimary: boolean): ServicePlan {
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
function hasIn({ hasFile, hasDirectory }: PlanInput, directory: string, path: string): boolean {
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

/** Shortest way from source to what the platform takes for this kind of artifact. */
function routeTo(platform: Platform, wanted: ArtifactKind): RouteStep[] {
  const direct = conversions.find((one) => one.from === "source" && one.to === wanted);
  if (direct && platform.accepts.includes(wanted)) return [{ from: direct.from, to: direct.to, by: direct.by }];
  throw new DeployError("NO_ROUTE", {
    what: `${platform.name} takes ${platform.accepts.join(", ")}; this would be ${wanted}.`,
    next: "Choose another platform with --platform.",
  });
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

function hostOf({
  project,
  environment,
  service,
  baseDomain,
}: {
  project: string;
  environment: string;
  service: string | null;
  baseDomain: string;
}): string {
  const label = [service, environment === "production" ? null : environment, project]
    .filter((part) => part !== null)
    .join("-");
  return `${label.slice(0, 63).replace(/-+$/, "")}.${baseDomain}`;
}

/** The same plan for another environment: other host names, nothing else. */
export function inEnvironment(plan: DeployPlan, environment: string, baseDomain: string): DeployPlan {
  const { project } = plan;
  const primary = hostOf({ project, environment: plan.environment, service: null, baseDomain });
  const services = plan.services.map((service) => {
    const name = service.hosts.includes(primary) ? null : service.name;
    const hosts = service.hosts.length === 0 ? [] : [hostOf({ project, environment, service: name, baseDomain })];
    return { ...service, hosts };
  });
  return { ...plan, environment, services };
}

function inDependencyOrder(services: ServicePlan[]): ServicePlan[] {
  const ordered: ServicePlan[] = [];
  const visiting = new Set<string>();
  const visit = (service: ServicePlan): void => {
    if (ordered.includes(service) || visiting.has(service.path)) return;
    visiting.add(service.path);
    for (const path of service.dependsOn) {
      const needed = services.find((one) => one.path === path || one.name === path);
      if (needed) visit(needed);
    }
    ordered.push(service);
  };
  services.forEach(visit);
  return ordered;
}
