/**
 * Cloudflare: Pages by direct upload, and Workers with static assets, in one account.
 * Source: the official schema as cloudflare@7.3.0 carries it, and the requests of wrangler 4.164.0, which works against it.
 * Numbers of errors that neither names are assumed: a client should go by status and `success`.
 */
import type { Answer, Definition, Handler, SimulatedRequest } from "../definition.ts";
import { accountRoutes, bearerOf, tokenRefusal } from "./account.ts";
import { addressRoutes } from "./addresses.ts";
import { alertRoutes } from "./alerts.ts";
import { check } from "./check.ts";
import { deploymentRoutes, uploadRefusal } from "./deployments.ts";
import { errorOf, failure, Refused, type Routes } from "./envelope.ts";
import { isOwnHost, serveHost } from "./hosts.ts";
import type { KeyCheck } from "./keys.ts";
import { dashboardRoutes, oauthRoutes } from "./oauth.ts";
import { projectRoutes } from "./projects.ts";
import { scriptRoutes } from "./scripts.ts";
import { freshId, type Account, type CloudflareState, type OAuthClient, type Token } from "./state.ts";
import { uploadRoutes } from "./uploads.ts";

export interface CloudflareOptions {
  /** API tokens it takes, each with what it may do. Default: one of full rights, "simulated-token". */
  tokens?: Record<string, Token>;
  /** Accounts as id (32 hex digits) to name. Default: one, `0123456789abcdef0123456789abcdef`, "Simulated". */
  accounts?: Record<string, string>;
  /** The first account's label below workers.dev; null: none is registered. Default "simulated". */
  workersSubdomain?: string | null;
  /** Zones of the first account. Default: example.com. */
  zones?: readonly string[];
  /** Labels below pages.dev and workers.dev which belong to somebody else. */
  takenLabels?: readonly string[];
  /** Applications that may ask for access. Default: none; they can be registered by the API. */
  oauthClients?: readonly OAuthClient[];
  /** How long a Pages deployment takes from accepted to ready, in milliseconds. Default 0: one state per look (poll). */
  buildMs?: number;
  /** How long an upload token of Pages is good for, in milliseconds. Default 5 minutes. */
  uploadTokenMs?: number;
  /** Whether files of Workers come in buckets (base64 in forms, the default) or one by one as they are. */
  workersUploads?: "buckets" | "single";
  /** Whether asset keys must be what wrangler makes of the bytes. Default "wrangler": all; "sampled": one in sixteen. */
  assetKeys?: KeyCheck;
  /** Files at most in a deployment. Default 20,000. */
  maxFiles?: number;
  /** Requests at most by a token in five minutes; the next are refused until these are over. Default: far more than tests make; the vendor's is 1200. */
  requestsPerWindow?: number;
  /** Addresses in answers are `http://<label>.<siteDomain>:<port of the simulator>` instead of `https://<label>.pages.dev` and workers.dev. */
  siteDomain?: string;
}

const windowMs = 300_000;

/** A fresh Cloudflare. Sites answer by the host name: its first label, or first two, or a custom domain as a whole. */
export function cloudflare(options: CloudflareOptions = {}): Definition<CloudflareState> {
  return {
    name: "cloudflare",
    state: (url) => fresh(url, options),
    routes: {
      ...table("/client/v4", {
        ...accountRoutes,
        ...projectRoutes,
        ...deploymentRoutes,
        ...uploadRoutes,
        ...scriptRoutes,
        ...addressRoutes,
        ...oauthRoutes,
        ...alertRoutes,
      }),
      ...table("", dashboardRoutes),
    },
    authorize,
    otherwise: (state, request) =>
      isOwnHost(request)
        ? failure(404, 7003, `Could not route to ${request.path}, perhaps your object identifier is invalid?`)
        : serveHost(state, request),
    error: errorOf,
    check,
  };
}

function fresh(url: string, options: CloudflareOptions): CloudflareState {
  const { accounts = { "0123456789abcdef0123456789abcdef": "Simulated" }, zones = ["example.com"] } = options;
  const state: CloudflareState = {
    url,
    accounts: new Map(Object.entries(accounts).map(([id, name]) => [id, freshAccount(id, name)])),
    tokens: new Map(Object.entries(options.tokens ?? { "simulated-token": {} })),
    zones: new Map(),
    externalDns: new Map(),
    takenLabels: new Set(options.takenLabels),
    oauth: {
      clients: new Map(options.oauthClients?.map((client) => [client.client_id, client])),
      codes: new Map(),
      refreshTokens: new Map(),
      refuse: null,
    },
    usage: new Map(),
    settings: {
      buildMs: options.buildMs ?? 0,
      uploadTokenMs: options.uploadTokenMs ?? 300_000,
      workersUploads: options.workersUploads ?? "buckets",
      assetKeys: options.assetKeys ?? "wrangler",
      maxFiles: options.maxFiles ?? 20_000,
      requestsPerWindow: options.requestsPerWindow ?? 1_000_000,
      siteDomain: options.siteDomain ?? null,
    },
    ids: 0,
  };
  const [first] = state.accounts.values();
  if (first) first.workersSubdomain = options.workersSubdomain === undefined ? "simulated" : options.workersSubdomain;
  for (const name of first ? zones : []) {
    const id = freshId(state);
    state.zones.set(id, { id, name, account: first!.id, records: new Map(), routes: new Map() });
  }
  return state;
}

const freshAccount = (id: string, name: string): Account => ({
  id,
  name,
  workersSubdomain: null,
  projects: new Map(),
  pagesAssets: new Map(),
  workersAssets: new Map(),
  uploadSessions: new Map(),
  scripts: new Map(),
  workerDomains: new Map(),
  webhooks: new Map(),
  policies: new Map(),
});

/** The rows behind a prefix, each kept from answering for a site that happens to have the same path. */
function table(prefix: string, routes: Routes): Routes {
  return Object.fromEntries(
    Object.entries(routes).map(([row, handler]) => [row.replace(" ", ` ${prefix}`), guarded(handler)]),
  );
}

function guarded(handler: Handler<CloudflareState>): Handler<CloudflareState> {
  return async (state, request) => {
    if (!isOwnHost(request)) return serveHost(state, request);
    const headers = limitHeaders(state, request);
    try {
      const answer = await handler(state, request);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ...error.answer, headers };
    }
  };
}

/** Who may ask at all. Files are uploaded with tokens of their own: those of Workers are read by their rows. */
function authorize(state: CloudflareState, request: SimulatedRequest): Answer | null {
  const { path } = request;
  if (!path.startsWith("/client/v4/") || !isOwnHost(request)) return null;
  if (path.startsWith("/client/v4/pages/assets/")) return uploadRefusal(request);
  if (/\/workers\/assets\/upload(\/|$)/.test(path)) return null;
  return limited(state, request) ?? tokenRefusal(state, request);
}

/** Counts the request; refuses when the token has used its window up. */
function limited(state: CloudflareState, request: SimulatedRequest): Answer | null {
  const token = bearerOf(request) ?? "";
  let usage = state.usage.get(token);
  if (!usage || request.now - usage.since >= windowMs)
    state.usage.set(token, (usage = { since: request.now, count: 0 }));
  usage.count += 1;
  if (usage.count <= state.settings.requestsPerWindow) return null;
  const seconds = Math.ceil((usage.since + windowMs - request.now) / 1000);
  return {
    ...errorOf(429, "Please wait and consider throttling your request speed"),
    headers: { ...limitHeaders(state, request), "retry-after": String(seconds) },
  };
}

function limitHeaders({ usage, settings }: CloudflareState, request: SimulatedRequest): Record<string, string> {
  const used = usage.get(bearerOf(request) ?? "");
  if (!used) return {};
  return {
    "x-ratelimit-limit": String(settings.requestsPerWindow),
    "x-ratelimit-remaining": String(Math.max(0, settings.requestsPerWindow - used.count)),
    "x-ratelimit-reset": new Date(used.since + windowMs).toUTCString(),
  };
}
