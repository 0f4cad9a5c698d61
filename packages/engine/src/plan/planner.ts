/**
 * Makes the plan: from what was detected and asked for to what will be done. Pure; what it cannot solve it lists as problems,
 * all of them, before anything has changed.
 */
import type { Detection } from "../detect/detection.ts";
import { type ErrorReport, reportOf } from "../error.ts";
import type { Platform } from "../platform.ts";
import type { Config } from "./config.ts";
import type { DeployPlan, PlannedVariable, ServicePlan, Target } from "./plan.ts";
import type { Overrides } from "./request.ts";
import { hasIn, planService } from "./service-plan.ts";
import { chooseServices, prebuiltService, severalServices } from "./services.ts";

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
