/**
 * How deployed files are served: clean addresses, `_redirects`, `_headers`, pages for what is not there.
 * Source: workers-sdk, packages/workers-shared/asset-worker and packages/pages-shared, read 2026-08-22.
 */
import { createHash } from "node:crypto";
import type { Answer, SimulatedRequest } from "../definition.ts";
import { headersFor, redirectFor } from "./rules.ts";
import type { Asset, HtmlHandling, NotFoundHandling } from "./state.ts";

/** What is served under one address. */
export interface Site {
  /** Path to asset key. */
  manifest: ReadonlyMap<string, string>;
  assets: ReadonlyMap<string, Asset>;
  htmlHandling: HtmlHandling;
  /** `pages`: a 404.html of the folder or one above, and the front page when there is none at all. */
  notFoundHandling: NotFoundHandling | "pages";
  /** Status of a redirect to the clean address: Pages 308, Workers 307. */
  cleanStatus: 307 | 308;
  /** Texts of `_headers` and `_redirects`. */
  headers: string;
  redirects: string;
  /** Previews tell search engines to stay away. */
  isPreview: boolean;
  /** Answers what no file takes: the code of a Worker, which the simulator does not run. */
  code: ((request: SimulatedRequest) => Answer) | null;
}

export function serve(site: Site, request: SimulatedRequest): Answer {
  const { headers, query } = request;
  const path = decoded(request.path);
  const address = `https://${headers["host"] ?? ""}${path}`;
  const redirect = redirectFor(site.redirects, { path, address });
  const search = query.size > 0 ? `?${query.toString()}` : "";
  if (redirect && redirect.status !== 200)
    return { status: redirect.status, headers: { location: withSearch(redirect.to, search) }, body: "" };
  let found = fileAt(site, redirect?.to ?? path);
  // A rewrite shows what is at the other address, also where a visitor would be sent on.
  if (redirect && found?.redirectTo !== undefined) found = fileAt(site, found.redirectTo);
  if (found?.redirectTo !== undefined)
    return {
      status: site.cleanStatus,
      headers: { location: withSearch(encodeURI(found.redirectTo), search) },
      body: "",
    };
  if (found) return fileAnswer(site, request, { file: found.file, status: 200, path, address });
  if (site.code) return site.code(request);
  const missing = notFound(site, path);
  return missing
    ? fileAnswer(site, request, { ...missing, path, address })
    : { status: 404, headers: { "content-type": "text/plain;charset=UTF-8" }, body: "Not found" };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A lone % is part of a name.
  }
}

const withSearch = (location: string, search: string) => (location.includes("?") ? location : location + search);

/** The clean address of an HTML file. */
function cleanPath(file: string, handling: HtmlHandling): string {
  const isIndex = file.endsWith("/index.html");
  const stem = file.slice(0, isIndex ? -"/index.html".length : -".html".length);
  const slash = handling === "force-trailing-slash" || (handling === "auto-trailing-slash" && isIndex) || stem === "";
  return slash ? `${stem}/` : stem;
}

/** The file at a path, or the clean address it is at; null when there is none. */
function fileAt(
  { manifest, htmlHandling }: Site,
  path: string,
): { file: string; redirectTo?: undefined } | { redirectTo: string } | null {
  if (htmlHandling === "none" || (manifest.has(path) && !path.endsWith(".html")))
    return manifest.has(path) ? { file: path } : null;
  const stem = path.replace(/(?:\/index\.html|\/index|\.html|\/)$/, "");
  const candidates = [path, `${stem}/index.html`, `${stem}.html`].filter(
    (file) => file.endsWith(".html") && manifest.has(file),
  );
  const file = candidates.find((each) => cleanPath(each, htmlHandling) === path);
  if (file !== undefined) return { file };
  return candidates[0] === undefined ? null : { redirectTo: cleanPath(candidates[0], htmlHandling) };
}

function notFound({ manifest, notFoundHandling }: Site, path: string): { file: string; status: number } | null {
  const frontPage = manifest.has("/index.html") ? { file: "/index.html", status: 200 } : null;
  if (notFoundHandling === "none") return null;
  if (notFoundHandling === "single-page-application") return frontPage;
  for (let folder = path; folder !== ""; ) {
    folder = folder.slice(0, folder.lastIndexOf("/"));
    if (manifest.has(`${folder}/404.html`)) return { file: `${folder}/404.html`, status: 404 };
  }
  return notFoundHandling === "pages" ? frontPage : null;
}

function fileAnswer(
  { manifest, assets, headers, isPreview, cleanStatus }: Site,
  request: SimulatedRequest,
  { file, status, path, address }: { file: string; status: number; path: string; address: string },
): Answer {
  const key = manifest.get(file)!;
  const { bytes, contentType } = assets.get(key)!;
  const etag = `"${createHash("sha256").update(key).digest("hex").slice(0, 32)}"`;
  const plain: Record<string, string> = {
    ...(contentType === null ? {} : { "content-type": contentType }),
    "cache-control": "public, max-age=0, must-revalidate",
    etag,
    ...(cleanStatus === 308
      ? {
          "access-control-allow-origin": "*",
          "x-content-type-options": "nosniff",
          "referrer-policy": "strict-origin-when-cross-origin",
        }
      : {}),
    ...(isPreview ? { "x-robots-tag": "noindex" } : {}),
  };
  const all = headersFor(headers, { path, address }, plain);
  if (status === 200 && request.headers["if-none-match"]?.includes(etag))
    return { status: 304, headers: all, body: "" };
  return { status, headers: all, body: bytes };
}
