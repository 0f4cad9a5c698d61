/** The deployed sites themselves, by the host name that is asked for. */
import { lookup } from "mrmime";
import type { Answer, SimulatedRequest } from "../definition.ts";
import { headersFor, redirectFor, rulesOf, type Rules } from "./rules.ts";
import { deploysOf, domainsOf, liveOf, type Deploy, type NetlifyState, type Site } from "./state.ts";
import { labelOf } from "./views.ts";

/** Files that are instructions and not content. */
const unserved = new Set(["_redirects", "_headers", "netlify.toml"]);

/** Content-Type of a path. */
export function contentType(path: string): string {
  const type = (path.includes(".") && lookup(path)) || "application/octet-stream";
  return /^text\/|javascript$|json$|xml$/.test(type) ? `${type}; charset=UTF-8` : type;
}

/** Whether the request is for the vendor's API and pages rather than for a site. */
export function isOwnHost({ headers }: SimulatedRequest): boolean {
  return ["127.0.0.1", "localhost", "api.netlify.com", "app.netlify.com"].includes(hostOf(headers));
}

const hostOf = (headers: SimulatedRequest["headers"]): string =>
  (headers["host"] ?? "").replace(/:\d+$/, "").toLowerCase();

/** Answer a request to a site: production by name or domain, others by `<id or branch>--<name>`. */
export function serve(state: NetlifyState, request: SimulatedRequest): Answer {
  const host = hostOf(request.headers);
  const { site, deploy } = find(state, host);
  if (!site || site.disabled || deploy?.state !== "ready") return missing("Site not found");
  if (site.settings.password) return page(401, "This site is protected. Enter its password.");

  const path = decoded(request.path);
  const rules = rulesFor(state, deploy);
  const asked = { host, path, query: request.query };
  const forced = redirectFor(rules, { ...asked, forced: true });
  if (forced) return follow(state, { deploy, rules, request, ...forced });
  const found = answerFor(state, { deploy, rules, request, path, status: 200 });
  if (found) return found;
  const rule = redirectFor(rules, { ...asked, forced: false });
  if (rule) return follow(state, { deploy, rules, request, ...rule });
  return notFoundOf(state, { deploy, rules, request, path });
}

function find(state: NetlifyState, host: string): { site?: Site; deploy?: Deploy | undefined } {
  const sites = [...state.sites.values()];
  const label = host.split(".")[0]!;
  const site = sites.find((each) => domainsOf(each).includes(host)) ?? sites.find(({ name }) => name === label);
  if (site) return { site, deploy: liveOf(state, site) };
  // Names may have two dashes themselves.
  const owner = sites.find(({ name }) => label.endsWith(`--${name}`));
  if (!owner) return {};
  const prefix = label.slice(0, -owner.name.length - 2);
  const own = deploysOf(state, owner);
  const latest = own.find(({ branch, state: at }) => branch !== null && labelOf(branch) === prefix && at === "ready");
  return { site: owner, deploy: own.find(({ id }) => id === prefix) ?? latest };
}

interface Visit {
  deploy: Deploy;
  rules: Rules;
  request: SimulatedRequest;
}

/** Send the visitor on, or answer with what is at the other place. */
function follow(state: NetlifyState, visit: Visit & { to: string; status: number }): Answer {
  const { to, status } = visit;
  if (status >= 300 && status < 400) return { status, headers: { location: to }, body: "" };
  if (!to.startsWith("/")) return page(502, "The simulator asks no other servers.");
  const path = decoded(to.split(/[?#]/, 1)[0]!);
  return answerFor(state, { ...visit, path }) ?? notFoundOf(state, { ...visit, path });
}

/** The file, page or function at a path. */
function answerFor(state: NetlifyState, visit: Visit & { path: string; status: number }): Answer | null {
  const { deploy, rules, request, path, status } = visit;
  const name = /^\/\.netlify\/functions\/([^/]+)/.exec(path)?.[1];
  // Functions do not run here; that this one is there, and which, is what can be said.
  const code = name === undefined ? undefined : deploy.parts.functions.get(name);
  if (code !== undefined) return { json: { function: name, sha256: code } };
  if (request.method !== "GET" && request.method !== "HEAD") return page(405, "Method not allowed");

  const { files } = deploy.parts;
  const bare = path.slice(1);
  const folder = bare === "" || bare.endsWith("/") ? bare : `${bare}/`;
  const file = [bare, `${bare.replace(/\/$/, "")}.html`].find((each) => files.has(each) && !unserved.has(each));
  if (file === undefined && !files.has(`${folder}index.html`)) return null;
  if (file === undefined && bare !== folder)
    return { status: 301, headers: { location: `${request.path}/` }, body: "" };
  const served = file ?? `${folder}index.html`;
  const sha = files.get(served)!;
  const etag = `"${sha}-df"`;
  const headers = {
    server: "Netlify",
    "cache-control": "public,max-age=0,must-revalidate",
    etag,
    "content-type": contentType(served),
    ...headersFor(rules, path),
  };
  if (status === 200 && request.headers["if-none-match"] === etag) return { status: 304, headers };
  return { status, headers, body: state.blobs.get(sha)! };
}

function notFoundOf(state: NetlifyState, visit: Visit & { path: string }): Answer {
  const own = visit.deploy.parts.files.has("404.html");
  return (own && answerFor(state, { ...visit, path: "/404.html", status: 404 })) || missing("Page not found");
}

const missing = (title: string): Answer => page(404, title);

function page(status: number, text: string): Answer {
  return {
    status,
    headers: { server: "Netlify", "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html><title>${text}</title><h1>${text}</h1>`,
  };
}

/** Rules of a deployment, read once: a ready one does not change. */
const known = new WeakMap<Deploy, Rules>();

function rulesFor({ blobs }: NetlifyState, deploy: Deploy): Rules {
  const rules = known.get(deploy) ?? rulesOf((name) => blobs.get(deploy.parts.files.get(name) ?? "")?.toString("utf8"));
  known.set(deploy, rules);
  return rules;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A lone % is part of the name.
  }
}
