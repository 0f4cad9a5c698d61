/**
 * Vercel: an account in which projects are made, files uploaded by digest, deployments built (not really) and served.
 * Source: the OpenAPI document of api.vercel.com (2025-10-27) and requests of the official command line 60.1.3.
 */
import { defineVendor, type Definition, type Handler } from "../definition.ts";
import { accountEndpoints, addToken } from "./account.ts";
import { checkExchange } from "./schema.ts";
import { deploymentEndpoints } from "./deployment.ts";
import { domainEndpoints } from "./domain.ts";
import { endpointHandler, guarded, plainError, type Endpoint } from "./call.ts";
import { freshOAuth, oauthEndpoints, oauthRoutes } from "./oauth.ts";
import { isForApi, visit } from "./site.ts";
import { logEndpoints } from "./log.ts";
import { projectEndpoints } from "./project.ts";
import { trafficEndpoints } from "./traffic.ts";
import { variableEndpoints } from "./variable.ts";
import { webhookEndpoints } from "./webhook.ts";
import type { VercelState, VercelTokenScope } from "./state.ts";

export interface VercelOptions {
  /**
   * Bearer tokens it takes, each with what it opens and when it expires. Default: `simulated-token`, which opens everything.
   * The official command line takes only tokens of letters, digits and `_`.
   */
  tokens?: Record<string, { scope?: VercelTokenScope; expiresAt?: number }>;
  /** Milliseconds from accepted to ready. Default 0: every look at a deployment takes it one state further. */
  buildMs?: number;
  /** What addresses of deployments end in. Default `vercel.app`. */
  siteDomain?: string;
}

/** Paths of the published API, each with the version it is published under. */
const endpoints: Record<string, Endpoint> = {
  ...accountEndpoints,
  ...projectEndpoints,
  ...variableEndpoints,
  ...deploymentEndpoints,
  ...logEndpoints,
  ...trafficEndpoints,
  ...domainEndpoints,
  ...webhookEndpoints,
  ...oauthEndpoints,
};

/** Other versions of the same, which official clients of different ages use. */
const otherPaths: Record<string, string> = {
  "GET /v1/teams": "GET /v2/teams",
  "GET /teams/:team": "GET /v2/teams/:team",
  "POST /v1/projects": "POST /v11/projects",
  "GET /v9/projects": "GET /v10/projects",
  "GET /projects/:project": "GET /v9/projects/:project",
  "GET /projects/:project/custom-environments": "GET /v9/projects/:project/custom-environments",
  "PATCH /v10/projects/:project/env/:id": "PATCH /v9/projects/:project/env/:id",
  "DELETE /v10/projects/:project/env/:id": "DELETE /v9/projects/:project/env/:id",
  "GET /v4/certs": "GET /v8/certs",
  "GET /v3/now/aliases": "GET /v4/aliases",
  "GET /now/deployments/:id/aliases": "GET /v2/deployments/:id/aliases",
  "POST /now/deployments/:id/aliases": "POST /v2/deployments/:id/aliases",
  "POST /v2/now/files": "POST /v2/files",
  "GET /v7/deployments": "GET /v6/deployments",
  "DELETE /now/deployments/:id": "DELETE /v13/deployments/:id",
  "GET /v3/now/deployments/:id/events": "GET /v3/deployments/:id/events",
  "POST /v9/projects/:project/rollback/:deployment": "POST /v1/projects/:project/rollback/:deployment",
};

/** One account of Vercel, with the user "ada" and the team "acme", which is her default. */
export function vercel(options: VercelOptions = {}): Definition<VercelState> {
  return defineVendor<VercelState>({
    name: "vercel",
    state: (url) => fresh(url, options),
    routes: Object.fromEntries(Object.entries(routes()).map(([route, handler]) => [route, besideSites(handler)])),
    otherwise: visit,
    error: plainError,
    check: (exchange) => {
      const { route, request } = exchange;
      if (!isForApi(request)) return [];
      return checkExchange({ ...exchange, route: route && (otherPaths[route] ?? route) });
    },
  });
}

function routes(): Record<string, Handler<VercelState>> {
  const open = Object.entries(oauthRoutes).map(([path, handler]) => [path, guarded(path, handler)] as const);
  const published = Object.entries(endpoints).map(([path, each]) => [path, endpointHandler(path, each)] as const);
  const table = Object.fromEntries([...open, ...published]);
  const others = Object.entries(otherPaths).map(([path, same]) => [path, table[same]!] as const);
  return { ...table, ...Object.fromEntries(others) };
}

/** A deployed site may have paths like those of the API; by its host name it gets them. */
function besideSites(handler: Handler<VercelState>): Handler<VercelState> {
  return (state, request) => (isForApi(request) ? handler(state, request) : visit(state, request));
}

function fresh(
  url: string,
  { tokens = { "simulated-token": {} }, buildMs = 0, siteDomain = "vercel.app" }: VercelOptions,
) {
  const team = { id: "team_acme000000000000000000", slug: "acme", name: "Acme" };
  const state: VercelState = {
    url,
    siteDomain,
    buildMs,
    user: {
      id: "ada0000000000000000000",
      username: "ada",
      name: "Ada",
      email: "ada@example.com",
      defaultTeamId: team.id,
    },
    teams: new Map([[team.id, team]]),
    tokens: new Map(),
    projects: new Map(),
    deployments: new Map(),
    blobs: new Map(),
    aliases: new Map(),
    takenHosts: new Set(),
    foreignDomains: new Set(),
    dns: new Map(),
    certificates: new Map(),
    webhooks: new Map(),
    outbox: [],
    oauth: freshOAuth(),
    limits: { requests: { total: 100_000, windowMs: 60_000 }, deploymentsPerDay: Infinity, uploadsPerDay: Infinity },
    usage: new Map(),
    serial: 0,
    lastCreatedAt: 0,
  };
  for (const [value, { scope = "account", expiresAt = null }] of Object.entries(tokens))
    addToken(state, value, { name: value.slice(0, 3), scope, createdAt: 0, expiresAt });
  return state;
}
