/** What a menu shows. */
import type { ReactNode } from "react";

export type MenuEntry =
  | { kind: "action"; title: ReactNode; run(): void }
  /** One of several, with the chosen one marked. */
  | {
      kind: "choice";
      title: string;
      value: string;
      options: readonly { value: string; label: string }[];
      choose(value: string): void;
    }
  | { kind: "note"; text: ReactNode }
  | { kind: "separator" };

export interface MenuProps {
  /** What is in the button, and how it is called. */
  button: ReactNode;
  label: string;
  className?: string;
  align?: "start" | "end";
  entries: readonly MenuEntry[];
}

/** Of the element the lists are put in: a part of the bar, since all of a page belongs to a landmark. */
export const menusId = "menus";
