/** Generators of pages that are no programs of JavaScript: of the sources beside their pages they run none but those in their own language. */
import type { Sighting } from "./sighting.ts";

/** Generator to the ending of sources it runs; none where its templates are all there is. */
const runBy: ReadonlyMap<string, string> = new Map([
  ["hugo", ""],
  ["zola", ""],
  ["mdbook", ""],
  ["jekyll", "rb"],
  ["mkdocs", "py"],
  ["sphinx", "py"],
  ["pelican", "py"],
  ["nikola", "py"],
  ["lektor", "py"],
]);

export function isGenerator(framework: string | undefined): boolean {
  return framework !== undefined && runBy.has(framework);
}

/** Takes back what `sightings` say of sources that the generator does not run: tools, and functions of other platforms. */
export function settleBesidePages(framework: string | undefined, sightings: Sighting[]): void {
  const extension = framework === undefined ? undefined : runBy.get(framework);
  if (extension === undefined) return;
  for (const sighting of sightings)
    if (extension === "" || !sighting.path.endsWith(`.${extension}`)) sighting.need = "tooling";
}
