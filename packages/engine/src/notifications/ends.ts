/** What a deployment's end leaves to be told: written in the transaction in which it ends, so that neither is ever without the other. */
import type { Transaction } from "kysely";
import { type Clock, instant } from "../clock.ts";
import type { ErrorReport } from "../error.ts";
import { newId } from "../id.ts";
import type { DeploymentRow, NotificationRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { ownPlace } from "./own.ts";
import type { NotificationEvent } from "./place.ts";

/** The body of a message, as a webhook is sent it. */
export interface NotificationBody {
  type: `deployment.${NotificationEvent}` | "test";
  /** When it happened. */
  timestamp: string;
  data: {
    project: string;
    environment: string;
    platform: string;
    operation: DeploymentRow["operation"];
    deployment: string;
    /** Where it is online; null where nothing is. */
    url: string | null;
    /** Where a person sees how it went; null where no server shows that. */
    page: string | null;
    error: Pick<ErrorReport, "code" | "what" | "next"> | null;
    /** Why it was cancelled. */
    reason: string | null;
    message: string | null;
    startedBy: string | null;
    commit: { sha: string; message: string | null; branch: string | null } | null;
    createdAt: string;
    finishedAt: string;
  } | null;
}

/** Name of the setting that holds where people see deployments. */
export const pagesSetting = "pages";

const eventOf: Partial<Record<DeploymentRow["state"], NotificationEvent>> = {
  success: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
};

/** Called once the row of a deployment says that it has ended. Nothing is sent here. */
export async function noteEnd(
  tx: Transaction<Schema>,
  deploymentId: string,
  { clock, vault }: Pick<Store, "clock" | "vault">,
): Promise<void> {
  const row = await tx
    .selectFrom("deployment")
    .innerJoin("project", "project.id", "deployment.project_id")
    .selectAll("deployment")
    .select("project.name as project")
    .where("deployment.id", "=", deploymentId)
    .executeTakeFirstOrThrow();
  const event = eventOf[row.state];
  if (event === undefined) throw new Error(`${deploymentId} has not ended`);
  // Held, so that one being removed is gone or stays until this is written.
  const places = await tx
    .selectFrom("notification_place")
    .select(["id", "events", "leads_to"])
    .where("project_id", "=", row.project_id)
    .where("person_id", "is", null)
    .where("environments", "in", row.environment === "production" ? ["production", "all"] : ["all"])
    .forKeyShare()
    .execute();
  const told = places.filter(({ events }) => (JSON.parse(events) as string[]).includes(event));
  const own = await ownPlace(tx, row, { event, told: told.map((place) => place.leads_to), clock, vault });
  const all = [...told.map(({ id }) => id), ...(own === null ? [] : [own])];
  if (all.length === 0) return;
  const pages = await tx.selectFrom("setting").select("value").where("key", "=", pagesSetting).executeTakeFirst();
  const body = JSON.stringify(bodyOf(row, { event, pages: pages?.value ?? null, clock }));
  await tx
    .insertInto("notification")
    .values(all.map((id) => messageTo(id, { event, deploymentId, body, clock })))
    .execute();
}

/** A message that is due now. */
export function messageTo(
  placeId: string,
  {
    event,
    deploymentId,
    body,
    clock,
  }: { event: NotificationEvent | "test"; deploymentId: string | null; body: string; clock: Clock },
): NotificationRow {
  return {
    id: newId("msg", clock),
    place_id: placeId,
    event,
    deployment_id: deploymentId,
    body,
    state: "waiting",
    attempts: 0,
    next_at: clock.now(),
    owner: null,
    status: null,
    outcome: null,
    created_at: instant(clock),
    tried_at: null,
  };
}

function bodyOf(
  row: DeploymentRow & { project: string },
  { event, pages, clock }: { event: NotificationEvent; pages: string | null; clock: Clock },
): NotificationBody {
  const { project, environment, platform, operation, url, reason, message } = row;
  const finishedAt = row.finished_at ?? instant(clock);
  // Where it failed may name folders of the machine; that stays here.
  const error = row.error === null ? null : (JSON.parse(row.error) as ErrorReport);
  return {
    type: `deployment.${event}`,
    timestamp: finishedAt,
    data: {
      project,
      environment,
      platform,
      operation,
      deployment: row.id,
      url,
      page: pages === null ? null : `${pages}/p/${encodeURIComponent(project)}/deployments/${row.id}`,
      error: error && { code: error.code, what: error.what, ...(error.next === undefined ? {} : { next: error.next }) },
      reason,
      message,
      startedBy: row.started_by,
      commit:
        row.commit_sha === null
          ? null
          : { sha: row.commit_sha, message: row.commit_message, branch: row.commit_branch },
      createdAt: row.created_at,
      finishedAt,
    },
  };
}
