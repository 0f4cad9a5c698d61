import { describe, expect, it } from "vitest";
import { formatDotenv, parseDotenv, variablesOf } from "../../src/env/values/dotenv.ts";
import { DeployError } from "../../src/error.ts";

function backAndForth(value: string): string | undefined {
  return parseDotenv(formatDotenv([{ key: "KEY", value }]))[0]?.value;
}

const pem = [
  "-----BEGIN PRIVATE KEY-----",
  "MIIEvQIBADANBgkq",
  "hkiG9w0BAQEFAASC",
  "-----END PRIVATE KEY-----",
  "",
].join("\n");

describe("formatDotenv", () => {
  const values: [name: string, value: string][] = [
    ["a plain word", "hello"],
    ["nothing", ""],
    ["only a line break", "\n"],
    ["a line break at the end", "secret\n"],
    ["two lines", "first\nsecond"],
    ["carriage return and line feed", "first\r\nsecond\r\n"],
    ["a lone carriage return", "first\rsecond"],
    ["dollars", "pa$$word"],
    ["what looks like a reference", "${HOME} and $HOME and \\$HOME"],
    ["a hash", "#x y#z #"],
    ["double quotes", '"q"'],
    ["single quotes", "'q'"],
    ["every quote", `"'\``],
    ["back-slashes", "C:\\new\\table\\"],
    ["a written line break", "a\\nb"],
    ["a quote and a written line break", "it's\\n"],
    ["white space around", "  x\t"],
    ["an equals sign", "a=b=c"],
    ["emoji", "🚀 ümläut 日本"],
    ["a byte order mark", "\uFEFFx"],
    ["line separators of Unicode", "a\u2028b\u2029c\u0085d"],
    ["control characters", "\u0001\u001b[31m\u007f\v\f"],
    ["a PEM key", pem],
    ["JSON of 64 kB", JSON.stringify({ list: "x\"'\n$".repeat(7_000) }).slice(0, 65_000)],
  ];
  for (const [name, value] of values) {
    it(`writes ${name} so that it reads back exactly`, () => {
      expect(backAndForth(value)).toBe(value);
    });
  }

  it("keeps every random text exactly, in the order given", () => {
    const random = generator(20_260_821);
    const alphabet = [
      ...Array.from("ab \t\n\r\"'`$#\\={}[]:;,.\u0001\u0085é日🚀\uFEFF\u2028"),
      "\\n",
      "\r\n",
      "${X}",
      "export A=1",
      "#",
    ];
    for (let round = 0; round < 3_000; round++) {
      const entries = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => ({
        key: `KEY_${index}`,
        value: Array.from(
          { length: Math.floor(random() * 12) },
          () => alphabet[Math.floor(random() * alphabet.length)]!,
        ).join(""),
      }));
      const read = parseDotenv(formatDotenv(entries)).map(({ key, value }) => ({ key, value }));
      expect(read).toEqual(entries);
    }
  });

  it("refuses a name that is none, a NUL and half a surrogate pair", () => {
    for (const entry of [
      { key: "A B", value: "x" },
      { key: "A", value: "x\0y" },
      { key: "A", value: "\ud800" },
    ]) {
      expect(() => formatDotenv([entry])).toThrow(DeployError);
    }
  });
});

describe("parseDotenv", () => {
  const files: [name: string, text: string, values: Record<string, string>][] = [
    ["bare values", "A=1\nB=two words\n", { A: "1", B: "two words" }],
    ["export", "export A=1", { A: "1" }],
    ["white space around the name and value", "  A =  1  \n", { A: "1" }],
    ["a colon", "A: 1", { A: "1" }],
    ["comments and empty lines", "# first\n\nA=1 # why\n   # last", { A: "1" }],
    ["a hash inside a word", "A=pa#ss", { A: "pa#ss" }],
    ["a hash inside quotes", `A="a # b"`, { A: "a # b" }],
    ["a comment behind quotes", `A='x' # why`, { A: "x" }],
    ["an empty value", "A=\nB=\"\"\nC=''", { A: "", B: "", C: "" }],
    ["CRLF", "A=1\r\nB='x'\r\nC=3", { A: "1", B: "x", C: "3" }],
    ["a byte order mark", "\uFEFFA=1", { A: "1" }],
    ["line breaks in quotes", 'A="one\ntwo"\nB=3', { A: "one\ntwo", B: "3" }],
    ["CRLF in quotes as a line feed", 'A="one\r\ntwo"', { A: "one\ntwo" }],
    ["written line breaks in double quotes", 'A="one\\ntwo"', { A: "one\ntwo" }],
    ["written line breaks in single quotes as they are", "A='one\\ntwo'", { A: "one\\ntwo" }],
    ["quotes inside other quotes", `A='{"a": "b"}'\nB="it's"`, { A: '{"a": "b"}', B: "it's" }],
    ["an escaped quote", 'A="say \\"hi\\""', { A: 'say "hi"' }],
    ["back-ticks", "A=`x'\"y`", { A: `x'"y` }],
    ["dollars unreplaced", 'A=$HOME\nB="${HOME}"', { A: "$HOME", B: "${HOME}" }],
    ["JSON without quotes", 'A={"a":[1,2]}', { A: '{"a":[1,2]}' }],
    ["the later of two", "A=1\nA=2", { A: "2" }],
    ["an address", "A=postgres://u:p@h:5432/d?a=b", { A: "postgres://u:p@h:5432/d?a=b" }],
  ];
  for (const [name, text, values] of files) {
    it(`reads ${name}`, () => {
      expect(variablesOf(parseDotenv(text))).toEqual(values);
    });
  }

  it("tells the line of each key, behind values of several lines too", () => {
    expect(parseDotenv('# note\nA="x\ny\nz"\n\nB=1').map(({ key, line }) => [key, line])).toEqual([
      ["A", 2],
      ["B", 6],
    ]);
  });

  it("names every broken line at once and no value", () => {
    const error = thrownBy(() => parseDotenv("A=1\nhunter2\n=x\nC D=hunter3\n"));
    expect(error.code).toBe("INVALID_VARIABLE");
    expect(error.text.faults?.map(({ path }) => path)).toEqual(["line 2", "line 3", "line 4"]);
    expect(JSON.stringify(error.report())).not.toMatch(/hunter/);
  });

  const broken: [name: string, text: string, line: string][] = [
    ["a quote that is never closed", 'A=1\nB="x\ny', "line 2"],
    ["text behind a closing quote", "A='x'y", "line 1"],
    ["a name alone", "export A", "line 1"],
    ["a NUL", "A=x\0y", "line 1"],
  ];
  for (const [name, text, line] of broken) {
    it(`refuses ${name}`, () => {
      expect(thrownBy(() => parseDotenv(text)).text.faults?.[0]?.path).toBe(line);
    });
  }

  it("keeps a variable called __proto__ a variable", () => {
    expect(Object.keys(variablesOf(parseDotenv("__proto__=1")))).toEqual(["__proto__"]);
  });
});

function thrownBy(run: () => unknown): DeployError {
  try {
    run();
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The same numbers in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
