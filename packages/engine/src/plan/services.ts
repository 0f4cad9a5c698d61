/** Which services are planned, as what kind, under which names, and whose word wins over detection. */
import type { DetectedService, Detection } from "../detect/detection.ts";
import type { ErrorReport } from "../error.ts";
import { slug } from "../name.ts";
import type { Config } from "./config.ts";
import type { PlanInput } from "./plan-input.ts";
import type { Overrides } from "./request.ts";

/** A service with what was said about it, which wins over what was detected. */
export type Chosen = DetectedService & { overrides: Overrides };

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
