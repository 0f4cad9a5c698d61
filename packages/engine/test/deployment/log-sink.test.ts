import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeployEventBody } from "../../src/events.ts";
import { type LogSink, logSink } from "../../src/deployment/log-sink.ts";
import { createRedactor } from "../../src/redact/redact.ts";

const token = "sk-live-4242-kettle";
type Log = Extract<DeployEventBody, { type: "log" }>;

function sinkWith(stored: Log[], firstLine = 1): LogSink {
  const redactor = createRedactor([{ name: "TOKEN", value: token }]);
  return logSink({ redactor, firstLine, append: async (bodies) => void stored.push(...(bodies as Log[])) });
}

describe("the lines of a deployment", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("keep the whole name of their step and their stream, numbered in the order they came", async () => {
    const stored: Log[] = [];
    const sink = sinkWith(stored, 7);
    // All three are held back, since the end of each may begin the secret.
    sink.push("build web", "sk", "stdout");
    sink.push("build web", "ask", "stderr");
    sink.push("build api", "desk", "stdout");
    await sink.flush();
    sink.close();
    expect(stored.map(({ step, stream, firstLine, lines }) => ({ step, stream, firstLine, lines }))).toEqual([
      { step: "build web", stream: "stdout", firstLine: 7, lines: ["sk"] },
      { step: "build web", stream: "stderr", firstLine: 8, lines: ["ask"] },
      { step: "build api", stream: "stdout", firstLine: 9, lines: ["desk"] },
    ]);
  });

  it("are stored ten times a second, and the one held back when the program pauses", async () => {
    const stored: Log[] = [];
    const sink = sinkWith(stored);
    sink.push("build", "compiling", "stdout");
    sink.push("build", "waiting for a door", "stdout");
    await vi.advanceTimersByTimeAsync(100);
    expect(stored.flatMap(({ lines }) => lines)).toEqual(["compiling", "waiting for a door"]);
    sink.push("build", "press any key: sk", "stdout");
    await vi.advanceTimersByTimeAsync(99);
    expect(stored).toHaveLength(1); // Not yet: a secret may be on its way.
    await vi.advanceTimersByTimeAsync(101);
    expect(stored.at(-1)).toMatchObject({ firstLine: 3, lines: ["press any key: sk"] });
    expect(vi.getTimerCount()).toBe(0);
    sink.close();
  });

  it("do not show the first half of a secret while the second is on its way", async () => {
    const stored: Log[] = [];
    const sink = sinkWith(stored);
    sink.push("build", "start", "stdout");
    await vi.advanceTimersByTimeAsync(95);
    sink.push("build", token.slice(0, 8), "stdout");
    await vi.advanceTimersByTimeAsync(10);
    sink.push("build", token.slice(8), "stdout");
    await sink.flush();
    sink.close();
    expect(stored.flatMap(({ lines }) => lines)).toEqual(["start", "[secret TOKEN]"]);
  });
});
