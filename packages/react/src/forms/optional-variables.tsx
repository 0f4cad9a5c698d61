"use client";
import { Plus } from "lucide-react";
import { Button } from "../parts/button.tsx";
import type { NeededVariable } from "./rows.ts";
import { Places, Reason } from "./variable-row.tsx";

export interface OptionalVariablesProps {
  /** Whether others are shown already. */
  isMore: boolean;
  needed: readonly NeededVariable[];
  disabled: boolean;
  onAdd(needed: NeededVariable): void;
}

/** What the code reads and can do without: out of the way until it is looked for. */
export function OptionalVariables({ isMore, needed, disabled, onAdd }: OptionalVariablesProps) {
  if (needed.length === 0) return null;
  return (
    <details className="lf:mt-2 lf:rounded-md lf:border lf:border-line lf:px-3 lf:py-1">
      <summary className="lf:min-h-6 lf:cursor-pointer lf:py-1 lf:text-sm">
        {needed.length === 1 ? "One" : needed.length}
        {isMore ? " more" : ""} {needed.length === 1 ? "is" : "are"} read by the code, and not required
      </summary>
      <ul className="lf:m-0 lf:list-none lf:p-0">
        {needed.map((one) => (
          <li key={one.key} className="lf:flex lf:items-start lf:gap-2 lf:border-t lf:border-line lf:py-2">
            <div className="lf:min-w-0 lf:flex-1">
              <code className="lf:font-mono lf:text-sm lf:break-all">{one.key}</code>
              {one.description === undefined ? null : (
                <p className="lf:m-0 lf:text-xs lf:text-muted">{one.description}</p>
              )}
              <Reason because={one.because} />
              <Places foundIn={one.foundIn} />
            </div>
            <Button aria-label={`Add ${one.key}`} disabled={disabled} onClick={() => onAdd(one)}>
              <Plus aria-hidden size={16} /> Add
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
