"use client";
import { Check } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { Choice } from "./choices.ts";

export interface TargetMenuProps {
  /** Null until the server has said. */
  choices: readonly Choice[] | null;
  chosen: Choice | null;
  /** What opens it: it stands beside that, and gives the focus back to it. */
  button: RefObject<HTMLButtonElement | null>;
  startAt: "first" | "last";
  onClose(): void;
  onChoose(choice: Choice): void;
}

const gap = 4;

/**
 * The ways to deploy; one that cannot be used now says why, and can be read by keyboard too. In the browser's top layer, so that nothing of
 * the product's page clips or covers it. Keys: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
 */
export function TargetMenu({ choices, chosen, button, startAt, onClose, onChoose }: TargetMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", atMs: 0 });
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  useLayoutEffect(() => {
    const shown = menu.current;
    if (shown === null || button.current === null) return undefined;
    shown.showPopover();
    placeBeside(shown, button.current);
    focusAt(shown, startAt === "first" ? 0 : -1);
    const opener = button.current;
    const dismiss = (event: Event): void => {
      const path = event.composedPath();
      // A press of the button closes it by itself.
      if (!path.includes(shown) && !path.includes(opener)) close.current();
    };
    const stay = (): void => placeBeside(shown, opener);
    document.addEventListener("pointerdown", dismiss, true);
    window.addEventListener("scroll", stay, true);
    window.addEventListener("resize", stay);
    return () => {
      document.removeEventListener("pointerdown", dismiss, true);
      window.removeEventListener("scroll", stay, true);
      window.removeEventListener("resize", stay);
    };
  }, [button, startAt, choices]);

  function leave(): void {
    button.current?.focus();
    onClose();
  }

  function press(event: KeyboardEvent<HTMLDivElement>): void {
    const all = itemsIn(event.currentTarget);
    const now = all.findIndex((item) => item.matches(":focus"));
    const go = (place: number): void => {
      event.preventDefault();
      focusAt(event.currentTarget, place);
    };
    if (event.key === "ArrowDown") return go((now + 1) % all.length);
    if (event.key === "ArrowUp") return go(now <= 0 ? -1 : now - 1);
    if (event.key === "Home") return go(0);
    if (event.key === "End") return go(-1);
    if (event.key === "Escape") {
      // Of a dialog around it, only the menu is meant.
      event.stopPropagation();
      return leave();
    }
    // The focus goes on from the button, wherever the menu stands in the page.
    if (event.key === "Tab") return leave();
    if (event.key.length !== 1 || event.key === " ") return undefined;
    const isGoingOn = event.timeStamp - typed.current.atMs < 500;
    typed.current = { text: (isGoingOn ? typed.current.text : "") + event.key.toLowerCase(), atMs: event.timeStamp };
    const found = all.findIndex((item) => item.textContent.trim().toLowerCase().startsWith(typed.current.text));
    return found < 0 ? undefined : go(found);
  }

  return (
    <div
      ref={menu}
      popover="manual"
      role="menu"
      aria-label="Where to deploy"
      tabIndex={-1}
      onKeyDown={press}
      className="lf:fixed lf:inset-auto lf:m-0 lf:max-h-[60vh] lf:w-72 lf:max-w-[calc(100vw-16px)] lf:overflow-y-auto lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-1 lf:text-sm lf:text-text lf:shadow-xl"
    >
      {choices?.map((choice) => (
        <button
          key={`${choice.platform} ${choice.connection}`}
          type="button"
          role="menuitem"
          tabIndex={-1}
          aria-disabled={choice.unavailable !== null || undefined}
          className="lf:flex lf:min-h-8 lf:w-full lf:cursor-pointer lf:items-start lf:gap-2 lf:rounded-md lf:border-0 lf:bg-transparent lf:px-2 lf:py-1.5 lf:text-start lf:hover:bg-neutral-soft lf:focus:bg-neutral-soft lf:aria-disabled:cursor-not-allowed"
          onClick={() => {
            if (choice.unavailable !== null) return;
            leave();
            onChoose(choice);
          }}
        >
          <Check aria-hidden size={16} className={`lf:mt-0.5 lf:shrink-0 ${choice === chosen ? "" : "lf:invisible"}`} />
          <span className="lf:min-w-0">
            <span className={`lf:break-words ${choice.unavailable === null ? "" : "lf:text-muted"}`}>
              {choice.name}
            </span>
            {choice === chosen ? <span className="lf:sr-only">, where it goes by itself</span> : null}
            {choice.unavailable === null ? null : (
              <span className="lf:block lf:text-xs lf:text-muted lf:break-words">{choice.unavailable}</span>
            )}
          </span>
        </button>
      )) ?? (
        <button
          type="button"
          role="menuitem"
          aria-disabled
          tabIndex={-1}
          className="lf:min-h-8 lf:border-0 lf:bg-transparent lf:px-2 lf:text-muted"
        >
          Looking where it can go
        </button>
      )}
    </div>
  );
}

function itemsIn(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}

/** Counted from the end where it is negative. */
function focusAt(menu: HTMLElement, place: number): void {
  itemsIn(menu).at(place)?.focus();
}

/** Below the button, with its far edge at the button's; above, where there is more room; never outside the window. */
function placeBeside(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isRightToLeft = getComputedStyle(button).direction === "rtl";
  const left = isRightToLeft ? at.left : at.right - width;
  const below = innerHeight - at.bottom;
  const top = below < height + gap && at.top > below ? at.top - gap - height : at.bottom + gap;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, top)}px`;
}
