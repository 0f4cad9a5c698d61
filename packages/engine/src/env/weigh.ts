/** From what was seen of one variable to what is answered of it. */
import type { EnvVariable } from "../detect/detection.ts";
import type { ExampleEntry } from "./told/example.ts";
import { isPublic, type VariableRule } from "./rules.ts";
import { rulingOf } from "./rulings.ts";
import { SeenVariable } from "./seen.ts";
import type { Sighting } from "./sighting.ts";
import type { Gathered, Surroundings } from "./surroundings.ts";

/** Of these a program only asks where it is; they are not shown at all. */
const unshown =
  /^(?:NODE_ENV|PATH|HOME|PWD|USER|USERNAME|SHELL|TERM|TEMP|TMP|TMPDIR|npm_\w+|INIT_CWD|LANG|LC_ALL|DEV|PROD|MODE|SSR|VITEST\w*|JEST_\w+|COLORTERM|FORCE_COLOR|NO_COLOR|CI|APPDATA|LOCALAPPDATA|USERPROFILE|OUT_DIR|CARGO_\w+|XDG_\w+|PYTHON[A-Z0-9]*|__\w+)$/;

/** What is answered of a variable, or null when it is nobody's to set; `placeOf` says where a sighting is, as `path:line`. */
export function weigh(
  { key, sightings, examples }: Gathered & { key: string },
  around: Surroundings,
  placeOf: (sighting: Sighting) => string,
): EnvVariable | null {
  if (unshown.test(key) || sightings.some(({ isBinding }) => isBinding)) return null;
  const one = new SeenVariable(key, sightings, examples, around);
  const { rule, sensitive, reads } = one;
  const ruling = around.isLibrary ? ofLibrary : rulingOf(one);
  const description = describe(examples, rule, key);
  const value = examples.find((entry) => entry.value !== "")?.value ?? rule?.example;
  const places = [...new Set((reads.length > 0 ? reads : sightings).map(placeOf))].slice(0, 10);
  for (const entry of examples) places.push(`${entry.path}:${entry.line}`);
  return {
    key,
    required: ruling.required,
    because: ruling.because,
    sensitive,
    public: isPublic(key),
    class: around.isStatic ? "build" : classOf(key, reads, around.framework),
    ...(description === undefined ? {} : { description }),
    ...(value === undefined || (sensitive && examples[0] && !examples[0].hasPlaceholder) ? {} : { example: value }),
    ...(rule?.kind === undefined ? {} : { validation: rule.kind }),
    foundIn: [...new Set(places)],
  };
}

const ofLibrary = { required: false, because: "nothing of the package runs by itself" };

const buildFiles =
  /(?:^|\/)(?:(?:next|nuxt|vite|astro|svelte|webpack|rollup|vue|angular|remix|react-router|app|babel|metro|rspack|rsbuild|docusaurus|eleventy|content|velite|contentlayer|tina)\.config|\.eleventy|gatsby-(?:config|node|browser|ssr)|vercel)\.[cm]?[jt]s$/;

/** Nuxt fills NUXT_PUBLIC_ when the server starts; `$env/dynamic/public` of SvelteKit likewise. Other public variables are inlined. */
function classOf(key: string, reads: readonly Sighting[], framework: string | undefined): "build" | "run" {
  if (key.startsWith("NUXT_")) return "run";
  if (isPublic(key)) {
    const isDynamic =
      framework === "sveltekit" &&
      key.startsWith("PUBLIC_") &&
      reads.length > 0 &&
      reads.every(({ when }) => when === "run");
    return isDynamic ? "run" : "build";
  }
  if (reads.some(({ when, path }) => when === "run" && !buildFiles.test(path))) return "run";
  return reads.some(({ when, path }) => when === "build" || buildFiles.test(path)) ? "build" : "run";
}

function describe(examples: ExampleEntry[], rule: VariableRule | null, key: string): string | undefined {
  const told = examples.find(({ description }) => description !== "")?.description;
  if (told !== undefined) return told.length > 200 ? `${told.slice(0, 199)}…` : told;
  if (!rule) return undefined;
  const match = rule.name.exec(key);
  return rule.description.replace("$1", (match?.[1] ?? "").toLowerCase().replaceAll("_", " ")).replace("  ", " ");
}
