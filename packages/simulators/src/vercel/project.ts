/** Projects: found, made, changed, removed, and the secrets that open their protected deployments. */
import { z } from "zod";
import { findProject, mayTouch, projectOf, read, refuse, requireAccount, type Call, type Endpoint } from "./call.ts";
import { stamp, unique, type Project, type VercelState } from "./state.ts";
import { shownSummary } from "./deployment-view.ts";
import { plainDomain } from "./domain.ts";
import { addVariables, variableRequest } from "./variable.ts";
import { lookAtTraffic } from "./traffic.ts";
import { notify } from "./webhook.ts";

const command = z.string().max(256).nullable().optional();

/** What a project and a deployment may both say about how it is built. */
export const buildSettings = {
  framework: z.string().nullable().optional(),
  buildCommand: command,
  devCommand: command,
  installCommand: command,
  outputDirectory: command,
  rootDirectory: command,
  commandForIgnoringBuildStep: command,
  nodeVersion: z.enum(["24.x", "22.x", "20.x", "18.x", "16.x", "14.x", "12.x", "10.x", "8.10.x"]).optional(),
};

const stored = {
  ...buildSettings,
  publicSource: z.boolean().nullable().optional(),
  serverlessFunctionRegion: z.string().nullable().optional(),
};

const changeable = {
  ...stored,
  ssoProtection: z
    .looseObject({
      deploymentType: z.enum(["all", "preview", "prod_deployment_urls_and_all_previews", "all_except_custom_domains"]),
    })
    .nullable()
    .optional(),
};

const createRequest = z.looseObject({
  ...changeable,
  name: z.string(),
  environmentVariables: z.array(variableRequest).optional(),
});
const updateRequest = z.looseObject({ ...changeable, name: z.string().optional() });

const bypassRequest = z.looseObject({
  generate: z.looseObject({ secret: z.string().length(32).optional() }).optional(),
  revoke: z.looseObject({ secret: z.string(), regenerate: z.boolean() }).optional(),
});

export const projectEndpoints: Record<string, Endpoint> = {
  "POST /v11/projects": (call) => {
    requireAccount(call);
    const { name, environmentVariables = [], ...fields } = read(call.request, createRequest);
    const project = createProject(call, name);
    change(project, fields);
    addVariables(call, project, { requests: environmentVariables, upsert: false });
    return { json: shownProject(call, project) };
  },

  "GET /v10/projects": (call) => {
    const { query } = call.request;
    const limit = Number(query.get("limit") ?? 20);
    const from = Number(query.get("from") ?? Infinity);
    const found = [...call.state.projects.values()]
      .filter((project) => mayTouch(call, project) && project.name.includes(query.get("search") ?? ""))
      .filter(({ createdAt }) => createdAt < from)
      .sort((one, other) => other.createdAt - one.createdAt);
    const page = found.slice(0, limit);
    const next = found.length > limit ? page.at(-1)!.createdAt : null;
    const projects = page.map((project) => shownProject(call, project));
    return { json: { projects, pagination: { count: page.length, next, prev: null } } };
  },

  "GET /v9/projects/:project": (call) => {
    const project = projectOf(call, call.request.param("project"));
    lookAtTraffic(call.state, project, call.now);
    return { json: shownProject(call, project) };
  },

  "PATCH /v9/projects/:project": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const { name = project.name, ...fields } = read(call.request, updateRequest);
    if (name !== project.name) project.name = checkedName(call, name);
    change(project, fields);
    project.updatedAt = call.now;
    return { json: shownProject(call, project) };
  },

  "DELETE /v9/projects/:project": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const { state } = call;
    state.projects.delete(project.id);
    for (const [id, { projectId }] of state.deployments) if (projectId === project.id) state.deployments.delete(id);
    for (const [host, { projectId }] of state.aliases) if (projectId === project.id) state.aliases.delete(host);
    notify(call, { type: "project.removed", project, payload: { project: { id: project.id, name: project.name } } });
    return { status: 204 };
  },

  "PATCH /v1/projects/:project/protection-bypass": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const { generate, revoke } = read(call.request, bypassRequest);
    if (revoke) delete project.bypass[revoke.secret];
    if (generate || revoke?.regenerate) {
      const secret = generate?.secret ?? unique(call.state, 32);
      project.bypass[secret] = { createdAt: call.now, createdBy: call.state.user.id, scope: "automation-bypass" };
    }
    return { json: { protectionBypass: project.bypass } };
  },

  "GET /v9/projects/:project/custom-environments": (call) => {
    const project = projectOf(call, call.request.param("project"));
    return { json: { accountLimit: { total: 12 }, environments: [], projectId: project.id } };
  },
};

/** A new project, protected as Vercel protects new ones, with its name below `vercel.app` reserved. */
export function createProject(call: Call, name: string): Project {
  const { state, now } = call;
  const createdAt = stamp(state, now);
  const project: Project = {
    id: `prj_${unique(state, 28)}`,
    accountId: call.owner.id,
    name: checkedName(call, name),
    createdAt,
    updatedAt: createdAt,
    settings: {},
    ssoProtection: { deploymentType: "all_except_custom_domains" },
    bypass: {},
    variables: [],
    writingVariables: false,
    domains: new Map(),
    production: null,
    autoAssign: true,
    lastAliasRequest: null,
  };
  const host = freeHost(state, name);
  project.domains.set(host, plainDomain({ name: host, apexName: state.siteDomain, createdAt }));
  state.projects.set(project.id, project);
  notify(call, { type: "project.created", project, payload: { project: { id: project.id, name } } });
  return project;
}

function checkedName(call: Call, name: string): string {
  if (!/^[a-z0-9._-]{1,100}$/.test(name) || name.includes("---"))
    refuse(400, {
      code: "bad_request",
      message:
        "Project names can be up to 100 characters long and must be lowercase. They can include letters, digits, and the " +
        "following characters: '.', '_', '-'. However, they cannot contain the sequence '---'.",
    });
  if (findProject({ ...call, token: { ...call.token, scope: "account" } }, name))
    refuse(409, { code: "conflict", message: `Project "${name}" already exists, please use a new name.` });
  return name;
}

/** `<name>.vercel.app`, with a suffix when anybody has it already. */
function freeHost(state: VercelState, name: string): string {
  const label = name.replaceAll(/[._]/g, "-");
  const taken = (host: string) =>
    state.takenHosts.has(host) || [...state.projects.values()].some(({ domains }) => domains.has(host));
  for (const suffix of ["", "-alpha", "-beta", "-seven", "-omega"])
    if (!taken(`${label}${suffix}.${state.siteDomain}`)) return `${label}${suffix}.${state.siteDomain}`;
  return `${label}-${unique(state, 4)}.${state.siteDomain}`;
}

function change(
  project: Project,
  { ssoProtection, ...fields }: { ssoProtection?: Project["ssoProtection"] | undefined; [field: string]: unknown },
): void {
  if (ssoProtection !== undefined) project.ssoProtection = ssoProtection;
  for (const name of Object.keys(stored)) if (fields[name] !== undefined) project.settings[name] = fields[name];
}

function shownProject({ state, owner }: Call, project: Project) {
  const { variables: _, domains, production, settings, bypass, writingVariables: __, autoAssign, ...plain } = project;
  const own = [...state.deployments.values()].filter(({ projectId }) => projectId === project.id);
  const live = production === null ? undefined : state.deployments.get(production);
  const functionDefaultRegions = [settings["serverlessFunctionRegion"] ?? "iad1"];
  return {
    nodeVersion: "22.x",
    framework: null,
    ...settings,
    ...plain,
    directoryListing: false,
    resourceConfig: { functionDefaultRegions },
    defaultResourceConfig: { functionDefaultRegions },
    autoAssignCustomDomains: autoAssign,
    protectionBypass: bypass,
    alias: [...domains.values()].map(({ name, createdAt }) => ({ domain: name, createdAt, target: "PRODUCTION" })),
    latestDeployments: own
      .slice(-3)
      .toReversed()
      .map((deployment) => shownSummary(state, deployment)),
    targets: live ? { production: shownSummary(state, live) } : {},
    accountSlug: owner.slug,
  };
}
