/** What visitors get: the deployment behind a host name, its files and routes, and the page for those who may not see it. */
import { createHash } from "node:crypto";
import { lookup } from "mrmime";
import type { Answer, SimulatedRequest } from "../definition.ts";
import { plainError } from "./call.ts";
import type { Deployment, Project, ProjectDomain, VercelState } from "./state.ts";
import { route } from "./routing.ts";
import { lookAtTraffic } from "./traffic.ts";

/** Whether a request is for the API: it came to the simulator's own address. */
export function isForApi({ headers }: SimulatedRequest): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers["host"] ?? "");
}

/** Answer a visitor by the host name: custom domains by the whole of it, addresses of deployments by its first label. */
export function visit(state: VercelState, request: SimulatedRequest): Answer {
  if (isForApi(request)) return plainError(404, "The requested endpoint could not be found");
  const host = (request.headers["host"] ?? "").toLowerCase().replace(/:\d+$/, "");
  const name = isKnown(state, host) ? host : `${host.split(".")[0]}.${state.siteDomain}`;
  const holder = [...state.projects.values()].find(({ domains }) => domains.has(name));
  const domain = holder?.domains.get(name);
  if (holder) lookAtTraffic(state, holder, request.now);
  if (domain?.redirect) return moved(domain, request);
  const deployment = state.deployments.get(state.aliases.get(name)?.deploymentId ?? "");
  if (!deployment) return failure(404, "DEPLOYMENT_NOT_FOUND");
  const project = state.projects.get(deployment.projectId)!;
  if (isProtected(project, { deployment, isDomain: domain !== undefined }) && !bypasses(project, request))
    return locked;
  if (deployment.readyState !== "READY") return failure(404, "DEPLOYMENT_NOT_READY");
  return serve(deployment, request);
}

function isKnown({ aliases, projects }: VercelState, host: string): boolean {
  return aliases.has(host) || [...projects.values()].some(({ domains }) => domains.has(host));
}

function moved({ redirect, redirectStatusCode }: ProjectDomain, { path, query }: SimulatedRequest): Answer {
  const search = query.size > 0 ? `?${query.toString()}` : "";
  return { status: redirectStatusCode ?? 308, headers: { location: `https://${redirect}${path}${search}` }, body: "" };
}

/** Production domains are open unless everything is protected; all other addresses follow the project's setting. */
function isProtected(
  { ssoProtection }: Project,
  { deployment, isDomain }: { deployment: Deployment; isDomain: boolean },
): boolean {
  if (ssoProtection === null) return false;
  if (ssoProtection.deploymentType === "all") return true;
  return ssoProtection.deploymentType === "preview" ? deployment.target !== "production" : !isDomain;
}

function bypasses({ bypass }: Project, { headers, query }: SimulatedRequest): boolean {
  const secret = headers["x-vercel-protection-bypass"] ?? query.get("x-vercel-protection-bypass");
  return secret !== null && secret !== undefined && Object.hasOwn(bypass, secret);
}

function serve(deployment: Deployment, { method, path, headers }: SimulatedRequest): Answer {
  const find = (wanted: string) => fileFor(deployment, decoded(wanted));
  const routed = route(deployment.routes, { method, path, find });
  const sent = { ...always, ...routed.headers };
  if (routed.path !== null && deployment.functions.has(routed.path))
    return {
      status: routed.status,
      headers: { ...sent, "content-type": "text/plain; charset=utf-8", "x-vercel-cache": "MISS" },
      body: `Here the function ${routed.path} would answer.\n`,
    };
  if (routed.path === null && routed.headers["location"] !== undefined)
    return { status: routed.status, headers: sent, body: "" };
  const name = routed.path ?? (routed.status === 404 && deployment.output.has("404.html") ? "404.html" : null);
  if (name === null)
    return failure(routed.status, routed.status === 404 ? "NOT_FOUND" : "ROUTER_EXTERNAL_TARGET_ERROR");
  if (routed.path !== null && method !== "GET" && method !== "HEAD") return failure(405, "INVALID_REQUEST_METHOD");
  const body = deployment.output.get(name)!;
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  const about = { ...sent, etag, "x-vercel-cache": "HIT" };
  if (headers["if-none-match"] === etag) return { status: 304, headers: about, body: "" };
  return {
    status: routed.status,
    headers: { "content-type": deployment.contentTypes.get(name) ?? contentType(name), ...about },
    body,
  };
}

const always = {
  server: "Vercel",
  "cache-control": "public, max-age=0, must-revalidate",
  "access-control-allow-origin": "*",
  "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
};

/** The file or function that answers a path by itself; null when none does. */
function fileFor({ output, functions, cleanUrls }: Deployment, path: string): string | null {
  const name = path.replace(/^\/+|\/+$/g, "");
  const folder = name === "" ? "" : `${name}/`;
  const names = [name, ...(cleanUrls ? [`${name}.html`] : []), `${folder}index.html`, `${folder}index`];
  return names.find((each) => output.has(each) || functions.has(each)) ?? null;
}

function contentType(name: string): string {
  const type = lookup(name) ?? "application/octet-stream";
  return /^text\/|\/(javascript|json)$/.test(type) ? `${type}; charset=utf-8` : type;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // No file has such a name, and the answer is 404.
  }
}

const sentences: Record<string, string> = {
  NOT_FOUND: "The page could not be found",
  DEPLOYMENT_NOT_FOUND: "The deployment could not be found on Vercel.",
  DEPLOYMENT_NOT_READY: "The deployment is not ready.",
};

function failure(status: number, code: string): Answer {
  return {
    status,
    headers: { server: "Vercel", "x-vercel-error": code, "content-type": "text/plain; charset=utf-8" },
    body: `${sentences[code] ?? "This request could not be answered."}\n\n${code}\n`,
  };
}

const locked: Answer = {
  status: 401,
  headers: {
    server: "Vercel",
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store, max-age=0",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
  },
  body: "<!doctype html><html><head><title>Authentication Required</title></head><body>Vercel Authentication</body></html>",
};
