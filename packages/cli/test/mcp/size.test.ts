import { describe, expect, it } from "vitest";
import { bounded } from "../../src/mcp/bounded.ts";
import { windowOf } from "../../src/mcp/lines.ts";

async function* lines(count: number, text = (number: number) => `line ${number}`): AsyncGenerator<string> {
  for (let number = 1; number <= count; number++) yield text(number);
}

describe("a window on lines", () => {
  it("is the last ones, with how many there are and how to get the others", async () => {
    expect(await windowOf(lines(1000), { tail: 2, from: undefined })).toEqual({
      lines: ["line 999", "line 1000"],
      first: 999,
      total: 1000,
      more: "Lines 1 to 998 are not shown; they begin with from: 1.",
    });
  });

  it("goes on from a number, to the end without a gap", async () => {
    const seen: string[] = [];
    for (let from = 1; from <= 25; ) {
      const window = await windowOf(lines(25), { tail: 10, from });
      seen.push(...window.lines);
      from = window.first + window.lines.length;
      expect(window.more).toBe(from <= 25 ? `Go on with from: ${from}.` : undefined);
    }
    expect(seen).toEqual(await Array.fromAsync(lines(25)));
  });

  it("keeps to a size, from either end, and cuts a line that is too long", async () => {
    const long = (number: number): string => `${number} ${"x".repeat(1500)}`;
    const end = await windowOf(lines(100, long), { tail: 100, from: undefined });
    expect(end.lines.join("").length).toBeLessThan(25_000);
    expect(end.lines.at(-1)).toMatch(/^100 /);
    expect(end.first).toBe(101 - end.lines.length);
    const begin = await windowOf(lines(100, long), { tail: 100, from: 1 });
    expect(begin.lines.join("").length).toBeLessThan(25_000);
    expect(begin.more).toBe(`Go on with from: ${begin.lines.length + 1}.`);
    const [one] = (
      await windowOf(
        lines(1, () => "y".repeat(1_000_000)),
        { tail: 5, from: undefined },
      )
    ).lines;
    expect(one).toMatch(/^y{2000}… \(1000000 characters\)$/);
  });

  it("is empty where there is nothing, and past the end", async () => {
    expect(await windowOf(lines(0), { tail: 5, from: undefined })).toEqual({ lines: [], first: 1, total: 0 });
    expect(await windowOf(lines(3), { tail: 5, from: 10 })).toEqual({ lines: [], first: 10, total: 3 });
  });
});

describe("an answer", () => {
  it("of a usual size is left as it is", () => {
    expect(bounded({ a: [1, 2], b: { c: "d" } })).toEqual({ a: [1, 2], b: { c: "d" } });
  });

  it("that is too long is shortened where it is long, and says where", () => {
    const answer = bounded({
      id: "dep_1",
      evidence: Array.from({ length: 5000 }, (_, at) => ({ at })),
      deep: { text: "z".repeat(100_000) },
    });
    expect(JSON.stringify(answer).length).toBeLessThan(42_000);
    expect(answer).toMatchObject({
      id: "dep_1",
      cut: ["evidence: 200 of 5000", "deep.text: 4000 of 100000 characters"],
    });
  });

  it("made of many small things is still bounded", () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`key${at}`, at]));
    expect(bounded(wide)).toEqual({ cut: ["The answer is too long to be shown."] });
  });
});
