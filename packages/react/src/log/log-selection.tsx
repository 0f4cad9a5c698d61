"use client";
import { Link, X } from "lucide-react";
import { Button } from "../parts/button.tsx";
import { formatLines, type LineRange } from "./line-range.ts";
import { CopyStatus, useCopy } from "./log-actions.tsx";
import { ToolButton } from "./log-toolbar.tsx";

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
      <Button onClick={() => copy(Promise.resolve(address()))}>
        <Link aria-hidden size={14} />
        Copy link to lines
      </Button>
      <Button onClick={() => copy(text())}>Copy lines</Button>
      <ToolButton label="Choose no lines" onClick={onClear}>
        <X aria-hidden size={16} />
      </ToolButton>
      <CopyStatus told={told} />
    </div>
  );
}
