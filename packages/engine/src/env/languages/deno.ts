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

/** `scripts` are those of the program. */
export function readDenoObjects(scripts: readonly Source[]): Sighting[] {
  return scripts.flatMap((maker) => {
    const [, parts, whole] = library.exec(maker.text) ?? [];
    if (parts === undefined && whole === undefined) return [];
    const loading = whole === undefined ? localNames(parts!).map(literally).join("|") : `${whole}\\.\\w+`;
    const makes = new RegExp(
      `\\b(?:const|let|var)\\s+(?:(\\w+)|\\{([^{}]*)\\})\\s*(?::[^=;]+)?=\\s*(?:await\\s+)?(?:${loading})\\(`,
      "g",
    );
    return [...maker.code().matchAll(makes)].flatMap(({ index, 1: name, 2: taken }) => {
      if (name === undefined) return takenApart(taken!, { path: maker.path, offset: index });
      const users = scripts.filter((one) => one === maker || takesIn(one.text, name, maker.path));
      return users.flatMap((one) => usesIn(one, name));
    });
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

function usesIn(source: Source, name: string): Sighting[] {
  const { path, text } = source;
  const code = source.code();
  const script = { path, text, code };
  const asked = new RegExp(`(?<![\\w$.])${name}(?:\\.([A-Z][A-Z0-9_]*)\\b|\\[\\s*["'](\\w+)["']\\s*\\])`, "g");
  const single = [...text.matchAll(asked)].flatMap(({ 0: all, index, 1: field, 2: quoted }): Sighting[] => {
    if (!code.startsWith(name, index)) return [];
    const { need } = useOf(script, { start: index, end: index + all.length });
    return need === "set" ? [] : [{ key: field ?? quoted!, need, when: "run", offset: index, path }];
  });
  const several = [...code.matchAll(new RegExp(`\\{([^{}]*)\\}\\s*=\\s*${name}\\s*[;\\n]`, "g"))];
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
