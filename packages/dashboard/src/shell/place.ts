/** Which project and environment a person is looking at: both stand in the address. */
import { useParams, useSearch } from "@tanstack/react-router";

export interface Place {
  project: string | null;
  /** Of `?environment=`; null when none was chosen, which pages take as production or as all. */
  environment: string | null;
}

export function usePlace(): Place {
  const { project } = useParams({ strict: false }) as { project?: string };
  const { environment } = useSearch({ strict: false }) as { environment?: unknown };
  return { project: project ?? null, environment: typeof environment === "string" ? environment : null };
}

/** The search part that keeps the chosen environment from page to page. */
export function searchOf({ environment }: Place): { environment?: string } {
  return environment === null ? {} : { environment };
}
