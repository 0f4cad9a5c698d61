"use client";
import { type ReactNode, useEffect, useId, useState } from "react";
import type { ErrorReport } from "../types.ts";
import { Button } from "./button.tsx";
import { Dialog, type DialogProps } from "./dialog.tsx";
import { ErrorPanel } from "./panels.tsx";

export interface ConfirmDialogProps
  extends Pick<DialogProps, "open" | "onClose" | "title" | "description" | "container" | "wide"> {
  /** What the button does, as a verb: "Roll back". */
  confirm: string;
  onConfirm(): void;
  /** For what takes something away. */
  isDanger?: boolean;
  /** A name to be typed first. For removal only. */
  typeToConfirm?: string;
  /** It was confirmed and is under way. */
  isBusy?: boolean;
  /** Why it was refused. */
  error?: ErrorReport | null;
  /** What will change. */
  children?: ReactNode;
}

/** Asks before something that cannot be undone by a click. */
export function ConfirmDialog({
  confirm,
  onConfirm,
  isDanger = false,
  typeToConfirm,
  isBusy = false,
  error = null,
  children,
  ...dialog
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState("");
  const field = useId();
  useEffect(() => {
    if (!dialog.open) setTyped("");
  }, [dialog.open]);
  const lacksName = typeToConfirm !== undefined && typed.trim() !== typeToConfirm;
  const unavailable = isBusy ? "Under way" : lacksName ? `Type ${typeToConfirm} first` : undefined;
  return (
    <Dialog
      {...dialog}
      actions={
        <Button look={isDanger ? "danger" : "primary"} type="submit" form={`${field}-form`} unavailable={unavailable}>
          {confirm}
        </Button>
      }
    >
      <form
        id={`${field}-form`}
        onSubmit={(event) => {
          event.preventDefault();
          if (unavailable === undefined) onConfirm();
        }}
      >
        {children}
        {typeToConfirm === undefined ? null : (
          <div className="lf:mt-4">
            <label htmlFor={field} className="lf:block">
              To confirm, type <strong className="lf:font-mono lf:break-all">{typeToConfirm}</strong>
            </label>
            <input
              id={field}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              className="lf:mt-1 lf:min-h-8 lf:w-full lf:rounded-md lf:border lf:border-line-strong lf:bg-page lf:px-2"
            />
          </div>
        )}
        {error === null ? null : (
          <div className="lf:mt-4">
            <ErrorPanel error={error} isNew />
          </div>
        )}
      </form>
    </Dialog>
  );
}
