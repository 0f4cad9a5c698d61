/** What Vercel remembers of one user, the teams that user is in, and everything they own. Plain maps and records: tests read and change them. */
import { createHash } from "node:crypto";
import type { RouteRule } from "./routing.ts";

/** What a token opens: everything of the user, who the user is and no more, one team, or one project (ids, slugs or names). */
export type VercelTokenScope = "account" | "identity" | { team: string } | { project: string };

export interface VercelToken {
  id: string;
  name: string;
  scope: VercelTokenScope;
  createdAt: number;
  /** Milliseconds since the epoch; null for never. */
  expiresAt: number | null;
  /** The installation of an integration it belongs to, and ends with. */
  installationId?: string;
}

export interface Team {
  id: string;
  slug: string;
  name: string;
}

export interface Project {
  id: string;
  accountId: string;
  name: string;
  createdAt: number;
  updatedAt: number;
  /** framework, buildCommand, outputDirectory and the other fields that are stored as they were sent. */
  settings: Record<string, unknown>;
  ssoProtection: { deploymentType: string } | null;
  /** Secrets that open protected deployments. */
  bypass: Record<string, { createdAt: number; createdBy: string; scope: "automation-bypass" }>;
  variables: Variable[];
  /** A write of variables is under way; another one at the same time is refused. */
  writingVariables: boolean;
  domains: Map<string, ProjectDomain>;
  /** Id of the deployment that has the production traffic. */
  production: string | null;
  /** Whether a new production deployment gets the production domains; a rollback turns it off, a promotion on. */
  autoAssign: boolean;
  lastAliasRequest: AliasRequest | null;
}

/** A promotion or rollback on its way. */
export interface AliasRequest {
  jobStatus: "pending" | "in-progress" | "succeeded" | "failed" | "skipped";
  requestedAt: number;
  fromDeploymentId: string;
  toDeploymentId: string;
  type: "promote" | "rollback";
}

export interface StoredFile {
  body: Buffer;
  /** As in st_mode: 0o100644, 0o120000 for a link whose body is its target. */
  mode: number;
}

export type ReadyState = "QUEUED" | "INITIALIZING" | "BUILDING" | "READY" | "ERROR" | "CANCELED" | "BLOCKED";

export interface Deployment {
  id: string;
  projectId: string;
  ownerId: string;
  name: string;
  /** Its own address, without a scheme. */
  host: string;
  target: "production" | "staging" | null;
  readyState: ReadyState;
  /** When its other addresses were given to it; false before. */
  aliasAssigned: number | false;
  /** Set by a test before it is ready: the addresses are then never assigned. */
  aliasError: { code: string; message: string } | null;
  /** The error its build will end in; null for none. */
  failure: string | null;
  /** When the request came; the build's time runs from here. */
  acceptedAt: number;
  /** The same, or a little later where two came at once. */
  createdAt: number;
  buildingAt: number | null;
  readyAt: number | null;
  canceledAt: number | null;
  readySubstate: "STAGED" | "PROMOTED" | null;
  /** Takes the production domains when it is ready, if the project allows. */
  autoAssign: boolean;
  prebuilt: boolean;
  /** Which kind of client made it. */
  source: string | null;
  files: Map<string, StoredFile>;
  /** What is served, by path without a leading slash. Empty until it is ready. */
  output: Map<string, Buffer>;
  routes: RouteRule[];
  cleanUrls: boolean;
  contentTypes: Map<string, string>;
  /** Paths answered by functions; none of them is run. */
  functions: Set<string>;
  meta: Record<string, string>;
  gitMetadata: Record<string, unknown> | null;
  branch: string | null;
  settings: Record<string, unknown>;
  /** What its build and its functions get: the project's variables when it was created, and its own. */
  variables: Record<string, string>;
  /** Names of the variables it was created with, for the run and for the build. */
  env: string[];
  buildEnv: string[];
  log: LogLine[];
}

export interface LogLine {
  type: "command" | "stdout" | "stderr";
  text: string;
  date: number;
  level?: "error" | "warning";
}

export interface Alias {
  uid: string;
  host: string;
  deploymentId: string;
  projectId: string;
  createdAt: number;
}

/** Records of a name in the DNS of the world; tests set them. */
export interface DnsRecords {
  A?: string[];
  CNAME?: string[];
  TXT?: string[];
}

export interface Webhook {
  id: string;
  url: string;
  events: string[];
  secret: string;
  ownerId: string;
  projectIds: string[];
  createdAt: number;
}

export interface Certificate {
  id: string;
  cns: string[];
  createdAt: number;
}

export interface VercelState {
  /** Where the simulator answers. */
  url: string;
  /** What the addresses of deployments end in. */
  siteDomain: string;
  /** Milliseconds from accepted to ready; with 0 every look at a deployment takes it one state further. */
  buildMs: number;
  user: { id: string; username: string; name: string; email: string; defaultTeamId: string | null };
  /** By id. */
  teams: Map<string, Team>;
  /** By their value. */
  tokens: Map<string, VercelToken>;
  projects: Map<string, Project>;
  deployments: Map<string, Deployment>;
  /** Uploaded bytes by SHA-1. */
  blobs: Map<string, Buffer>;
  /** Who answers under a host name. */
  aliases: Map<string, Alias>;
  /** Host names below `siteDomain` that strangers have. */
  takenHosts: Set<string>;
  /** Registered domains that other accounts use: adding one asks for a TXT record. */
  foreignDomains: Set<string>;
  dns: Map<string, DnsRecords>;
  certificates: Map<string, Certificate>;
  webhooks: Map<string, Webhook>;
  /** What is to be sent to webhooks; `deliverVercelWebhooks` sends it. */
  outbox: VercelDelivery[];
  oauth: OAuthState;
  limits: {
    /** Requests to one endpoint in a window. */
    requests: { total: number; windowMs: number };
    deploymentsPerDay: number;
    uploadsPerDay: number;
  };
  /** What was counted against the limits, by name. */
  usage: Map<string, { count: number; resetAt: number }>;
  /** Counts ids, so that every run gives the same ones. */
  serial: number;
  /** The last `createdAt` that was given: pages of a list are cut by it, so no two are equal. */
  lastCreatedAt: number;
}

/** A text of letters and digits that no other call for this state gives. */
export function unique(state: VercelState, length: number): string {
  state.serial += 1;
  const digest = createHash("sha512").update(`vercel ${state.serial}`).digest();
  return Array.from(digest.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join("");
}

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The instant, or the next millisecond that was not given yet. */
export function stamp(state: VercelState, now: number): number {
  state.lastCreatedAt = Math.max(now, state.lastCreatedAt + 1);
  return state.lastCreatedAt;
}

/** Count one use of something limited; whether it was still allowed, and what is left until when. */
export function take(
  state: VercelState,
  { bucket, total, windowMs, now }: { bucket: string; total: number; windowMs: number; now: number },
): { allowed: boolean; remaining: number; resetAt: number } {
  let used = state.usage.get(bucket);
  if (!used || used.resetAt <= now) state.usage.set(bucket, (used = { count: 0, resetAt: now + windowMs }));
  used.count += 1;
  return { allowed: used.count <= total, remaining: Math.max(0, total - used.count), resetAt: used.resetAt };
}

export interface Variable {
  id: string;
  key: string;
  value: string;
  type: "plain" | "encrypted" | "sensitive" | "system";
  target: ("production" | "preview" | "development")[];
  gitBranch: string | null;
  customEnvironmentIds: string[];
  comment: string;
  visibility: "config" | "secret";
  createdAt: number;
  updatedAt: number;
}

export interface ProjectDomain {
  name: string;
  apexName: string;
  verified: boolean;
  /** The TXT record that proves it; null when none is asked for. */
  challenge: { domain: string; value: string } | null;
  /** The branch it shows; null for production. */
  gitBranch: string | null;
  /** The domain it sends visitors on to. */
  redirect: string | null;
  redirectStatusCode: number | null;
  createdAt: number;
}

/** One delivery, signed: to be sent as it is. */
export interface VercelDelivery {
  webhookId: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface OAuthApp {
  /** null for a public client, which proves itself by PKCE alone. */
  secret: string | null;
  /** Exact addresses a user may be sent back to, or any address of this machine. */
  redirectUris: string[] | "loopback";
  /** What the tokens it gets may do. */
  scope: VercelTokenScope;
}

export interface OAuthGrant {
  clientId: string;
  scope: string;
  nonce: string | null;
  expiresAt: number;
}

export interface OAuthState {
  /** By client id. */
  apps: Map<string, OAuthApp>;
  /** Integrations by their slug: the client that exchanges the code, and where the user is sent. */
  integrations: Map<string, { clientId: string; redirectUri: string }>;
  /** What the user says when asked. */
  consent: "granted" | "refused";
  codes: Map<string, OAuthGrant & { redirectUri: string; challenge: string | null; used: boolean }>;
  refreshTokens: Map<string, OAuthGrant>;
  devices: Map<string, OAuthGrant & { polls: number }>;
  installations: Map<string, { clientId: string }>;
}
