/**
 * Makes the plan: from what was detected and asked for to what will be done. Pure; what it cannot solve it lists as problems,
 * all of them, before anything has changed.
 */
import { type ErrorReport, reportOf } from "../error.ts";
import type { DeployPlan, ServicePlan } from "./plan.ts";
import type { PlanInput } from "./plan-input.ts";
import { hasIn, planService } from "./service-plan.ts";
import { type Chosen, chooseServices, prebuiltService, severalServices } from "./services.ts";

/** The plan and why it cannot be carried out; problems are empty when it can. */
export function planFor(input: PlanInput): { plan: DeployPlan; problems: ErrorReport[] } {
  const problems: ErrorReport[] = [];
  const notes: DeployPlan["notes"] = [];
  const services: ServicePlan[] = [];
  const chosen = input.detection === null ? [prebuiltService(input)] : chooseServices(input, input.detection, problems);
  const primary = chosen.find(({ kind }) => kind === "static") ?? chosen.find(({ kind }) => kind !== "worker");
  for (const service of chosen) {
    try {
      services.push(planService(input, service, { isPrimary: service === primary }));
    } catch (error) {
      problems.push(reportOf(error));
    }
  }
  for (const service of services) {
    const also = services.flatMap(({ filesOf, before = [], start }) =>
      filesOf === service.name && start ? [...before, start] : [],
    );
    if (also.length > 0) service.alsoStarts = also;
  }
  if (input.platform.oneService && chosen.length > 1) problems.push(severalServices(input, chosen));
  const missing = missingVariables(input, services);
  if (missing.length > 0 && !input.allowMissing) problems.push(notSet(input, missing));
  if (missing.length > 0 && input.allowMissing)
    notes.push({ level: "warning", message: `Not set: ${[...new Set(missing.map(({ key }) => key))].join(", ")}.` });
  for (const warning of input.detection?.warnings ?? [])
    notes.push({ level: "warning", message: `${warning.at}: ${warning.message}` });
  for (const service of chosen) notes.push(...notRun(input, service, services));
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

/** What belongs to a program that this platform does not start. */
function notRun({ platform }: PlanInput, service: Chosen, planned: ServicePlan[]): DeployPlan["notes"] {
  const says: string[] = [];
  const release = service.overrides.releaseCommand ?? service.releaseCommand ?? "";
  if (release !== "" && planned.some(({ name, start }) => name === service.name && start === undefined))
    says.push(
      `${platform.name} does not run ${release}, which a release has to run before it starts: run it yourself.`,
    );
  const names = (service.processes ?? []).map(({ name }) => name);
  if (names.length > 0 && !platform.runs.includes("worker"))
    says.push(`${platform.name} runs no workers, so ${names.join(", ")} of the Procfile stays out.`);
  return says.map((message) => ({ level: "warning", message }));
}

interface Missing {
  key: string;
  /** With its service, where there are several. */
  path: string;
  foundIn: string[];
  because: string;
  /** A file that gives it and stays out. */
  file: string | undefined;
}

/** Variables that a service needs and nobody has set. */
function missingVariables({ fileGiving }: PlanInput, all: ServicePlan[]): Missing[] {
  // A process has the variables of the service whose files it is started from.
  const services = all.filter(({ filesOf }) => filesOf === undefined);
  return services.flatMap(({ name, path, variables }) =>
    variables
      .filter(({ from, required }) => from === "missing" && required)
      .map(({ key, foundIn, because = "what was detected needs it" }) => ({
        key,
        path: services.length > 1 ? `${name}: ${key}` : key,
        foundIn,
        because,
        file: fileGiving(path, key),
      })),
  );
}

function notSet({ project, environment }: PlanInput, missing: Missing[]): ErrorReport {
  const isOne = missing.length === 1;
  const files = [...new Set(missing.flatMap(({ file }) => file ?? []))];
  const given =
    files.length === 0
      ? ""
      : `What ${files.join(" and ")} has: ${files.map((file) => `--env-file ${file}`).join(" ")}. `;
  return {
    code: "MISSING_VARIABLE",
    what: `${isOne ? "A variable" : `${missing.length} variables`} that the application needs ${isOne ? "is" : "are"} not set.`,
    where: `${project}, ${environment}`,
    next: `${given}Set ${isOne ? "it" : "them"} with -e NAME=value or: landfall env set NAME --project ${project}; or deploy without with --allow-missing.`,
    faults: missing.map(({ path, foundIn, because }) => ({
      path,
      message: `${because}${foundIn.length > 0 ? ` (${foundIn.slice(0, 3).join(", ")})` : ""}`,
    })),
    step: "configure",
  };
}

/** What a service needs comes before it. Services that need each other keep the order they have. */
function inDependencyOrder(services: ServicePlan[]): ServicePlan[] {
  const visited = new Set<ServicePlan>();
  const ordered: ServicePlan[] = [];
  const visit = (service: ServicePlan): void => {
    if (visited.has(service)) return;
    visited.add(service);
    for (const asked of service.dependsOn) {
      const needed = services.find(({ path, name }) => path === asked || name === asked);
      if (needed) visit(needed);
    }
    ordered.push(service);
  };
  services.forEach(visit);
  return ordered;
}
