/**
 * The checklist after a deployment: what is done, what is left to do, what looks wrong. Pure; what the live sites say is given (findings.ts).
 */
import { settingItems } from "./settings.ts";
import { siteItems } from "./site.ts";
import type { SiteFindings } from "./findings.ts";
import type { DeployPlan } from "../plan/plan.ts";
import type { ChecklistItem } from "./item.ts";

export interface ChecklistInput {
  plan: DeployPlan;
  /** Live URL by name of the service. */
  urls: Record<string, string>;
  /** By name of the service. A service without findings could not be asked: its items are `unknown`. */
  findings: Record<string, SiteFindings>;
  /** Id of the deployment a rollback would go back to, null when there is none; absent when nobody looked. */
  rollbackTo?: string | null;
}

/** Every item that applies: of each service what its site says, in the order of the plan, then what is about the project. */
export function checklistFor({ plan, urls, findings, rollbackTo }: ChecklistInput): ChecklistItem[] {
  const sites = plan.services
    .filter((service) => service.kind !== "worker")
    .flatMap((service) =>
      siteItems(service, urls[service.name], findings[service.name]).map((item) =>
        plan.services.length > 1 ? { ...item, service: service.name } : item,
      ),
    );
  return [...sites, ...settingItems(plan, urls, rollbackTo)];
}
