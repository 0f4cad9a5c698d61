/** What the simulated Cloudflare remembers. Plain Maps and records: tests read and change them. */
import { createHash } from "node:crypto";
import type { KeyCheck } from "./keys.ts";

export interface CloudflareState {
  /** Where the simulator answers. */
  url: string;
  /** By id. */
  accounts: Map<string, Account>;
  /** API tokens and OAuth access tokens, by their text. */
  tokens: Map<string, Token>;
  /** By id. */
  zones: Map<string, Zone>;
  /** Host names outside Cloudflare's DNS, and the CNAME each has. */
  externalDns: Map<string, string>;
  /** Labels below pages.dev and workers.dev that belong to somebody else. */
  takenLabels: Set<string>;
  oauth: OAuthState;
  /** Requests of each token in its window of five minutes. */
  usage: Map<string, { since: number; count: number }>;
  settings: Settings;
  /** How many ids were given out; ids follow from it and are the same in every run. */
  ids: number;
}

/** The options, with their defaults. */
export interface Settings {
  buildMs: number;
  uploadTokenMs: number;
  workersUploads: "buckets" | "single";
  assetKeys: KeyCheck;
  maxFiles: number;
  requestsPerWindow: number;
  siteDomain: string | null;
}

/** A credential. Without `permissions` it may do everything in all accounts. */
export interface Token {
  kind?: "user" | "account" | "oauth";
  status?: "active" | "disabled" | "expired";
  /** Areas with their level, such as `"pages:write"`; write includes read. */
  permissions?: readonly string[];
  /** Ids of the accounts it opens; all when left out. */
  accounts?: readonly string[];
  /** Milliseconds since the epoch; never when left out. */
  expiresAt?: number;
}

export interface Asset {
  bytes: Buffer;
  /** The type it is served with; null: without one. */
  contentType: string | null;
}

export interface Account {
  id: string;
  name: string;
  /** The label below workers.dev; null when none is registered. */
  workersSubdomain: string | null;
  /** By name. */
  projects: Map<string, PagesProject>;
  /** Uploaded files by key. The two products do not share them. */
  pagesAssets: Map<string, Asset>;
  workersAssets: Map<string, Asset>;
  uploadSessions: Map<string, UploadSession>;
  /** By name. */
  scripts: Map<string, Script>;
  workerDomains: Map<string, WorkerDomain>;
  /** Destinations and policies of notifications, by id. */
  webhooks: Map<string, Webhook>;
  policies: Map<string, Policy>;
}

export interface Zone {
  id: string;
  name: string;
  account: string;
  records: Map<string, DnsRecord>;
  /** Routes of Workers by id. */
  routes: Map<string, { id: string; pattern: string; script: string }>;
}

export interface DnsRecord {
  id: string;
  type: string;
  name: string;
  content: string;
  proxied: boolean;
  ttl: number;
  createdAt: number;
}

export interface PagesProject {
  id: string;
  name: string;
  /** The label below pages.dev, which is not the name when that was taken. */
  label: string;
  productionBranch: string;
  createdAt: number;
  buildConfig: Record<string, unknown>;
  deploymentConfigs: Record<Environment, DeploymentConfig>;
  /** Newest first. */
  deployments: PagesDeployment[];
  /** Id of the deployment that has the production traffic. */
  canonical: string | null;
  /** By host name. */
  domains: Map<string, PagesDomain>;
}

export type Environment = "production" | "preview";

export type EnvVars = Record<string, { type: "plain_text" | "secret_text"; value: string }>;

export interface DeploymentConfig {
  env_vars: EnvVars;
  [more: string]: unknown;
}

export interface PagesDeployment {
  id: string;
  environment: Environment;
  branch: string;
  commit: { hash: string; message: string; dirty: boolean };
  createdAt: number;
  /** `failed` and `ready` are final. */
  phase: "queued" | "active" | "deploying" | "ready" | "failed";
  /** When the phase was reached. */
  phaseAt: number;
  /** Reason of a failure to come, found when it was accepted. */
  fault: string | null;
  /** Path to asset key. */
  manifest: Map<string, string>;
  headers: string;
  redirects: string;
  hasFunctions: boolean;
  envVars: EnvVars;
  log: { ts: string; line: string }[];
}

export interface PagesDomain {
  id: string;
  name: string;
  status: "initializing" | "pending" | "active";
  createdAt: number;
}

export interface UploadSession {
  id: string;
  script: string;
  /** Path to key and announced size. */
  manifest: Map<string, { hash: string; size: number }>;
  /** One path for each key, with which it is checked. */
  pathOf: Map<string, string>;
  missing: Set<string>;
}

export interface Script {
  name: string;
  tag: string;
  createdAt: number;
  modifiedAt: number;
  /** Oldest first. */
  versions: Version[];
  /** Newest first. */
  deployments: WorkerDeployment[];
  subdomain: { enabled: boolean; previews_enabled: boolean };
  settings: Record<string, unknown>;
}

export interface Binding {
  type: string;
  name: string;
  text?: string;
  [more: string]: unknown;
}

export interface Version {
  id: string;
  number: number;
  createdAt: number;
  annotations: Record<string, string>;
  bindings: Binding[];
  compatibilityDate: string;
  compatibilityFlags: string[];
  /** Name of the entry module; null when there are only assets. */
  mainModule: string | null;
  etag: string;
  assets: { manifest: Map<string, string>; config: AssetConfig } | null;
}

/** The part of `metadata.assets` that says how files are served. */
export interface AssetConfig {
  html_handling?: HtmlHandling;
  not_found_handling?: NotFoundHandling;
  run_worker_first?: boolean | string[];
  base_path?: string;
  _headers?: string;
  _redirects?: string;
}

export type HtmlHandling = "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none";
export type NotFoundHandling = "none" | "404-page" | "single-page-application";

export interface WorkerDeployment {
  id: string;
  createdAt: number;
  annotations: Record<string, string>;
  versions: { version_id: string; percentage: number }[];
}

export interface WorkerDomain {
  id: string;
  hostname: string;
  service: string;
  zone_id: string;
  zone_name: string;
  cert_id: string;
  environment: "production";
}

export interface Webhook {
  id: string;
  name: string;
  url: string;
  secret: string | null;
  createdAt: number;
}

export interface Policy {
  id: string;
  name: string;
  alert_type: string;
  enabled: boolean;
  mechanisms: { webhooks?: { id: string }[] };
  filters: Record<string, string[]>;
}

export interface OAuthState {
  clients: Map<string, OAuthClient>;
  codes: Map<string, Grant & { redirectUri: string; challenge: string | null; expiresAt: number }>;
  refreshTokens: Map<string, Grant>;
  /** Set by a test: the next visitors refuse, and the application is told this error. */
  refuse: string | null;
}

export interface Grant {
  client: string;
  scope: string;
}

export interface OAuthClient {
  client_id: string;
  /** Null for public clients, which must use PKCE. */
  client_secret: string | null;
  client_name: string;
  account: string;
  grant_types: string[];
  redirect_uris: string[];
  scopes: string[];
  token_endpoint_auth_method: "client_secret_basic" | "client_secret_post" | "none";
}

/** 32 hex digits nobody has had in this state. */
export function freshId(state: CloudflareState): string {
  return createHash("sha256")
    .update(`cloudflare ${++state.ids}`)
    .digest("hex")
    .slice(0, 32);
}

/** The same as a UUID, version 4. */
export function freshUuid(state: CloudflareState): string {
  const hex = freshId(state);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The zone a host name lies in, the innermost; null when none here has it. */
export function zoneOf(state: CloudflareState, host: string): Zone | null {
  const found = [...state.zones.values()].filter(({ name }) => host === name || host.endsWith(`.${name}`));
  return found.sort((one, other) => other.name.length - one.name.length)[0] ?? null;
}

/** The address of a site's host name. */
export function siteUrl({ settings, url }: CloudflareState, host: string): string {
  return settings.siteDomain === null ? `https://${host}` : `http://${host}:${new URL(url).port}`;
}

/** The CNAME a host name has, in a zone here or elsewhere. */
export function cnameOf(state: CloudflareState, host: string): string | null {
  for (const zone of state.zones.values())
    for (const record of zone.records.values())
      if (record.type === "CNAME" && record.name === host) return record.content.replace(/\.$/, "");
  return state.externalDns.get(host) ?? null;
}
