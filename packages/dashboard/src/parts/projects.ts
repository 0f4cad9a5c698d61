/** The organisation's projects, asked for once for all that show them. */
import type { Project } from "@landfall/react";
import { type Answer, useAsk } from "../ask.ts";
import { useHeld } from "../session.ts";

/** Those open to the person; none to a guest who was added to none, whom the server would refuse the question. */
export function useProjects(): Answer<Project[]> {
  const isAnyOpen = useHeld().has("read:project");
  return useAsk(["projects", isAnyOpen], async (client, signal) =>
    isAnyOpen ? (await client.projects.list({}, { signal })).projects : [],
  );
}
