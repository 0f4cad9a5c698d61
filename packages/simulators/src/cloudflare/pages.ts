/** Pages: what a project and a deployment are at a moment, and how the API shows them. */
import type { SimulatedRequest } from "../definition.ts";
import { accountOf } from "./account.ts";
import { instant, refuse } from "./envelope.ts";
import { siteUrl, type CloudflareState, type EnvVars, type PagesDeployment, type PagesProject } from "./state.ts";

/** The host name of a project's production, below pages.dev or the domain of the options. */
export function pagesHost({ settings }: CloudflareState, { label }: PagesProject): string {
  return `${label}.${settings.siteDomain ?? "pages.dev"}`;
}

/** The project that the path names, its deployments as far as they are by now. */
export function projectOf(state: CloudflareState, request: SimulatedRequest): PagesProject {
  const project = accountOf(state, request).projects.get(request.param("project"));
  if (!project)
    throw refuse(
      404,
      8000007,
      "Project not found. The specified project name does not match any of your existing projects.",
    );
  settleAll(state, project, request.now);
  return project;
}

const stageNames = ["queued", "initialize", "clone_repo", "build", "deploy"] as const;

/** Which stage a phase is in, and how that stage is. */
const stageOf: Record<PagesDeployment["phase"], { name: (typeof stageNames)[number]; status: string }> = {
  queued: { name: "queued", status: "active" },
  active: { name: "queued", status: "active" },
  deploying: { name: "deploy", status: "active" },
  ready: { name: "deploy", status: "success" },
  failed: { name: "deploy", status: "failure" },
};

const isFinal = ({ phase }: PagesDeployment) => phase === "ready" || phase === "failed";

/** Bring the deployments to where the clock says they are. Without a build time only looks move them. */
export function settleAll(state: CloudflareState, project: PagesProject, now: number): void {
  const { buildMs } = state.settings;
  if (buildMs === 0) return;
  for (const deployment of project.deployments.toReversed()) {
    if (isFinal(deployment)) continue;
    const share = (now - deployment.createdAt) / buildMs;
    if (share >= 1) finish(project, deployment, deployment.createdAt + buildMs);
    else if (share >= 0.5) enter(deployment, "deploying", deployment.createdAt + buildMs / 2);
  }
}

/** A look at a deployment, which is one phase further when there is no build time. `deploying` is left out: wrangler gives up on it. */
export function look(state: CloudflareState, request: SimulatedRequest, deployment: PagesDeployment): void {
  if (state.settings.buildMs > 0 || isFinal(deployment)) return;
  if (deployment.phase === "queued") enter(deployment, "active", request.now);
  else finish(projectOf(state, request), deployment, request.now);
}

function enter(deployment: PagesDeployment, phase: PagesDeployment["phase"], at: number): void {
  if (deployment.phase === phase) return;
  deployment.phase = phase;
  deployment.phaseAt = at;
}

function finish(project: PagesProject, deployment: PagesDeployment, at: number): void {
  enter(deployment, deployment.fault === null ? "ready" : "failed", at);
  const say = (line: string) => deployment.log.push({ ts: instant(at), line });
  if (deployment.fault !== null) {
    say(`Error: ${deployment.fault}`);
    return;
  }
  say("Success: Assets published!");
  say("Success: Your site was deployed!");
  if (deployment.environment === "production") project.canonical = deployment.id;
}

/** The label of a branch's alias: at most 28 letters, digits and dashes. */
export function branchLabel(branch: string): string {
  return branch
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 28)
    .replaceAll(/^-+|-+$/g, "");
}

/** The deployment at a label before the project's own: its short id, or the newest ready one of a branch. */
export function deploymentAt(project: PagesProject, label: string): PagesDeployment | null {
  const ready = project.deployments.filter(({ phase }) => phase === "ready");
  const byId = ready.find(({ id }) => id.startsWith(label) && label.length === 8);
  return (
    byId ?? ready.find(({ branch, environment }) => environment === "preview" && branchLabel(branch) === label) ?? null
  );
}

/** Aliases of the live deployment are its custom domains; null without any. Source: workers-sdk, wrangler/src/pages/deploy.ts. */
function domainsOf({ domains, canonical }: PagesProject, { id }: PagesDeployment): string[] | null {
  const active = [...domains.values()].filter(({ status }) => status === "active");
  return id === canonical && active.length > 0 ? active.map(({ name }) => `https://${name}`) : null;
}

/** A deployment as the API shows it. */
export function deploymentView(state: CloudflareState, project: PagesProject, deployment: PagesDeployment): object {
  const { id, environment, branch, commit, createdAt, phase, phaseAt } = deployment;
  const current = stageOf[phase];
  const at = stageNames.indexOf(current.name);
  const stages = stageNames.map((name, index) => {
    const reached = index <= at;
    const done = index < at || isFinal(deployment);
    const settled = index < at ? "success" : "idle";
    return {
      name,
      status: index === at ? current.status : settled,
      started_on: reached ? instant(index === 0 ? createdAt : phaseAt) : null,
      ended_on: reached && done ? instant(phaseAt) : null,
    };
  });
  const host = pagesHost(state, project);
  const aliased = environment === "preview" && deploymentAt(project, branchLabel(branch)) === deployment;
  return {
    id,
    short_id: id.slice(0, 8),
    project_id: project.id,
    project_name: project.name,
    environment,
    url: siteUrl(state, `${id.slice(0, 8)}.${host}`),
    aliases: aliased ? [siteUrl(state, `${branchLabel(branch)}.${host}`)] : domainsOf(project, deployment),
    created_on: instant(createdAt),
    modified_on: instant(phaseAt),
    latest_stage: stages[at],
    stages,
    deployment_trigger: {
      type: "ad_hoc",
      metadata: { branch, commit_hash: commit.hash, commit_message: commit.message, commit_dirty: commit.dirty },
    },
    build_config: project.buildConfig,
    env_vars: envVarsView(deployment.envVars),
    is_skipped: false,
    uses_functions: deployment.hasFunctions,
  };
}

/** Variables as the API shows them: the values of secrets are empty. */
export function envVarsView(variables: EnvVars): EnvVars {
  const shown = Object.entries(variables).map(([name, { type, value }]) => {
    return [name, { type, value: type === "secret_text" ? "" : value }] as const;
  });
  return Object.fromEntries(shown);
}
