/** Acceptance: one transaction after which a deployment ends by itself, and a newer one takes the place of one that waits. */
import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "kysely";
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { isSettled } from "../events.ts";
import { newId } from "../id.ts";
import { openStates } from "./claim.ts";
import { keepHistory } from "./commits.ts";
import { appendEvents } from "./stored-events.ts";
import { noteEnd } from "../notifications/ends.ts";
import type { DeployPlan } from "../plan/plan.ts";
import { keptSnapshot, type PreparedInside } from "../plan/prepare.ts";
import type { DeployRequest, Prepared } from "../plan/request.ts";
import type { Commit } from "../source/commit.ts";
import type { History } from "../source/history.ts";
import { removedMeanwhile } from "../store/removed.ts";
import type { DeploymentRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { writeVariables } from "../variables.ts";
import { liveDeployment } from "./views.ts";

/** Who asks for a deployment, and how. */
export interface Asker {
  /** Name of the person. */
  person?: string | undefined;
  /** Their id, by which they are told how it ended. */
  personId?: string | undefined;
  /** What is accepted under a key is answered again under it: one deployment for each key of an organisation. */
  requestKey?: string | undefined;
}

/** What a person saw before deciding. */
export interface Seen {
  /** The deployment that had the traffic, null for none; when it is another one by now, CONFLICT is thrown. */
  expectLive?: string | null;
}

export interface Acceptance extends Seen {
  projectId: string;
  environment: string;
  platform: string;
  operation: DeploymentRow["operation"];
  request: Omit<DeployRequest, "variables">;
  plan: DeployPlan;
  /** Values given for this deployment alone. */
  given: Record<string, string>;
  /** What opens the platform: a connection, or a token of the environment. */
  opens?: { connectionId: string } | { token: string };
  sourceReleaseId?: string;
  message?: string;
  by: Asker;
  commit?: Commit | null;
  /** Commits since what is live there. */
  history?: History | null;
}

/**
 * The id of the accepted deployment: a new one, or one that is under way and does the same (its command was killed, say, and is run
 * again): that one is carried on, so that nothing is deployed twice.
 */
export async function accept(store: Store, asked: Acceptance): Promise<string> {
  const { db, clock, vault } = store;
  const at = instant(clock);
  return db.transaction().execute(async (tx) => {
    // Acceptances of a project take turns.
    const { organization_id } = await tx
      .selectFrom("project")
      .select("organization_id")
      .where("id", "=", asked.projectId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow(() => removedMeanwhile());
    const { person, personId, requestKey } = asked.by;
    const before = await acceptedUnder(tx, organization_id, requestKey);
    if (before !== undefined) return before;
    await checkSeen(tx, asked);
    const same = await openAlready(tx, store, asked);
    if (same !== undefined) return same;
    const last = await tx
      .selectFrom("deployment")
      .select((eb) => eb.fn.max("id").as("id"))
      .where("project_id", "=", asked.projectId)
      .where("environment", "=", asked.environment)
      .executeTakeFirst();
    // The order of ids is the order in which a place's deployments are worked on.
    const id = newId("dep", clock, last?.id ?? undefined);
    for (const older of await waiting(tx, asked))
      await cancelWaiting(tx, store, { id: older, at, reason: `A newer deployment, ${id}, took its place.` });
    await tx
      .insertInto("deployment")
      .values({
        id,
        organization_id,
        project_id: asked.projectId,
        environment: asked.environment,
        platform: asked.platform,
        operation: asked.operation,
        state: "pending",
        request: JSON.stringify(asked.request),
        plan: JSON.stringify(asked.plan),
        given: Object.keys(asked.given).length > 0 ? vault.seal(JSON.stringify(asked.given), `given ${id}`) : null,
        connection_id: asked.opens && "connectionId" in asked.opens ? asked.opens.connectionId : null,
        credential: asked.opens && "token" in asked.opens ? vault.seal(asked.opens.token, `credential ${id}`) : null,
        source_release_id: asked.sourceReleaseId ?? null,
        release_id: null,
        services: null,
        url: null,
        error: null,
        reason: null,
        message: asked.message ?? null,
        created_at: at,
        started_at: null,
        finished_at: null,
        deadline_at: null,
        lease_owner: null,
        started_by: person ?? null,
        started_by_id: personId ?? null,
        request_key: requestKey ?? null,
        commit_sha: asked.commit?.sha ?? null,
        commit_message: asked.commit?.message ?? null,
        commit_branch: asked.commit?.branch ?? null,
        commit_author: asked.commit?.author ?? null,
      })
      .execute();
    if (asked.history) await keepHistory(tx, { id, projectId: asked.projectId }, asked.history);
    await appendEvents(tx, { deploymentId: id, fence: null, at, bodies: [{ type: "state", state: "pending" }] });
    return id;
  });
}

/** Ids of those in the place that nobody has begun. */
async function waiting(
  tx: Transaction<Schema>,
  { projectId, environment }: Pick<Acceptance, "projectId" | "environment">,
): Promise<string[]> {
  const rows = await tx
    .selectFrom("deployment")
    .select("id")
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .where("state", "=", "pending")
    .where("started_at", "is", null)
    .forNoKeyUpdate()
    .execute();
  return rows.map(({ id }) => id);
}

/** End one that nobody has begun. The fence moves on as well: an owner that claimed it in this very moment can write no more. */
async function cancelWaiting(
  tx: Transaction<Schema>,
  store: Pick<Store, "clock" | "vault">,
  { id, at, reason }: { id: string; at: string; reason: string },
): Promise<void> {
  const state = "cancelled";
  await tx
    .updateTable("deployment")
    .set((eb) => ({
      state,
      reason,
      finished_at: at,
      given: null,
      credential: null,
      lease_owner: null,
      fence: eb("fence", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
  await appendEvents(tx, { deploymentId: id, fence: null, at, bodies: [{ type: "state", state, reason }] });
  await noteEnd(tx, id, store);
}

/** See Engine.accept. The id of the accepted deployment. */
export async function acceptPrepared(store: Store, prepared: Prepared, by: Asker): Promise<string> {
  const [problem] = prepared.problems;
  if (problem) {
    const { code, ...text } = problem;
    throw new DeployError(code, text);
  }
  const { given, generated, identity, opens, plan, commit, history, request, snapshot, ...inside } =
    prepared as PreparedInside;
  if (inside.organization !== store.organization) throw new Error(`prepared for ${inside.organization}`);
  const { id: projectId } = await store.ensureProject(plan.project, identity);
  const { environment, platform } = plan;
  await store.putManifest(snapshot.digest, keptSnapshot(snapshot));
  await writeVariables(store, { projectId, environment, values: generated, sensitive: () => true });
  const { variables: _values, ...kept } = request;
  return accept(store, {
    projectId,
    environment,
    platform,
    operation: "deploy",
    request: kept,
    plan,
    given,
    ...(opens ? { opens } : {}),
    by,
    commit,
    history,
    ...(request.message === undefined ? {} : { message: request.message }),
  });
}

async function acceptedUnder(
  tx: Transaction<Schema>,
  organization: string,
  requestKey: string | undefined,
): Promise<string | undefined> {
  if (requestKey === undefined) return undefined;
  const row = await tx
    .selectFrom("deployment")
    .select("id")
    .where("organization_id", "=", organization)
    .where("request_key", "=", requestKey)
    .executeTakeFirst();
  return row?.id;
}

/** Throws CONFLICT when another deployment has the traffic than the person saw. */
async function checkSeen(tx: Transaction<Schema>, { expectLive, ...place }: Acceptance): Promise<void> {
  if (expectLive === undefined) return;
  const now = await liveDeployment(tx, {
    project_id: place.projectId,
    environment: place.environment,
    platform: place.platform,
  });
  if (now === expectLive) return;
  throw new DeployError("CONFLICT", {
    what:
      now === null
        ? `Nothing has the traffic of ${place.environment} any more.`
        : `${now} has the traffic of ${place.environment} by now.`,
    where: expectLive === null ? "nothing was expected to have it" : `${expectLive} was expected to have it`,
    next: "Look at what is live now, and decide again.",
  });
}

/** An open deployment that has begun and is for the same files, settings, values and place. One that waits is superseded instead, which is the same to anybody who looks. */
async function openAlready(tx: Transaction<Schema>, { vault }: Store, asked: Acceptance): Promise<string | undefined> {
  if (asked.operation !== "deploy" || asked.request.force === true) return undefined;
  const begun = await tx
    .selectFrom("deployment")
    .select(["id", "plan", "given"])
    .where("project_id", "=", asked.projectId)
    .where("environment", "=", asked.environment)
    .where("platform", "=", asked.platform)
    .where("operation", "=", "deploy")
    .where("state", "in", [...openStates])
    .where("started_at", "is not", null)
    .where("cancel_requested", "=", 0)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!begun?.plan) return undefined;
  const plan = JSON.parse(begun.plan) as DeployPlan;
  const given: unknown = begun.given === null ? {} : JSON.parse(vault.open(begun.given, `given ${begun.id}`));
  const isSame =
    plan.source.snapshot === asked.plan.source.snapshot &&
    isDeepStrictEqual(plan.services, asWritten(asked.plan.services)) &&
    (plan.target?.account ?? asked.plan.target?.account) === asked.plan.target?.account &&
    isDeepStrictEqual(given, asked.given);
  return isSame ? begun.id : undefined;
}

/** As it is read again after it was stored. */
function asWritten(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Ask for its end. A deployment nobody has begun ends at once; otherwise its owner, or whoever takes it over, ends it. */
export async function requestCancel(store: Store, id: string): Promise<void> {
  const { db, clock } = store;
  const at = instant(clock);
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom("deployment")
      .select(["state", "lease_owner", "started_at"])
      .where("id", "=", id)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow(() => removedMeanwhile());
    if (isSettled(row.state)) return;
    if (row.lease_owner !== null || row.started_at !== null) {
      await tx.updateTable("deployment").set({ cancel_requested: 1 }).where("id", "=", id).execute();
      return;
    }
    await cancelWaiting(tx, store, { id, at, reason: "Cancelled by a person before it began." });
  });
}
