/** Host names of a project on this machine. */
import type { DeployPlan } from "./plan.ts";

/** Of one service in one environment; `service` is null for the one that people open. */
export function hostOf({
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
