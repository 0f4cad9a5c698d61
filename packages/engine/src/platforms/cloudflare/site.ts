/** A release's one service, taken apart: files to serve, rules in text, and the server if there is one. */
import { hash } from "node:crypto";
import createIgnore from "ignore";
import type { StaticRules } from "../../artifact.ts";
import type { Release, ReleaseService } from "../../platform.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import { withoutLinks } from "../../snapshot/links.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";
import { noServer, type Server, serverIn } from "./server-output.ts";

export interface Site {
  service: ReleaseService;
  server: Server | null;
  /** Files to serve, below `root` (empty, or ending in `/`). */
  files: SnapshotFile[];
  root: string;
  /** Texts of `_headers`, `_redirects` and `_routes.json`, where they are there. */
  headers: string | undefined;
  redirects: string | undefined;
  routes: string | undefined;
  rules: StaticRules | undefined;
  /** Reads the files, also those that were added here. */
  bytes: Bytes;
  /** Code of Pages Functions, which only wrangler compiles. */
  hasFunctions: boolean;
}

/** Take it apart. Throws INVALID_CONFIG (a server for another platform), OUTPUT_MISSING (none at all). */
export function siteOf(release: Release, { bytes, product }: { bytes: Bytes; product: "pages" | "workers" }): Site {
  const service = release.services[0]!; // `oneService`: the planner refuses more.
  const all = withoutLinks(service.artifact.files);
  const server = serverIn(all, bytes);
  if (!server && (service.plan.kind !== "static" || service.artifact.kind === "prebuilt"))
    throw noServer(service.plan.framework);
  const root = server ? (server.assets ?? "") : "";
  const code = new Set(server?.modules.map(({ file }) => file.path));
  const isServed = (path: string): boolean => server?.assets !== null && path.startsWith(root) && !code.has(path);
  const below = all.filter(({ path }) => isServed(path));
  const text = (name: string): string | undefined => {
    const file = below.find(({ path }) => path === root + name);
    return file && bytes.whole(file).toString("utf8");
  };
  const isKept = product === "pages" ? keptByPages : keptByWorkers(text(".assetsignore"), server !== null);
  return {
    service,
    server,
    files: below.filter(({ path }) => isKept(path.slice(root.length))),
    root,
    headers: text("_headers"),
    redirects: text("_redirects"),
    routes: text("_routes.json"),
    rules: service.artifact.static,
    bytes,
    hasFunctions: below.some(({ path }) => path.startsWith(`${root}functions/`)),
  };
}

const notFoundPage = Buffer.from(
  "<!doctype html>\n<title>Not found</title>\n<p>There is nothing at this address.</p>\n",
);

/**
 * Without a 404.html Pages answers every unknown path with the front page. Where the plan says otherwise, the site gets one; a folder that is
 * taken as it is stays as it is.
 */
export function withNotFoundPage(site: Site, { isBuilt }: { isBuilt: boolean }): Site {
  const path = `${site.root}404.html`;
  if (!isBuilt || site.server || site.rules?.spaFallback || site.files.some((file) => file.path === path)) return site;
  const added = { path, mode: 0o644, sizeBytes: notFoundPage.length, sha256: hash("sha256", notFoundPage) };
  const { bytes } = site;
  return {
    ...site,
    files: [...site.files, added],
    bytes: {
      ...bytes,
      whole: (file, scratch) => (file.sha256 === added.sha256 ? notFoundPage : bytes.whole(file, scratch)),
    },
  };
}

/** Variables for run time that nothing will read, because the site is files alone. */
export function unreadVariables({ server, service: { plan, variables } }: Site): string[] {
  if (server) return [];
  return plan.variables.filter(({ key, class: when }) => when === "run" && key in variables).map(({ key }) => key);
}

/** The release as one of servers: a folder with a server in it was taken for files until it was looked into. */
export function asServer(release: Release): Release {
  const services = release.services.map((one) => ({
    ...one,
    artifact: { ...one.artifact, kind: "prebuilt" as const },
  }));
  return { ...release, services };
}

/** What wrangler leaves out of a Pages project. Source: workers-sdk, pages/validate.ts, read 2026-08-22. */
function keptByPages(path: string): boolean {
  const parts = path.split("/");
  const isRule = ["_headers", "_redirects", "_routes.json"].includes(path);
  const isTool = parts.some((part) => part === "node_modules" || part === ".git") || parts[0] === ".wrangler";
  return !isRule && !isTool && !["functions", "_worker.js"].includes(parts[0]!) && parts.at(-1) !== ".DS_Store";
}

/** What wrangler leaves out of a Worker's assets, besides what `.assetsignore` says. */
function keptByWorkers(ignored: string | undefined, hasServer: boolean): (path: string) => boolean {
  const rules = createIgnore().add(["/.assetsignore", "/_headers", "/_redirects", "/.wrangler"]);
  if (hasServer) rules.add(["/_worker.js", "/_routes.json"]);
  if (ignored !== undefined) rules.add(ignored);
  return (path) => !rules.ignores(path);
}
