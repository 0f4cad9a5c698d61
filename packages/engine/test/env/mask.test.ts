import { describe, expect, it } from "vitest";
import { maskHashComments, maskJavaScript, maskSlashComments } from "../../src/env/mask.ts";

const scripts: [name: string, text: string, code: string][] = [
  ["a comment to the end of the line", "a // process.env.X\nb", "a                 \nb"],
  ["a block comment", "a /* x\ny */ b", "a     \n     b"],
  ["a string", `f("process.env.X")`, `f("             ")`],
  ["an empty string", `a || ""`, `a || ""`],
  ["an escaped quote", `f('it\\'s', b)`, `f('     ', b)`],
  ["a template, but not what it evaluates", "`a ${b} c`", "`  ${b}  `"],
  ["templates inside templates", "`a ${x ? `b ${y}` : z} c`", "`  ${x ? `  ${y}` : z}  `"],
  ["braces inside a template's expression", "`${f({a: 1})} z`", "`${f({a: 1})}  `"],
  ["a regular expression", "a = /\"[/]'/.test(b)", "a = /     /.test(b)"],
  ["no division", "a = b / c / d", "a = b / c / d"],
  ["no closing element", "<b>x</b> // y", "<b>x</b>     "],
  ["one line at most of a lone apostrophe", "<p>Don't {x}</p>\n{y}", "<p>Don'         \n{y}"],
  ["an address in a string", `"https://x" + y`, `"         " + y`],
];

describe("maskJavaScript", () => {
  for (const [name, text, code] of scripts) {
    it(`blanks ${name}`, () => {
      expect(maskJavaScript(text)).toBe(code);
    });
  }
  it("keeps the length whatever is cut off", () => {
    for (const text of ["`a ${b", '"abc', "/* x", "`${`", "a = /x", "'\\"]) {
      expect(maskJavaScript(text)).toHaveLength(text.length);
    }
  });
});

it("blanks comments of Python and keeps strings", () => {
  expect(maskHashComments(`a = "#x" # os.environ["Y"]\nb`)).toBe(`a = "#x"                  \nb`);
});

it("blanks comments of Go and keeps strings", () => {
  expect(maskSlashComments(`a("http://x") // b\n/* c */ d`)).toBe(`a("http://x")     \n        d`);
});
