/** What a kind of value is; see kinds.ts. */

/** What is wrong, and what the right value looks like. */
export interface Fault {
  message: string;
  hint?: string;
}

export interface ValueKind {
  id: string;
  /** Null when the value is right. */
  check(value: string): Fault | null;
}
