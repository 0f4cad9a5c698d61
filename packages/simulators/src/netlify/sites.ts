/** Account, teams and sites. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import {
  bodyOf,
  domainsOf,
  paged,
  personOf,
  refuse,
  refuseField,
  siteOf,
  sitesOf,
  teamOf,
  type NetlifyState,
  type Site,
  type Team,
} from "./state.ts";
import { siteView } from "./views.ts";

/** What may be set on a site, by the name it is also shown under. */
const settable = [
  "custom_domain",
  "domain_aliases",
  "branch_deploy_custom_domain",
  "deploy_preview_custom_domain",
  "password",
  "notification_email",
  "force_ssl",
  "processing_settings",
  "prerender",
  "functions_region",
  "prevent_non_git_prod_deploys",
];

/** Below the API's base. */
export const siteRoutes: Record<string, Handler<NetlifyState>> = {
  "GET /user": (state, request) => {
    const { id, email } = personOf(state, request);
    const name = email.split("@")[0];
    return {
      json: { id, uid: id, full_name: name, email, avatar_url: null, site_count: sitesOf(state, request).length },
    };
  },
  "GET /accounts": (state, request) => {
    const { teams } = personOf(state, request);
    return { json: [...state.teams.values()].filter(({ slug }) => teams.includes(slug)).map(teamView) };
  },
  "GET /accounts/:team": (state, request) => ({ json: teamView(teamOf(state, request, request.param("team"))) }),

  "GET /sites": (state, request) => list(state, request, sitesOf(state, request)),
  "POST /sites": (state, request) => create(state, request, personOf(state, request).teams[0] ?? ""),
  "GET /sites/:site": (state, request) => {
    const view = siteView(state, siteOf(state, request));
    return { json: request.query.has("feature_flags") ? { ...view, feature_flags: {} } : view };
  },
  "PATCH /sites/:site": update,
  "PUT /sites/:site": update,
  "DELETE /sites/:site": (state, request) => {
    const { id } = siteOf(state, request);
    state.sites.delete(id);
    state.variables.delete(id);
    for (const kept of [state.deploys, state.builds, state.buildHooks, state.hooks])
      for (const [key, { siteId }] of kept) if (siteId === id) kept.delete(key);
    return { status: 204 };
  },
  "PUT /sites/:site/disable": disabled(true),
  "PUT /sites/:site/enable": disabled(false),
  "PUT /sites/:site/unlink_repo": (state, request) => {
    const site = siteOf(state, request);
    delete site.build.repo_url;
    delete site.build.repo_branch;
    for (const [id, { siteId }] of state.buildHooks) if (siteId === site.id) state.buildHooks.delete(id);
    return { json: siteView(state, site) };
  },
  "POST /purge": (state, request) => {
    const { site_id: id, site_slug: name } = bodyOf(request);
    if (!sitesOf(state, request).some((site) => site.id === id || site.name === name)) refuse(404, "Not Found");
    return { status: 202 };
  },

  "GET /:team/sites": (state, request) => {
    const team = teamOf(state, request, request.param("team"));
    return list(
      state,
      request,
      sitesOf(state, request).filter(({ teamId }) => teamId === team.id),
    );
  },
  "POST /:team/sites": (state, request) => create(state, request, request.param("team")),
};

function teamView({ id, slug }: Team): Record<string, unknown> {
  return {
    id,
    name: slug,
    slug,
    type: "starter",
    type_name: "Starter",
    roles_allowed: ["Owner", "Developer"],
    owner_ids: [],
    capabilities: {},
  };
}

/** `name` finds every site that has it in its name. */
function list(state: NetlifyState, request: SimulatedRequest, sites: Site[]): Answer {
  const name = request.query.get("name") ?? "";
  const items = sites.filter((site) => site.name.includes(name));
  return paged(state, request, { items, as: (site) => siteView(state, site) });
}

function create(state: NetlifyState, request: SimulatedRequest, teamName: string): Answer {
  const team = teamOf(state, request, teamName);
  const body = bodyOf(request);
  const site: Site = {
    id: randomUUID(),
    teamId: team.id,
    name: "",
    settings: {},
    build: {},
    source: null,
    published: [],
    disabled: false,
    certificate: null,
    createdAt: request.now,
  };
  const random = `quiet-harbor-${randomBytes(3).toString("hex")}`;
  apply(state, site, { ...body, name: body["name"] || random });
  state.sites.set(site.id, site);
  return { status: 201, json: siteView(state, site) };
}

function update(state: NetlifyState, request: SimulatedRequest): Answer {
  const site = siteOf(state, request);
  apply(state, site, bodyOf(request));
  return { json: siteView(state, site) };
}

/** Set what the body names. Names are unique across all teams, domains too; all is looked at before anything is set. */
function apply(state: NetlifyState, site: Site, body: Record<string, unknown>): void {
  const others = [...state.sites.values()].filter((other) => other !== site);
  const { name } = body;
  if (name !== undefined) {
    if (typeof name !== "string" || !/^[a-zA-Z0-9-]{1,63}$/.test(name)) refuseField("subdomain", "is invalid");
    if (others.some((other) => other.name === name.toLowerCase())) refuseField("subdomain", "must be unique");
  }
  const taken = new Set(others.flatMap(domainsOf));
  const aliases: unknown = body["domain_aliases"] ?? [];
  if (!Array.isArray(aliases)) refuseField("domain_aliases", "is invalid");
  if (taken.has(body["custom_domain"] as string)) refuseField("custom_domain", "must be unique");
  if (aliases.some((alias) => taken.has(alias))) refuseField("domain_aliases", "must be unique");

  if (typeof name === "string") site.name = name.toLowerCase();
  for (const key of settable) if (key in body) site.settings[key] = body[key];
  Object.assign(site.build, body["build_settings"], body["repo"]);
}

function disabled(value: boolean): Handler<NetlifyState> {
  return (state, request) => {
    siteOf(state, request).disabled = value;
    return { status: 204 };
  };
}
