/** What a page asks of who opens it, as a table: for the navigation, which leaves out what is closed, and for the page that says why it is. */
import { useMatches } from "@tanstack/react-router";
import { type Me, useMay } from "../session.ts";
import type { Role } from "../parts/roles.ts";
import { usePlace } from "./place.ts";

export interface Need {
  permission: Me["permissions"][number];
  /** The weakest that has it. */
  role: Role;
}

const needs: Readonly<Record<string, Need>> = {
  "/new": { permission: "create:deployment", role: "developer" },
  "/connections": { permission: "read:connection", role: "viewer" },
  "/servers": { permission: "read:deployment", role: "viewer" },
  "/activity": { permission: "read:audit", role: "admin" },
};
const ofProjects: Need = { permission: "read:project", role: "viewer" };

/** By the path of its route; null for a page that anyone who is signed in may see. */
function needOf(path: string): Need | null {
  return path.startsWith("/p/") ? ofProjects : (needs[path] ?? null);
}

/** Whether a page that is of no project is open to the person. */
export function useIsOpen(): (path: string) => boolean {
  const may = useMay(null);
  return (path) => {
    const need = needOf(path);
    return need === null || may(need.permission);
  };
}

/** The project whose page this is; null on the others, and when it is closed to the person. */
export function useOpenProject(): string | null {
  const { project } = usePlace();
  return useMay()(ofProjects.permission) ? project : null;
}

export interface Closed {
  path: string;
  /** Which it is about: a role in it would do. */
  project: string | null;
  need: Need;
}

/** The page that is open now, when it is closed to the person. */
export function useClosed(): Closed | null {
  const { path, project } = useMatches({
    select(matches) {
      const { fullPath, params, search } = matches.at(-1)! as { fullPath: string; params: object; search: object };
      // A new version of a project that is there: its page is the one for new ones.
      const of = { ...(fullPath === "/new" ? search : {}), ...params } as { project?: unknown };
      return { path: fullPath, project: typeof of.project === "string" ? of.project : null };
    },
  });
  const may = useMay(project);
  const need = needOf(path);
  return need === null || may(need.permission) ? null : { path, project, need };
}
