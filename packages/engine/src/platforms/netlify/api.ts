/** Netlify's sites and deployments as its API shows them, as far as they are looked at here, and what its states and refusals mean. */
import type { Clock } from "../../clock.ts";
import { DeployError } from "../../error.ts";
import { type Api, type ApiRequest, path, type ReadError } from "../../http/api.ts";

export interface Site {
  id: string;
  name: string;
  account_id: string;
  account_slug: string;
  admin_url: string;
  ssl_url: string;
  /** Whether there is a certificate for the custom domain. */
  ssl: boolean;
  custom_domain: string | null;
  domain_aliases: string[] | null;
  has_password?: boolean;
  /** Has the production traffic. Locked: no later deployment gets it by itself. */
  published_deploy: Deploy | null;
}

export interface Deploy {
  id: string;
  state: string;
  name: string;
  title: string | null;
  branch: string | null;
  context: string;
  admin_url: string;
  /** Of production: the custom domain, if there is one. */
  ssl_url: string;
  /** Of this deployment, or of the branch it is the newest of. */
  deploy_ssl_url: string;
  error_message: string | null;
  locked: boolean | null;
  published_at: string | null;
  /** Digests of files that are to be uploaded. Means nothing while the files are compared (`preparing`). */
  required: string[] | null;
  required_functions: string[] | null;
}

export type State = "queued" | "building" | "deploying" | "ready" | "error" | "canceled";

/** https://open-api.netlify.com, read 2026-08. */
const states: Record<string, State> = {
  new: "queued",
  pending_review: "queued",
  accepted: "queued",
  enqueued: "queued",
  retrying: "queued",
  building: "building",
  preparing: "deploying",
  prepared: "deploying",
  uploading: "deploying",
  uploaded: "deploying",
  processing: "deploying",
  processed: "deploying",
  ready: "ready",
  error: "error",
  rejected: "canceled",
  cancelled: "canceled",
};

/** In our words. One that was cancelled is an error there, whose message says so. */
export function stateOf({ state, error_message }: Pick<Deploy, "state" | "error_message">): State {
  if (state === "error" && error_message?.startsWith("Cancel")) return "canceled";
  return states[state] ?? "deploying";
}

/** Has an error one of its three forms: `{code, message}`, `{code, msg}` (variables), `{errors: {field: [text]}}` (sites). */
export const readError: ReadError = (body) => {
  if (typeof body !== "object" || body === null) return {};
  const { code, message, msg, errors } = body as Record<string, unknown>;
  const fields = typeof errors === "object" && errors !== null ? Object.entries(errors) : [];
  const text = message ?? msg ?? fields.map(([field, faults]) => `${field} ${[faults].flat().join(", ")}`).join("; ");
  const name = fields[0]?.[0] ?? code;
  return {
    ...(typeof name === "string" || typeof name === "number" ? { code: String(name) } : {}),
    ...(typeof text === "string" && text !== "" ? { message: text } : {}),
  };
};

/** From the second look on; the first follows at once, for the way there and back is a pause. A small site is ready within a tenth of a second. */
const firstPauseMs = 50;

/** Ask until `isThere`, soon at first. Throws CANCELLED and BUILD_FAILED for a deployment that ended otherwise. */
export async function untilDeploy(
  first: Deploy,
  {
    api,
    siteId,
    isThere,
    clock,
    signal,
    log,
  }: {
    api: Api;
    siteId: string;
    isThere(deploy: Deploy): boolean;
    clock: Clock;
    signal: AbortSignal;
    log(line: string): void;
  },
): Promise<Deploy> {
  let deploy = first;
  for (let pauseMs = 0; ; pauseMs = Math.min(Math.max(firstPauseMs, pauseMs * 1.5), 2_000)) {
    if (["error", "canceled"].includes(stateOf(deploy))) throw ended(deploy);
    if (isThere(deploy)) return deploy;
    await clock.sleep(pauseMs, signal);
    const next = await deployAt(api, { siteId, id: deploy.id, signal });
    if (next.state !== deploy.state) log(`Netlify says: ${next.state}`);
    deploy = next;
  }
}

export function deployAt(
  api: Api,
  { siteId, id, signal }: { siteId: string; id: string; signal: AbortSignal },
): Promise<Deploy> {
  return api.call<Deploy>({ method: "GET", path: path`/sites/${siteId}/deploys/${id}`, signal });
}

function ended(deploy: Deploy): DeployError {
  const said = deploy.error_message ? `: ${deploy.error_message}` : "";
  const where = `netlify, deploy ${deploy.id}, state ${deploy.state}`;
  if (stateOf(deploy) === "canceled") {
    return new DeployError("CANCELLED", {
      what: `The deployment was cancelled on Netlify${said}.`,
      where,
      next: "Deploy again.",
      step: "deploy",
    });
  }
  return new DeployError("BUILD_FAILED", {
    what: `Netlify could not make the deployment ready${said}.`,
    where,
    next: `Read its log at ${deploy.admin_url}/deploys/${deploy.id}. What was live before is live.`,
    step: "deploy",
  });
}

/**
 * What every deployment made here is called there: it finds itself by it again after an answer was lost, and so is found which of
 * Netlify's deployments are ours.
 */
export interface Title {
  service: string;
  deployment: string;
  release: string;
}

export function titleText({ service, deployment, release }: Title): string {
  return `Landfall: ${service} ${deployment} ${release}`;
}

/** Null for a deployment somebody else made. */
export function titleOf({ title }: Pick<Deploy, "title">): Title | null {
  const [, service, deployment, release] = /^Landfall: (\S+) (dep_\S+) (rel_\S+)$/.exec(title ?? "") ?? [];
  return service === undefined ? null : { service, deployment: deployment!, release: release! };
}

/** The newest hundred deployments of a site, newest first. */
export function recentDeploys(
  api: Api,
  { siteId, branch, signal }: { siteId: string; branch?: string; signal: AbortSignal },
): Promise<Deploy[]> {
  const query = { per_page: 100, branch };
  return api.call<Deploy[]>({ method: "GET", path: path`/sites/${siteId}/deploys`, query, signal });
}

/** All of a list that is answered in pages. */
export async function everyPage<T>(
  api: Api,
  { query = {}, ...request }: Pick<ApiRequest, "path" | "query" | "signal">,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; ; page++) {
    const got = await api.call<T[]>({ ...request, method: "GET", query: { ...query, per_page: 100, page } });
    all.push(...got);
    if (got.length < 100) return all;
  }
}
