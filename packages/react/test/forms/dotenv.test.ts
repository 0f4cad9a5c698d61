/** The browser's reader of `.env` and the engine's, over the same texts. */
import { formatDotenv, parseDotenv as engineParse } from "@landfall/engine/env/values/dotenv";
import { DeployError } from "@landfall/engine/error";
import { describe, expect, it } from "vitest";
import { formatEntry, isDotenv, parseDotenv } from "../../src/forms/dotenv.ts";

const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQ+/IBADANBg==\n-----END PRIVATE KEY-----\n";

const texts: Record<string, string> = {
  nothing: "",
  "only a line break": "\n",
  "bare values": "A=1\nB=two words\n",
  export: "export A=1\nexport\tB=2",
  "white space around": "  A =  1  \n\tB=\t2\t",
  "a colon": "A: 1\nB:2",
  comments: "# first\n\nA=1 # why\nB=#none\nC= # none\n   # last",
  "a hash in a word": "A=pa#ss\nB=x #y#z",
  "a hash in quotes": "A=\"a # b\"\nB='c # d' # why",
  "empty values": "A=\nB=\"\"\nC=''\nD=``\nE",
  CRLF: "A=1\r\nB='x'\r\nC=\"two\r\nlines\"\r\nD=4\r\n",
  "a lone carriage return": "A=1\rB=2\nC='x\ry'",
  "a byte order mark": "\uFEFFA=1\nB=\uFEFF2",
  "line breaks in quotes": `A="one\ntwo"\nB='three\n\nfour\n'\nC=\`five\nsix\`\nD=7`,
  "a private key": `KEY="${pem}"\nNEXT=1\nSAME='${pem}'`,
  "a key with written line breaks": `KEY="${pem.replaceAll("\n", "\\n")}"`,
  escapes: 'A="\\n\\r\\t\\"\\\\\\$\\x\\"\nB=2"\nC=\'\\n\'\nD=`\\n`\nE=\\n',
  "quotes in quotes": `A='{"a": "b"}'\nB="it's"\nC=\`'"\`\nD=it's`,
  "dollars and references": 'A=$HOME\nB="${HOME}"\nC=a$$b',
  "JSON without quotes": 'A={"a":[1,2]}',
  "one name twice": "A=1\nB=2\nA=3",
  "an address": "A=postgres://u:p@h:5432/d?a=b#c",
  "names with dots and hyphens": "a.b=1\nc-d=2\n1x=3",
  "lines that are none": "A=1\nhunter2\n=x\nC D=3\nexport E\n{}\nF=6",
  "something behind a quote": "A='x'y\nB=\"1\"2\nC=3",
  "a quote never closed": 'A=1\nB="x\ny\nC=3',
  "a quote never closed at the end": "A='",
  "a NUL": "A=x\0y\nB='\0'\nC=3",
  "white space of Unicode": "A=\u00a0x\u00a0\nB=\u2028y\u2029\n\u3000C=z",
  "control characters": "A=\u0001\u001b[31m\u007f\v\f\nB=2",
  emoji: "A=🚀 ümläut 日本\nB='🚀\n🚀'",
  __proto__: "__proto__=1\nconstructor=2",
};

function byEngine(text: string): ReturnType<typeof parseDotenv> | { faults: ReturnType<typeof parseDotenv>["faults"] } {
  try {
    return { entries: engineParse(text), faults: [] };
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    const faults = error.text.faults ?? [];
    return { faults: faults.map(({ path, message }) => ({ line: Number(path.replace("line ", "")), message })) };
  }
}

function byBrowser(text: string): ReturnType<typeof byEngine> {
  const read = parseDotenv(text);
  return read.faults.length > 0 ? { faults: read.faults } : read;
}

describe("parseDotenv", () => {
  it.each(Object.entries(texts))("reads %s as the engine does", (_name, text) => {
    expect(byBrowser(text)).toEqual(byEngine(text));
  });

  it("reads every random text as the engine does", () => {
    const random = generator(20_261_103);
    const pieces = [
      ...Array.from("AB_ \t\n\r\"'`$#\\={}:;.-1\0é🚀\uFEFF\u2028"),
      ..."\\n,\r\n,\nA=,\nB='x',\nC=\",export ,# ,A: ".split(","),
    ];
    for (let round = 0; round < 4_000; round++) {
      const text = Array.from(
        { length: Math.floor(random() * 30) },
        () => pieces[Math.floor(random() * pieces.length)],
      ).join("");
      expect(byBrowser(text), JSON.stringify(text)).toEqual(byEngine(text));
    }
  });

  it("keeps a value of several lines byte for byte, and counts its lines", () => {
    const { entries } = parseDotenv(texts["a private key"] ?? "");
    expect(entries).toEqual([
      { key: "KEY", value: pem, line: 1 },
      { key: "NEXT", value: "1", line: 5 },
      { key: "SAME", value: pem, line: 6 },
    ]);
  });
});

describe("formatEntry", () => {
  it("writes what the engine writes, and it reads back exactly", () => {
    const random = generator(7);
    const pieces = Array.from("ab \t\n\r\"'`$#\\={}[]:;,.é🚀\uFEFF\u2028");
    for (let round = 0; round < 2_000; round++) {
      const value = Array.from(
        { length: Math.floor(random() * 12) },
        () => pieces[Math.floor(random() * pieces.length)],
      ).join("");
      const written = formatEntry("KEY", value);
      expect(`${written}\n`).toBe(formatDotenv([{ key: "KEY", value }]));
      expect(parseDotenv(written).entries[0]?.value).toBe(value);
    }
  });
});

describe("isDotenv", () => {
  it.each([
    ["A=1", true, false],
    ["A=1\nB=2", true, true],
    ["export A=1\n# note\nB='x\ny'", true, true],
    ["postgres://u:p@h/d?ssl=true", false, false],
    ["dGVzdA==", true, false],
    [pem, false, false],
    ["a: 1\nb: 2", true, false],
    ['{\n  "a": 1\n}', false, false],
    ["A=1\nB=2\nbroken", true, false],
    ["plain", false, false],
    ["", false, false],
  ])("%j", (text, inName, inValue) => {
    expect([isDotenv(text, "name"), isDotenv(text, "value")]).toEqual([inName, inValue]);
  });
});

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
