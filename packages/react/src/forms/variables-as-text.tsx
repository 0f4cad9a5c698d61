"use client";
import { useId, useState } from "react";
import { Button } from "../parts/button.tsx";
import { ErrorPanel } from "../parts/panels.tsx";
import { type NeededVariable, rowsOfText, textOf, type VariableRow } from "./rows.ts";
import { fieldClass } from "./secret-input.tsx";

export interface VariablesAsTextProps {
  rows: readonly VariableRow[];
  needed: readonly NeededVariable[];
  disabled: boolean;
  onDone(rows: VariableRow[]): void;
  onCancel(): void;
}

/** All variables as the text of a `.env`, to be edited at once. Taken whole, or not at all. */
export function VariablesAsText({ rows, needed, disabled, onDone, onCancel }: VariablesAsTextProps) {
  const id = useId();
  const [text, setText] = useState(() => textOf(rows));
  const [faults, setFaults] = useState<readonly { line: number; message: string }[]>([]);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const read = rowsOfText(text, rows, needed);
        if ("faults" in read) setFaults(read.faults);
        else onDone(read.rows);
      }}
    >
      <label htmlFor={id} className="lf:text-sm lf:font-medium">
        Variables as text
      </label>
      <p id={`${id}-about`} className="lf:m-0 lf:text-xs lf:text-muted">
        One KEY=value a line, as in a .env file; quotes around values with line breaks. A line removed is a variable
        removed, but for secrets.
      </p>
      <textarea
        id={id}
        aria-describedby={`${id}-about`}
        aria-invalid={faults.length > 0 || undefined}
        rows={Math.min(Math.max(text.split("\n").length + 1, 6), 24)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        disabled={disabled}
        value={text}
        className={`${fieldClass} lf:mt-1 lf:font-mono lf:text-xs`}
        onChange={({ target }) => setText(target.value)}
      />
      {faults.length === 0 ? null : <DotenvFaults what="Nothing was changed" faults={faults} />}
      <div className="lf:mt-2 lf:flex lf:flex-wrap lf:gap-2">
        <Button type="submit" look="primary" disabled={disabled}>
          Apply
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

/** Lines of a text that are no variables; their values are not shown. */
export function DotenvFaults({ what, faults }: { what: string; faults: readonly { line: number; message: string }[] }) {
  return (
    <div className="lf:mt-2">
      <ErrorPanel
        isNew
        error={{
          code: "INVALID_VARIABLE",
          what: `${what}: ${faults.length === 1 ? "one line is not a variable" : `${faults.length} lines are not variables`}.`,
          faults: faults.map(({ line, message }) => ({ path: `line ${line}`, message })),
          next: "Write each as KEY=value; put a value with spaces, quotes or line breaks in quotes.",
        }}
      />
    </div>
  );
}
