/**
 * What the published schema says of the requests and answers that matter, written by hand.
 * Source: the type definitions of cloudflare@7.3.0, generated from the official OpenAPI document.
 */
import type { Exchange } from "../definition.ts";
import { isOwnHost } from "./hosts.ts";
import { fieldOf, partsOf } from "./multipart.ts";
import { isObject } from "./envelope.ts";

/** A kind of value, with `?` where it may be missing or null; a list of the values; or properties. */
type Shape = string | readonly string[] | { [name: string]: Shape };

const stage = {
  name: ["queued", "initialize", "clone_repo", "build", "deploy"],
  status: ["success", "idle", "active", "failure", "canceled", "skipped"],
};

const pagesDeployment = {
  id: "string",
  short_id: "string",
  project_id: "string",
  project_name: "string",
  environment: ["production", "preview"],
  url: "string",
  created_on: "string",
  modified_on: "string",
  latest_stage: stage,
  stages: "array",
  is_skipped: "boolean",
  deployment_trigger: {
    type: ["ad_hoc", "github:push", "deploy_hook"],
    metadata: { branch: "string", commit_hash: "string", commit_message: "string", commit_dirty: "boolean" },
  },
};

const pagesProject = {
  id: "string",
  name: "string",
  production_branch: "string",
  created_on: "string",
  deployment_configs: { preview: { env_vars: "object" }, production: { env_vars: "object" } },
};

const pagesDomain = {
  id: "string",
  name: "string",
  status: ["initializing", "pending", "active", "deactivated", "blocked", "error"],
  validation_data: { method: ["http", "txt"], status: ["initializing", "pending", "active", "deactivated", "error"] },
  verification_data: { status: ["pending", "active", "deactivated", "blocked", "error"] },
};

const workerDeployment = { id: "string", created_on: "string", strategy: ["percentage"], versions: "array" };
const workerDomain = { id: "string", hostname: "string", service: "string", zone_id: "string", zone_name: "string" };

const account = "/client/v4/accounts/:account";
const project = `${account}/pages/projects/:project`;
const script = `${account}/workers/scripts/:script`;

/** By row: the JSON body that is sent, and the `result` of a success. */
export const shapes: Record<string, { body?: Shape; result?: Shape }> = {
  [`POST ${account}/pages/projects`]: { body: { name: "string", production_branch: "string" }, result: pagesProject },
  [`GET ${project}`]: { result: pagesProject },
  [`PATCH ${project}`]: { result: pagesProject },
  [`GET ${project}/upload-token`]: { result: { jwt: "string" } },
  "POST /client/v4/pages/assets/check-missing": { body: { hashes: "array" }, result: "array" },
  "POST /client/v4/pages/assets/upload": { body: "array" },
  "POST /client/v4/pages/assets/upsert-hashes": { body: { hashes: "array" } },
  [`POST ${project}/deployments`]: { result: pagesDeployment },
  [`GET ${project}/deployments`]: { result: "array" },
  [`GET ${project}/deployments/:deployment`]: { result: pagesDeployment },
  [`GET ${project}/deployments/:deployment/history/logs`]: {
    result: { total: "number", data: "array", includes_container_logs: "boolean" },
  },
  [`POST ${project}/deployments/:deployment/retry`]: { result: pagesDeployment },
  [`POST ${project}/deployments/:deployment/rollback`]: { result: pagesDeployment },
  [`POST ${project}/domains`]: { body: { name: "string" }, result: pagesDomain },
  [`GET ${project}/domains/:domain`]: { result: pagesDomain },
  [`POST ${script}/assets-upload-session`]: {
    body: { manifest: "object" },
    result: { jwt: "string", buckets: "array" },
  },
  [`POST ${script}/deployments`]: { body: { strategy: ["percentage"], versions: "array" }, result: workerDeployment },
  [`PUT ${script}/secrets`]: { body: { name: "string", text: "string", type: ["secret_text"] } },
  [`POST ${script}/subdomain`]: {
    body: { enabled: "boolean" },
    result: { enabled: "boolean", previews_enabled: "boolean" },
  },
  [`PUT ${script}`]: { result: { id: "string?", startup_time_ms: "number" } },
  [`POST ${script}/versions`]: { result: { id: "string?", resources: "object" } },
  [`PUT ${account}/workers/subdomain`]: { body: { subdomain: "string" }, result: { subdomain: "string" } },
  [`PUT ${account}/workers/domains`]: { body: { hostname: "string", service: "string" }, result: workerDomain },
  [`POST ${account}/oauth_clients`]: {
    body: {
      client_name: "string",
      grant_types: "array",
      redirect_uris: "array",
      response_types: "array",
      scopes: "array",
      token_endpoint_auth_method: ["none", "client_secret_basic", "client_secret_post"],
    },
  },
  [`POST ${account}/alerting/v3/destinations/webhooks`]: { body: { name: "string", url: "string" } },
  [`POST ${account}/alerting/v3/policies`]: {
    body: { name: "string", alert_type: "string", enabled: "boolean", mechanisms: "object" },
  },
  "POST /client/v4/zones/:zone/dns_records": { body: { type: "string", name: "string", ttl: "number" } },
};

/** Sentences of what differs from the schema. A request that is refused may be wrong: that is what it was refused for. */
export function check({ route, request, answer }: Exchange): string[] {
  if (!isOwnHost(request)) return [];
  if (route === null) return [`no route takes ${request.method} ${request.path}`];
  if (!answer || answer.status >= 400) return [];
  const { body, result } = shapes[route] ?? {};
  const json = isObject(answer.json) ? answer.json : {};
  return [
    ...(body === undefined ? [] : differences(request.json(), body, "the body")),
    ...(result === undefined ? [] : differences(json["result"], result, "the result")),
    ...(route === `POST ${project}/deployments` ? formFaults(request.headers["content-type"], request.body) : []),
  ];
}

/** Fields of a deployment's form which hold one of a few values. */
function formFaults(contentType: string | undefined, body: Buffer): string[] {
  const dirty = fieldOf(partsOf(contentType, body) ?? [], "commit_dirty");
  return dirty === null || dirty === "true" || dirty === "false" ? [] : [`commit_dirty is true or false, not ${dirty}`];
}

function differences(value: unknown, shape: Shape, at: string): string[] {
  if (typeof shape === "string") {
    const isMissing = value === undefined || value === null;
    if (isMissing && shape.endsWith("?")) return [];
    const kind = Array.isArray(value) ? "array" : typeof value;
    return !isMissing && kind === shape.replace("?", "")
      ? []
      : [`${at} is a ${shape}, not ${isMissing ? "missing" : kind}`];
  }
  if (Array.isArray(shape))
    return shape.includes(value) ? [] : [`${at} is one of ${shape.join(", ")}, not ${JSON.stringify(value)}`];
  if (!isObject(value)) return [`${at} is an object`];
  return Object.entries(shape).flatMap(([name, part]) => differences(value[name], part, `${at}.${name}`));
}
