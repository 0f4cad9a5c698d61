"use client";
import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, type RefObject, useRef } from "react";
import { Button } from "./button.tsx";
import { Layer, useLayerContainer } from "./root.tsx";

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  /** A sentence below the title. */
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the one that does it last. */
  actions?: ReactNode;
  /** Where it is put in the document; default: the end of the body. */
  container?: HTMLElement | ShadowRoot | null;
  wide?: boolean;
  /** What has the focus first. Absent: the first that can have it, which is wrong where that says something only when focused. */
  initialFocus?: RefObject<HTMLElement | null> | "title";
}

/** Takes the focus, keeps it, gives it back; Escape closes. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  actions,
  container,
  wide = false,
  initialFocus,
}: DialogProps) {
  const place = useLayerContainer(container);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Base.Portal {...(place ? { container: place } : {})}>
        <Layer>
          <Base.Backdrop className="lf:fixed lf:inset-0 lf:z-40 lf:bg-backdrop" />
          <Base.Popup
            {...(initialFocus === undefined ? {} : { initialFocus: initialFocus === "title" ? heading : initialFocus })}
            className={`lf:fixed lf:inset-x-0 lf:top-[8vh] lf:z-50 lf:mx-auto lf:flex lf:max-h-[84vh] lf:w-[calc(100%-32px)] lf:flex-col lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:shadow-xl ${wide ? "lf:max-w-3xl" : "lf:max-w-lg"}`}
          >
            <div className="lf:overflow-y-auto lf:p-5">
              <Base.Title ref={heading} tabIndex={-1} className="lf:m-0 lf:text-lg lf:font-semibold lf:outline-none">
                {title}
              </Base.Title>
              {description === undefined ? null : (
                <Base.Description className="lf:mt-1 lf:mb-0 lf:text-muted">{description}</Base.Description>
              )}
              {children === undefined ? null : <div className="lf:mt-4">{children}</div>}
            </div>
            <div className="lf:flex lf:flex-wrap lf:justify-end lf:gap-2 lf:border-t lf:border-line lf:p-3">
              <Base.Close render={<Button look="quiet" />}>{actions === undefined ? "Close" : "Cancel"}</Base.Close>
              {actions}
            </div>
          </Base.Popup>
        </Layer>
      </Base.Portal>
    </Base.Root>
  );
}
