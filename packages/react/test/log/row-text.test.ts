import { describe, expect, it } from "vitest";
import { matcherOf, segmentsOf } from "../../src/log/row-text.ts";

const texts = (raw: string, options = {}) => segmentsOf(raw, options).map(({ text }) => text);
const links = (raw: string) => segmentsOf(raw).flatMap(({ text, href }) => (href === null ? [] : [[text, href]]));

describe("links", () => {
  it.each([
    ["see https://a.test/b?c=d#e.", "https://a.test/b?c=d#e"],
    ["(https://a.test/b)", "https://a.test/b"],
    ["https://a.test/b_(c)", "https://a.test/b_(c)"],
    ["<https://a.test>", "https://a.test"],
    ['href="http://a.test/x"', "http://a.test/x"],
    ["Local: http://localhost:3000/", "http://localhost:3000/"],
  ])("%s", (line, expected) => {
    expect(links(line)).toEqual([[expected, new URL(expected).href]]);
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://a.test",
    "https://",
    "xhttps://a b",
  ])("%s is none", (line) => expect(links(line)).toEqual([]));

  it("end where a character could turn them round", () => {
    expect(links("https://a.test/\u202egnp.exe")).toEqual([["https://a.test/", "https://a.test/"]]);
  });

  it("keep their address over a change of colour", () => {
    expect(links("https://a.te\u001b[31mst/x")).toEqual([
      ["https://a.te", "https://a.test/x"],
      ["st/x", "https://a.test/x"],
    ]);
  });
});

describe("what cannot be seen", () => {
  it("is named", () => {
    const marks = segmentsOf("a\u202eb\u2066c\u2028").filter(({ isMark }) => isMark);
    expect(marks.map(({ text }) => text)).toEqual(["[U+202E]", "[U+2066]", "[U+2028]"]);
  });

  it("is named in the rest of a line of many pieces as well", () => {
    const segments = segmentsOf("\u001b[31ma\u001b[32mb\u202e".repeat(1_000), { most: 10 });
    expect(segments).toHaveLength(10);
    const text = segments.map((segment) => segment.text).join("");
    expect(text).not.toMatch(/[\u202a-\u202e]/);
    expect(text.replaceAll("[U+202E]", "")).toBe("ab".repeat(1_000));
  });
});

describe("what is searched for", () => {
  it("is found in any case, over a change of colour, and means what it says", () => {
    const found = (raw: string, query: string) =>
      segmentsOf(raw, { matcher: matcherOf(query) }).flatMap(({ text, isMatch }) => (isMatch ? [text] : []));
    expect(found("An Error, an ERROR", "error")).toEqual(["Error", "ERROR"]);
    expect(found("er\u001b[31mror", "error")).toEqual(["er", "ror"]);
    expect(found("a.c abc [x](y)\\", "a.c")).toEqual(["a.c"]);
    expect(found("a.c abc [x](y)\\", "[x](y)\\")).toEqual(["[x](y)\\"]);
    expect(found("a-b/c", "-b/c")).toEqual(["-b/c"]);
    expect(found("ÄÖ 👍🏽", "äö 👍")).toEqual(["ÄÖ 👍"]);
  });

  it("nothing is not searched for", () => expect(matcherOf("")).toBeNull());
});

it("loses no text, however it is cut", () => {
  const pieces = ["\u001b[31m", "\u001b[0m", "https://a.test/x ", "\u202e", "err", "or ", "é", "\ud800", "(", ")", "."];
  const matcher = matcherOf("error ");
  let seed = 3;
  for (let round = 0; round < 2_000; round += 1) {
    let raw = "";
    for (let count = 0; count < 15; count += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      raw += pieces[(seed >> 8) % pieces.length];
    }
    const most = 2 + (round % 30);
    const cut = texts(raw, { matcher, most });
    expect(cut.length).toBeLessThanOrEqual(most);
    // oxlint-disable-next-line no-control-regex -- the colours are all there is to take away
    expect(cut.join("")).toBe(raw.replace(/\u001b\[\d+m/g, "").replaceAll("\u202e", "[U+202E]"));
  }
});
