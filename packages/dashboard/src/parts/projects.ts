/** The organisation's projects, asked for once for all that show them. */
import type { Project } from "@landfall/react";
import { type Answer, useAsk } from "../ask.ts";

export function useProjects(): Answer<Project[]> {
  return useAsk(["projects"], async (client, signal) => (await client.projects.list({}, { signal })).projects);
}
