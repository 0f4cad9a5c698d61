/** What the simulated Netlify remembers, and what all of its routes share: finding things, refusing, paging. */
import { createHash, randomBytes } from "node:crypto";
import type { Answer, SimulatedRequest } from "../definition.ts";

/** Before every path of the API. */
export const apiBase = "/api/v1";

/** Requests and deployments in a time. The published numbers: https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/#rate-limiting. */
export interface NetlifyLimits {
  /** Of one token, uploads counted like all others. */
  requestsPerMinute: number;
  /** Of one team, created through the API. */
  deploysPerMinute: number;
  deploysPerDay: number;
}

/** What the vendor says. */
export const publishedLimits: NetlifyLimits = { requestsPerMinute: 500, deploysPerMinute: 3, deploysPerDay: 100 };

/** The states of a deployment that are reached here; the schema has a few more, of git builds and reviews. */
export type DeployState =
  | "new"
  | "enqueued"
  | "building"
  | "preparing"
  | "prepared"
  | "uploading"
  | "uploaded"
  | "processing"
  | "ready"
  | "error";

/** What a manifest may name: files by SHA-1, everything else by SHA-256. */
export type Part = "files" | "functions" | "edge_functions" | "server";

/** An account, which the vendor now calls a team. */
export interface Team {
  id: string;
  slug: string;
  /** When its deployments of the last day were created, in milliseconds. */
  deploysAt: number[];
}

/** Who is behind a token. */
export interface Person {
  id: string;
  email: string;
  /** Slugs. A token has no scopes: it may do all in these teams and sees nothing of others. */
  teams: string[];
}

/** A project. */
export interface Site {
  id: string;
  teamId: string;
  name: string;
  /** What `PATCH /sites/:id` may set, in the vendor's names. */
  settings: Record<string, unknown> & { custom_domain?: string | null; domain_aliases?: string[]; password?: string };
  build: { cmd?: string; dir?: string; repo_url?: string; repo_branch?: string; [name: string]: unknown };
  /** Files of the last source that was sent to be built, by path: what a build without a source builds again. */
  source: Map<string, string> | null;
  /** Deployments that had the traffic, the present one last. */
  published: string[];
  disabled: boolean;
  certificate: { state: "provisioning" | "issued"; domains: string[]; createdAt: number } | null;
  createdAt: number;
}

/** One deployment. */
export interface Deploy {
  id: string;
  siteId: string;
  buildId: string | null;
  state: DeployState;
  /** When it came into its state, in milliseconds. */
  since: number;
  /** Of one step towards ready, in milliseconds; 0: each look is a step. */
  stepMs: number;
  /** Set when it is created. The official command line says false in the manifest of every deployment, drafts too. */
  draft: boolean;
  branch: string | null;
  title: string | null;
  /** Everything it consists of, a name to its digest. */
  parts: Record<Part, Map<string, string>>;
  /** Digests whose bytes have not come yet. */
  missing: Record<Part, Set<string>>;
  /** As last sent: a second time the same is no change. */
  manifest: string | null;
  environment: { key: string; value: string; is_secret: boolean; scopes: string[] }[];
  /** Echoed as they were sent. */
  framework: string | null;
  schedules: unknown[];
  commitRef: string | null;
  errorMessage: string | null;
  locked: boolean;
  createdAt: number;
  updatedAt: number;
  publishedAt: number | null;
}

/** An environment variable with a value for each context. */
export interface Variable {
  key: string;
  scopes: string[];
  values: { id: string; context: string; context_parameter?: string; value: string }[];
  is_secret: boolean;
  updatedAt: number;
}

/** A webhook. */
export interface Hook {
  id: string;
  siteId: string;
  type: string;
  event: string;
  data: Record<string, unknown>;
  disabled: boolean;
  failures: number;
  createdAt: number;
}

/** A domain whose DNS is kept at the vendor. */
export interface Zone {
  id: string;
  teamId: string;
  siteId: string | null;
  name: string;
  records: Map<string, { id: string; hostname: string; type: string; value: string; [name: string]: unknown }>;
  createdAt: number;
}

/** Everything. Tests read it and change it. */
export interface NetlifyState {
  /** Where the simulator answers. */
  url: string;
  settings: {
    buildMs: number;
    limits: NetlifyLimits;
    siteDomain: string | null;
    clients: Record<string, { secret: string; redirectUris?: string[] }>;
  };
  /** People by their bearer token. */
  tokens: Map<string, Person>;
  /** By id. */
  teams: Map<string, Team>;
  sites: Map<string, Site>;
  deploys: Map<string, Deploy>;
  /** Uploaded bytes by SHA-1 (files) or SHA-256 (everything else). One store for all: what is there is asked of nobody again. */
  blobs: Map<string, Buffer>;
  builds: Map<string, { id: string; siteId: string; deployId: string; createdAt: number }>;
  buildHooks: Map<string, { id: string; siteId: string; title: string; branch: string; createdAt: number }>;
  hooks: Map<string, Hook>;
  /** By site or team id, then by key. */
  variables: Map<string, Map<string, Variable>>;
  zones: Map<string, Zone>;
  /** Domains whose DNS leads to Netlify, as far as the certificate authority sees. Domains in a zone are among them by themselves. */
  pointed: Set<string>;
  /** What the person answers on the page that asks for access. */
  consent: "allow" | "deny";
  tickets: Map<string, { id: string; clientId: string; authorized: boolean; createdAt: number }>;
  codes: Map<string, { clientId: string; redirectUri: string; expiresAt: number }>;
  /** Source archives that were sent along with a deployment, by its id. */
  sourceZips: Map<string, Buffer>;
  /** Requests of each token in its minute. */
  used: Map<string, { minute: number; count: number }>;
}

/** Thrown by a handler: the answer in place of its own. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** The usual form of an error. */
export function errorAnswer(status: number, message: string): Answer {
  return { status, json: { code: status, message } };
}

/** Refuse in the usual form. */
export function refuse(status: number, message: string): never {
  throw new Refusal(errorAnswer(status, message));
}

/** The form of a refused field: 422 with `errors` and neither code nor message. */
export function refuseField(field: string, message: string): never {
  throw new Refusal({ status: 422, json: { errors: { [field]: [message] } } });
}

/** Refuse what is not there, or not for this person. */
export const notFound = (): never => refuse(404, "Not Found");

/** 24 hexadecimal digits, the form of ids of deployments, builds, hooks and teams. */
export const newId = (): string => randomBytes(12).toString("hex");

/** Hexadecimal digest of bytes. */
export const digest = (algorithm: "sha1" | "sha256", bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest("hex");

/** An instant as the API writes it. */
export const isoOf = (ms: number): string => new Date(ms).toISOString();

/** The body as an object; empty when there is none. */
export function bodyOf(request: SimulatedRequest): Record<string, unknown> {
  const body = request.json() ?? {};
  if (typeof body !== "object" || Array.isArray(body)) refuse(400, "Bad Request");
  return body as Record<string, unknown>;
}

/** A field that is text; null for anything else, and for no text at all. */
export const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The person whose token it is. Refuses with 401. */
export function personOf(state: NetlifyState, request: SimulatedRequest): Person {
  const token = /^Bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  return state.tokens.get(token ?? "") ?? refuse(401, "Access Denied");
}

/** The team by id or slug, when the person is in it. */
export function teamOf(state: NetlifyState, request: SimulatedRequest, name: string): Team {
  const { teams } = personOf(state, request);
  const team = [...state.teams.values()].find(({ id, slug }) => (id === name || slug === name) && teams.includes(slug));
  return team ?? notFound();
}

/** The site by its id, host name under netlify.app, or domain; its bare name is no id. */
export function siteOf(state: NetlifyState, request: SimulatedRequest, name = request.param("site")): Site {
  const known = [...state.sites.values()];
  const site =
    state.sites.get(name) ??
    known.find((each) => name === `${each.name}.netlify.app` || domainsOf(each).includes(name));
  return site && seen(state, request, site) ? site : notFound();
}

/** The deployment in the path; where the path names a site too, it must be of that site. */
export function deployOf(state: NetlifyState, request: SimulatedRequest): { deploy: Deploy; site: Site } {
  const deploy = state.deploys.get(request.param("deploy")) ?? notFound();
  const site = state.sites.get(deploy.siteId)!;
  const fits = request.path.includes("/sites/") ? siteOf(state, request) === site : seen(state, request, site);
  return fits ? { deploy, site } : notFound();
}

/** Sites the person sees, newest first. */
export function sitesOf(state: NetlifyState, request: SimulatedRequest): Site[] {
  return [...state.sites.values()].filter((site) => seen(state, request, site)).toReversed();
}

function seen(state: NetlifyState, request: SimulatedRequest, site: Site): boolean {
  return personOf(state, request).teams.includes(state.teams.get(site.teamId)!.slug);
}

/** Custom domains of a site, the primary first. */
export function domainsOf({ settings }: Site): string[] {
  return [settings.custom_domain, ...(settings.domain_aliases ?? [])].filter((domain) => typeof domain === "string");
}

/** Deployments of the site, newest first. */
export function deploysOf(state: NetlifyState, site: Site): Deploy[] {
  return [...state.deploys.values()].filter(({ siteId }) => siteId === site.id).toReversed();
}

/** The deployment that has the production traffic. */
export function liveOf({ deploys }: NetlifyState, site: Site): Deploy | undefined {
  return deploys.get(site.published.at(-1) ?? "");
}

/** Address of what a label (`acme`, `d1--acme`) or a whole domain names. */
export function addressOf({ url, settings }: NetlifyState, host: string, scheme: "http" | "https"): string {
  const name = host.includes(".") ? host : `${host}.${settings.siteDomain ?? "netlify.app"}`;
  return settings.siteDomain === null ? `${scheme}://${name}` : `http://${name}:${new URL(url).port}`;
}

/** One page of a list, with the addresses of the next and the last in `Link`. */
export function paged<T>(
  { url }: NetlifyState,
  { query, path }: SimulatedRequest,
  { items, as }: { items: T[]; as: (item: T) => unknown },
): Answer {
  const page = Math.max(1, Number(query.get("page") ?? 1) || 1);
  const size = Math.min(100, Math.max(1, Number(query.get("per_page") ?? 100) || 100));
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (number: number, relation: string) => {
    const next = new URLSearchParams(query);
    next.set("page", String(number));
    next.set("per_page", String(size));
    return `<${url}${path}?${next.toString()}>; rel="${relation}"`;
  };
  return {
    json: items.slice((page - 1) * size, page * size).map(as),
    headers: page < last ? { link: `${link(page + 1, "next")}, ${link(last, "last")}` } : {},
  };
}
