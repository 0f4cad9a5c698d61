/**
 * Netlify: sites deployed by digest, by archive or built from source, and served back.
 * Source: https://open-api.netlify.com (2.60.0) and the requests of netlify-cli 27.10.2, read 2026-08. The live build log is a WebSocket to a
 * fixed address at the vendor and is not here; why a build failed is in `error_message`.
 */
import { randomUUID } from "node:crypto";
import { defineVendor, type Answer, type Definition, type Handler, type SimulatedRequest } from "../definition.ts";
import { buildRoutes, triggerBuild } from "./builds.ts";
import { deployRoutes, rateLimited } from "./deploys.ts";
import { domainRoutes } from "./domains.ts";
import { envRoutes } from "./env.ts";
import { hookRoutes } from "./hooks.ts";
import { authorizePage, exchangeCode, ticketRoutes } from "./oauth.ts";
import { differences } from "./schema.ts";
import { isOwnHost, serve } from "./serve.ts";
import { siteRoutes } from "./sites.ts";
import {
  apiBase,
  errorAnswer,
  newId,
  notFound,
  personOf,
  publishedLimits,
  Refusal,
  type NetlifyLimits,
  type NetlifyState,
  type Team,
} from "./state.ts";

export interface NetlifyOptions {
  /** Bearer tokens it takes, each with the person behind it and the slugs of that person's teams. Default: "simulated-token", of one team. */
  tokens?: Record<string, { email: string; teams: string[] }>;
  /** How long it takes from accepted to ready, in milliseconds. Default 0: one state per look (poll). */
  buildMs?: number;
  /** How often may be asked and deployed. Default: far more than tests do; "published": what the vendor says, three deployments a minute. */
  limits?: "published" | Partial<NetlifyLimits>;
  /** Addresses in answers are `http://<label>.<siteDomain>:<port of the simulator>` instead of `https://<label>.netlify.app`. */
  siteDomain?: string;
  /** Applications that may ask for access, by client id. Without `redirectUris` any address will do. */
  clients?: Record<string, { secret: string; redirectUris?: string[] }>;
}

const roomyLimits: NetlifyLimits = { requestsPerMinute: 1_000_000, deploysPerMinute: 10_000, deploysPerDay: 1_000_000 };

/** The application the official command line is. */
const commandLine = "d6f37de6614df7ae58664cfca524744d73807a377f5ee71f1a254f78412e3750";

/** Netlify with an account in which nothing has happened. */
export function netlify(options: NetlifyOptions = {}): Definition<NetlifyState> {
  const apiRoutes = {
    ...ticketRoutes,
    ...hookRoutes,
    ...domainRoutes,
    ...envRoutes,
    ...buildRoutes,
    ...deployRoutes,
    ...siteRoutes,
  };
  const based = Object.entries(apiRoutes).map(([key, handler]) => [key.replace(" ", ` ${apiBase}`), handler] as const);
  const routes: Record<string, Handler<NetlifyState>> = {
    ...Object.fromEntries(based),
    "GET /authorize": authorizePage,
    "POST /oauth/token": exchangeCode,
    "POST /build_hooks/:hook": triggerBuild,
    // The command line's own build asks for extensions here; elsewhere they have a host of their own.
    "GET /team/:team/integrations/installations/meta/:site": () => ({ json: [] }),
    "GET /site/:site/integrations/safe": () => ({ json: [] }),
    "PUT /source-zips/:deploy": (state, request) => {
      const { id } = state.deploys.get(request.param("deploy")) ?? notFound();
      state.sourceZips.set(id, request.body);
      return { status: 200 };
    },
  };
  return defineVendor<NetlifyState>({
    name: "netlify",
    state: (url) => newState(url, options),
    routes: Object.fromEntries(Object.entries(routes).map(([key, handler]) => [key, answering(handler)])),
    authorize,
    otherwise: answering(notFound),
    error: errorAnswer,
    check: (exchange) => {
      const { route, request } = exchange;
      if (!isOwnHost(request)) return [];
      return route === null ? [`no route takes ${request.method} ${request.path}`] : differences(exchange);
    },
  });
}

function newState(
  url: string,
  {
    tokens = { "simulated-token": { email: "simulated@example.com", teams: ["simulated-team"] } },
    buildMs = 0,
    limits = {},
    siteDomain,
    clients = { "simulated-client": { secret: "simulated-secret" } },
  }: NetlifyOptions,
): NetlifyState {
  const slugs = new Set(Object.values(tokens).flatMap((person) => person.teams));
  const teams = [...slugs].map((slug): Team => ({ id: newId(), slug, deploysAt: [] }));
  const people = Object.entries(tokens).map(([token, person]) => [token, { id: newId(), ...person }] as const);
  return {
    url,
    settings: {
      buildMs,
      limits: limits === "published" ? publishedLimits : { ...roomyLimits, ...limits },
      siteDomain: siteDomain ?? null,
      clients: { [commandLine]: { secret: "" }, ...clients },
    },
    tokens: new Map(people),
    teams: new Map(teams.map((team) => [team.id, team])),
    sites: new Map(),
    deploys: new Map(),
    blobs: new Map(),
    builds: new Map(),
    buildHooks: new Map(),
    hooks: new Map(),
    variables: new Map(),
    zones: new Map(),
    pointed: new Set(),
    consent: "allow",
    tickets: new Map(),
    codes: new Map(),
    sourceZips: new Map(),
    used: new Map(),
  };
}

const needsToken = ({ path }: SimulatedRequest): boolean =>
  path.startsWith(`${apiBase}/`) && !path.startsWith(`${apiBase}/oauth/tickets`);

/** Who asks, and whether that one has asked too often. */
function authorize(state: NetlifyState, request: SimulatedRequest): Answer | null {
  if (!isOwnHost(request) || !needsToken(request)) return null;
  try {
    personOf(state, request);
  } catch (refusal) {
    return answerOf(refusal);
  }
  const token = request.headers["authorization"]!;
  const minute = Math.floor(request.now / 60_000);
  const before = state.used.get(token);
  const count = (before?.minute === minute ? before.count : 0) + 1;
  state.used.set(token, { minute, count });
  const limit = state.settings.limits.requestsPerMinute;
  return count > limit ? rateLimited({ limit, resetAt: (minute + 1) * 60_000 }) : null;
}

/** The handler for requests to the vendor itself, with what every answer of the API carries; requests to sites are served. */
function answering(handler: Handler<NetlifyState>): Handler<NetlifyState> {
  return async (state, request) => {
    if (!isOwnHost(request)) return serve(state, request);
    let answer: Answer;
    try {
      answer = await handler(state, request);
    } catch (refusal) {
      answer = answerOf(refusal);
    }
    return { ...answer, headers: { ...limitHeaders(state, request), ...answer.headers } };
  };
}

function answerOf(refusal: unknown): Answer {
  if (refusal instanceof Refusal) return refusal.answer;
  throw refusal;
}

function limitHeaders({ used, settings }: NetlifyState, { headers }: SimulatedRequest): Record<string, string> {
  const counted = used.get(headers["authorization"] ?? "");
  const limit = settings.limits.requestsPerMinute;
  return {
    "x-request-id": randomUUID(),
    ...(counted && {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(limit - counted.count),
      "x-ratelimit-reset": String((counted.minute + 1) * 60),
    }),
  };
}
