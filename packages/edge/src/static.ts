/**
 * Serve a static release from the content-addressed store: from the path of a request to the file that answers it. Paths are looked
 * up in the release's own list of files, so no path of a request ever reaches the file system.
 */
import type { IncomingMessage } from "node:http";
import { type Answer, answerFor } from "./answer.ts";
import { createDelivery, type DeliveryOptions, type Visit } from "./delivery.ts";
import { sendPage } from "./pages.ts";
import { findRedirect, type RedirectAnswer } from "./rules/redirects.ts";
import { type Found, fallback, find, headersFor, type Site } from "./site.ts";

export interface StaticServer {
  /** Answer the request from the site. Never throws; what goes wrong is told to `onFault` and answered with a page. */
  serve(visit: Visit): void;
  /** Bytes of file content in memory. */
  memoryBytes(): number;
}

/** Paths remembered per site. Only paths that lead to a file are, so this fills with what exists and not with what is asked. */
const rememberedPaths = 4096;

/** A server of static sites with one memory for all of them. */
export function createStaticServer(options: DeliveryOptions): StaticServer {
  const delivery = createDelivery(options);
  const remembered = new WeakMap<Site, Map<string, Answer>>();

  function serve(visit: Visit): void {
    const { request, site } = visit;
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const rawPath = mark === -1 ? url : url.slice(0, mark);
    if (request.method === "GET" || request.method === "HEAD") {
      const answer = remembered.get(site)?.get(rawPath);
      if (answer) return delivery.send(visit, answer);
    } else if (request.method !== "OPTIONS") {
      return sendPage(request, visit.response, notAllowed);
    }
    const path = decodePath(rawPath);
    if (path === null) return sendPage(request, visit.response, badPath);
    resolve(visit, { path, rawPath, query: mark === -1 ? "" : url.slice(mark + 1) });
  }

  function resolve(visit: Visit, { path, rawPath, query }: { path: string; rawPath: string; query: string }): void {
    const { route, site, request, response } = visit;
    const found = find(site, path);
    const rule = findRedirect(site.redirects, { path, query, exists: () => found.kind !== "missing" });
    if (rule) return obey(visit, path, rule);
    if (found.kind === "redirect") {
      const to = found.path.split("/").map(encodeURIComponent).join("/");
      return redirect(visit, 301, query === "" ? to : `${to}?${query}`);
    }
    if (request.method === "OPTIONS") {
      response.writeHead(204, ["Allow", "GET, HEAD, OPTIONS", ...route.headers]);
      response.end();
      return;
    }
    if (found.kind === "file") {
      const answer = answerFor(site, path, found.entry, 200);
      // With rules about the query, the same path may lead elsewhere the next time.
      if (!site.redirects.some((one) => one.query.length > 0)) remember(site, rawPath, answer);
      return delivery.send(visit, answer);
    }
    notFound(visit, path);
  }

  function obey(visit: Visit, path: string, { rule, to }: RedirectAnswer): void {
    const { status } = rule;
    if (status !== 200 && status !== 404 && status !== 410) return redirect(visit, status, to);
    const target = follow(visit.site, decodePath(to.split(/[?#]/, 1)[0]!) ?? "/");
    if (status === 410) return sendPage(visit.request, visit.response, gone);
    if (target.kind === "file") return delivery.send(visit, answerFor(visit.site, path, target.entry, status));
    notFound(visit, path);
  }

  function notFound(visit: Visit, path: string): void {
    const { route, site, request, response } = visit;
    const page = fallback(site, path, wantsPage(request));
    if (page) return delivery.send(visit, answerFor(site, path, page.entry, page.status));
    sendPage(request, response, { ...missing, headers: [...headersFor(site, path), ...route.headers] });
  }

  function remember(site: Site, rawPath: string, answer: Answer): void {
    let answers = remembered.get(site);
    if (!answers) remembered.set(site, (answers = new Map()));
    if (answers.size >= rememberedPaths) answers.clear();
    answers.set(rawPath, answer);
  }

  return { serve, memoryBytes: () => delivery.memoryBytes() };
}

const missing = { status: 404, code: "not_found", reason: "There is nothing at this address." };
const gone = { status: 410, code: "gone", reason: "This page is gone." };
const badPath = { status: 400, code: "bad_path", reason: "The address is not well formed." };
const notAllowed = {
  status: 405,
  code: "method",
  reason: "This site can only be read.",
  headers: ["Allow", "GET, HEAD, OPTIONS"],
};

/** What the target of a rewrite leads to; the slash it lacks or has too many is no reason to send the visitor elsewhere. */
function follow(site: Site, path: string): Found {
  const found = find(site, path);
  return found.kind === "redirect"
    ? find({ ...site, rules: { ...site.rules, trailingSlash: slashOf(found) } }, found.path)
    : found;
}

function slashOf(found: { path: string }): "always" | "never" {
  return found.path.endsWith("/") ? "always" : "never";
}

/** The path percent-decoded, or null when it is not valid UTF-8, not well formed, or holds what no file name has. */
function decodePath(raw: string): string | null {
  let path = raw;
  if (raw.includes("%")) {
    try {
      path = decodeURIComponent(raw);
    } catch {
      return null;
    }
  }
  if (!path.startsWith("/")) return null;
  return path.includes("\\") || hasControls(path) ? null : path;
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

function redirect({ route, response }: Visit, status: number, to: string): void {
  // Characters a header cannot carry may come from the rules file, or from a visitor's query.
  const location = to.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  response.writeHead(status, [
    "Location",
    location,
    "Content-Length",
    "0",
    "Cache-Control",
    "no-cache",
    ...route.headers,
  ]);
  response.end();
}

/** Whether a page makes sense as the answer: asked for by a person going there, not by a script or for a picture. */
function wantsPage(request: IncomingMessage): boolean {
  const destination = request.headers["sec-fetch-dest"];
  if (typeof destination === "string" && !/^(document|iframe|frame|embed|object)$/.test(destination)) return false;
  const { accept } = request.headers;
  return accept === undefined || accept.includes("text/html") || accept.includes("*/*");
}
