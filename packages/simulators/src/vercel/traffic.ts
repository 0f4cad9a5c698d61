/** Who answers under which address: what a new deployment gets, promotion, rollback, and aliases by hand. */
import { z } from "zod";
import { deploymentOf, notFound, projectOf, read, refuse, type Call, type Endpoint } from "./call.ts";
import { aliasesOf, inspectorUrl } from "./deployment-view.ts";
import { unique, type Alias, type AliasRequest, type Deployment, type Project, type VercelState } from "./state.ts";
import { notify } from "./webhook.ts";

const aliasRequest = z.looseObject({ alias: z.string().min(1), redirect: z.string().nullable().optional() });

export const trafficEndpoints: Record<string, Endpoint> = {
  "POST /v10/projects/:project/promote/:deployment": (call) => switchTo(call, "promote"),
  "POST /v1/projects/:project/rollback/:deployment": (call) => switchTo(call, "rollback"),

  "GET /v1/projects/:project/promote/aliases": (call) => {
    const project = projectOf(call, call.request.param("project"));
    lookAtTraffic(call.state, project, call.now);
    const { jobStatus = "succeeded" } = project.lastAliasRequest ?? {};
    const status = jobStatus === "succeeded" ? "completed" : jobStatus;
    const failedOnly = call.request.query.get("failedOnly") === "true";
    const aliases = productionHosts(project)
      .map((alias) => ({ status, alias, id: `als_${alias}` }))
      .filter((each) => !failedOnly || each.status === "failed");
    return { json: { aliases, pagination: { count: aliases.length, next: null, prev: null } } };
  },

  "POST /v2/deployments/:id/aliases": (call) => {
    const { state, now } = call;
    const deployment = deploymentOf(call, call.request.param("id"));
    const host = read(call.request, aliasRequest).alias.toLowerCase();
    if (deployment.readyState !== "READY")
      refuse(400, { code: "deployment_not_ready", message: "The deployment is not READY and can not be aliased" });
    if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(host) && !host.endsWith(`.${state.siteDomain}`))
      refuse(400, { code: "invalid_alias", message: "The supplied alias is invalid" });
    const before = state.aliases.get(host);
    if (before?.deploymentId === deployment.id)
      refuse(409, { code: "conflict", message: "The provided alias is already assigned to the given deployment" });
    if (state.takenHosts.has(host) || (before && state.projects.get(before.projectId)?.accountId !== call.owner.id))
      refuse(403, { code: "alias_in_use", message: `The alias \`${host}\` is in use by a different account` });
    const { uid } = point(state, { host, deployment, now });
    const oldDeploymentId = before?.deploymentId;
    return { json: { uid, alias: host, created: new Date(now).toISOString(), oldDeploymentId } };
  },

  "GET /v2/deployments/:id/aliases": (call) => {
    const deployment = deploymentOf(call, call.request.param("id"));
    return { json: { aliases: aliasesOf(call.state, deployment).map((host) => shownAlias(call.state, host)) } };
  },

  "GET /v4/aliases": (call) => {
    const own = [...call.state.deployments.values()].filter(({ ownerId }) => ownerId === call.owner.id);
    const hosts = own.flatMap((deployment) => aliasesOf(call.state, deployment));
    const aliases = hosts.map((host) => shownAlias(call.state, host));
    return { json: { aliases, pagination: { count: aliases.length, next: null, prev: null } } };
  },

  "GET /v4/aliases/:alias": (call) => {
    return { json: shownAlias(call.state, findAlias(call).host) };
  },

  "DELETE /v2/aliases/:alias": (call) => {
    call.state.aliases.delete(findAlias(call).host);
    return { json: { status: "SUCCESS" } };
  },
};

function findAlias(call: Call): Alias {
  const wanted = call.request.param("alias");
  const { aliases } = call.state;
  const alias = aliases.get(wanted) ?? [...aliases.values()].find(({ uid }) => uid === wanted);
  // Whoever may not see the deployment does not see its alias either.
  return alias && deploymentOf(call, alias.deploymentId) ? alias : notFound("Alias");
}

function shownAlias(state: VercelState, host: string) {
  const { uid, deploymentId, projectId, createdAt } = state.aliases.get(host)!;
  const created = new Date(createdAt).toISOString();
  return { uid, alias: host, created, createdAt, deploymentId, projectId, redirect: null };
}

/** Ask for a switch of the production addresses. It is done some looks later. */
function switchTo(call: Call, type: AliasRequest["type"]) {
  const { now, request } = call;
  const project = projectOf(call, request.param("project"));
  const deployment = deploymentOf(call, request.param("deployment"));
  if (deployment.projectId !== project.id) notFound("Deployment");
  if (deployment.readyState !== "READY") refuse(400, { code: "bad_request", message: "The deployment is not ready." });
  if (deployment.target !== "production")
    refuse(400, { code: "bad_request", message: "Only a production deployment can get the production domains." });
  if (project.lastAliasRequest && !isDone(project.lastAliasRequest))
    refuse(409, { code: "conflict", message: "Another promotion or rollback of this project is under way." });
  project.lastAliasRequest = {
    jobStatus: "pending",
    requestedAt: now,
    fromDeploymentId: project.production ?? "",
    toDeploymentId: deployment.id,
    type,
  };
  return { status: 201 };
}

const isDone = ({ jobStatus }: AliasRequest) => jobStatus !== "pending" && jobStatus !== "in-progress";

/** A look at a promotion or rollback takes it from pending over in-progress to succeeded; only then the addresses have moved. */
export function lookAtTraffic(state: VercelState, project: Project, now: number): void {
  const job = project.lastAliasRequest;
  if (!job || isDone(job)) return;
  if (job.jobStatus === "pending") {
    job.jobStatus = "in-progress";
    return;
  }
  const deployment = state.deployments.get(job.toDeploymentId);
  job.jobStatus = deployment ? "succeeded" : "failed";
  if (!deployment) return;
  project.autoAssign = job.type === "promote";
  takeProduction(state, { project, deployment, now });
  const { fromDeploymentId, toDeploymentId } = job;
  if (job.type === "promote") notifyDeployment(state, { type: "deployment.promoted", deployment, now });
  else
    notify(
      { state, now },
      {
        type: "deployment.rollback",
        project,
        payload: { project: { id: project.id }, fromDeploymentId, toDeploymentId },
      },
    );
}

/** Give a deployment that is ready the addresses it gets by itself. */
export function assign(state: VercelState, deployment: Deployment, now: number): void {
  const project = state.projects.get(deployment.projectId)!;
  deployment.aliasAssigned = now;
  const takes = deployment.target === "production" && deployment.autoAssign && project.autoAssign;
  if (takes) takeProduction(state, { project, deployment, now });
  else if (deployment.target === "production") deployment.readySubstate = "STAGED";
  else for (const host of previewHosts(state, { project, deployment })) point(state, { host, deployment, now });
  notifyDeployment(state, { type: "deployment.succeeded", deployment, now });
  if (takes) notifyDeployment(state, { type: "deployment.promoted", deployment, now });
}

function takeProduction(
  state: VercelState,
  { project, deployment, now }: { project: Project; deployment: Deployment; now: number },
): void {
  for (const host of productionHosts(project)) point(state, { host, deployment, now });
  project.production = deployment.id;
  deployment.readySubstate = "PROMOTED";
}

/** Addresses of what is in production; verified ones of no branch. */
function productionHosts({ domains }: Project): string[] {
  return [...domains.values()]
    .filter(({ verified, gitBranch, redirect }) => verified && gitBranch === null && redirect === null)
    .map(({ name }) => name);
}

function previewHosts(
  state: VercelState,
  { project, deployment }: { project: Project; deployment: Deployment },
): string[] {
  const scope = state.teams.get(project.accountId)?.slug ?? state.user.username;
  const part = deployment.branch === null ? state.user.username : `git-${deployment.branch}`;
  const label = `${project.name}-${part}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  const ofBranch = [...project.domains.values()].filter(
    ({ verified, gitBranch }) => verified && gitBranch !== null && gitBranch === deployment.branch,
  );
  const own = `${label.slice(0, 62 - scope.length)}-${scope}.${state.siteDomain}`;
  return [own, ...ofBranch.map(({ name }) => name)];
}

/** Let a deployment answer under a host name. */
export function point(
  state: VercelState,
  { host, deployment, now }: { host: string; deployment: Deployment; now: number },
) {
  const uid = state.aliases.get(host)?.uid ?? unique(state, 20);
  const { id: deploymentId, projectId } = deployment;
  const alias = { uid, host, deploymentId, projectId, createdAt: now };
  state.aliases.set(host, alias);
  return alias;
}

/** Tell webhooks what happened to a deployment. */
export function notifyDeployment(
  state: VercelState,
  { type, deployment, now }: { type: string; deployment: Deployment; now: number },
): void {
  const { id, meta, host, name, target, projectId } = deployment;
  const project = state.projects.get(projectId)!;
  const alias = aliasesOf(state, deployment);
  const links = {
    deployment: inspectorUrl(state, deployment),
    project: inspectorUrl(state, deployment).replace(/\/[^/]+$/, ""),
  };
  const shown = { id, meta, url: host, name, alias };
  const where = { links, target, project: { id: projectId }, plan: "pro", regions: ["iad1"] };
  notify({ state, now }, { type, project, payload: { deployment: shown, alias, ...where } });
}
