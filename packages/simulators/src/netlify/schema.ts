/**
 * The part of Netlify's published schema that is checked: fields of answers and requests with their types.
 * Source: @netlify/open-api 2.60.0 (swagger.json).
 */
import type { Exchange } from "../definition.ts";
import { apiBase } from "./state.ts";

type Type = "string" | "number" | "boolean" | "object" | "array";

/** Definitions by their name in the schema; integers are numbers here. */
export const definitions = {
  accountMembership: {
    id: "string",
    name: "string",
    slug: "string",
    type: "string",
    roles_allowed: "array",
    owner_ids: "array",
  },
  accessToken: { id: "string", access_token: "string", user_id: "string", user_email: "string", created_at: "string" },
  build: { id: "string", deploy_id: "string", sha: "string", done: "boolean", error: "string", created_at: "string" },
  buildHook: {
    id: "string",
    title: "string",
    branch: "string",
    url: "string",
    site_id: "string",
    created_at: "string",
  },
  deploy: {
    id: "string",
    site_id: "string",
    build_id: "string",
    state: "string",
    name: "string",
    url: "string",
    ssl_url: "string",
    admin_url: "string",
    deploy_url: "string",
    deploy_ssl_url: "string",
    draft: "boolean",
    required: "array",
    required_functions: "array",
    required_edge_functions: "array",
    required_server: "array",
    error_message: "string",
    branch: "string",
    commit_ref: "string",
    created_at: "string",
    updated_at: "string",
    published_at: "string",
    title: "string",
    context: "string",
    locked: "boolean",
    framework: "string",
    function_schedules: "array",
  },
  deployFiles: {
    files: "object",
    functions: "object",
    edge_functions: "object",
    server: "object",
    function_schedules: "array",
    functions_config: "object",
    environment: "array",
    draft: "boolean",
    async: "boolean",
    branch: "string",
    framework: "string",
    framework_version: "string",
  },
  dnsRecord: {
    id: "string",
    hostname: "string",
    type: "string",
    value: "string",
    ttl: "number",
    dns_zone_id: "string",
  },
  dnsZone: {
    id: "string",
    name: "string",
    records: "array",
    dns_servers: "array",
    account_slug: "string",
    site_id: "string",
  },
  envVar: {
    key: "string",
    scopes: "array",
    values: "array",
    is_secret: "boolean",
    updated_at: "string",
    updated_by: "object",
  },
  file: { id: "string", path: "string", sha: "string", mime_type: "string", size: "number" },
  function: { id: "string", name: "string", sha: "string" },
  hook: { id: "string", site_id: "string", type: "string", event: "string", data: "object", disabled: "boolean" },
  site: {
    id: "string",
    state: "string",
    name: "string",
    url: "string",
    ssl_url: "string",
    admin_url: "string",
    custom_domain: "string",
    domain_aliases: "array",
    account_id: "string",
    account_slug: "string",
    published_deploy: "object",
    build_settings: "object",
    ssl: "boolean",
    force_ssl: "boolean",
    managed_dns: "boolean",
    created_at: "string",
    updated_at: "string",
    prevent_non_git_prod_deploys: "boolean",
  },
  sniCertificate: { state: "string", domains: "array", created_at: "string", expires_at: "string" },
  ticket: { id: "string", client_id: "string", authorized: "boolean", created_at: "string" },
  user: { id: "string", uid: "string", full_name: "string", email: "string", site_count: "number" },
} satisfies Record<string, Record<string, Type>>;

export type DefinitionName = keyof typeof definitions;

/** What a route answers with when it does not refuse; a list of it in brackets. */
export const answers: Record<string, DefinitionName | [DefinitionName]> = {
  "GET /user": "user",
  "GET /accounts": ["accountMembership"],
  "GET /sites": ["site"],
  "POST /sites": "site",
  "GET /sites/:site": "site",
  "PATCH /sites/:site": "site",
  "GET /:team/sites": ["site"],
  "POST /:team/sites": "site",
  "POST /sites/:site/deploys": "deploy",
  "GET /sites/:site/deploys": ["deploy"],
  "GET /sites/:site/deploys/:deploy": "deploy",
  "PUT /sites/:site/deploys/:deploy": "deploy",
  "POST /sites/:site/deploys/:deploy/restore": "deploy",
  "GET /deploys/:deploy": "deploy",
  "POST /deploys/:deploy/cancel": "deploy",
  "POST /deploys/:deploy/lock": "deploy",
  "POST /deploys/:deploy/unlock": "deploy",
  "PUT /deploys/:deploy/files/*name": "file",
  "PUT /deploys/:deploy/functions/:name": "function",
  "GET /sites/:site/files": ["file"],
  "POST /sites/:site/builds": "build",
  "GET /builds/:build": "build",
  "POST /sites/:site/build_hooks": "buildHook",
  "GET /accounts/:team/env": ["envVar"],
  "POST /accounts/:team/env": ["envVar"],
  "PUT /accounts/:team/env/:key": "envVar",
  "PATCH /accounts/:team/env/:key": "envVar",
  "GET /hooks": ["hook"],
  "POST /hooks": "hook",
  "POST /sites/:site/ssl": "sniCertificate",
  "GET /sites/:site/ssl": "sniCertificate",
  "POST /dns_zones": "dnsZone",
  "GET /dns_zones": ["dnsZone"],
  "POST /dns_zones/:zone/dns_records": "dnsRecord",
  "POST /oauth/tickets": "ticket",
  "GET /oauth/tickets/:ticket": "ticket",
  "POST /oauth/tickets/:ticket/exchange": "accessToken",
};

/** What is asked for with a body of known fields. */
export const requests: Record<string, DefinitionName> = {
  "POST /sites": "site",
  "PATCH /sites/:site": "site",
  "POST /:team/sites": "site",
  "POST /sites/:site/deploys": "deployFiles",
  "PUT /sites/:site/deploys/:deploy": "deployFiles",
  "POST /hooks": "hook",
};

/** Sentences of what in an exchange is not as the schema has it. Requests may have fields the schema does not know. */
export function differences({ route, request, answer }: Exchange): string[] {
  const key = route?.replace(` ${apiBase}`, " ") ?? "";
  const found: string[] = [];
  const sent = requests[key];
  if (sent && request.headers["content-type"]?.includes("json"))
    found.push(...mismatches(request.json(), { name: sent, side: "request", complete: false }));
  const given = answers[key];
  if (!given || !answer || answer.status >= 300) return found;
  if (!Array.isArray(given))
    return [...found, ...mismatches(answer.json, { name: given, side: "answer", complete: true })];
  if (!Array.isArray(answer.json)) return [...found, `answer: a list of ${given[0]} was expected`];
  for (const each of answer.json) found.push(...mismatches(each, { name: given[0], side: "answer", complete: true }));
  return found;
}

function mismatches(
  value: unknown,
  { name, side, complete }: { name: DefinitionName; side: string; complete: boolean },
): string[] {
  if (typeOf(value) !== "object") return [`${side}: ${name} is an object`];
  const fields = value as Record<string, unknown>;
  return Object.entries<Type>(definitions[name]).flatMap(([field, type]) => {
    const given = fields[field];
    if (given === undefined) return complete ? [`${side}: ${name} has no ${field}`] : [];
    return given === null || typeOf(given) === type ? [] : [`${side}: ${name}.${field} is no ${type}`];
  });
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}
