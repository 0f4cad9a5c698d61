/** Pages: projects, their variables and custom domains. */
import type { SimulatedRequest } from "../definition.ts";
import { accountOf } from "./account.ts";
import { instant, isObject, objectOf, ok, paged, refuse, type Routes } from "./envelope.ts";
import { deploymentView, envVarsView, pagesHost, projectOf, settleAll } from "./pages.ts";
import {
  cnameOf,
  freshId,
  freshUuid,
  zoneOf,
  type CloudflareState,
  type DeploymentConfig,
  type PagesDomain,
  type PagesProject,
} from "./state.ts";

function projectView(state: CloudflareState, project: PagesProject): object {
  const { id, name, productionBranch, createdAt, deployments, canonical, buildConfig, deploymentConfigs } = project;
  const live = deployments.find((deployment) => deployment.id === canonical);
  const shown = (config: DeploymentConfig) => ({ ...config, env_vars: envVarsView(config.env_vars) });
  return {
    id,
    name,
    subdomain: pagesHost(state, project),
    domains: [pagesHost(state, project), ...project.domains.keys()],
    production_branch: productionBranch,
    created_on: instant(createdAt),
    build_config: buildConfig,
    deployment_configs: { preview: shown(deploymentConfigs.preview), production: shown(deploymentConfigs.production) },
    canonical_deployment: live ? deploymentView(state, project, live) : null,
    latest_deployment: deployments[0] ? deploymentView(state, project, deployments[0]) : null,
    framework: "",
    framework_version: "",
    uses_functions: live?.hasFunctions ?? false,
    production_script_name: `pages-worker--${id.slice(0, 7)}-production`,
    preview_script_name: `pages-worker--${id.slice(0, 7)}-preview`,
  };
}

const freshConfig = (now: number): DeploymentConfig => ({
  env_vars: {},
  always_use_latest_compatibility_date: false,
  build_image_major_version: 3,
  compatibility_date: instant(now).slice(0, 10),
  compatibility_flags: [],
  fail_open: true,
  usage_model: "standard",
});

/** JSON merge patch (RFC 7396), which is how the API treats configurations: null deletes. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** Take what a request says about build and variables into the project. */
function configure(project: PagesProject, body: Record<string, unknown>): void {
  const { deployment_configs: configs, build_config: build } = body;
  if (isObject(build)) project.buildConfig = { ...project.buildConfig, ...build };
  if (!isObject(configs)) return;
  for (const environment of ["preview", "production"] as const) {
    const config = merged(project.deploymentConfigs[environment], configs[environment] ?? {}) as DeploymentConfig;
    config.env_vars ??= {};
    for (const [name, variable] of Object.entries(config.env_vars))
      if (!["plain_text", "secret_text"].includes(variable.type) || typeof variable.value !== "string")
        throw refuse(400, 8000042, `The environment variable ${name} is not valid.`);
    project.deploymentConfigs[environment] = config;
  }
}

const isTaken = (state: CloudflareState, label: string) =>
  state.takenLabels.has(label) ||
  [...state.accounts.values()].some(({ projects }) => projects.values().some((project) => project.label === label));

function domainView(state: CloudflareState, { id, name, status, createdAt }: PagesDomain): object {
  const part = status === "initializing" ? "pending" : status;
  return {
    id,
    domain_id: id,
    name,
    status,
    certificate_authority: "google",
    validation_data: { method: "http", status },
    verification_data: { status: part },
    zone_tag: zoneOf(state, name)?.id ?? "",
    created_on: instant(createdAt),
  };
}

/** The domain that the path names, looked at anew: it is active as soon as its CNAME points here. */
function domainOf(state: CloudflareState, request: SimulatedRequest): PagesDomain {
  const project = projectOf(state, request);
  const domain = project.domains.get(request.param("domain"));
  if (!domain) throw refuse(404, 8000021, "The specified custom domain does not exist.");
  return lookedAt(state, project, domain);
}

function lookedAt(state: CloudflareState, project: PagesProject, domain: PagesDomain): PagesDomain {
  domain.status = cnameOf(state, domain.name) === pagesHost(state, project) ? "active" : "pending";
  return domain;
}

export const projectRoutes: Routes = {
  "GET /accounts/:account/pages/projects": (state, request) => {
    const projects = [...accountOf(state, request).projects.values()];
    for (const project of projects) settleAll(state, project, request.now);
    return paged(projects, request, { view: (project) => projectView(state, project), perPage: 10, max: 10 });
  },

  "POST /accounts/:account/pages/projects": (state, request) => {
    const { projects } = accountOf(state, request);
    const body = objectOf(request);
    const { name, production_branch: productionBranch } = body;
    if (typeof name !== "string" || !/^[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?$/.test(name))
      throw refuse(
        400,
        8000001,
        "A project name has 1-58 lowercase letters, digits and dashes, no dash at either end.",
      );
    if (typeof productionBranch !== "string" || productionBranch === "")
      throw refuse(400, 8000003, "A project needs a production branch.");
    if (projects.has(name))
      throw refuse(409, 8000002, "A project with this name already exists. Choose a different project name.");
    const id = freshUuid(state);
    const project: PagesProject = {
      id,
      name,
      label: isTaken(state, name) ? `${name}-${id.slice(0, 3)}` : name,
      productionBranch,
      createdAt: request.now,
      buildConfig: {
        build_command: null,
        destination_dir: null,
        root_dir: null,
        web_analytics_tag: null,
        web_analytics_token: null,
      },
      deploymentConfigs: { preview: freshConfig(request.now), production: freshConfig(request.now) },
      deployments: [],
      canonical: null,
      domains: new Map(),
    };
    configure(project, body);
    projects.set(name, project);
    return ok(projectView(state, project));
  },

  "GET /accounts/:account/pages/projects/:project": (state, request) =>
    ok(projectView(state, projectOf(state, request))),

  "PATCH /accounts/:account/pages/projects/:project": (state, request) => {
    const project = projectOf(state, request);
    const body = objectOf(request);
    if (typeof body["production_branch"] === "string") project.productionBranch = body["production_branch"];
    configure(project, body);
    return ok(projectView(state, project));
  },

  "DELETE /accounts/:account/pages/projects/:project": (state, request) => {
    const { name, domains, deployments } = projectOf(state, request);
    if (domains.size > 0)
      throw refuse(400, 8000028, "Your project has custom domains. Remove them before you delete the project.");
    if (deployments.length > 100)
      throw refuse(400, 8000076, "Your project has too many deployments to be deleted. Delete deployments first.");
    accountOf(state, request).projects.delete(name);
    return ok(null);
  },

  "POST /accounts/:account/pages/projects/:project/purge_build_cache": (state, request) => {
    projectOf(state, request);
    return ok(null);
  },

  "GET /accounts/:account/pages/projects/:project/domains": (state, request) => {
    const project = projectOf(state, request);
    const view = (domain: PagesDomain) => domainView(state, lookedAt(state, project, domain));
    return paged([...project.domains.values()], request, { view });
  },

  "POST /accounts/:account/pages/projects/:project/domains": (state, request) => {
    const project = projectOf(state, request);
    const { name } = objectOf(request);
    if (typeof name !== "string" || !/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name))
      throw refuse(400, 8000020, "The custom domain is not a valid host name.");
    const everywhere = [...state.accounts.values()].flatMap(({ projects }) => [...projects.values()]);
    if (everywhere.some(({ domains }) => domains.has(name)))
      throw refuse(409, 8000018, "You have already added this custom domain.");
    const domain: PagesDomain = { id: freshId(state), name, status: "initializing", createdAt: request.now };
    project.domains.set(name, domain);
    return ok(domainView(state, domain));
  },

  "GET /accounts/:account/pages/projects/:project/domains/:domain": (state, request) =>
    ok(domainView(state, domainOf(state, request))),
  "PATCH /accounts/:account/pages/projects/:project/domains/:domain": (state, request) =>
    ok(domainView(state, domainOf(state, request))),
  "DELETE /accounts/:account/pages/projects/:project/domains/:domain": (state, request) => {
    projectOf(state, request).domains.delete(domainOf(state, request).name);
    return ok(null);
  },
};
