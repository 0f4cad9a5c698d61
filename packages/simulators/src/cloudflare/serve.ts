/**
 * How deployed files are served: clean addresses, `_redirects`, `_headers`, pages for what is not there.
 * Source: workers-sdk at f8308360, packages/workers-shared/asset-worker/src/handler.ts and packages/pages-shared/asset-server/handler.ts.
 * Left out: ranges, caches, early hints, and Pages' redirects from `…/index` where no file is.
 */
import type { Answer, SimulatedRequest } from "../definition.ts";
import { headersFor, redirectFor, type Visited } from "./rules.ts";
import type { Asset, HtmlHandling, NotFoundHandling } from "./state.ts";

/** What is served under one address. */
export interface Site {
  product: "pages" | "workers";
  /** Path to asset key. */
  manifest: ReadonlyMap<string, string>;
  assets: ReadonlyMap<string, Asset>;
  htmlHandling: HtmlHandling;
  notFoundHandling: NotFoundHandling;
  /** Texts of `_headers` and `_redirects`. */
  headers: string;
  redirects: string;
  /** Previews tell search engines to stay away. */
  isPreview: boolean;
  /** Answers what no file takes: the code of a Worker, which the simulator does not run. */
  code: ((request: SimulatedRequest) => Answer) | null;
}

/** Answer a request, with the headers that its rules give to every answer. */
export function serve(site: Site, request: SimulatedRequest): Answer {
  const visited: Visited = { path: request.path, host: hostOf(request) };
  const answer = answerOf(site, request, visited);
  const security =
    site.product === "pages"
      ? { "access-control-allow-origin": "*", "referrer-policy": "strict-origin-when-cross-origin" }
      : {};
  const headers = headersFor(site.headers, visited, { ...answer.headers, ...security });
  // Whatever the rules say: nobody shall keep for long that there is nothing.
  if (site.product === "pages" && answer.status === 404) headers["cache-control"] = "no-store";
  return { ...answer, headers };
}

/** The host name a request is for, without the port. */
export function hostOf(request: SimulatedRequest): string {
  return (request.headers["host"] ?? "").toLowerCase().replace(/:\d+$/, "");
}

const empty = (status: number, headers: Record<string, string> = {}): Answer => ({ status, headers, body: "" });

function answerOf(site: Site, request: SimulatedRequest, visited: Visited): Answer {
  const search = request.query.size > 0 ? `?${request.query.toString()}` : "";
  const rule = redirectFor(site.redirects, visited);
  if (rule && rule.status !== 200)
    return empty(rule.status, { location: locationOf(rule.to, `https://${visited.host}`, search) });
  const path = decoded(rule?.to.replace(/[?#].*$/, "") ?? request.path);
  const isReading = request.method === "GET" || request.method === "HEAD";
  const found = fileAt(site, path);
  if (!found && site.code) return site.code(request);
  if (!isReading && (found || site.product === "pages")) return empty(405);
  // Pages tells browsers to remember the clean address, Workers does not.
  if (found?.redirectTo !== undefined)
    return empty(site.product === "pages" ? 308 : 307, { location: encodeURI(found.redirectTo) + search });
  const shown = found ? { file: found.file, status: 200 } : notFound(site, path);
  return shown ? fileAnswer(site, request, shown) : empty(404);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A lone % is part of a name.
  }
}

/** Where a rule leads: a query of its own, or that of the request. */
function locationOf(to: string, origin: string, search: string): string {
  if (!URL.canParse(to, origin)) return to;
  const target = new URL(to, origin);
  if (target.search === "") target.search = search;
  return target.origin === origin ? target.pathname + target.search + target.hash : target.href;
}

/** The clean address of an HTML file. */
function cleanPath(file: string, handling: HtmlHandling): string {
  const isIndex = file.endsWith("/index.html");
  const stem = file.slice(0, isIndex ? -"/index.html".length : -".html".length);
  const slash = handling === "force-trailing-slash" || (handling === "auto-trailing-slash" && isIndex) || stem === "";
  return slash ? `${stem}/` : stem;
}

type Found = { file: string; redirectTo?: undefined } | { redirectTo: string };

/** The file at a path, or the clean address it is at; null when there is none. */
function fileAt({ manifest, htmlHandling: handling }: Site, path: string): Found | null {
  const isFile = manifest.has(path);
  if (handling === "none" || (isFile && !path.endsWith(".html"))) return isFile ? { file: path } : null;

  function pagesFor(address: string): string[] {
    const stem = address.replace(/(?:\/index\.html|\/index|\.html|\/)$/, "");
    const [first, second] = [`${stem}/index.html`, `${stem}.html`];
    const ordered = handling === "drop-trailing-slash" && stem !== "" ? [second, first] : [first, second];
    return ordered.filter((file) => manifest.has(file));
  }
  /** The file that answers at an address without any redirect. */
  const servedAt = (address: string) =>
    manifest.has(address) ? address : pagesFor(address).find((file) => cleanPath(file, handling) === address);

  const file = isFile ? undefined : servedAt(path);
  if (file !== undefined) return { file };
  // Only to where the same file is: of two that share a clean address, one stays at its own.
  const moved = (isFile ? [path] : pagesFor(path)).find((each) => servedAt(cleanPath(each, handling)) === each);
  if (moved !== undefined) return { redirectTo: cleanPath(moved, handling) };
  return isFile ? { file: path } : null;
}

function notFound(
  { product, manifest, notFoundHandling }: Site,
  path: string,
): { file: string; status: number } | null {
  const frontPage = manifest.has("/index.html") ? { file: "/index.html", status: 200 } : null;
  if (product === "workers" && notFoundHandling !== "404-page")
    return notFoundHandling === "single-page-application" ? frontPage : null;
  for (let folder = path; folder !== ""; ) {
    folder = folder.slice(0, folder.lastIndexOf("/"));
    if (manifest.has(`${folder}/404.html`)) return { file: `${folder}/404.html`, status: 404 };
  }
  // A Pages site without a page for it is taken for an application of one page.
  return product === "pages" ? frontPage : null;
}

function fileAnswer(
  { product, manifest, assets, isPreview }: Site,
  request: SimulatedRequest,
  { file, status }: { file: string; status: number },
): Answer {
  const key = manifest.get(file)!;
  const { bytes, contentType } = assets.get(key)!;
  const etag = `"${key}"`;
  const headers: Record<string, string> = {
    ...(contentType === null ? {} : { "content-type": contentType }),
    ...(contentType !== null && product === "pages" ? { "x-content-type-options": "nosniff" } : {}),
    "cache-control": "public, max-age=0, must-revalidate",
    etag,
    ...(isPreview ? { "x-robots-tag": "noindex" } : {}),
  };
  const has = request.headers["if-none-match"];
  return has === etag || has === `W/${etag}` ? empty(304, headers) : { status, headers, body: bytes };
}
