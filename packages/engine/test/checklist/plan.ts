/** Small plans and findings for tests of the checklist. */
import type { Seen, SiteFindings } from "../../src/checklist/findings.ts";
import type { DeployPlan, PlannedVariable, ServicePlan } from "../../src/plan/plan.ts";

export function service(changes: Partial<ServicePlan> = {}): ServicePlan {
  return {
    name: "web",
    path: ".",
    kind: "static",
    runtime: "node",
    route: [],
    accepts: "files",
    variables: [],
    hosts: ["shop.localhost"],
    check: { path: "/", timeoutMs: 60_000 },
    dependsOn: [],
    operations: [],
    ...changes,
  };
}

export function plan(services: ServicePlan[], changes: Partial<DeployPlan> = {}): DeployPlan {
  return {
    version: 1,
    project: "shop",
    environment: "production",
    platform: "local",
    source: { kind: "folder", description: "shop", snapshot: "0".repeat(64), files: 1, sizeBytes: 1 },
    services,
    notes: [],
    evidence: [],
    ...changes,
  };
}

export function variable(
  key: string,
  from: PlannedVariable["from"],
  changes: Partial<PlannedVariable> = {},
): PlannedVariable {
  return { key, required: true, sensitive: true, public: false, class: "run", foundIn: [], from, ...changes };
}

export function seen(path: string, status: number, body = "", contentType = "text/html"): Seen {
  return { path, status, contentType, body };
}

export const page =
  '<!doctype html><title>Shop of lamps</title><meta name="description" content="Lamps made by hand."><h1>Lamps</h1>';

/** A site with nothing to complain of. */
export function findings(changes: Partial<SiteFindings> = {}): SiteFindings {
  return {
    url: "http://shop.localhost:4800",
    home: seen("/", 200, page),
    icon: seen("/icon.svg", 200, "<svg/>", "image/svg+xml"),
    robots: seen("/robots.txt", 200, "User-agent: *\nAllow: /\nSitemap: /map.xml\n", "text/plain"),
    sitemap: seen("/sitemap.xml", 404),
    missing: seen("/nobody", 404, "<h1>Not here</h1>"),
    secretsSeen: [],
    ...changes,
  };
}
