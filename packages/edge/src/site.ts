/** A static release made ready to be served: what every path of it leads to, decided by looking names up, never by touching the disk. */
import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import type { Artifact, StaticRules } from "@landfall/engine/artifact";
import { cacheControl, contentType, isAssetPath, isCompressible } from "./media.ts";
import { type HeaderRule, parseHeaders } from "./rules/headers.ts";
import { matches, type Pattern } from "./rules/pattern.ts";
import { parseRedirects, type RedirectRule, type RuleWarning } from "./rules/redirects.ts";
import { readVercelRules } from "./rules/vercel.ts";

export type Encoding = "br" | "zstd" | "gzip";

export interface SiteFile {
  /** Lower-case hex; names the blob. */
  sha256: string;
  sizeBytes: number;
}

/** A file with all that its answers need. */
export interface Entry extends SiteFile {
  /** Without leading slash. */
  path: string;
  type: string;
  compressible: boolean;
  cacheControl: string;
  /** The same content, compressed by the build (`app.js.br`). */
  siblings: Partial<Record<Encoding, SiteFile>>;
}

export interface SiteOptions {
  /** By path without leading slash. */
  files: ReadonlyMap<string, SiteFile>;
  rules: StaticRules;
  headers?: HeaderRule[];
  redirects?: RedirectRule[];
  /** Last-Modified of every file, in milliseconds: the content store knows no times, the release does. */
  releasedAt: number;
}

export interface Site {
  entries: ReadonlyMap<string, Entry>;
  rules: StaticRules;
  headers: readonly { pattern: Pattern; headers: readonly [name: string, value: string][] }[];
  redirects: readonly RedirectRule[];
  /** HTTP date. */
  lastModified: string;
}

/** What a path leads to. `path` of a redirect is decoded and starts with one slash. */
export type Found = { kind: "file"; entry: Entry } | { kind: "redirect"; path: string } | { kind: "missing" };

const suffixes = { br: ".br", zstd: ".zst", gzip: ".gz" } as const;

/** Make a site ready. Files that are instructions to us (`_headers`, `_redirects`) or hidden are not part of it. */
export function createSite(options: SiteOptions): Site {
  const entries = new Map<string, Entry>();
  for (const [path, { sha256, sizeBytes }] of options.files) {
    if (!isServed(path)) continue;
    const type = contentType(path);
    const siblings: Entry["siblings"] = {};
    const compressible = isCompressible(type);
    if (compressible) {
      for (const encoding of ["br", "zstd", "gzip"] as const) {
        const sibling = options.files.get(path + suffixes[encoding]);
        if (sibling) siblings[encoding] = { sha256: sibling.sha256, sizeBytes: sibling.sizeBytes };
      }
    }
    const cache = cacheControl(path, type);
    entries.set(path, { path, sha256, sizeBytes, type, compressible, cacheControl: cache, siblings });
  }
  return {
    entries,
    rules: options.rules,
    headers: options.headers ?? [],
    redirects: options.redirects ?? [],
    lastModified: new Date(options.releasedAt).toUTCString(),
  };
}

/**
 * The site of an artifact, with the rules its own files give (`_headers`, `_redirects`, `vercel.json`), read from the store.
 * Rules that cannot be followed are left out and named in `warnings`. Safe to repeat.
 */
export async function siteOf(
  artifact: Artifact,
  options: { blobPath: (sha256: string) => string | Promise<string>; releasedAt: number },
): Promise<{ site: Site; warnings: RuleWarning[] }> {
  const files = resolveLinks(artifact);
  const read = async (path: string): Promise<string> => {
    const file = files.get(path);
    return file ? readFile(await options.blobPath(file.sha256), "utf8") : "";
  };
  const [headersText, redirectsText, vercelText] = await Promise.all(
    ["_headers", "_redirects", "vercel.json"].map(read) as [Promise<string>, Promise<string>, Promise<string>],
  );
  const headers = parseHeaders(headersText);
  const redirects = parseRedirects(redirectsText);
  const vercel = readVercelRules(vercelText);
  const site = createSite({
    files,
    rules: artifact.static ?? { spaFallback: false, cleanUrls: true },
    headers: [...vercel.headers, ...headers.rules],
    redirects: [...redirects.rules, ...vercel.redirects],
    releasedAt: options.releasedAt,
  });
  return { site, warnings: [...headers.warnings, ...redirects.warnings, ...vercel.warnings] };
}

/** Files of the artifact by path, where links to files and folders inside it stand for what they point at. */
function resolveLinks(artifact: Artifact): Map<string, SiteFile> {
  const files = new Map<string, SiteFile>();
  const links = artifact.files.filter((file) => file.link !== undefined);
  for (const file of artifact.files) if (file.link === undefined) files.set(file.path, file);
  // A link may lead to a link; a few rounds settle every chain a build makes, and a circle settles nothing.
  for (let round = 0; round < 8; round++) {
    const before = files.size;
    for (const { path, link = "" } of links) {
      const target = posix.normalize(posix.join(posix.dirname(path), link));
      const file = files.get(target);
      if (file) files.set(path, file);
      else
        for (const inner of Array.from(files.keys())) {
          if (inner.startsWith(`${target}/`)) files.set(path + inner.slice(target.length), files.get(inner)!);
        }
    }
    if (files.size === before) break;
  }
  return files;
}

function isServed(path: string): boolean {
  if (path === "_headers" || path === "_redirects") return false;
  if (!path.startsWith(".") && !path.includes("/.")) return true;
  const segments = path.split("/");
  if (segments[0] === ".well-known") segments.shift();
  return !segments.some((segment) => segment.startsWith("."));
}

/** What a decoded path (with its leading slash) leads to by the site's rules about addresses; fallbacks are not looked at. */
export function find(site: Site, path: string): Found {
  const { entries, rules } = site;
  const at = (name: string): Found | undefined => {
    const entry = entries.get(name);
    return entry && { kind: "file", entry };
  };
  const name = path.slice(1);
  if (!name.endsWith("/") && name !== "") {
    const exact = at(name);
    if (exact) return exact;
    const page = rules.cleanUrls ? at(`${name}.html`) : undefined;
    const index = at(`${name}/index.html`);
    if (!page && !index) return { kind: "missing" };
    // Without a slash, relative addresses inside name/index.html would lead to the wrong place, unless the site wants none.
    const slash = rules.trailingSlash === "always" || (!page && rules.trailingSlash !== "never");
    return slash ? { kind: "redirect", path: `${path}/` } : (page ?? index ?? { kind: "missing" });
  }
  const index = at(`${name}index.html`);
  if (name === "") return index ?? { kind: "missing" };
  const bare = name.slice(0, -1);
  const page = rules.cleanUrls ? at(`${bare}.html`) : undefined;
  if (!index && !page) return { kind: "missing" };
  if (rules.trailingSlash === "never" || (!index && rules.trailingSlash !== "always"))
    return { kind: "redirect", path: path.slice(0, -1) };
  return index ?? page ?? { kind: "missing" };
}

/** The page for a path that is not there: a single-page application's own with 200, or the nearest 404.html. */
export function fallback(
  site: Site,
  path: string,
  wantsPage: boolean,
): { entry: Entry; status: 200 | 404 } | undefined {
  if (!wantsPage) return undefined;
  if (!isAssetPath(path)) {
    const app = site.entries.get("200.html") ?? (site.rules.spaFallback ? site.entries.get("index.html") : undefined);
    if (app) return { entry: app, status: 200 };
  }
  for (let folder = path; folder !== ""; ) {
    folder = folder.slice(0, folder.lastIndexOf("/"));
    const entry = site.entries.get(`${folder}/404.html`.slice(1));
    if (entry) return { entry, status: 404 };
  }
  return undefined;
}

/** Headers the site's own rules add to the answer for a decoded path, flat; a later rule wins over an earlier one. */
export function headersFor(site: Site, path: string): string[] {
  const found = new Map<string, [string, string]>();
  for (const rule of site.headers) {
    if (!matches(rule.pattern, path)) continue;
    for (const [name, value] of rule.headers) found.set(name.toLowerCase(), [name, value]);
  }
  return [...found.values()].flat();
}
