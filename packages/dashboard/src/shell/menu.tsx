/** A button that opens a list of choices. What opens is loaded when somebody is about to open it: no first page pays for it. */
import { buttonClass } from "@landfall/react";
import { lazy, type ReactNode, Suspense, useState } from "react";

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

const load = () => import("./menu-popup.tsx");
const MenuPopup = lazy(async () => ({ default: (await load()).MenuPopup }));

export function Menu(props: MenuProps) {
  const [isWanted, setWanted] = useState(false);
  const { button, label, className = "" } = props;
  const trigger = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      className={`${buttonClass("quiet")} ${className}`}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      {button}
    </button>
  );
  if (!isWanted) return trigger;
  return (
    <Suspense fallback={trigger}>
      <MenuPopup {...props} />
    </Suspense>
  );
}
