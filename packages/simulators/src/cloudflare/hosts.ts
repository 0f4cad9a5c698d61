/** Which site answers under a host name. */
import type { Answer, SimulatedRequest } from "../definition.ts";
import { deploymentAt, settleAll } from "./pages.ts";
import { liveVersion } from "./versions.ts";
import { hostOf, serve, type Site } from "./serve.ts";
import type { Account, CloudflareState, PagesDeployment, Script, Version } from "./state.ts";

/** Whether a request is for the simulator itself, that is for the API and the dashboard, and not for a site. */
export function isOwnHost(request: SimulatedRequest): boolean {
  return /^(?:127\.0\.0\.1|localhost|(?:api|dash)\.cloudflare\.com)(?::\d+)?$/.test(
    request.headers["host"] ?? "localhost",
  );
}

/** Answer for the site that the host name is of. */
export function serveHost(state: CloudflareState, request: SimulatedRequest): Answer {
  const host = hostOf(request);
  for (const account of state.accounts.values())
    for (const project of account.projects.values()) settleAll(state, project, request.now);
  const site = pagesSite(state, host) ?? workersSite(state, host, request.path);
  if (site) return serve(site, request);
  return isUnclaimed(state, host) ? page(522, "error code: 522") : page(404, "Nothing is here yet");
}

const page = (status: number, body: string): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=UTF-8" },
  body,
});

function pagesSite(state: CloudflareState, host: string): Site | null {
  const [first = "", second = ""] = host.split(".");
  for (const account of state.accounts.values())
    for (const project of account.projects.values()) {
      const isWhole = project.label === first || project.domains.get(host)?.status === "active";
      if (!isWhole && project.label !== second) continue;
      const deployment = isWhole
        ? project.deployments.find(({ id }) => id === project.canonical)
        : deploymentAt(project, first);
      // A Worker of the same name has the account's subdomain behind it.
      if (deployment && !(isWhole && second === account.workersSubdomain))
        return { ...pagesFiles(account, deployment), isPreview: !isWhole };
    }
  return null;
}

const pagesFiles = (account: Account, { manifest, headers, redirects }: PagesDeployment): Omit<Site, "isPreview"> => ({
  product: "pages",
  manifest,
  assets: account.pagesAssets,
  htmlHandling: "auto-trailing-slash",
  notFoundHandling: "404-page",
  headers,
  redirects,
  code: null,
});

function workersSite(state: CloudflareState, host: string, path: string): Site | null {
  const [first = ""] = host.split(".");
  for (const account of state.accounts.values()) {
    const domain = account.workerDomains.values().find(({ hostname }) => hostname === host);
    const name = domain?.service ?? routed(state, account, host + path);
    if (name !== null) return versionSite(account, account.scripts.get(name));
    const script = account.scripts.get(first);
    if (script) return script.subdomain.enabled ? versionSite(account, script) : null;
    for (const each of account.scripts.values()) {
      const version = each.subdomain.previews_enabled ? previewed(each, first) : null;
      if (version) return versionSite(account, each, version);
    }
  }
  return null;
}

/** The Worker whose route takes an address; the longest pattern wins. */
function routed(state: CloudflareState, account: Account, address: string): string | null {
  const zones = [...state.zones.values()].filter((zone) => zone.account === account.id);
  const taking = zones
    .flatMap(({ routes }) => [...routes.values()])
    .filter(({ pattern }) => {
      const parts = pattern.replace(/^https?:\/\//, "").split("*");
      const source = parts.map((part) => part.replace(/[^\w/]/g, "\\$&")).join(".*");
      return new RegExp(`^${source}$`).test(address);
    });
  return taking.sort((one, other) => other.pattern.length - one.pattern.length)[0]?.script ?? null;
}

/** The version at `<prefix or alias>-<script>`. */
function previewed(script: Script, label: string): Version | null {
  if (!label.endsWith(`-${script.name}`)) return null;
  const mark = label.slice(0, -script.name.length - 1);
  const newest = script.versions.toReversed();
  return (
    newest.find(({ id }) => mark.length === 8 && id.startsWith(mark)) ??
    newest.find(({ annotations }) => annotations["workers/alias"] === mark) ??
    null
  );
}

function versionSite(account: Account, script: Script | undefined, preview?: Version): Site | null {
  const version = preview ?? (script ? liveVersion(script) : null);
  if (!script || !version) return null;
  const { manifest = new Map<string, string>(), config = {} } = version.assets ?? {};
  return {
    product: "workers",
    manifest,
    assets: account.workersAssets,
    htmlHandling: config.html_handling ?? "auto-trailing-slash",
    notFoundHandling: config.not_found_handling ?? "none",
    headers: config._headers ?? "",
    redirects: config._redirects ?? "",
    isPreview: false,
    code: version.mainModule === null ? null : () => page(200, `Worker ${script.name}, version ${version.id}`),
  };
}

/** A CNAME that points to a project which was never told of the host name. */
function isUnclaimed(state: CloudflareState, host: string): boolean {
  const known = [...state.zones.values()].flatMap(({ records }) => [...records.values()]);
  return state.externalDns.has(host) || known.some(({ name, type }) => name === host && type === "CNAME");
}
