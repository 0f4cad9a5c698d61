"use client";

export interface VariableRow {
  /** Of the row on the screen; stays while it is edited. */
  id: string;
  key: string;
  /** Null for a saved secret, which nobody reads back. */
  value: string | null;
  sensitive: boolean;
  /** It is stored, and was not changed since. */
  saved: boolean;
}

/** A variable the code reads, as detection found it. */
export interface NeededVariable {
  key: string;
  required: boolean;
  sensitive: boolean;
  public: boolean;
  class: "build" | "run";
  description?: string | undefined;
  example?: string | undefined;
  validation?: string | undefined;
  foundIn: readonly string[];
}

export interface EnvironmentVariableInputProps {
  value: readonly VariableRow[];
  onChange(rows: VariableRow[]): void;
  /** Named by the code or .env.example; those without a row are offered first. */
  needed?: readonly NeededVariable[];
  /** Faults by variable name, of the server. */
  faults?: readonly { path: string; message: string }[];
  disabled?: boolean;
}

export function EnvironmentVariableInput(_props: EnvironmentVariableInputProps) {
  return null;
}
