/** What can be done on the page that is open: for the command palette, and by keys. */
import { useEffect, useId } from "react";

export interface Command {
  id: string;
  /** "Roll back to this deployment". */
  title: string;
  /** Heading it stands under in the palette; default: "On this page". */
  group?: string;
  /** One letter, or two one after the other: "d", "g p". Only outside fields, and only while keys are switched on. */
  keys?: string;
  run(): void;
}

const registered = new Map<string, readonly Command[]>();

/** Offers these for as long as the component is shown. */
export function useCommands(commands: readonly Command[]): void {
  const owner = useId();
  useEffect(() => {
    registered.set(owner, commands);
    return () => void registered.delete(owner);
  });
}

/** Those of everything that is shown now. */
export function allCommands(): Command[] {
  return [...registered.values()].flat();
}
