import { describe, expect, it } from "vitest";
import {
  ago,
  bytes,
  duration,
  fit,
  fittingTable,
  parseDuration,
  safeLine,
  table,
  widthOf,
  wrap,
} from "../../src/screen/text.ts";

describe("a line from a program", () => {
  it.each([
    ["colour", "\u001b[31mred\u001b[0m", "red"],
    ["a title", "\u001b]0;evil\u0007text", "text"],
    ["a link", "\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\", "text"],
    ["cursor movement", "a\u001b[2Kb\u001b[1Ac", "abc"],
    ["a line drawn over", "10 %\r50 %\r100 %\r", "100 %"],
    ["control characters", "a\u0000b\u0007c\u009bd", "abcd"],
    ["direction marks", "user\u202etxt.exe", "usertxt.exe"],
    ["a tab", "a\tb", "a  b"],
    ["a lone escape", "a\u001b", "a"],
  ])("is shown without %s", (_, line, shown) => {
    expect(safeLine(line)).toBe(shown);
  });
});

describe("width", () => {
  it("counts columns, not characters", () => {
    expect(["abc", "日本", "e\u0301", "🚀", "\u001b[1mx\u001b[0m"].map(widthOf)).toEqual([3, 4, 1, 2, 1]);
  });

  it("cuts to columns", () => {
    expect(fit("abcdef", 6)).toBe("abcdef");
    expect(fit("abcdefg", 6)).toBe("abcde…");
    expect(fit("日本語です", 5)).toBe("日本…");
    expect(fit("abc", 0)).toBe("");
  });

  it("breaks at spaces and leaves long words whole", () => {
    expect(wrap("one two https://example.com/long three", 10)).toEqual([
      "one two",
      "https://example.com/long",
      "three",
    ]);
  });

  it("leaves out of a table what is empty, and what can be spared until it fits", () => {
    const headings = ["ID", "NOTE", "WHO", "WHEN"];
    const rows = [["one", "", "somebody", "yesterday"]];
    const lines = (columns: number): string[] => fittingTable(headings, rows, { columns, spare: ["WHO", "WHEN"] });
    expect(lines(80)).toEqual(["ID   WHO       WHEN", "one  somebody  yesterday"]);
    expect(lines(20)).toEqual(["ID   WHEN", "one  yesterday"]);
    expect(lines(2)).toEqual(["ID", "one"]);
  });

  it("aligns a table whatever the colours", () => {
    expect(
      table(
        ["A", "B"],
        [
          ["\u001b[31mlong\u001b[39m", "x"],
          ["s", ""],
        ],
      ),
    ).toEqual(["A     B", "\u001b[31mlong\u001b[39m  x", "s"]);
  });
});

describe("measures", () => {
  it("reads like a person says them", () => {
    expect([0, 40, 940, 9900, 48_000, 185_000, 7_800_000].map(duration)).toEqual([
      "0 ms",
      "40 ms",
      "0.9 s",
      "9.9 s",
      "48 s",
      "3 min 05 s",
      "2 h 10 min",
    ]);
    expect([0, 999, 1000, 3400, 99_600, 12_000_000, 5e12].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "3.4 kB",
      "100 kB",
      "12.0 MB",
      "5000 GB",
    ]);
    const now = Date.parse("2026-03-01T00:00:00Z");
    expect(
      ["2026-02-28T23:59:50Z", "2026-02-28T23:00:00Z", "2026-02-27T00:00:00Z", "2025-01-01T00:00:00Z"].map((at) =>
        ago(at, now),
      ),
    ).toEqual(["10 s ago", "1 h ago", "2 d ago", "2025-01-01"]);
  });

  it("reads lengths of time", () => {
    expect(["90s", "5m", "1h", "250ms", "10", "1.5m", "soon", "-1s", ""].map(parseDuration)).toEqual([
      90_000,
      300_000,
      3_600_000,
      250,
      10_000,
      90_000,
      null,
      null,
      null,
    ]);
  });
});
