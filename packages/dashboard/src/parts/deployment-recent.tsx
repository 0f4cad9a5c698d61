/** The newest deployments of a project, as more than one page asks for them. */
import type { LandfallClient } from "@landfall/react";
import { type Answer, useAsk } from "../ask.ts";

/** A deployment as lists have it. */
export type Listed = Awaited<ReturnType<LandfallClient["deployments"]["list"]>>["deployments"][number];

/** Fewer say nothing about what is usual. */
export const fewestInTrend = 3;

/** Looked through for what can be promoted, gone back to, or filtered by. */
const recent = 30;

export function useRecent(project: string): Answer<{ deployments: Listed[] }> {
  return useAsk(["recent", project], (client, signal) =>
    client.deployments.list({ project, limit: recent }, { signal }),
  );
}
