/** The deployment that had the traffic before one. */
import type { Deployment } from "@landfall/react";
import { type Answer, useAsk } from "../../ask.ts";

/** The one that succeeded last before this one, in the same place; null when it is the first. */
export function usePrevious({ id, project, environment, platform }: Deployment): Answer<Deployment | null> {
  return useAsk(["previous", id], async (client, signal) => {
    const { deployments } = await client.deployments.list(
      { project, environment, platform, state: "success", cursor: id, limit: 1 },
      { signal },
    );
    return deployments[0] ?? null;
  });
}
