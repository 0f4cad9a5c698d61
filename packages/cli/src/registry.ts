/** Where commands enter themselves, and what one does. */
import type { Command } from "commander";
import type { Context } from "./context.ts";

/** What a command does; the number is the exit status, 0 when there is none. */
export type Work<Flags> = (
  context: Context,
  call: { args: (string | undefined)[]; flags: Flags },
) => Promise<number | void>;

/** Where a command enters itself. */
export interface Registry {
  program: Command;
  /** The action of a commander command that does `work`. */
  does<Flags = Record<string, never>>(work: Work<Flags>): (...args: unknown[]) => Promise<void>;
}
