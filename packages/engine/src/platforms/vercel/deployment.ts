/**
 * One deployment on Vercel: created, found again, waited for.
 * The request that creates it names every file by digest and is refused with the digests Vercel lacks: when it lacks none, that one request
 * is all there is to send. It is not repeatable, so our deployment's id goes with it, and who runs a step again looks for it.
 */
import { DeployError } from "../../error.ts";
import { ApiError } from "../../http/api-error.ts";
import type { DeployContext, ReleaseContext, StepContext } from "../../platform.ts";
import type { Ready } from "./addresses.ts";
import { list, type ListedDeployment, look, projectName, type RemoteDeployment, scoped } from "./api.ts";
import { followBuild, lastLines } from "./build-log.ts";
import { meta } from "./meta.ts";
import { giveProduction } from "./traffic.ts";

export type Created = { id: string } | { missing: string[] };

/** Create it, or say what is missing. */
export async function createWith(
  context: DeployContext,
  {
    projectId,
    request,
    prebuilt,
    action,
  }: { projectId: string; request: object; prebuilt: boolean; action?: "promote" },
): Promise<Created> {
  const { deploymentId, environment, release, plan, signal } = context;
  const json = {
    ...request,
    name: projectName(context),
    project: projectId,
    ...(environment === "production" ? { target: "production" } : {}),
    meta: {
      ...(action ? { action } : {}),
      [meta.deployment]: deploymentId,
      [meta.release]: release.id,
      [meta.environment]: environment,
      [meta.service]: release.services[0]!.plan.name,
      ...(plan.source.commit === undefined ? {} : { commit: plan.source.commit }),
    },
  };
  const query = { skipAutoDetectionConfirmation: 1, prebuilt: prebuilt ? 1 : undefined };
  try {
    // A list of many thousand files is read, and looked up, before there is an answer.
    const answer = await scoped(context).send({
      method: "POST",
      path: "/v13/deployments",
      query,
      json,
      expects: "json",
      timeoutMs: 120_000,
      signal,
    });
    for (const [name, message] of Object.entries(answer.headers))
      if (/^x-(?:vercel|now)-(?:warning|notice)-/.test(name)) await context.note(`Vercel says: ${message}`);
    return answer.json() as RemoteDeployment;
  } catch (error) {
    if (!(error instanceof ApiError) || error.vendor.code !== "missing_files") throw error;
    return { missing: (error.body as { error: { missing: string[] } }).error.missing };
  }
}

/** Id of the deployment that carries ours, or null. */
export async function find(context: ReleaseContext, projectId: string): Promise<string | null> {
  return (await findListed(context, projectId))?.uid ?? null;
}

/** The deployment that carries our id. */
export async function findListed(context: ReleaseContext, projectId: string): Promise<ListedDeployment | null> {
  const { deploymentId } = context;
  const listed = await list(context, { projectId, [`meta-${meta.deployment}`]: deploymentId, limit: 20 });
  return listed.find((one) => one.meta?.[meta.deployment] === deploymentId) ?? null;
}

/** Wait for it, its build's log written to the step; answers where it is reached. */
export async function finish(
  context: DeployContext,
  { projectId, id, step, isBuiltThere }: { projectId: string; id: string; step: StepContext; isBuiltThere: boolean },
): Promise<Ready> {
  const api = scoped(context);
  const { clock, signal } = context;
  const log = isBuiltThere ? followBuild({ api, id, clock }, step.log) : null;
  let deployment: RemoteDeployment;
  try {
    deployment = await untilReady(context, id);
  } catch (error) {
    await log?.stop();
    if (!(error instanceof DeployError) || error.code !== "BUILD_FAILED") throw error;
    // Losing the log must not hide why the build ended.
    const evidence = log && log.last.length > 0 ? log.last : await lastLines(api, id, signal).catch(() => []);
    throw new DeployError(error.code, { ...error.text, evidence });
  }
  await log?.stop();
  // After a rollback Vercel gives new deployments no production addresses by itself, until one is promoted.
  if (context.environment === "production" && deployment.readySubstate === "STAGED") {
    await giveProduction(context, { ask: "promote", projectId, id });
    deployment = await look(context, id);
  }
  const { url, alias = [], target, team, creator } = deployment;
  return {
    id,
    own: url!,
    aliases: alias,
    isProduction: target === "production",
    scope: team?.slug ?? creator?.username ?? null,
  };
}

/** A deployment of files that are there may be ready before a person notices; looks get rarer from there. */
const firstPauseMs = 5;
const longestPauseMs = 2_000;

/** The deployment, when it is built and its addresses lead to it. Throws BUILD_FAILED, CANCELLED, CONFLICT, INSUFFICIENT_PERMISSIONS. */
async function untilReady(context: DeployContext, id: string): Promise<RemoteDeployment> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    await context.clock.sleep(pauseMs, context.signal);
    const deployment = await look(context, id);
    const fault = faultOf(deployment);
    if (fault) throw fault;
    if (deployment.readyState !== "READY" || !deployment.url) continue;
    if (deployment.aliasAssigned || deployment.readySubstate === "STAGED") return deployment;
  }
}

function faultOf(deployment: RemoteDeployment): DeployError | null {
  const { id, readyState, readyStateReason, errorMessage, aliasError, checks, checksConclusion } = deployment;
  const where = `vercel, deployment ${id}${deployment.inspectorUrl ? `: ${deployment.inspectorUrl}` : ""}`;
  if (readyState === "CANCELED" || readyState === "DELETED")
    return new DeployError("CANCELLED", { what: "The deployment was cancelled on Vercel.", where });
  if (readyState === "BLOCKED")
    return new DeployError("INSUFFICIENT_PERMISSIONS", {
      what: `Vercel does not build this deployment${readyStateReason ? `: ${readyStateReason}` : ""}.`,
      where,
      next: "Its page on Vercel says who has to allow it.",
      step: "deploy",
    });
  if (readyState === "ERROR" || readyState.endsWith("_ERROR"))
    return new DeployError("BUILD_FAILED", {
      what: `The build on Vercel failed${errorMessage ? `: ${errorMessage}` : ""}.`,
      where,
      next: "Mend what the log says, and deploy again. What was live before still is.",
      step: "build",
    });
  if (aliasError || checks?.["deployment-alias"]?.state === "failed")
    return new DeployError("CONFLICT", {
      what: `The deployment is built, and Vercel could not give it its addresses${aliasError ? `: ${aliasError.message}` : ""}.`,
      where: aliasError ? `${where} (${aliasError.code})` : where,
      next: "Look at the project's domains: landfall domains ls",
      step: "deploy",
    });
  if (checksConclusion === "failed")
    return new DeployError("UNHEALTHY", {
      what: "A check of the project on Vercel failed, so the deployment got no addresses.",
      where,
      next: "Its page on Vercel shows the checks.",
      step: "deploy",
    });
  return null;
}
