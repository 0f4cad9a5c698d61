/** What an organisation sees of the edge that serves: whether one runs, on which machine, and its own services there. */
import type { EdgeReport } from "./platforms/local/edge-control.ts";

export interface EdgeStatus {
  running: boolean;
  /** Host name of the machine it runs on. */
  machine: string | null;
  pid: number | null;
  port: number | null;
  services: {
    project: string;
    environment: string;
    service: string;
    release: string;
    kind: string;
    url: string;
    state: string;
    restarts: number;
    port: number | null;
  }[];
}

/** Null for an edge that does not run. */
export function edgeStatus(report: EdgeReport | null, organization: string): EdgeStatus {
  return {
    running: report !== null,
    machine: report?.machine ?? null,
    pid: report?.pid ?? null,
    port: report?.port ?? null,
    services: (report?.services ?? [])
      .filter((service) => service.live && service.organization === organization)
      // One by one: what a program printed last, which the report holds too, may hold a secret.
      .map(({ project, environment, service, release, kind, url, portUrl, state, restarts, port }) => ({
        project,
        environment,
        service,
        release,
        kind,
        url: url ?? portUrl ?? "",
        state,
        restarts,
        port,
      })),
  };
}
