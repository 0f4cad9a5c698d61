/** The checklist of a deployment that is live: asks its sites, looks up what a rollback would go back to. */
import { checklistFor } from "./checklist.ts";
import type { ChecklistItem } from "./item.ts";
import { DeployError } from "../error.ts";
import { gatherFindings, type SiteFindings } from "./findings.ts";
import { openRelease } from "../deployment/release.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { deploymentViews } from "../deployment/views.ts";

/** See Engine.checklist. */
export async function liveChecklist(store: Store, row: DeploymentRow, signal?: AbortSignal): Promise<ChecklistItem[]> {
  const [view] = await deploymentViews(store, [row], []);
  const release = row.release_id === null ? null : await openRelease(store, row.release_id);
  const plan = view?.plan ?? null;
  if (view === undefined || plan === null || row.state !== "success" || release === null) {
    throw new DeployError("CONFLICT", {
      what: `${row.id} is not live, so there is nothing to go through.`,
      next: "Choose a deployment that succeeded: landfall ls",
    });
  }
  const urls = Object.fromEntries(view.services.map(({ name, url }) => [name, url]));
  const asked = release.services.map(async ({ plan: service, variables }): Promise<[string, SiteFindings] | null> => {
    const url = urls[service.name];
    if (url === undefined || service.kind === "worker") return null;
    const hidden = new Set(service.variables.filter((one) => one.sensitive && !one.public).map(({ key }) => key));
    const secrets = Object.entries(variables).flatMap(([name, value]) => (hidden.has(name) ? [{ name, value }] : []));
    const how = { healthPath: service.check.path, secrets, ...(signal === undefined ? {} : { signal }) };
    return [service.name, await gatherFindings(url, how)];
  });
  const findings = Object.fromEntries((await Promise.all(asked)).filter((one) => one !== null));
  return checklistFor({ plan, urls, findings, rollbackTo: await rollbackTarget(store, row) });
}

async function rollbackTarget({ db }: Store, row: DeploymentRow): Promise<string | null> {
  const before = await db
    .selectFrom("live")
    .innerJoin("deployment", "deployment.release_id", "live.previous_release_id")
    .select("deployment.id")
    .where("live.project_id", "=", row.project_id)
    .where("live.environment", "=", row.environment)
    .where("live.platform", "=", row.platform)
    .where("deployment.state", "=", "success")
    .orderBy("deployment.id", "desc")
    .executeTakeFirst();
  return before?.id ?? null;
}
