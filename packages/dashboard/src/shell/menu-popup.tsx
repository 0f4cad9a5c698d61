/** The list of a menu, and its button from the first time it is opened. */
import { Menu as Base } from "@base-ui/react/menu";
import { buttonClass } from "@landfall/react";
import { Check } from "lucide-react";
import { type MenuEntry, type MenuProps, menusId } from "./menu-entry.ts";

const itemClass =
  "lf:flex lf:min-h-8 lf:cursor-pointer lf:items-center lf:gap-2 lf:rounded-sm lf:px-2 lf:text-sm lf:text-text lf:outline-none lf:data-highlighted:bg-neutral-soft";

export function MenuPopup({ button, label, className = "", align = "start", entries }: MenuProps) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger aria-label={label} className={`${buttonClass("quiet")} ${className}`}>
        {button}
      </Base.Trigger>
      <Base.Portal container={document.getElementById(menusId)}>
        <Base.Positioner align={align} sideOffset={4} className="lf:z-40">
          <Base.Popup className="lf:max-h-[min(28rem,var(--available-height))] lf:max-w-[min(20rem,calc(100vw-16px))] lf:min-w-48 lf:overflow-y-auto lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-1 lf:shadow-lg lf:outline-none">
            {entries.map((entry, index) => (
              // oxlint-disable-next-line no-array-index-key -- the list is written out, and keeps its order
              <Entry key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  switch (entry.kind) {
    case "separator":
      return <Base.Separator className="lf:my-1 lf:h-px lf:bg-line" />;
    case "note":
      return <div className="lf:px-2 lf:py-1.5">{entry.text}</div>;
    case "action":
      return (
        <Base.Item className={itemClass} onClick={entry.run}>
          {entry.title}
        </Base.Item>
      );
    case "choice":
      return (
        <Base.RadioGroup value={entry.value} onValueChange={(chosen: string) => entry.choose(chosen)}>
          <Base.Group>
            <Base.GroupLabel className="lf:px-2 lf:pt-1.5 lf:pb-1 lf:text-xs lf:text-muted">
              {entry.title}
            </Base.GroupLabel>
            {entry.options.map(({ value, label }) => (
              <Base.RadioItem key={value} value={value} closeOnClick className={itemClass}>
                <span className="lf:inline-flex lf:w-4">
                  <Base.RadioItemIndicator>
                    <Check aria-hidden size={14} />
                  </Base.RadioItemIndicator>
                </span>
                <span className="lf:min-w-0 lf:truncate">{label}</span>
              </Base.RadioItem>
            ))}
          </Base.Group>
        </Base.RadioGroup>
      );
    default:
      return entry satisfies never;
  }
}
