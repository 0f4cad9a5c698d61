/** Writes what is generated in docs/: landfall.schema.json, from the schema that reads landfall.json. `npm run gen`. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configSchema } from "@landfall/engine/plan/config";
import { z } from "zod";

/** The JSON Schema (2020-12) of landfall.json, for editors. */
export function landfallSchema(): Record<string, unknown> {
  return { title: "landfall.json", ...z.toJSONSchema(configSchema, { io: "input" }) };
}

if (import.meta.main) {
  const file = join(import.meta.dirname, "landfall.schema.json");
  writeFileSync(file, `${JSON.stringify(landfallSchema(), null, 2)}\n`);
  execFileSync(join(import.meta.dirname, "../node_modules/.bin/biome"), ["format", "--write", file]);
}
