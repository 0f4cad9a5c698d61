import { describe, expect, it } from "vitest";
import { endOfScope } from "../../src/env/code.ts";
import { readJavaScript } from "../../src/env/javascript/javascript.ts";
import { NamesIn } from "../../src/env/javascript/names-in.ts";
import { maskJavaScript } from "../../src/env/mask.ts";

/** What is read, and how long that took. */
function read(lines: readonly string[]): { needs: Map<string, string>; milliseconds: number } {
  const text = `${lines.join("\n")}\n`;
  const script = { path: "index.js", text, code: maskJavaScript(text) };
  const started = performance.now();
  const needs = new Map(readJavaScript(script).map(({ key, need }) => [key, need]));
  return { needs, milliseconds: performance.now() - started };
}

const many = 20_000;
const each = (line: (at: number) => string): string[] => Array.from({ length: many }, (_, at) => line(at));
const filler = (at: number): string =>
  `function handler${at}(request, response) { return response.json({ id: request.params.id, at: ${at} }); }`;

describe("a file with a great many names", { timeout: 60_000 }, () => {
  it.each<[string, (at: number) => string, string, string]>([
    [
      "of variables, each asked for later on",
      (at) => `const value${at} = process.env.SETTING_${at};\n${filler(at)}\nif (!value${at}) throw new Error();`,
      "SETTING_19999",
      "checked",
    ],
    [
      "taken out of the environment",
      (at) => `const { FIRST_${at}, SECOND_${at} } = process.env;\n${filler(at)}`,
      "SECOND_19999",
      "plain",
    ],
    [
      "of switches",
      (at) =>
        `const isOn${at} = process.env.FEATURE_${at} === "true";\nif (isOn${at}) { use(process.env.KEY_${at}); }\n${filler(at)}`,
      "KEY_19999",
      "plain",
    ],
    [
      "of modes",
      (at) =>
        `const live${at} = process.env.NODE_ENV === "production";\nuse(live${at} ? process.env.KEY_${at} : process.env.DEV_${at});\n${filler(at)}`,
      "DEV_19999",
      "tooling",
    ],
    [
      "of modes that end a function",
      (at) => `if (process.env.MODE_${at} !== "fast") { return; }\n${filler(at)}\nuse(process.env.KEY_${at});`,
      "KEY_19999",
      "plain",
    ],
    [
      "in a row of alternatives",
      (at) => `${at === 0 ? "const value =" : "||"} process.env.SOME_LONG_SETTING_${at}`,
      "SOME_LONG_SETTING_19999",
      "plain",
    ],
    [
      "of constants that name variables",
      (at) => `const NAME_${at} = "SETTING_${at}";\n${filler(at)}\nuse(process.env[NAME_${at}]);`,
      "SETTING_19999",
      "plain",
    ],
    [
      "in place of others",
      (at) => `const value${at} = process.env.A_${at} || process.env.B_${at};`,
      "A_19999",
      "plain",
    ],
  ])("%s is read in a moment", (_, line, key, need) => {
    const { needs, milliseconds } = read(each(line));
    expect(needs.get(key)).toBe(need);
    expect(milliseconds).toBeLessThan(20_000);
  });

  it("finds of few names and of many the same", () => {
    const code = [
      "const a = 1;",
      "{ use(a, b.a, aa, a$, $a); { a(); } }",
      "function one(a) { return a; }",
      "} a;",
      "{ a",
    ].join("\n");
    const names = new NamesIn({ code });
    const expected = (name: string, from: number): number[] =>
      [...code.matchAll(new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g"))]
        .map(({ index }) => index)
        .filter((index) => index >= from && index < endOfScope(code, from));
    for (let round = 0; round < 3; round++)
      for (let from = 0; from <= code.length; from++)
        for (const name of ["a", "aa", "a$", "$a", "b", "none"])
          expect(names.uses(name, from, 30), `${name} from ${from}`).toEqual(expected(name, from));
  });
});
