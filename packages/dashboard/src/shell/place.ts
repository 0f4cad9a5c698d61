/** Which project and environment a person is looking at: both stand in the address. */
import { useLocation, useParams, useSearch } from "@tanstack/react-router";

export interface Place {
  project: string | null;
  /** Of `?environment=`; null when none was chosen, which pages take as production or as all. */
  environment: string | null;
}

export function usePlace(): Place {
  const { project } = useParams({ strict: false }) as { project?: string };
  const { environment, project: asked } = useSearch({ strict: false }) as { environment?: unknown; project?: unknown };
  // A new version of a project that is there is made at `/new?project=`.
  const isNew = useLocation().pathname === "/new";
  const redone = isNew && typeof asked === "string" ? asked : null;
  return { project: project ?? redone, environment: typeof environment === "string" ? environment : null };
}

/** The search part that keeps the chosen environment from page to page. */
export function searchOf({ environment }: Place): { environment?: string } {
  return environment === null ? {} : { environment };
}
