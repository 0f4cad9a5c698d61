/** The lines of a log as they arrive: kept outside React, told at most once per frame. */
import type { LogEvent } from "../types.ts";

export interface LogLine {
  /** 1, 2, 3 … over all steps, in the order of arrival: `#L120`. */
  number: number;
  at: string;
  step: string;
  stream: "stdout" | "stderr";
  /** Raw, with its control sequences. */
  text: string;
}

export interface LogStore {
  /** Lines of one event; those of an event that came before are left out. */
  append(event: LogEvent): void;
  readonly size: number;
  line(number: number): LogLine | undefined;
  /** Changes with every append that was told. */
  version(): number;
  subscribe(changed: () => void): () => void;
}

export function createLogStore(): LogStore {
  throw new Error("not yet");
}
