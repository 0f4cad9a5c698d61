/** The steps of a deployment as they are shown: what its events say, over what it was when the page opened. */
import { type DeployEvent, type Deployment, isSettled } from "../types.ts";

export interface StepView {
  name: string;
  /** `build web` → "Build web". */
  title: string;
  state: "waiting" | "running" | "retrying" | "finished" | "reused" | "failed" | "cancelled";
  /** 1 for the first try. */
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  /** One line of result: "312 files, 4.1 MB sent". */
  detail: string | null;
  /** Why it tries again, or waits. */
  note: string | null;
  /** When the next try begins; null when none is waited for, or the server does not say. */
  nextAt: string | null;
}

type StepEvent = Extract<DeployEvent, { type: "step" }>;

/** A server that knows when it tries again says so with the failure. */
function nextTryOf(event: StepEvent): string | null {
  return event.status === "failed" ? (event.nextTryAt ?? null) : null;
}

const longestDetail = 300;

/** A step nothing has happened in. */
export function waitingStep(name: string): StepView {
  return {
    name,
    title: name.charAt(0).toUpperCase() + name.slice(1),
    state: "waiting",
    attempt: 1,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    detail: null,
    note: null,
    nextAt: null,
  };
}

/** Steps from the deployment as it was answered. */
export function stepsOf(deployment: Deployment): StepView[] {
  const steps = deployment.steps.map<StepView>(({ name, status, attempt, startedAt, finishedAt }) => ({
    ...waitingStep(name),
    state: status === "running" ? underWay(attempt) : status,
    attempt,
    startedAt,
    finishedAt,
    durationMs: finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt),
    detail: status === "failed" && deployment.state === "failed" ? (deployment.error?.what ?? null) : null,
  }));
  return isSettled(deployment.state) ? ended(steps, deployment.state) : steps;
}

/** Steps after one more event. An event that is known already changes nothing, so that the same array is given back. */
export function withEvent(steps: StepView[], event: DeployEvent): StepView[] {
  switch (event.type) {
    case "step":
      return afterStep(steps, event);
    case "log": {
      const detail = lastLine(event.lines);
      return detail === null ? steps : changed(steps, ({ name }) => name === event.step, { detail });
    }
    case "note":
      return changed(steps, () => true, event.level === "info" ? { detail: event.message } : { note: event.message });
    case "takeover":
      return changed(steps, () => true, { note: "Its process ended; another one carries it on." });
    case "state":
      return isSettled(event.state) ? ended(steps, event.state) : steps;
    case "url":
    case "error":
      return steps;
    default:
      return event satisfies never;
  }
}

function afterStep(steps: StepView[], event: StepEvent): StepView[] {
  const index = steps.findIndex(({ name }) => name === event.step);
  const before = steps[index] ?? { ...waitingStep(event.step), attempt: 0 };
  if (isKnown(before, event)) return steps;
  const after = event.status === "started" ? started(before, event) : over(before, event, event.status);
  return index === -1 ? [...steps, after] : steps.with(index, after);
}

/** What is told of a try is its start and then its end. */
function isKnown(step: StepView, event: StepEvent): boolean {
  if (step.state === "waiting") return false;
  if (event.attempt !== step.attempt) return event.attempt < step.attempt;
  return event.status === "started" || !isUnderWay(step);
}

function started(before: StepView, { attempt, at }: StepEvent): StepView {
  return {
    ...before,
    state: underWay(attempt),
    attempt,
    startedAt: at,
    finishedAt: null,
    durationMs: null,
    detail: null,
    // What ended the earlier try, or who took it over, is why there is this one.
    note: before.finishedAt === null ? before.note : before.detail,
    nextAt: null,
  };
}

function over(before: StepView, event: StepEvent, status: Exclude<StepEvent["status"], "started">): StepView {
  const nextAt = nextTryOf(event);
  return {
    ...before,
    state: nextAt === null ? status : "retrying",
    attempt: event.attempt,
    finishedAt: event.at,
    durationMs: event.durationMs ?? null,
    detail: event.detail ?? before.detail,
    note: null,
    nextAt,
  };
}

function underWay(attempt: number): "running" | "retrying" {
  return attempt > 1 ? "retrying" : "running";
}

export function isUnderWay({ state }: StepView): boolean {
  return state === "running" || state === "retrying";
}

/** The last step under way that `which` means, with what has changed. */
function changed(steps: StepView[], which: (step: StepView) => boolean, change: Partial<StepView>): StepView[] {
  const index = steps.findLastIndex((step) => isUnderWay(step) && which(step));
  const step = steps[index];
  return step === undefined ? steps : steps.with(index, { ...step, ...change });
}

/** Nothing goes on after the end. A step that a cancel ended is told as failed by its platform; it is the cancel that is shown. */
function ended(steps: StepView[], state: Deployment["state"]): StepView[] {
  if (state === "cancelled") {
    const index = steps.length - 1;
    const last = steps[index];
    const isCut = last !== undefined && (isUnderWay(last) || last.state === "failed");
    return isCut ? steps.with(index, { ...last, state: "cancelled", detail: null, note: null, nextAt: null }) : steps;
  }
  if (state !== "failed" || !steps.some(isUnderWay)) return steps;
  return steps.map((step) => (isUnderWay(step) ? { ...step, state: "failed", note: null, nextAt: null } : step));
}

/** The last line that says something, without colours and other controls; null when there is none. */
function lastLine(lines: readonly string[]): string | null {
  for (const line of lines.toReversed()) {
    const shown = line.slice(line.lastIndexOf("\r") + 1).slice(0, 2 * longestDetail);
    const text = shown
      .replaceAll(/\p{Cc}\[[\d;?]*[A-Za-z]/gu, "")
      .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
      .trim();
    if (text !== "") return text.slice(0, longestDetail);
  }
  return null;
}
