/** A button that opens a list of choices. What opens is loaded when somebody is about to open it: no first page pays for it. */
import { buttonClass } from "@landfall/react";
import { lazy, Suspense, useState } from "react";
import type { MenuProps } from "./menu-entry.ts";

export const loadMenu = () => import("./menu-popup.tsx");
const MenuPopup = lazy(async () => ({ default: (await loadMenu()).MenuPopup }));

export function Menu(props: MenuProps) {
  const [isWanted, setWanted] = useState(false);
  const { button, label, className = "" } = props;
  const trigger = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      className={`${buttonClass("quiet")} ${className}`}
      onPointerEnter={() => void loadMenu().catch(() => undefined)}
      onFocus={() => void loadMenu().catch(() => undefined)}
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
