/** The steps of a deployment as they are shown: what its events say, over what it was when the page opened. */
import type { DeployEvent, Deployment } from "../types.ts";

export interface StepView {
  name: string;
  /** `build web` → "Build web". */
  title: string;
  state: "waiting" | "running" | "retrying" | "finished" | "reused" | "failed";
  /** 1 for the first try. */
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  /** One line of result: "312 files, 4.1 MB sent". */
  detail: string | null;
  /** Why it tries again, or waits. */
  note: string | null;
}

/** Steps from the deployment as it was answered. */
export function stepsOf(_deployment: Deployment): StepView[] {
  throw new Error("not yet");
}

/** Steps after one more event. */
export function withEvent(_steps: StepView[], _event: DeployEvent): StepView[] {
  throw new Error("not yet");
}
