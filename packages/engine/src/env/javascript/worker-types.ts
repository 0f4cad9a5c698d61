/** What a Worker is given, in the types that its tool writes from its settings, and bindings that are none. */
import { inside, type Project } from "../../detect/reading.ts";
import type { Sighting } from "../sighting.ts";

/** The variables come first, and thousands of lines of the platform's own types after them. */
const headLength = 6_000;
/** As the tool names it, and as those who set up a framework for Workers have it named. */
const typeFiles = ["worker-configuration.d.ts", "cloudflare-env.d.ts", "env.d.ts"];

/** A binding that the types call a text is a variable somebody sets; one of a known text is in the settings. */
export function settleWorkerTypes(project: Project, roots: readonly string[], sightings: Sighting[]): void {
  for (const root of roots) {
    const at = typeFiles.map((name) => inside(root, name)).find((path) => project.tree.has(path));
    const head = at === undefined ? undefined : project.tree.text(at)?.slice(0, headLength);
    if (head === undefined) continue;
    const texts = new Set([...head.matchAll(/^[ \t]*([A-Z][A-Z0-9_]+)\s*:\s*string;/gm)].map(([, key]) => key!));
    for (const sighting of sightings)
      if (sighting.need === "quieted" && texts.has(sighting.key)) sighting.need = "asserted";
  }
}

/** A program that Node or Bun runs is handed no bindings, whatever the types of its requests say. */
export function dropBindings(
  project: Project,
  roots: readonly string[],
  { runtime, dependencies }: { runtime: string; dependencies: ReadonlyMap<string, string> },
  sightings: Sighting[],
): void {
  if (runtime !== "bun" && !dependencies.has("@hono/node-server")) return;
  const names = ["wrangler.toml", "wrangler.jsonc", "wrangler.json"];
  if (roots.some((root) => names.some((name) => project.tree.has(inside(root, name))))) return;
  for (const sighting of sightings) if (sighting.isBound) sighting.need = "tooling";
}
