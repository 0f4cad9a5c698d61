/** A deployment as the API shows it: whole, in a list, and within its project. */
import type { Deployment, VercelState } from "./state.ts";

/** Addresses a deployment answers under besides its own. */
export function aliasesOf(state: VercelState, { id, host }: Deployment): string[] {
  return [...state.aliases.values()]
    .filter((alias) => alias.deploymentId === id && alias.host !== host)
    .map((alias) => alias.host);
}

export function shownDeployment(state: VercelState, deployment: Deployment) {
  const { id, settings, gitMetadata } = deployment;
  const team = state.teams.get(deployment.ownerId);
  return {
    ...common(state, deployment),
    id,
    deploymentId: id,
    // When it happened is told in lists alone.
    aliasAssigned: deployment.aliasAssigned !== false,
    env: deployment.env,
    build: { env: deployment.buildEnv },
    projectSettings: settings,
    project: { id: deployment.projectId, name: deployment.name, framework: settings["framework"] ?? null },
    team: team && { id: team.id, slug: team.slug, name: team.name },
    isInConcurrentBuildsQueue: false,
    isInSystemBuildsQueue: false,
    buildSkipped: false,
    public: false,
    regions: ["iad1"],
    version: 2,
    plan: "pro",
    ownerId: deployment.ownerId,
    routes: deployment.routes,
    checksState: "completed",
    checksConclusion: "skipped",
    aliasWarning: null,
    canceledAt: deployment.canceledAt ?? undefined,
    gitSource: gitMetadata?.["gitSource"],
  };
}

/** In lists the id is called `uid`. */
export function listedDeployment(state: VercelState, deployment: Deployment) {
  const { id, readyState, createdAt } = deployment;
  return {
    ...common(state, deployment),
    uid: id,
    state: readyState,
    created: createdAt,
    isRollbackCandidate: isRollbackCandidate(state, deployment),
  };
}

/** As a project shows its latest and its live deployment. */
export function shownSummary(state: VercelState, deployment: Deployment) {
  return {
    ...common(state, deployment),
    id: deployment.id,
    plan: "pro",
    private: false,
    deploymentHostname: deployment.host.split(".")[0],
    userId: state.user.id,
  };
}

export function isRollbackCandidate(state: VercelState, { id, readyState, target, projectId }: Deployment): boolean {
  return readyState === "READY" && target === "production" && state.projects.get(projectId)?.production !== id;
}

function common(state: VercelState, deployment: Deployment) {
  const { name, projectId, host, readyState, target, createdAt, buildingAt, readyAt, meta } = deployment;
  const failed = readyState === "ERROR";
  return {
    name,
    projectId,
    url: host,
    alias: aliasesOf(state, deployment),
    aliasAssigned: deployment.aliasAssigned,
    aliasError: deployment.aliasError && readyState === "READY" ? deployment.aliasError : null,
    type: "LAMBDAS",
    readyState,
    status: readyState,
    readySubstate: deployment.readySubstate ?? undefined,
    target,
    source: deployment.source ?? undefined,
    meta,
    creator: { uid: state.user.id, username: state.user.username, email: state.user.email },
    inspectorUrl: inspectorUrl(state, deployment),
    createdAt,
    createdIn: "iad1",
    buildingAt: buildingAt ?? createdAt,
    bootedAt: buildingAt ?? createdAt,
    ready: readyAt ?? undefined,
    errorCode: failed ? "BUILD_FAILED" : undefined,
    errorMessage: failed ? (deployment.failure ?? undefined) : undefined,
    errorStep: failed ? "buildStep" : undefined,
  };
}

export function inspectorUrl(state: VercelState, { ownerId, name, id }: Deployment): string {
  const slug = state.teams.get(ownerId)?.slug ?? state.user.username;
  return `https://vercel.com/${slug}/${name}/${id.replace(/^dpl_/, "")}`;
}
