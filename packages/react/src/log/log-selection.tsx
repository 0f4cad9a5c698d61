"use client";
import { Button } from "../parts/button.tsx";
import { formatLines, type LineRange } from "./line-range.ts";
import { CopyStatus, useCopy } from "./log-actions.tsx";

export interface LogSelectionProps {
  lines: LineRange;
  /** Their text. */
  text(): Promise<Blob>;
  onClear(): void;
}

/** What can be done with chosen lines. */
export function LogSelection({ lines, text, onClear }: LogSelectionProps) {
  const { told, copy } = useCopy();
  const address = (): Blob => {
    const url = new URL(location.href);
    url.hash = formatLines(lines);
    return new Blob([url.href], { type: "text/plain" });
  };
  return (
    <div role="group" aria-label="Chosen lines" className="lf:flex lf:flex-wrap lf:items-center lf:gap-1">
      <span className="lf:me-1 lf:text-sm">
        {lines.from === lines.to
          ? `Line ${lines.from.toLocaleString()}`
          : `Lines ${lines.from.toLocaleString()} to ${lines.to.toLocaleString()}`}
      </span>
      <Button onClick={() => copy(Promise.resolve(address()))}>Copy link to lines</Button>
      <Button onClick={() => copy(text())}>Copy lines</Button>
      <Button look="quiet" onClick={onClear}>
        Clear
      </Button>
      <CopyStatus told={told} />
    </div>
  );
}
