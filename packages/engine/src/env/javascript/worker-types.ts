/** What a Worker is given, in the types that its tool writes from its settings: `worker-configuration.d.ts`. */
import { inside, type Project } from "../../detect/reading.ts";
import type { Sighting } from "../sighting.ts";

/** The variables come first, and thousands of lines of the platform's own types after them. */
const headLength = 6_000;

/** A binding that the types call a text is a variable somebody sets; one of a known text is in the settings. */
export function settleWorkerTypes(project: Project, roots: readonly string[], sightings: Sighting[]): void {
  for (const root of roots) {
    const at = inside(root, "worker-configuration.d.ts");
    const head = project.tree.has(at) ? project.tree.text(at)?.slice(0, headLength) : undefined;
    if (head === undefined) continue;
    const texts = new Set([...head.matchAll(/^\s*([A-Z][A-Z0-9_]+)\s*:\s*string;/gm)].map(([, key]) => key!));
    for (const sighting of sightings)
      if (sighting.need === "quieted" && texts.has(sighting.key)) sighting.need = "asserted";
  }
}
