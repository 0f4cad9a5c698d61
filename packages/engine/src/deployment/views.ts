/** Deployments as callers see them: rows of the store in a caller's words, and what has the traffic now. */
import type { Kysely } from "kysely";
import { DeployError, type ErrorReport } from "../error.ts";
import type { DeploymentState } from "../events.ts";
import type { DeployPlan } from "../plan/plan.ts";
import type { Platform } from "../platform.ts";
import type { Commit } from "../source/commit.ts";
import type { DeploymentRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { type Action, actionsOf, type Possible } from "./actions.ts";
import { releasedBytes } from "./released.ts";
import { reasonsToWait } from "./waiting.ts";

/** A deployment as it is now. */
export interface DeploymentView {
  id: string;
  project: string;
  environment: string;
  platform: string;
  operation: "deploy" | "redeploy" | "rollback" | "promote";
  state: DeploymentState;
  reason: string | null;
  /** Why nobody begins it, in a sentence; null for one that is worked on, has ended, or only waits for its turn. */
  waitsFor: string | null;
  releaseId: string | null;
  /** This deployment's release is the one that has the traffic. */
  live: boolean;
  /** Since when a person has it stopped; null while it is served, and for what is not live. */
  stoppedAt: string | null;
  url: string | null;
  services: { name: string; url: string; alsoAt: string[] }[];
  error: ErrorReport | null;
  message: string | null;
  /** Where its files came from: "folder site"; null until it is planned. */
  source: string | null;
  /** What went over a network to the platform. */
  bytesSent: number;
  filesSent: number;
  /** Of what was built, all services together; null until there is a release. */
  releasedBytes: number | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  steps: {
    name: string;
    status: "running" | "finished" | "failed";
    attempt: number;
    startedAt: string;
    finishedAt: string | null;
  }[];
  plan: DeployPlan | null;
  /** As far as its state and its platform go; whether the person may is another question. */
  actions: Record<Action, Possible>;
  /** Name of the person; null for one nobody signed in for. */
  startedBy: string | null;
  commit: Commit | null;
  /** Median duration of the ten before it that succeeded in the same place and were built, or not, as it is. Null in lists. */
  usualMs: number | null;
  /** There is a picture of its first page: what it shows, in words. */
  screenshot: { alt: string } | null;
}

/** What a list changes by. */
export interface Sight extends Pick<DeploymentView, "id" | "project" | "environment" | "state" | "live" | "stoppedAt"> {
  hasScreenshot: boolean;
}

/** The organisation's deployment whose id is, or begins with, `id`. Throws NOT_FOUND, CONFLICT (several begin so). */
export async function deploymentRow({ db, organization }: Store, id: string): Promise<DeploymentRow> {
  // An id is letters, digits and one underscore: anything else can have no row, and `%` must not become a pattern.
  const rows = /^[a-z]{3}_[0-9a-z]{1,20}$/.test(id)
    ? await db
        .selectFrom("deployment")
        .selectAll()
        .where("organization_id", "=", organization)
        .where("id", ">=", id)
        .where("id", "<", `${id}~`)
        .orderBy("id")
        .limit(2)
        .execute()
    : [];
  const [row, other] = rows;
  if (row && (!other || row.id === id)) return row;
  if (row) {
    throw new DeployError("CONFLICT", {
      what: `More than one deployment begins with ${id}.`,
      where: "deployment id",
      next: `Give more of it, such as ${row.id}.`,
    });
  }
  throw new DeployError("NOT_FOUND", {
    what: `There is no deployment ${JSON.stringify(id.slice(0, 60))}.`,
    where: "deployment id",
    next: "List them with: landfall ls",
  });
}

/** One of them, with its usual duration. */
export async function deploymentView(store: Store, row: DeploymentRow, platforms: Platform[]): Promise<DeploymentView> {
  const [[view], usualMs] = await Promise.all([deploymentViews(store, [row], platforms), usualDuration(store.db, row)]);
  return { ...view!, usualMs };
}

export async function deploymentViews(
  store: Store,
  rows: DeploymentRow[],
  platforms: Platform[],
): Promise<DeploymentView[]> {
  if (rows.length === 0) return [];
  const { db } = store;
  const ids = rows.map((row) => row.id);
  const projectIds = [...new Set(rows.map((row) => row.project_id))];
  const plans = new Map(
    rows.map(({ id, plan }) => [id, plan === null ? null : (JSON.parse(plan) as DeployPlan)] as const),
  );
  const snapshots = rows.flatMap(({ id }) => sourceOf(plans.get(id)!)?.snapshot ?? []);
  const releaseIds = rows.flatMap(({ release_id }) => (release_id === null ? [] : [release_id]));
  const [steps, projects, served, releases, manifests, pictures, waits] = await Promise.all([
    db.selectFrom("step").selectAll().where("deployment_id", "in", ids).orderBy("started_at").execute(),
    db.selectFrom("project").select(["id", "name"]).where("id", "in", projectIds).execute(),
    servedIn(db, projectIds),
    db.selectFrom("release").select("id").where("id", "in", orNone(releaseIds)).execute(),
    db.selectFrom("manifest").select("digest").where("digest", "in", orNone(snapshots)).execute(),
    db.selectFrom("screenshot").selectAll().where("deployment_id", "in", ids).where("sha256", "is not", null).execute(),
    reasonsToWait(store, rows),
  ]);
  const released = await releasedBytes(db, rows, { plans, steps });
  const takenAt = new Map(pictures.map(({ deployment_id, asked_at }) => [deployment_id, asked_at]));
  const names = new Map(projects.map((project) => [project.id, project.name]));
  const keptReleases = new Set(releases.map(({ id }) => id));
  const keptFiles = new Set(manifests.map(({ digest }) => digest));
  return rows.map((row) => ({
    id: row.id,
    project: names.get(row.project_id)!,
    environment: row.environment,
    platform: row.platform,
    operation: row.operation,
    state: row.state,
    reason: row.reason,
    waitsFor: waits.get(row.id) ?? null,
    releaseId: row.release_id,
    live: served.deployments.has(row.id),
    stoppedAt: served.stoppedAt(row),
    url: row.url,
    services: row.services === null ? [] : (JSON.parse(row.services) as DeploymentView["services"]),
    error: row.error === null ? null : (JSON.parse(row.error) as DeploymentView["error"]),
    message: row.message,
    source: sourceOf(plans.get(row.id)!)?.description ?? null,
    bytesSent: row.bytes_sent,
    filesSent: row.files_sent,
    releasedBytes: released.get(row.id) ?? null,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs: row.finished_at === null ? null : Date.parse(row.finished_at) - Date.parse(row.created_at),
    steps: steps
      .filter((step) => step.deployment_id === row.id)
      .map((step) => ({
        name: step.name,
        status: step.status,
        attempt: step.attempt,
        startedAt: step.started_at,
        finishedAt: step.finished_at,
      })),
    plan: plans.get(row.id)!,
    actions: actionsOf({
      row,
      platform: platforms.find(({ id }) => id === row.platform),
      isServed: row.release_id !== null && served.releases.has(row.release_id),
      hasRelease: row.release_id !== null && keptReleases.has(row.release_id),
      hasFiles: keptFiles.has(sourceOf(plans.get(row.id)!)?.snapshot ?? ""),
    }),
    startedBy: row.started_by,
    commit: commitOf(row),
    usualMs: null,
    screenshot: screenshotIn(names.get(row.project_id)!, takenAt.get(row.id)),
  }));
}

/** Where its files came from; plans of earlier versions do not say. */
export function sourceOf(plan: DeployPlan | null): DeployPlan["source"] | undefined {
  return (plan as Partial<DeployPlan> | null)?.source;
}

function screenshotIn(project: string, takenAt: string | undefined): DeploymentView["screenshot"] {
  if (takenAt === undefined) return null;
  // Made here, not once for all: loading a calendar costs every command 20 ms.
  const day = new Date(takenAt).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
  return { alt: `The first page of ${project} on ${day}` };
}

/** What has the traffic in these projects. */
interface Served {
  releases: Set<string>;
  deployments: Set<string>;
  stoppedAt(row: Pick<DeploymentRow, "id" | "release_id">): string | null;
}

async function servedIn(db: Kysely<Schema>, projectIds: string[]): Promise<Served> {
  const live = await db
    .selectFrom("live")
    .select(["release_id", "stopped_at"])
    .where("project_id", "in", orNone(projectIds))
    .execute();
  const releases = live.map(({ release_id }) => release_id);
  // A rollback has the release of an earlier deployment: of those that share it, the newest one gave it the traffic.
  const served = await db
    .selectFrom("deployment")
    .select((eb) => eb.fn.max("id").as("id"))
    .where("state", "=", "success")
    .where("release_id", "in", orNone(releases))
    .groupBy("release_id")
    .execute();
  const deployments = new Set(served.map(({ id }) => id));
  const stopped = new Map(live.map(({ release_id, stopped_at }) => [release_id, stopped_at]));
  return {
    releases: new Set(releases),
    deployments,
    stoppedAt: ({ id, release_id }) => (deployments.has(id) ? (stopped.get(release_id!) ?? null) : null),
  };
}

/** Of the place; null when nothing has its traffic. */
export async function liveDeployment(
  db: Kysely<Schema>,
  place: Pick<DeploymentRow, "project_id" | "environment" | "platform">,
): Promise<string | null> {
  const row = await db
    .selectFrom("live")
    .innerJoin("deployment", "deployment.release_id", "live.release_id")
    .select((eb) => eb.fn.max("deployment.id").as("id"))
    .where("live.project_id", "=", place.project_id)
    .where("live.environment", "=", place.environment)
    .where("live.platform", "=", place.platform)
    .where("deployment.state", "=", "success")
    .executeTakeFirst();
  return row?.id ?? null;
}

/** See Engine.sights. */
export async function sightsOf({ db, organization }: Store, limit: number): Promise<Sight[]> {
  const rows = await db
    .selectFrom("deployment")
    .innerJoin("project", "project.id", "deployment.project_id")
    .leftJoin("screenshot", "screenshot.deployment_id", "deployment.id")
    .select(["deployment.id", "deployment.project_id", "project.name as project"])
    .select(["deployment.environment", "deployment.state", "deployment.release_id", "screenshot.sha256"])
    .where("deployment.organization_id", "=", organization)
    .orderBy("deployment.id", "desc")
    .limit(limit)
    .execute();
  const served = await servedIn(db, [...new Set(rows.map(({ project_id }) => project_id))]);
  return rows.map(({ id, project, environment, state, release_id, sha256 }) => ({
    id,
    project,
    environment,
    state,
    live: served.deployments.has(id),
    stoppedAt: served.stoppedAt({ id, release_id }),
    hasScreenshot: sha256 !== null,
  }));
}

export function commitOf(
  row: Pick<DeploymentRow, "commit_sha" | "commit_message" | "commit_branch" | "commit_author">,
): Commit | null {
  if (row.commit_sha === null) return null;
  const { commit_sha: sha, commit_message, commit_branch: branch, commit_author: author } = row;
  return { sha, message: commit_message ?? "", branch, author };
}

const usualOf = 10;
/** Whether it is built is what its duration depends on most. */
const alike: Record<DeploymentRow["operation"], DeploymentRow["operation"][]> = {
  deploy: ["deploy", "redeploy"],
  redeploy: ["deploy", "redeploy"],
  rollback: ["rollback"],
  promote: ["promote"],
};

async function usualDuration(db: Kysely<Schema>, row: DeploymentRow): Promise<number | null> {
  const rows = await db
    .selectFrom("deployment")
    .select(["created_at", "finished_at"])
    .where("project_id", "=", row.project_id)
    .where("environment", "=", row.environment)
    .where("platform", "=", row.platform)
    .where("state", "=", "success")
    .where("operation", "in", alike[row.operation])
    .where("id", "<", row.id)
    .orderBy("id", "desc")
    .limit(usualOf)
    .execute();
  const durations = rows
    .map(({ created_at, finished_at }) => Date.parse(finished_at!) - Date.parse(created_at))
    .sort((a, b) => a - b);
  if (durations.length === 0) return null;
  const middle = durations.length / 2;
  return Math.round((durations[Math.ceil(middle) - 1]! + durations[Math.floor(middle)]!) / 2);
}

/** For `in`, which takes no empty list. */
export function orNone(values: readonly string[]): readonly string[] {
  return values.length > 0 ? values : [""];
}
