"use client";
import { Menu } from "@base-ui/react/menu";
import { Check, ChevronDown } from "lucide-react";
import { menuButtonClass, menuButtonLabel, type TargetMenuProps } from "./menu-button.ts";

/** The ways to deploy; one that cannot be used now says why. Heavy, so it is loaded when somebody reaches for it, and opens at once. */
export function TargetMenu({ choices, chosen, disabled, container, onChoose }: TargetMenuProps) {
  return (
    <Menu.Root defaultOpen modal={false}>
      <Menu.Trigger aria-label={menuButtonLabel} disabled={disabled} className={menuButtonClass}>
        <ChevronDown aria-hidden size={16} />
      </Menu.Trigger>
      <Menu.Portal {...(container ? { container } : {})}>
        <div data-lf-root="">
          <Menu.Positioner align="end" sideOffset={4} className="lf:z-50">
            <Menu.Popup
              aria-label="Where to deploy"
              className="lf:max-h-[60vh] lf:min-w-56 lf:max-w-[calc(100vw-32px)] lf:overflow-y-auto lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-1 lf:text-sm lf:shadow-xl"
            >
              {choices === null ? (
                <Menu.Item disabled className="lf:px-2 lf:py-1.5 lf:text-muted">
                  Looking where it can go
                </Menu.Item>
              ) : (
                choices.map((choice) => (
                  <Menu.Item
                    key={`${choice.platform} ${choice.connection}`}
                    disabled={choice.unavailable !== null}
                    onClick={() => onChoose(choice)}
                    className="lf:flex lf:min-h-8 lf:cursor-pointer lf:items-start lf:gap-2 lf:rounded-md lf:px-2 lf:py-1.5 lf:data-[disabled]:cursor-not-allowed lf:data-[highlighted]:bg-neutral-soft"
                  >
                    <Check
                      aria-hidden
                      size={16}
                      className={`lf:mt-0.5 lf:shrink-0 ${choice === chosen ? "" : "lf:invisible"}`}
                    />
                    <span className="lf:min-w-0">
                      <span className={choice.unavailable === null ? "" : "lf:text-muted"}>{choice.name}</span>
                      {choice === chosen ? <span className="lf:sr-only"> (where it goes by itself)</span> : null}
                      {choice.unavailable === null ? null : (
                        <span className="lf:block lf:text-xs lf:text-muted lf:break-words">{choice.unavailable}</span>
                      )}
                    </span>
                  </Menu.Item>
                ))
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </div>
      </Menu.Portal>
    </Menu.Root>
  );
}
