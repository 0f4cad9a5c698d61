/** What the events of a deployment add up to so far; the live screen draws it. */
import type { DeployEvent, DeploymentState } from "@landfall/engine";
import { safeLine } from "./text.ts";

export interface StepProgress {
  name: string;
  status: "running" | "finished" | "failed" | "reused";
  attempt: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  durationMs: number | null;
  detail: string | null;
}

export interface Progress {
  state: DeploymentState;
  startedAt: number;
  /** In the order they began. A step that begins again keeps its place. */
  steps: StepProgress[];
  /** The person has pressed Ctrl-C once. */
  interrupted: boolean;
  /** The last lines printed in the step that runs, safe to show. */
  tail: string[];
}

/** As many lines of a step are kept as a screen may show. */
const tailLines = 40;

export function newProgress(startedAt: number): Progress {
  return { state: "pending", startedAt, interrupted: false, steps: [], tail: [] };
}

/** Adds one event, in place. */
export function takeEvent(progress: Progress, event: DeployEvent): void {
  if (event.type === "state") progress.state = event.state;
  else if (event.type === "log") {
    progress.tail.push(...event.lines.slice(-tailLines).map(safeLine));
    progress.tail.splice(0, progress.tail.length - tailLines);
  } else if (event.type === "step") {
    const at = Date.parse(event.at);
    let step = progress.steps.find((one) => one.name === event.step);
    if (step === undefined) {
      step = { name: event.step, status: "running", attempt: 1, startedAt: at, durationMs: null, detail: null };
      progress.steps.push(step);
    }
    step.status = event.status === "started" ? "running" : event.status;
    step.attempt = event.attempt;
    step.detail = event.detail === undefined ? step.detail : safeLine(event.detail);
    if (event.status === "started") {
      step.startedAt = at;
      step.durationMs = null;
      progress.tail = [];
    } else step.durationMs = event.durationMs ?? at - step.startedAt;
  }
}
