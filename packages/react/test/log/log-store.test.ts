import { describe, expect, it, vi } from "vitest";
import { createLineIndex, nextOfLevel } from "../../src/log/line-index.ts";
import { formatLines, parseLines } from "../../src/log/line-range.ts";
import { createLogStore } from "../../src/log/log-store.ts";
import { textOf } from "../../src/log/log-text.ts";
import { createNumberList } from "../../src/log/number-list.ts";
import { logEvent } from "./feed.ts";

/** A store whose frames come when they are asked for. */
function storeByHand() {
  const frames: (() => void)[] = [];
  const store = createLogStore({ frame: (told) => void frames.push(told) });
  return { store, frames };
}

function storeOf(lines: string[]) {
  const { store } = storeByHand();
  store.append(logEvent(lines));
  return store;
}

describe("a log as it arrives", () => {
  it("gives every line back as it was written", () => {
    const lines = ["plain", "", "ünï ©", "👍🏽", "\u001b[31mred\u001b[0m", "\ufeffmark", "x".repeat(300_000), "last"];
    const store = storeOf(lines);
    expect(store.size).toBe(8);
    expect(lines.map((_, index) => store.line(index + 1)?.text)).toEqual(lines);
    expect(store.line(2)).toEqual({
      number: 2,
      at: "2026-08-21T10:00:00.000Z",
      step: "build",
      stream: "stdout",
      text: "",
    });
    expect(store.line(0)).toBeUndefined();
    expect(store.line(9)).toBeUndefined();
    expect(() => store.levelOf(9)).toThrow(RangeError);
  });

  it("replaces half of a character", () => {
    const store = storeOf(["a\ud83d", "\udc4db", "c👍"]);
    expect([1, 2, 3].map((line) => store.line(line)?.text)).toEqual(["a\ufffd", "\ufffdb", "c👍"]);
  });

  it("takes an event once", () => {
    const { store } = storeByHand();
    const event = logEvent(["a", "b"]);
    store.append(event);
    store.append(event);
    store.append({ ...event, seq: event.seq - 1 });
    expect(store.size).toBe(2);
  });

  it("keeps numbers, steps and streams over blocks and pages", () => {
    const { store } = storeByHand();
    for (let count = 0; count < 300; count += 1)
      store.append(
        logEvent(
          Array.from({ length: 50 }, (_, line) => `${count}:${line} ${"·".repeat(line)}`),
          { step: count % 2 ? "build" : "detect", stream: count % 3 ? "stdout" : "stderr" },
        ),
      );
    expect(store.size).toBe(15_000);
    expect(store.steps).toEqual(["detect", "build"]);
    for (const number of [1, 50, 51, 1_024, 1_025, 9_999, 15_000]) {
      const count = Math.floor((number - 1) / 50);
      expect(store.line(number)).toMatchObject({
        number,
        text: `${count}:${(number - 1) % 50} ${"·".repeat((number - 1) % 50)}`,
        step: count % 2 ? "build" : "detect",
        stream: count % 3 ? "stdout" : "stderr",
      });
    }
  });

  it("is numbered by the server where its beginning is missing", () => {
    const { store } = storeByHand();
    store.append(logEvent(["a", "b"], { firstLine: 501 }));
    expect(store.first).toBe(501);
    expect(store.line(502)?.text).toBe("b");
    expect(store.line(1)).toBeUndefined();
    expect(createLineIndex(store, { step: null, level: "all" }).lineAt(0)).toBe(501);
  });

  it("tells once per frame, and only those who still listen", () => {
    const { store, frames } = storeByHand();
    const changed = vi.fn();
    const other = vi.fn();
    store.subscribe(changed);
    const leave = store.subscribe(other);
    leave();
    for (let count = 0; count < 10; count += 1) store.append(logEvent(["a"]));
    expect(frames).toHaveLength(1);
    expect(store.version()).toBe(0);
    frames.pop()!();
    expect(changed).toHaveBeenCalledTimes(1);
    expect(store.version()).toBe(1);
    store.append(logEvent(["b"]));
    expect(frames).toHaveLength(1);
    expect(other).not.toHaveBeenCalled();
  });

  it("keeps the last redraw of a line, in the colour it had", () => {
    const store = storeOf(["\u001b[32m1%\r2%\r3%", "next"]);
    expect(store.line(1)?.text).toBe("3%");
    expect(store.head(1, 10).style).toBe(3);
    expect(store.head(2, 10).style).toBe(3);
  });

  it("carries colour to the next line of the same step and stream only", () => {
    const { store } = storeByHand();
    store.append(logEvent(["\u001b[31mopen"]));
    store.append(logEvent(["other"], { step: "upload" }));
    store.append(logEvent(["error output"], { stream: "stderr" }));
    store.append(logEvent(["still red\u001b[0m", "plain"]));
    expect([1, 2, 3, 4, 5].map((number) => store.head(number, 99).style)).toEqual([0, 0, 0, 2, 0]);
  });

  it("reads the beginning of a line of 10 MB alone, without half a character at its end", () => {
    const store = storeOf([`${"x".repeat(19_999)}👍${"y".repeat(10_000_000)}`]);
    const before = performance.now();
    const { text, chars } = store.head(1, 20_000);
    expect(performance.now() - before).toBeLessThan(50);
    expect(chars).toBe(10_020_001);
    expect(text).toBe("x".repeat(19_999));
  });

  it("counts errors and warnings", () => {
    const store = storeOf(["fine", "\u001b[31merror:\u001b[0m x", "warning: y", "npm ERR! z"]);
    expect([store.errors, store.warnings]).toEqual([2, 1]);
    expect([1, 2, 3, 4].map(store.levelOf)).toEqual([null, "error", "warning", "error"]);
  });

  it("holds 200,000 lines in little more than their bytes", () => {
    const { store } = storeByHand();
    const before = process.memoryUsage();
    for (let count = 0; count < 2_000; count += 1)
      store.append(logEvent(Array.from({ length: 100 }, (_, line) => `${count} ${line} ${"module ".repeat(10)}`)));
    const after = process.memoryUsage();
    expect(store.size).toBe(200_000);
    expect((after.arrayBuffers - before.arrayBuffers) / 2 ** 20).toBeLessThan(40);
  });
});

describe("which lines are shown", () => {
  const { store } = storeByHand();
  store.append(logEvent(["a", "error: b", "warning: c"], { step: "detect" }));
  store.append(logEvent(["d", "error: e"], { step: "build" }));

  it("those of a step, of a level, of both; more as they come", () => {
    const lines = (step: string | null, level: "all" | "warning" | "error") => {
      const index = createLineIndex(store, { step, level });
      return Array.from({ length: index.size }, (_, row) => index.lineAt(row));
    };
    expect(lines(null, "all")).toEqual([1, 2, 3, 4, 5]);
    expect(lines("detect", "all")).toEqual([1, 2, 3]);
    expect(lines(null, "warning")).toEqual([2, 3, 5]);
    expect(lines("build", "error")).toEqual([5]);
    const errors = createLineIndex(store, { step: null, level: "error" });
    expect(errors.size).toBe(2);
    store.append(logEvent(["error: f"], { step: "build" }));
    expect(errors.size).toBe(3);
  });

  it("a line that is not shown has the row of the next that is", () => {
    const index = createLineIndex(store, { step: null, level: "error" });
    expect([1, 2, 3, 5, 6, 99].map(index.rowOf)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("errors are gone through in a circle", () => {
    const index = createLineIndex(store, { step: null, level: "all" });
    expect([0, 2, 5, 6].map((line) => nextOfLevel(store, index, "error", line))).toEqual([2, 5, 6, 2]);
    expect(nextOfLevel(storeOf(["a"]), createLineIndex(store, { step: "no", level: "all" }), "error", 1)).toBeNull();
  });

  it("are what is copied, without colours", async () => {
    const index = createLineIndex(store, { step: "detect", level: "all" });
    expect(await (await textOf(store, index)).text()).toBe("a\nerror: b\nwarning: c\n");
    const all = createLineIndex(store, { step: null, level: "all" });
    expect(await (await textOf(store, all, { from: 3, to: 4 })).text()).toBe("warning: c\nd\n");
  });
});

it("a list of numbers grows and is searched", () => {
  const list = createNumberList();
  for (let value = 0; value < 10_000; value += 1) list.push(value * 2);
  expect(list.length).toBe(10_000);
  expect(list.at(9_999)).toBe(19_998);
  expect([0, 1, 8_191, 19_998, 20_000].map(list.lowerBound)).toEqual([0, 1, 4_096, 9_999, 10_000]);
  expect(() => list.at(10_000)).toThrow(RangeError);
});

it.each([
  ["L120", { from: 120, to: 120 }],
  ["#L120-L140", { from: 120, to: 140 }],
  ["#L140-L120", { from: 120, to: 140 }],
  ["L1-9", { from: 1, to: 9 }],
  ["L0", null],
  ["L1-L", null],
  ["L12x", null],
  ["", null],
  [null, null],
])("lines of the address %s", (text, expected) => {
  expect(parseLines(text)).toEqual(expected);
  if (expected) expect(parseLines(formatLines(expected))).toEqual(expected);
});
