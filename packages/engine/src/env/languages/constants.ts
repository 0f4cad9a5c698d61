/** Names of variables that constants hold, in the same file or another: `os.environ[names.TOKEN]` and `TOKEN = "BOT_TOKEN"`. */
import { variableName, type Sighting } from "../sighting.ts";

/** Lines of Python and Go that give a constant a text. */
const constant =
  /^[ \t]*(?:const\s+|var\s+)?(?=\w*[A-Z])(\w{1,100})\s*(?::\s*[\w.[\]]+\s*|\s+string\s*)?=\s*["'`](\w+)["'`]\s*(?:#.*|\/\/.*)?$/gm;

/** Puts the values in place of the names, and takes away what no constant of `texts` holds. */
export function withConstants(sightings: readonly Sighting[], texts: Iterable<string>): Sighting[] {
  if (!sightings.some(({ isConstant }) => isConstant)) return [...sightings];
  const values = new Map<string, string | null>();
  // Of two by that name it is not known which one is meant.
  for (const text of texts)
    for (const [, name, value] of text.matchAll(constant))
      values.set(name!, values.has(name!) && values.get(name!) !== value ? null : value!);
  return sightings.flatMap((sighting) => {
    if (!sighting.isConstant) return [sighting];
    const key = values.get(sighting.key) ?? "";
    const { isConstant: _, ...rest } = sighting;
    return variableName.test(key) && key === key.toUpperCase() ? [{ ...rest, key }] : [];
  });
}
