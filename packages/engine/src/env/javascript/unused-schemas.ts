/**
 * Schemas of the environment that nothing asks: a module nobody imports. What it demands was meant; what it leaves out, or calls optional,
 * says less than those who read it.
 */
import type { Sighting } from "../sighting.ts";
import type { Source } from "../source.ts";

/** Changes `sightings` of schemas in scripts that none of `scripts`, nor one of the `manifests`, names. */
export function settleUnusedSchemas(
  scripts: readonly Pick<Source, "path" | "text">[],
  manifests: readonly string[],
  sightings: Sighting[],
): void {
  const declaring = new Set(sightings.flatMap(({ inSchema, path }) => (inSchema ? [path] : [])));
  const unused = new Set(
    scripts
      .filter(({ path, text }) => declaring.has(path) && isModule.test(text))
      .map(({ path }) => path)
      .filter((path) => {
        const name = nameOf(path);
        return (
          !manifests.some((text) => text.includes(name)) &&
          !scripts.some((one) => one.path !== path && one.text.includes(name))
        );
      }),
  );
  for (const sighting of unused.size > 0 ? sightings : [])
    if (sighting.inSchema && unused.has(sighting.path)) {
      sighting.isUnasked = true;
      if (sighting.need === "declared") sighting.need = "tooling";
    }
}

/** It hands something out, so that it only does what others ask it to. */
const isModule = /^[ \t]*export\s|\bmodule\.exports\b/m;

/** What an import of the file names: its name, or its folder's. */
function nameOf(path: string): string {
  const [folder = "", file = ""] = path.split("/").slice(-2);
  const name = (file === "" ? folder : file).replace(/\.[cm]?[jt]sx?$/, "");
  return name === "index" ? folder : name;
}
