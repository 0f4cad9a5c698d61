/** What is said aloud while a deployment goes on. */
import { durationForSpeech } from "../parts/time.tsx";
import type { Deployment } from "../types.ts";
import { isUnderWay, type StepView } from "./steps.ts";

export interface Moment {
  state: Deployment["state"];
  url: string | null;
  steps: readonly StepView[];
}

/** One sentence or two for what has changed, or null. Failures are not said here: their panel is an alert. */
export function sentenceFor(before: Moment, after: Moment): string | null {
  if (after.state !== before.state) {
    if (after.state === "success") return `The deployment is ready${after.url === null ? "" : ` at ${after.url}`}.`;
    if (after.state === "cancelled") return "The deployment is cancelled.";
    if (after.state === "failed") return null;
  }
  const news = after.steps.filter((step) => {
    const known = before.steps.find(({ name }) => name === step.name);
    return known?.state !== step.state || known.attempt !== step.attempt;
  });
  const sentences = [
    ...news
      .filter(({ state }) => state === "finished" || state === "reused")
      .slice(-1)
      .map(endInWords),
    ...news.filter(isUnderWay).slice(-1).map(beginInWords),
  ];
  return sentences.length === 0 ? null : sentences.join(" ");
}

function endInWords({ title, state, durationMs }: StepView): string {
  if (state === "reused") return `${title}: nothing has changed.`;
  return durationMs === null ? `${title} finished.` : `${title} finished in ${durationForSpeech(durationMs)}.`;
}

function beginInWords({ title, state, attempt, note }: StepView): string {
  if (state !== "retrying") return `${title} has begun.`;
  return `${title} is tried again, try ${attempt}${note === null ? "" : `: ${note.replace(/\.$/, "")}`}.`;
}
