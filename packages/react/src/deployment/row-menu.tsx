"use client";
import { Menu } from "@base-ui/react/menu";

export interface RowMenuProps {
  /** Its button. The menu stands at it, and gives the focus back to it. */
  anchor: HTMLElement;
  label: string;
  items: { word: string; isDanger: boolean; run(): void }[];
  onClose(): void;
}

/** The actions of a row. A file of its own, loaded when the first menu is wanted: what it is made of weighs more than the list. */
export function RowMenu({ anchor, label, items, onClose }: RowMenuProps) {
  // Inside the list's own section: what a page shows belongs to a landmark, and here it has tokens, theme and shadow tree of the list.
  const container = anchor.closest("section");
  return (
    <Menu.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Menu.Portal container={container}>
        <Menu.Positioner anchor={anchor} side="bottom" align="end" sideOffset={4} className="lf:z-40">
          <Menu.Popup
            aria-label={label}
            finalFocus={() => anchor}
            className="lf:min-w-40 lf:rounded-md lf:border lf:border-line lf:bg-raised lf:p-1 lf:shadow-lg lf:outline-none"
          >
            {items.map(({ word, isDanger, run }) => (
              <Menu.Item
                key={word}
                onClick={run}
                className={`lf:flex lf:min-h-8 lf:cursor-pointer lf:items-center lf:rounded-sm lf:px-2 lf:data-highlighted:bg-neutral-soft ${isDanger ? "lf:text-failure" : ""}`}
              >
                {word}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
