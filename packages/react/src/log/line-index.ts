/** Which lines are shown: all, or those of a step or a level. Rows are counted from 0, lines by their number. */
import type { LogStore } from "./log-store.ts";
import { createNumberList } from "./number-list.ts";

/** `warning`: warnings and errors. */
export type LevelFilter = "all" | "warning" | "error";

export interface LineFilter {
  /** Null for all. */
  step: string | null;
  level: LevelFilter;
}

export interface LineIndex {
  /** How many lines are shown now; it grows with the log. */
  readonly size: number;
  lineAt(row: number): number;
  /** Row of a line, or of the next one that is shown; the last row when there is none. -1 without rows. */
  rowOf(line: number): number;
  accepts(line: number): boolean;
}

export function createLineIndex(log: LogStore, { step, level }: LineFilter): LineIndex {
  const accepts = (line: number): boolean => {
    if (step !== null && log.stepOf(line) !== step) return false;
    if (level === "all") return true;
    const its = log.levelOf(line);
    return its === "error" || (level === "warning" && its === "warning");
  };
  if (step === null && level === "all")
    return {
      get size() {
        return log.size;
      },
      lineAt: (row) => log.first + row,
      rowOf: (line) => Math.min(Math.max(0, line - log.first), log.size - 1),
      accepts,
    };

  const lines = createNumberList();
  let seen = 0;
  /** Looks at what came since. */
  function shown(): typeof lines {
    for (; seen < log.size; seen += 1) if (accepts(log.first + seen)) lines.push(log.first + seen);
    return lines;
  }
  return {
    get size() {
      return shown().length;
    },
    lineAt: (row) => shown().at(row),
    rowOf: (line) => Math.min(shown().lowerBound(line), lines.length - 1),
    accepts,
  };
}

/** The next line of a level after `line`, going round; null when there is none. */
export function nextOfLevel(log: LogStore, index: LineIndex, level: "error" | "warning", line: number): number | null {
  const { size } = index;
  if (size === 0) return null;
  const after = index.rowOf(line + 1);
  const start = index.lineAt(after) > line ? after : 0;
  for (let passed = 0; passed < size; passed += 1) {
    const next = index.lineAt((start + passed) % size);
    if (log.levelOf(next) === level) return next;
  }
  return null;
}
