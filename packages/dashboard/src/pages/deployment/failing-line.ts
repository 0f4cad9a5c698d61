/** Where in a log it went wrong. */
import type { ErrorReport, LogStore } from "@landfall/react";
import { plainText } from "../../parts/deployment-words.tsx";

/**
 * `L120`: of the lines that the error names as evidence the first that tells of an error, else the first of them; without evidence the
 * first that says "error", else the last one of the step.
 */
export function firstErrorLine(log: LogStore, error: ErrorReport | null, step: string): string | null {
  const evidence = (error?.evidence ?? []).map((line) => line.trim()).filter((line) => line !== "");
  let named: number | null = null;
  let said: number | null = null;
  let last: number | null = null;
  for (let number = 1; number <= log.size; number += 1) {
    const line = log.line(number);
    if (line === undefined || line.step !== step) continue;
    const text = plainText(line.text);
    if (evidence.some((one) => text.includes(one))) {
      // Evidence is often the end of what was printed, and begins before anything went wrong.
      if (log.levelOf(number) === "error") return `L${number}`;
      named ??= number;
    }
    if (said === null && /\berror\b/i.test(text)) said = number;
    last = number;
  }
  const found = named ?? said ?? last;
  return found === null ? null : `L${found}`;
}

/** The end of a step's log as text. */
export function lastLines(log: LogStore, step: string | null, most: number): string[] {
  const lines: string[] = [];
  for (let number = log.size; number >= 1 && lines.length < most; number -= 1) {
    const line = log.line(number);
    if (line !== undefined && (step === null || line.step === step)) lines.unshift(plainText(line.text));
  }
  return lines;
}
