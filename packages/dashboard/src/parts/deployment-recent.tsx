/** The newest deployments of a project, as more than one page asks for them. */
import type { Deployment } from "@landfall/react";
import { type Answer, useAsk } from "../ask.ts";

/** Looked through for what can be promoted, gone back to, or filtered by. */
const recent = 30;

export function useRecent(project: string): Answer<{ deployments: Deployment[] }> {
  return useAsk(["recent", project], (client, signal) =>
    client.deployments.list({ project, limit: recent }, { signal }),
  );
}
