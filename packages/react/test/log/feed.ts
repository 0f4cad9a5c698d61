import type { LogEvent } from "../../src/types.ts";

let seq = 0;

/** The next event of a log, with lines of one step. */
export function logEvent(lines: string[], about: Partial<LogEvent> = {}): LogEvent {
  seq += 1;
  return {
    type: "log",
    deploymentId: "dep_1",
    seq,
    at: "2026-08-21T10:00:00.000Z",
    step: "build",
    stream: "stdout",
    firstLine: 1,
    lines,
    ...about,
  };
}
