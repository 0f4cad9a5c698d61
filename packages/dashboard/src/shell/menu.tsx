/** A button that opens a list of choices. */
import { Menu as Base } from "@base-ui/react/menu";
import { buttonClass } from "@landfall/react";
import { Check } from "lucide-react";
import type { ReactNode } from "react";

const itemClass =
  "lf:flex lf:min-h-8 lf:cursor-pointer lf:items-center lf:gap-2 lf:rounded-sm lf:px-2 lf:text-sm lf:text-text lf:no-underline lf:outline-none lf:data-highlighted:bg-neutral-soft";

export interface MenuProps {
  /** What is in the button, and what it is called when that is not enough. */
  button: ReactNode;
  label?: string;
  className?: string;
  align?: "start" | "end";
  children: ReactNode;
}

export function Menu({ button, label, className = "", align = "start", children }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger
        {...(label === undefined ? {} : { "aria-label": label })}
        className={`${buttonClass("quiet")} ${className}`}
      >
        {button}
      </Base.Trigger>
      <Base.Portal>
        <div data-lf-root="">
          <Base.Positioner align={align} sideOffset={4} className="lf:z-40">
            <Base.Popup className="lf:max-h-[min(28rem,var(--available-height))] lf:max-w-[min(20rem,calc(100vw-16px))] lf:min-w-48 lf:overflow-y-auto lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-1 lf:shadow-lg lf:outline-none">
              {children}
            </Base.Popup>
          </Base.Positioner>
        </div>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({ onSelect, children }: { onSelect(): void; children: ReactNode }) {
  return (
    <Base.Item className={itemClass} onClick={onSelect}>
      {children}
    </Base.Item>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="lf:my-1 lf:h-px lf:bg-line" />;
}

/** One of several, with the chosen one marked. */
export function MenuChoice<T extends string>({
  title,
  value,
  options,
  onChoose,
}: {
  title: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChoose(value: T): void;
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(chosen: T) => onChoose(chosen)}>
      <Base.Group>
        <Base.GroupLabel className="lf:px-2 lf:pt-1.5 lf:pb-1 lf:text-xs lf:text-muted">{title}</Base.GroupLabel>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick className={itemClass}>
            <span className="lf:inline-flex lf:w-4">
              <Base.RadioItemIndicator>
                <Check aria-hidden size={14} />
              </Base.RadioItemIndicator>
            </span>
            <span className="lf:min-w-0 lf:truncate">{option.label}</span>
          </Base.RadioItem>
        ))}
      </Base.Group>
    </Base.RadioGroup>
  );
}
