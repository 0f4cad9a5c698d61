/** What the address says: of which project a page is, and what is looked for. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { usePlace } from "../shell/place.ts";

/** The project of the address. For pages below `/:project`. */
export function useProjectName(): string {
  const { project } = usePlace();
  if (project === null) throw new Error("This page belongs below a project.");
  return project;
}

/** Texts kept in the address, so that a page can be sent to somebody as it is. Setting one to "" takes it out. */
export function useFilters<const K extends string>(
  keys: readonly K[],
): [Partial<Record<K, string>>, (change: Partial<Record<K, string>>) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const filters: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = search[key];
    if (typeof value === "string" || typeof value === "number") filters[key] = String(value);
  }
  return [
    filters,
    (change) => {
      const next: Record<string, unknown> = { ...search, ...change };
      for (const key of Object.keys(next)) if (next[key] === "") delete next[key];
      void navigate({ to: ".", search: next as never, replace: true });
    },
  ];
}
