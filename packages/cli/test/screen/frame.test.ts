import { describe, expect, it } from "vitest";
import { frame } from "../../src/screen/frame.ts";
import { paintFor } from "../../src/screen/paint.ts";
import { newProgress, type Progress, takeEvent } from "../../src/screen/progress.ts";
import { widthOf } from "../../src/screen/text.ts";
import { eventsOf } from "../engine-double.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const plain = { now: start + 5000, paint: paintFor(false), hint: "Ctrl-C leaves it running" };

function progressOf(...bodies: Parameters<typeof eventsOf>[0]): Progress {
  const progress = newProgress(start);
  for (const event of eventsOf(bodies)) takeEvent(progress, event);
  return progress;
}

const building = progressOf(
  { type: "state", state: "building" },
  { type: "step", step: "install", status: "started", attempt: 1 },
  { type: "step", step: "install", status: "reused", attempt: 1 },
  { type: "step", step: "build", status: "started", attempt: 2 },
  {
    type: "log",
    step: "build",
    stream: "stdout",
    firstLine: 1,
    lines: [
      "\u001b[32mvite v7\u001b[39m building…\r",
      "\u001b]0;title\u0007transforming 10%\rtransforming 90%",
      "a\tb\u202e",
      "x".repeat(200),
    ],
  },
);

describe("the live screen", () => {
  it("shows steps, the end of the running one's output made safe, state and hint", () => {
    expect(frame(building, { columns: 60, rows: 24, ...plain })).toMatchInlineSnapshot(`
      [
        " ✓ install     1.0 s  reused",
        " ⠹ build       2.0 s  attempt 2",
        "   │ vite v7 building…",
        "   │ transforming 90%",
        "   │ a  b",
        "   │ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
        " building · 5.0 s · Ctrl-C leaves it running",
      ]
    `);
  });

  it("shows a failed step and forgets its output when the next begins", () => {
    const failed = progressOf(
      { type: "step", step: "build", status: "started", attempt: 1 },
      { type: "log", step: "build", stream: "stderr", firstLine: 1, lines: ["boom"] },
      { type: "step", step: "build", status: "failed", attempt: 1, detail: "status 1" },
      { type: "state", state: "failed", reason: "build" },
    );
    expect(frame(failed, { columns: 60, rows: 24, ...plain, hint: "" })).toMatchInlineSnapshot(`
      [
        " ✗ build       2.0 s  status 1",
        " failed · 5.0 s",
      ]
    `);
  });

  it("turns its mark with time", () => {
    const [first, second] = [0, 80].map(
      (ms) => frame(building, { columns: 60, rows: 24, ...plain, now: start + ms })[1],
    );
    expect(first).not.toBe(second);
  });

  it.each([
    [20, 5],
    [10, 3],
    [40, 2],
    [200, 60],
    [4, 24],
  ])("fits into %i columns and %i rows", (columns, rows) => {
    for (const color of [true, false]) {
      const lines = frame(building, { columns, rows, ...plain, paint: paintFor(color) });
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  it("keeps the running step in sight when there are more steps than rows", () => {
    const names = Array.from({ length: 30 }, (_, index) => `step-${index}`);
    const long = progressOf(
      ...names.map((step) => ({ type: "step" as const, step, status: "started" as const, attempt: 1 })),
    );
    expect(frame(long, { columns: 60, rows: 10, ...plain }).join("\n")).toContain("step-29");
  });

  it("keeps a bounded end of the output", () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    const progress = progressOf(
      { type: "step", step: "build", status: "started", attempt: 1 },
      { type: "log", step: "build", stream: "stdout", firstLine: 1, lines },
      { type: "log", step: "build", stream: "stdout", firstLine: 501, lines: ["last"] },
    );
    expect(progress.tail.at(-1)).toBe("last");
    expect(progress.tail.length).toBeLessThanOrEqual(40);
  });
});
