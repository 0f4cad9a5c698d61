/** What the engine answers when asked: rows of the store in the words of engine.ts. */
import type { DeploymentView, ProjectView } from "../engine.ts";
import { DeployError } from "../error.ts";
import type { DeployPlan } from "../plan/plan.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

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

export async function deploymentViews({ db }: Store, rows: DeploymentRow[]): Promise<DeploymentView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const projectIds = [...new Set(rows.map((row) => row.project_id))];
  const [steps, projects, live] = await Promise.all([
    db.selectFrom("step").selectAll().where("deployment_id", "in", ids).orderBy("started_at").execute(),
    db.selectFrom("project").select(["id", "name"]).where("id", "in", projectIds).execute(),
    db.selectFrom("live").select("release_id").where("project_id", "in", projectIds).execute(),
  ]);
  const names = new Map(projects.map((project) => [project.id, project.name]));
  // A rollback has the release of an earlier deployment: of those that share it, the newest one gave it the traffic.
  const served = await db
    .selectFrom("deployment")
    .select((eb) => eb.fn.max("id").as("id"))
    .where("state", "=", "success")
    .where("release_id", "in", live.length > 0 ? live.map((row) => row.release_id) : [""])
    .groupBy("release_id")
    .execute();
  const liveIds = new Set(served.map((row) => row.id));
  return rows.map((row) => ({
    id: row.id,
    project: names.get(row.project_id)!,
    environment: row.environment,
    platform: row.platform,
    operation: row.operation,
    state: row.state,
    reason: row.reason,
    releaseId: row.release_id,
    live: liveIds.has(row.id),
    url: row.url,
    services: row.services === null ? [] : (JSON.parse(row.services) as DeploymentView["services"]),
    error: row.error === null ? null : (JSON.parse(row.error) as DeploymentView["error"]),
    message: row.message,
    bytesSent: row.bytes_sent,
    filesSent: row.files_sent,
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
    plan: row.plan === null ? null : (JSON.parse(row.plan) as DeployPlan),
  }));
}

export async function projectViews({ db, organization }: Store): Promise<ProjectView[]> {
  const projects = await db
    .selectFrom("project")
    .selectAll()
    .where("organization_id", "=", organization)
    .orderBy("name")
    .execute();
  const deployments = await db
    .selectFrom("deployment")
    .select(["id", "project_id", "environment", "state", "url", "release_id"])
    .where("organization_id", "=", organization)
    .orderBy("id", "desc")
    .execute();
  const live = await db
    .selectFrom("live")
    .innerJoin("project", "project.id", "live.project_id")
    .selectAll("live")
    .where("project.organization_id", "=", organization)
    .execute();
  return projects.map((project) => {
    const own = deployments.filter((deployment) => deployment.project_id === project.id);
    const environments = [...new Set(own.map((deployment) => deployment.environment))].sort();
    return {
      name: project.name,
      createdAt: project.created_at,
      environments: environments.map((name) => {
        const here = own.filter((deployment) => deployment.environment === name);
        const current = live.find((row) => row.project_id === project.id && row.environment === name);
        const served = here.find(
          (deployment) => deployment.release_id === current?.release_id && deployment.state === "success",
        );
        return {
          name,
          url: served?.url ?? null,
          liveDeployment: served?.id ?? null,
          lastDeployment: here[0]?.id ?? null,
          lastState: here[0]?.state ?? null,
        };
      }),
    };
  });
}
