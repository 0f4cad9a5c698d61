/** Which services are planned, as what kind, under which names, and whose word wins over detection. */
import type { DetectedService, Detection } from "../detect/detection.ts";
import type { ErrorReport } from "../error.ts";
import { slug } from "../name.ts";
import type { Config } from "./config.ts";
import type { PlanInput } from "./plan-input.ts";
import type { Overrides } from "./request.ts";
import { asRun } from "./start-command.ts";

/** A service with what was said about it, which wins over what was detected. */
export type Chosen = DetectedService & {
  overrides: Overrides;
  /** The name of the service it is another process of, when that one is deployed too. */
  filesOf?: string;
};

/** The one service of a folder that is taken as it is. */
export function prebuiltService({ config, overrides }: PlanInput): Chosen {
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

/** Of what was detected those asked for, each with a name of its own. What cannot be chosen is added to `problems`. */
export function chooseServices(input: PlanInput, detection: Detection, problems: ErrorReport[]): Chosen[] {
  const { config, overrides, only } = input;
  const detected: DetectedService[] =
    detection.services.length > 0 ? detection.services : [{ ...detection, path: ".", name: "web" }];
  const all = detected.flatMap((service) => [{ service, of: null }, ...processesOf(input, service, detected.length)]);
  const isMeant = ({ name, path }: DetectedService): boolean => !only || only.includes(name) || only.includes(path);
  const wanted = all.filter(({ service }) => isMeant(service));
  const asked = [...(only ?? []), ...Object.keys(config?.services ?? {})];
  for (const [at, name] of asked.entries()) {
    if (all.some(({ service }) => service.name === name || service.path === name)) continue;
    problems.push({
      code: "INVALID_CONFIG",
      what: `There is no service ${JSON.stringify(name)} here.`,
      ...(at < (only ?? []).length ? {} : { where: "services in landfall.json" }),
      next: `Services found: ${all.map(({ service }) => `${service.name} (${service.path})`).join(", ")}.`,
    });
  }
  // A process that is deployed without its program is a program.
  const isMain = ({ of }: { of: DetectedService | null }): boolean => of === null || !isMeant(of);
  const isSingle = wanted.filter(isMain).length === 1;
  const byService = new Map<DetectedService, Chosen>();
  for (const { service, of } of wanted) {
    const named = config?.services?.[service.name];
    const own: Overrides = named ?? (of === null ? config?.services?.[service.path] : undefined) ?? {};
    // Flags and the top of landfall.json speak of the one service there is; of several, only what is said by name counts.
    const won: Overrides = isSingle && isMain({ of }) ? { ...topLevel(config), ...own, ...overrides } : own;
    const kind = won.kind ?? saidKind(service.kind, won);
    const name = freeName(slug(service.name) || "web", byService.values());
    const filesOf = of === null ? undefined : byService.get(of)?.name;
    byService.set(service, { ...service, kind, name, overrides: won, ...(filesOf === undefined ? {} : { filesOf }) });
  }
  const chosen = [...byService.values()];
  if (chosen.length === 0 && problems.length === 0) problems.push(nothingToDeploy(detection));
  return chosen;
}

/** `worker`, or `worker-2` where another service has that name. */
function freeName(wanted: string, taken: Iterable<Chosen>): string {
  const names = new Set([...taken].map(({ name }) => name));
  let name = wanted;
  for (let count = 2; names.has(name); count++) name = `${wanted.replace(/-\d+$/, "")}-${count}`;
  return name;
}

/** The other processes of a program, each a worker of the same files, where the platform runs workers. */
function processesOf(
  { platform, scriptsOf }: PlanInput,
  of: DetectedService,
  services: number,
): { service: DetectedService; of: DetectedService }[] {
  if (!platform.runs.includes("worker")) return [];
  const runs = (text: string | undefined): string => asRun(text ?? "", scriptsOf(of.path));
  const { processes = [], releaseCommand: _, port: __, ...shared } = of;
  return processes
    .filter(({ startCommand }) => runs(startCommand) !== runs(of.startCommand))
    .map(({ name, startCommand }) => ({
      service: { ...shared, name: services === 1 ? name : `${of.name}-${name}`, kind: "worker" as const, startCommand },
      of,
    }));
}

const runsNothing: ReadonlySet<Detection["kind"]> = new Set(["package", "container", "compose", "monorepo"]);

/** What runs nothing by itself does when somebody says how it is started, or where its pages are. */
function saidKind(detected: Detection["kind"], { startCommand, outputDir }: Overrides): Detection["kind"] {
  if (!runsNothing.has(detected)) return detected;
  if (startCommand) return "server";
  return outputDir ? "static" : detected;
}

/** A platform takes one service of a project, and there are more. */
export function severalServices({ platform, project }: PlanInput, chosen: Chosen[]): ErrorReport {
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
