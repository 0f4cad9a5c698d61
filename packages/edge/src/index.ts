/** The edge's public surface, written by hand. */
export { createRouter } from "./router.ts";
export type { Route, Router, Target, Upstream } from "./router.ts";
export { createEdge } from "./server.ts";
export type { Edge, EdgeOptions, RequestRecord } from "./server.ts";
export { createSite, siteOf } from "./site.ts";
export type { Site, SiteFile, SiteOptions } from "./site.ts";
export type { RuleWarning } from "./rules/redirects.ts";
export { createSupervisor } from "./supervisor.ts";
export type { Program, ProgramStatus, Supervisor, SupervisorOptions } from "./supervisor.ts";
export { runEdge } from "./daemon.ts";
export type { EdgeProcessOptions } from "./daemon.ts";
