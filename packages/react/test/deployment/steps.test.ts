import { describe, expect, it } from "vitest";
import { type StepView, stepsOf, withEvent } from "../../src/deployment/steps.ts";
import type { DeployEvent } from "../../src/types.ts";
import { recorded, told } from "./recorded.ts";

const after = (events: DeployEvent[]): StepView[] => events.reduce(withEvent, []);
const short = (steps: StepView[]): string[] => steps.map(({ name, state }) => `${name} ${state}`);

describe("steps", () => {
  it("are those of the events, in their order, with time and the last line each said", () => {
    const steps = after(recorded("server").events);
    expect(steps.map(({ title, state, durationMs, detail }) => [title, state, durationMs, detail])).toEqual([
      ["Build", "finished", 9, null],
      ["Seal", "finished", 3, null],
      ["Stage", "finished", 4, null],
      ["Start", "finished", 28, null],
      ["Probe", "finished", 354, "GET / → 200"],
      ["Switch", "finished", 6, null],
      ["Verify", "finished", 16, "GET http://localhost:44887/ → 200"],
    ]);
  });

  it.each(["server", "broken", "unchanged"] as const)(
    "of %s are, after all events, those the server answers",
    (name) => {
      const { deployment, events } = recorded(name);
      const answered = stepsOf(deployment);
      const seen = after(events);
      // Whether a step was reused is not in the answer; times differ by the writing of them.
      const same = (steps: StepView[]) =>
        steps.map(({ name: step, state, attempt }) => [step, state === "reused" ? "finished" : state, attempt]);
      expect(same(answered)).toEqual(same(seen));
    },
  );

  it.each(["server", "broken", "unchanged"] as const)("of %s stay as they are when events are told again", (name) => {
    const { deployment, events } = recorded(name);
    const steps = after(events);
    for (const event of events) expect(withEvent(steps, event)).toBe(steps);
    const answered = stepsOf(deployment);
    for (const event of events) expect(withEvent(answered, event)).toBe(answered);
  });

  it("go on from what the server answered in the middle", () => {
    const { deployment, events } = recorded("server");
    const steps = stepsOf({
      ...deployment,
      state: "deploying",
      steps: deployment.steps.slice(0, 5).map((step, index) => ({
        ...step,
        ...(index === 4 ? { status: "running", finishedAt: null } : {}),
      })),
    });
    expect(short(steps).at(-1)).toBe("probe running");
    expect(short(events.reduce(withEvent, steps))).toEqual(short(after(events)));
  });

  it("end at a failure with what went wrong", () => {
    const [build] = after(recorded("broken").events);
    expect(build).toMatchObject({ state: "failed", attempt: 1 });
    expect(build?.detail).toContain("src/main.ts(8,63)");
    expect(stepsOf(recorded("broken").deployment)[0]?.detail).toBe(build?.detail);
  });

  it("say that nothing had to be made", () => {
    const steps = after(recorded("unchanged").events);
    expect(short(steps)).toEqual(["build reused", "seal reused", "verify finished"]);
    expect(steps[1]?.detail).toContain("goes on running");
  });

  it("say why there is another try, and forget it when that succeeds", () => {
    const events = told(
      { type: "step", step: "upload", status: "started", attempt: 1 },
      { type: "step", step: "upload", status: "failed", attempt: 1, durationMs: 900, detail: "Netlify asks to wait." },
      { type: "step", step: "upload", status: "started", attempt: 2 },
      {
        type: "log",
        step: "upload",
        stream: "stdout",
        firstLine: 1,
        lines: ["Netlify lacks 3 of 12 different files."],
      },
      { type: "step", step: "upload", status: "finished", attempt: 2, durationMs: 400 },
    );
    expect(after(events.slice(0, 2))).toMatchObject([{ state: "failed", attempt: 1 }]);
    expect(after(events.slice(0, 3))).toMatchObject([
      { state: "retrying", attempt: 2, note: "Netlify asks to wait.", startedAt: events[2]!.at, finishedAt: null },
    ]);
    expect(after(events)).toMatchObject([
      { state: "finished", attempt: 2, note: null, detail: "Netlify lacks 3 of 12 different files.", durationMs: 400 },
    ]);
  });

  it("know when the next try is when the server says it", () => {
    const nextTryAt = "2026-09-14T10:00:13.000Z";
    const events = told(
      { type: "step", step: "upload", status: "started", attempt: 1 },
      { type: "step", step: "upload", status: "failed", attempt: 1, detail: "Netlify asks to wait.", nextTryAt },
      { type: "step", step: "upload", status: "started", attempt: 2 },
    );
    expect(after(events.slice(0, 2))).toMatchObject([{ state: "retrying", attempt: 1, nextAt: nextTryAt }]);
    expect(after(events)).toMatchObject([
      { state: "retrying", attempt: 2, nextAt: null, note: "Netlify asks to wait." },
    ]);
  });

  it("say that another process took over", () => {
    const events = told(
      { type: "step", step: "build", status: "started", attempt: 1 },
      { type: "takeover", from: "a process that is gone", to: "host 7" },
      { type: "step", step: "build", status: "started", attempt: 2 },
    );
    expect(after(events)).toMatchObject([
      { state: "retrying", attempt: 2, note: expect.stringContaining("another one") },
    ]);
  });

  it("show a cancel as a cancel, not as the failure it is to the step", () => {
    const events = told(
      { type: "step", step: "build", status: "started", attempt: 1 },
      { type: "step", step: "build", status: "failed", attempt: 1, detail: "Cancelled by a person." },
      { type: "state", state: "cancelled", reason: "Cancelled by a person." },
    );
    expect(after(events)).toMatchObject([{ state: "cancelled", detail: null }]);
  });

  it("leave nothing running after the end", () => {
    const events = told(
      { type: "step", step: "build", status: "started", attempt: 1 },
      { type: "state", state: "failed" },
    );
    expect(after(events)).toMatchObject([{ state: "failed" }]);
  });

  it("show a line without colours, controls and what it wrote over", () => {
    const lines = ["\u001b[32m✓\u001b[39m built\u202e in 1 s", "", "\u001b[2K"];
    const events = told(
      { type: "step", step: "build", status: "started", attempt: 1 },
      { type: "log", step: "build", stream: "stdout", firstLine: 1, lines },
      { type: "log", step: "build", stream: "stdout", firstLine: 4, lines: [] },
    );
    expect(after(events)[0]?.detail).toBe("✓ built in 1 s");
    const progress = told({ type: "log", step: "build", stream: "stdout", firstLine: 5, lines: ["10 %\r90 %"] });
    expect([...events, ...progress].reduce(withEvent, [])[0]?.detail).toBe("90 %");
  });
});
