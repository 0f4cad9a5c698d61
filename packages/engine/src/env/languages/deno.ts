/**
 * Objects that Deno's libraries for files of variables hand out, `const env = await load()`: they hold the environment too, in the file
 * that makes one and in those it is exported to.
 * Sources: https://jsr.io/@std/dotenv and https://deno.land/x/dotenv.
 */
import { literally } from "../../detect/literally.ts";
import { useOf } from "../javascript/need.ts";
import type { Sighting } from "../sighting.ts";
import type { Source } from "../source.ts";

const library = /\bimport\s*(?:\{([^{}]*)\}|\*\s*as\s+(\w+))\s*from\s*["'][^"']*\bdotenv\b[^"']*["']/;

/** So far from it an object of theirs may stand in for the environment. */
const longestAlternative = 160;

/** Adds to `sightings` what those of `scripts`, the program's, ask of such objects. */
export function addDenoObjects(scripts: readonly Source[], sightings: Sighting[]): void {
  const found = readDenoObjects(scripts);
  // `Deno.env.get("KEY") || config().KEY`: the same once more, and nothing in its place.
  for (const { key, need, offset, path } of found)
    for (const one of sightings)
      if (one.key === key && one.path === path && one.need === "default" && isBefore(one.offset, offset))
        one.need = need;
  sightings.push(...found);
}

function isBefore(first: number, second: number): boolean {
  return first < second && second - first < longestAlternative;
}

function readDenoObjects(scripts: readonly Source[]): Sighting[] {
  return scripts.flatMap((maker) => {
    const [, parts, whole] = library.exec(maker.text) ?? [];
    if (parts === undefined && whole === undefined) return [];
    const loading = whole === undefined ? localNames(parts!).map(literally).join("|") : `${whole}\\.\\w+`;
    const makes = new RegExp(
      `\\b(?:const|let|var)\\s+(?:(\\w+)|\\{([^{}]*)\\})\\s*(?::[^=;]+)?=\\s*(?:await\\s+)?(?:${loading})\\(`,
      "g",
    );
    const kept = [...maker.code().matchAll(makes)].flatMap(({ index, 1: name, 2: taken }) => {
      if (name === undefined) return takenApart(taken!, { path: maker.path, offset: index });
      const users = scripts.filter((one) => one === maker || takesIn(one.text, name, maker.path));
      return users.flatMap((one) => usesIn(one, name));
    });
    // `config().KEY`.
    return [...kept, ...usesIn(maker, `(?:${loading})\\(\\)`)];
  });
}

/** `{ load, config as read }`, by what they are called in the file. */
function localNames(parts: string): string[] {
  return parts.split(",").flatMap((part) => /(\w+)\s*$/.exec(part)?.[1] ?? []);
}

function takesIn(text: string, name: string, path: string): boolean {
  const file = literally(path.slice(path.lastIndexOf("/") + 1));
  return new RegExp(
    `\\bimport\\s*(?:\\{[^{}]*\\b${name}\\b[^{}]*\\}|${name})\\s*from\\s*["']\\.{1,2}/(?:[^"']*/)?${file}["']`,
  ).test(text);
}

/** `object` matches what holds it. */
function usesIn(source: Source, object: string): Sighting[] {
  const { path, text } = source;
  const code = source.code();
  const script = { path, text, code };
  const asked = new RegExp(`(?<![\\w$.])${object}(?:\\.([A-Z][A-Z0-9_]*)\\b|\\[\\s*["'](\\w+)["']\\s*\\])`, "g");
  const single = [...text.matchAll(asked)].flatMap(({ 0: all, index, 1: field, 2: quoted }): Sighting[] => {
    if (code[index] !== all[0]) return [];
    const { need } = useOf(script, { start: index, end: index + all.length });
    return need === "set" ? [] : [{ key: field ?? quoted!, need, when: "run", offset: index, path }];
  });
  const several = [...code.matchAll(new RegExp(`\\{([^{}]*)\\}\\s*=\\s*${object}\\s*[;\\n]`, "g"))];
  return [...single, ...several.flatMap(({ index, 1: taken }) => takenApart(taken!, { path, offset: index }))];
}

/** `{ KEY, OTHER: name, THIRD = "a" }`. */
function takenApart(parts: string, { path, offset }: { path: string; offset: number }): Sighting[] {
  return [...parts.matchAll(/\b([A-Z][A-Z0-9_]*)\b\s*(?::\s*\w+\s*)?(=)?[^,]*/g)].map(([, key, given]) => ({
    key: key!,
    need: given === undefined ? "plain" : "default",
    when: "run",
    offset,
    path,
  }));
}
