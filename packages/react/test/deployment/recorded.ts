/** Deployments as they were recorded: `landfall inspect --json` of three that the local platform made on 2026-11-28. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeployEvent, Deployment } from "../../src/types.ts";

export interface Recorded {
  deployment: Deployment;
  events: DeployEvent[];
}

/** A new program; a build that fails; the same program deployed once more. */
export function recorded(name: "server" | "broken" | "unchanged"): Recorded {
  return JSON.parse(readFileSync(join(import.meta.dirname, `fixtures/${name}.json`), "utf8")) as Recorded;
}

/** Events of one deployment, numbered, a second apart. */
export function told(...bodies: object[]): DeployEvent[] {
  return bodies.map(
    (body, index) =>
      ({
        deploymentId: "dep_01",
        seq: index + 1,
        at: new Date(Date.UTC(2026, 8, 14, 10, 0, index)).toISOString(),
        ...body,
      }) as DeployEvent,
  );
}
