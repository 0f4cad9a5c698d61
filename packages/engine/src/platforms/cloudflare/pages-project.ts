/** Pages projects: found or created, and what a deployment looks like in one. */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { suggestNames } from "../../name.ts";
import type { ApiContext, RemoteVariable } from "../../platform.ts";
import { accountIdOf, ask, askIfThere, isCode } from "./api.ts";

export interface PagesProject {
  account: string;
  id: string;
  name: string;
  /** Host of its production, such as `demo.pages.dev`. */
  subdomain: string;
  productionBranch: string;
  /** Settings of the two environments there are. */
  configs: Record<PagesEnvironment, { compatibilityFlags: string[] }>;
}

export type PagesEnvironment = "production" | "preview";

interface RemoteProject {
  id: string;
  name: string;
  subdomain: string;
  production_branch: string;
  source?: { type: string; config?: { repo_name?: string } } | null;
  deployment_configs: Record<PagesEnvironment, RemoteConfig>;
  canonical_deployment: RemoteDeployment | null;
}

interface RemoteConfig {
  env_vars?: Record<string, { type: "plain_text" | "secret_text"; value?: string } | null> | null;
  compatibility_flags?: string[];
  compatibility_date?: string;
}

export interface RemoteDeployment {
  id: string;
  url: string;
  aliases: string[] | null;
  environment: PagesEnvironment;
  latest_stage: { name: string; status: string };
  is_skipped: boolean;
  deployment_trigger: { metadata: { branch: string; commit_message: string } };
}

const projectExists = 8000002;

/** Where a project is in the API. */
export function projectPath({ account, name }: Pick<PagesProject, "account" | "name">): string {
  return path`/accounts/${account}/pages/projects/${name}`;
}

/** The project as the target names it. Throws NOT_FOUND. */
export async function remoteProject(context: ApiContext): Promise<RemoteProject & { account: string }> {
  const account = await accountIdOf(context);
  const project = await ask<RemoteProject>(context, {
    method: "GET",
    path: projectPath({ account, name: nameOf(context) }),
  });
  return { ...project, account };
}

export function nameOf({ target, project }: Pick<ApiContext, "target" | "project">): string {
  return target.projectName ?? target.projectId ?? project;
}

/** The project a deployment goes to: the one it went to before, one of that name in the account, or a new one. Throws PROJECT_NAME_TAKEN. */
export async function findOrCreate(context: ApiContext): Promise<PagesProject> {
  const account = await accountIdOf(context);
  const name = nameOf(context);
  const find = () => askIfThere<RemoteProject>(context, { method: "GET", path: projectPath({ account, name }) });
  // One that was deployed to before is most likely there; any other most likely not.
  const known = context.target.projectId === undefined ? null : await find();
  const remote = known ?? (await create(context, { account, name })) ?? (await find());
  if (!remote) {
    throw new DeployError("CONFLICT", {
      what: `Cloudflare says that the project ${name} exists, and then that it does not.`,
      where: projectPath({ account, name }),
      next: "Deploy again.",
      step: "create",
    });
  }
  if (remote.source) throw builtFromGit(name, remote.source.type);
  const flags = (of: PagesEnvironment) => ({
    compatibilityFlags: remote.deployment_configs[of].compatibility_flags ?? [],
  });
  return {
    account,
    id: remote.id,
    name: remote.name,
    subdomain: remote.subdomain,
    productionBranch: remote.production_branch,
    configs: { production: flags("production"), preview: flags("preview") },
  };
}

/** Null when there is one of that name, which is also the answer to a request whose first answer was lost. */
async function create(
  context: ApiContext,
  { account, name }: { account: string; name: string },
): Promise<RemoteProject | null> {
  try {
    return await ask<RemoteProject>(context, {
      method: "POST",
      path: path`/accounts/${account}/pages/projects`,
      json: { name, production_branch: "main", deployment_configs: { production: {}, preview: {} } },
      repeatable: true,
    });
  } catch (error) {
    if (isCode(error, projectExists)) return null;
    throw error;
  }
}

function builtFromGit(name: string, source: string): DeployError {
  const names = suggestNames(name, () => false);
  return new DeployError("PROJECT_NAME_TAKEN", {
    what: `The Pages project ${name} is built by Cloudflare from ${source}; such a project takes no uploads.`,
    where: name,
    next: `Deploy as another project: --project ${names[0]}.`,
    recovery: names.map((one) => ({
      kind: "alternative",
      label: `Deploy as ${one}`,
      command: `landfall deploy --project ${one}`,
    })),
    step: "create",
  });
}

/** Which of the two environments of a Pages project ours is. */
export function pagesEnvironment(environment: string): PagesEnvironment {
  return environment === "production" ? "production" : "preview";
}

/** Branch that stands for an environment. Never production's for another one. */
export function branchOf(environment: string, { productionBranch }: PagesProject): string {
  if (environment === "production") return productionBranch;
  return environment === productionBranch ? `preview-${environment}` : environment;
}

/** What a deployment is found again by: its commit message holds our ids of it and of its release. */
export function markOf({ deploymentId, release }: { deploymentId: string; release: { id: string } }): string {
  return `landfall ${deploymentId} ${release.id}`;
}

export function isMarked({ deploymentId }: { deploymentId: string }): (deployment: RemoteDeployment) => boolean {
  return ({ deployment_trigger: { metadata } }) => metadata.commit_message.includes(deploymentId);
}

/** Our release in a deployment; null in one that somebody else made. */
export function releaseOf({ deployment_trigger: { metadata } }: RemoteDeployment): string | null {
  return /^landfall dep_\w+ (rel_\w+)$/.exec(metadata.commit_message)?.[1] ?? null;
}

/** The platform's states. Source: facts of the API, read 2026-08-22. */
export function stateOf({ latest_stage: stage, is_skipped: isSkipped }: RemoteDeployment) {
  if (isSkipped || stage.status === "canceled") return "canceled";
  if (stage.status === "failure") return "error";
  if (stage.name === "queued") return "queued";
  if (stage.name !== "deploy") return "building";
  return stage.status === "success" ? "ready" : "deploying";
}

type Config = ApiContext & { environment: string };

export async function listVariables(context: Config): Promise<RemoteVariable[]> {
  const { deployment_configs: configs } = await remoteProject(context);
  return Object.entries(configs[pagesEnvironment(context.environment)].env_vars ?? {}).flatMap(([key, variable]) =>
    variable === null
      ? []
      : [
          {
            key,
            value: variable.type === "plain_text" ? (variable.value ?? "") : null,
            sensitive: variable.type === "secret_text",
          },
        ],
  );
}

/** Change settings of an environment. What is not named stays; null takes a variable away. Counts from the next deployment on. */
export async function configure(context: Config, config: RemoteConfig): Promise<void> {
  const account = await accountIdOf(context);
  await ask(context, {
    method: "PATCH",
    path: projectPath({ account, name: nameOf(context) }),
    json: { deployment_configs: { [pagesEnvironment(context.environment)]: config } },
  });
}
