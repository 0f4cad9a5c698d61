import { expect, it } from "vitest";
import { sentenceFor } from "../../src/deployment/speech.ts";
import { type StepView, withEvent } from "../../src/deployment/steps.ts";
import { told } from "./recorded.ts";

const begun = told({ type: "step", step: "build", status: "started", attempt: 1 }).reduce(withEvent, [] as StepView[]);
const next = told(
  { type: "step", step: "build", status: "finished", attempt: 1, durationMs: 72_000 },
  { type: "step", step: "upload", status: "started", attempt: 1 },
).reduce(withEvent, begun);
const building = { state: "building", url: null, steps: begun } as const;

it("says what ended, in how long, and what has begun", () => {
  const moment = { state: "uploading", url: null, steps: next } as const;
  expect(sentenceFor(building, moment)).toBe("Build finished in 1 minute 12 seconds. Upload has begun.");
});

it("says that a step is tried again, and why", () => {
  const again = told(
    { type: "step", step: "build", status: "failed", attempt: 1, detail: "The registry asks to wait." },
    { type: "step", step: "build", status: "started", attempt: 2 },
  ).reduce(withEvent, begun);
  expect(sentenceFor(building, { ...building, steps: again })).toBe(
    "Build is tried again, try 2: The registry asks to wait.",
  );
});

it("says the end, leaves failures to the alert, and is silent when nothing has changed", () => {
  expect(sentenceFor(building, { ...building, state: "success", url: "https://acme.test" })).toBe(
    "The deployment is ready at https://acme.test.",
  );
  expect(sentenceFor(building, { ...building, state: "cancelled" })).toBe("The deployment is cancelled.");
  expect(sentenceFor(building, { ...building, state: "failed" })).toBeNull();
  expect(sentenceFor(building, building)).toBeNull();
});
