/** The projects of a store: listed, found by name, and taken down with all that runs of them. */
import type { Kysely } from "kysely";
import { openClient, type PlatformAccess } from "./connections/access.ts";
import { openCredential } from "./connections/choose.ts";
import { openStates } from "./deployment/claim.ts";
import { pinnedTarget } from "./deployment/reach.ts";
import { commitOf, type DeploymentView, sourceOf } from "./deployment/views.ts";
import { DeployError } from "./error.ts";
import type { DeploymentState } from "./events.ts";
import type { DeployPlan } from "./plan/plan.ts";
import type { DeployedService, Platform } from "./platform.ts";
import type { DeploymentRow, ProjectRow, Schema } from "./store/schema.ts";
import type { Store } from "./store/store.ts";

/** What somebody who looks for a project is told of its newest deployment. */
export type LastDeployment = Pick<
  DeploymentView,
  "id" | "environment" | "platform" | "state" | "message" | "source" | "commit" | "createdAt"
>;

/** A project and its environments: what has the traffic of each, and what became of its newest deployment. */
export interface ProjectView {
  name: string;
  createdAt: string;
  /** Where something of it has the traffic. */
  platforms: string[];
  /** The newest of all environments. */
  last: LastDeployment | null;
  environments: {
    name: string;
    url: string | null;
    liveDeployment: string | null;
    /** Where that runs. */
    platform: string | null;
    /** Since when a person has stopped what is live here; null: it is served. */
    stoppedAt: string | null;
    lastDeployment: string | null;
    lastState: DeploymentState | null;
  }[];
}

export interface Projects {
  /** Throws NOT_FOUND, with the names there are. */
  row(name: string): Promise<ProjectRow>;
  /** See Engine.remove. */
  remove(target: { project: string; environment?: string }): Promise<void>;
}

/** A platform has so long to take a project down. */
const removalMs = 60_000;

export function projectsOf({
  store,
  platforms,
  access,
}: {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
}): Projects {
  const { db, clock } = store;

  async function row(name: string): Promise<ProjectRow> {
    const found = await store.project(name);
    if (found) return found;
    const all = db.selectFrom("project").select("name").where("organization_id", "=", store.organization);
    const names = (await all.orderBy("name").execute()).map((one) => one.name);
    throw new DeployError("NOT_FOUND", {
      what: `There is no project ${JSON.stringify(name.slice(0, 80))}.`,
      next: names.length > 0 ? `Projects: ${names.slice(0, 20).join(", ")}.` : "Deploy one with: landfall deploy",
    });
  }

  /** Take the project's environment down where it runs. */
  async function removeThere(place: { projectId: string; project: string; environment: string; platform: string }) {
    const platform = platforms.find(({ id }) => id === place.platform);
    if (!platform?.remove) return;
    const { platform: id, projectId, project, environment: name } = place;
    const opened = await db
      .selectFrom("deployment")
      .select(["id", "credential", "connection_id", "services"])
      .where("project_id", "=", projectId)
      .where("platform", "=", id)
      .where("environment", "=", name)
      .orderBy("id", "desc")
      .execute();
    const credential = await openCredential(store, { platform, access: access[id], row: opened[0]! });
    await using api = openClient({ platform, access: access[id], credential, clock });
    const remoteIds = opened.flatMap(({ services }) =>
      (JSON.parse(services ?? "[]") as DeployedService[]).flatMap(({ remoteId }) => remoteId ?? []),
    );
    const signal = AbortSignal.timeout(removalMs);
    const target = await pinnedTarget(store, projectId, id);
    await platform.remove({ api, target, projectId, project, environment: name, remoteIds, signal, clock });
  }

  return {
    row,
    async remove({ project, environment: environmentName }) {
      const { id: projectId } = await row(project);
      const places = await db
        .selectFrom("deployment")
        .select(["environment", "platform"])
        .distinct()
        .where("project_id", "=", projectId)
        .execute();
      const gone = places.filter((place) => environmentName === undefined || place.environment === environmentName);
      await refuseWhileOpen(db, { projectId, project });
      for (const place of gone) await removeThere({ projectId, project, ...place });
      await db.transaction().execute(async (tx) => {
        // Whoever accepts one meanwhile waits for this, and finds the project gone.
        await tx.selectFrom("project").select("id").where("id", "=", projectId).forUpdate().execute();
        await refuseWhileOpen(tx, { projectId, project });
        if (environmentName === undefined) {
          await tx.deleteFrom("project").where("id", "=", projectId).execute();
          return;
        }
        // A release that has the traffic is held by its row.
        for (const table of [
          "live",
          "owned_variable",
          "deployment",
          "release",
          "variable",
          "variable_change",
          "shared_mapping",
        ] as const) {
          await tx
            .deleteFrom(table)
            .where("project_id", "=", projectId)
            .where("environment", "=", environmentName)
            .execute();
        }
      });
    },
  };
}

/** Throws CONFLICT while a deployment of the project, or of one environment of it, is under way. */
export async function refuseWhileOpen(
  db: Kysely<Schema>,
  { projectId, project, environment }: { projectId: string; project: string; environment?: string },
): Promise<void> {
  const ofProject = db
    .selectFrom("deployment")
    .select("id")
    .where("project_id", "=", projectId)
    .where("state", "in", [...openStates]);
  const open = await (environment === undefined
    ? ofProject
    : ofProject.where("environment", "=", environment)
  ).executeTakeFirst();
  if (!open) return;
  throw new DeployError("CONFLICT", {
    what: `${open.id} of ${project} is under way.`,
    next: `Cancel it first: landfall cancel ${open.id}`,
  });
}

/** SQLite takes 32,766 values in a question, PostgreSQL 65,535. Sources: sqlite.org/limits.html, postgresql.org/docs protocol-message-formats. */
const rowsAtOnce = 30_000;

/** See Engine.projects. */
export async function projectViews({ db, organization }: Store): Promise<ProjectView[]> {
  const projects = await db
    .selectFrom("project")
    .selectAll()
    .where("organization_id", "=", organization)
    .orderBy("name")
    .execute();
  const latest = await db
    .selectFrom("deployment")
    .select((eb) => ["project_id", "environment", eb.fn.max("id").as("id")])
    .where("organization_id", "=", organization)
    .groupBy(["project_id", "environment"])
    .orderBy("environment")
    .execute();
  // Of an environment on several platforms, the one whose traffic was given last.
  const served = await db
    .selectFrom("live")
    .innerJoin("deployment", (join) =>
      join
        .onRef("deployment.release_id", "=", "live.release_id")
        .onRef("deployment.project_id", "=", "live.project_id")
        .onRef("deployment.environment", "=", "live.environment"),
    )
    .select((eb) => [
      "live.project_id",
      "live.environment",
      "live.platform",
      "live.since",
      "live.stopped_at",
      eb.fn.max("deployment.id").as("id"),
    ])
    .where("deployment.organization_id", "=", organization)
    .where("deployment.state", "=", "success")
    .groupBy(["live.project_id", "live.environment", "live.platform", "live.since", "live.stopped_at"])
    .orderBy("live.since", "desc")
    .execute();
  const rows = await byId(
    [...latest, ...served].map(({ id }) => id),
    (ids) => db.selectFrom("deployment").select(["id", "state", "url"]).where("id", "in", ids).execute(),
  );
  const environments = Map.groupBy(latest, ({ project_id: id }) => id);
  const newest = new Map<string, string>();
  // Ids sort by time.
  for (const { project_id: project, id } of latest) if (id > (newest.get(project) ?? "")) newest.set(project, id);
  const last = await byId([...newest.values()], (ids) =>
    db.selectFrom("deployment").select(toldOfLast).where("id", "in", ids).execute(),
  );
  const live = new Map<string, (typeof served)[number]>();
  for (const one of served.toReversed()) live.set(`${one.project_id} ${one.environment}`, one);
  const places = Map.groupBy(served, ({ project_id: id }) => id);
  return projects.map((project) => ({
    name: project.name,
    createdAt: project.created_at,
    platforms: [...new Set((places.get(project.id) ?? []).map(({ platform }) => platform))].sort(),
    last: lastOf(last.get(newest.get(project.id) ?? "")),
    environments: (environments.get(project.id) ?? []).map(({ environment: name, id }) => {
      const place = live.get(`${project.id} ${name}`);
      const liveId = place?.id ?? null;
      return {
        name,
        url: liveId === null ? null : (rows.get(liveId)?.url ?? null),
        liveDeployment: liveId,
        platform: place?.platform ?? null,
        stoppedAt: place?.stopped_at ?? null,
        lastDeployment: id,
        lastState: rows.get(id)?.state ?? null,
      };
    }),
  }));
}

const toldOfLast = [
  "id",
  "environment",
  "platform",
  "state",
  "message",
  "commit_sha",
  "commit_message",
  "commit_branch",
  "commit_author",
  "created_at",
  "plan",
] as const;

/** Rows by their ids, asked for in as many questions as it takes. */
async function byId<T extends { id: string }>(
  wanted: string[],
  ask: (ids: string[]) => Promise<T[]>,
): Promise<Map<string, T>> {
  const ids = [...new Set(wanted)];
  const rows = new Map<string, T>();
  for (let at = 0; at < ids.length; at += rowsAtOnce)
    for (const row of await ask(ids.slice(at, at + rowsAtOnce))) rows.set(row.id, row);
  return rows;
}

function lastOf(row: Pick<DeploymentRow, (typeof toldOfLast)[number]> | undefined): LastDeployment | null {
  if (row === undefined) return null;
  const { id, environment, platform, state, message, created_at: createdAt } = row;
  const plan = row.plan === null ? null : (JSON.parse(row.plan) as DeployPlan);
  return {
    id,
    environment,
    platform,
    state,
    message,
    source: sourceOf(plan)?.description ?? null,
    commit: commitOf(row),
    createdAt,
  };
}
