"use client";
import { ChevronDown, Rocket } from "lucide-react";
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useId, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Badge } from "../parts/status.tsx";
import type { Choice } from "./choices.ts";
import { type Deploy, isUnderWay } from "./use-deploy.ts";

// Neither is seen before somebody reaches for the button, and they weigh more than it does.
const loadPanel = () => import("./panel.tsx");
const DeployPanel = lazy(() => loadPanel().then((module) => ({ default: module.DeployPanel })));
const loadMenu = () => import("./target-menu.tsx");
const TargetMenu = lazy(() => loadMenu().then((module) => ({ default: module.TargetMenu })));

const menuButtonClass =
  "lf:inline-flex lf:min-h-8 lf:w-8 lf:cursor-pointer lf:items-center lf:justify-center lf:rounded-e-md lf:border lf:border-transparent lf:border-s-on-action/40 lf:bg-action lf:text-on-action lf:hover:opacity-90 lf:disabled:cursor-not-allowed lf:disabled:opacity-60";

export interface DeployViewProps extends Omit<Deploy, "deploy" | "cancel"> {
  onDeploy(choice?: Choice): void;
  onCancel(): void;
  /** The menu is open from the start. */
  isMenuOpen?: boolean;
  children?: ReactNode;
}

/** The Deploy button as it looks, of data alone. */
export function DeployView({
  choices,
  chosen,
  active,
  attempt,
  onDeploy,
  onCancel,
  dismiss,
  isMenuOpen = false,
  children = "Deploy",
}: DeployViewProps) {
  const id = useId();
  const menuButton = useRef<HTMLButtonElement>(null);
  /** Which end of the menu has the focus first; null: it is closed. */
  const [open, setOpen] = useState<"first" | "last" | null>(isMenuOpen ? "first" : null);
  const isBusy = isUnderWay(attempt);
  const openByKey = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setOpen(event.key === "ArrowDown" ? "first" : "last");
  };
  return (
    <div data-lf-root="" className="lf:inline-block lf:max-w-full">
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-2">
        <span className="lf:inline-flex">
          <Button
            look="primary"
            className="lf:rounded-e-none"
            title={chosen === null ? undefined : `To ${chosen.name}`}
            unavailable={
              isBusy
                ? "A deployment is under way"
                : choices !== null && chosen === null
                  ? "There is nowhere to deploy to: no platform can be used now"
                  : undefined
            }
            onPointerEnter={() => void loadPanel()}
            onFocus={() => void loadPanel()}
            onClick={() => onDeploy()}
          >
            <Rocket aria-hidden size={16} />
            {children}
          </Button>
          <button
            ref={menuButton}
            type="button"
            id={`${id}-button`}
            aria-label="Choose where to deploy"
            aria-haspopup="menu"
            aria-expanded={open !== null}
            disabled={isBusy}
            className={menuButtonClass}
            onPointerEnter={() => void loadMenu()}
            onFocus={() => void loadMenu()}
            onKeyDown={openByKey}
            onClick={() => setOpen(open === null ? "first" : null)}
          >
            <ChevronDown aria-hidden size={16} />
          </button>
          {open === null || isBusy ? null : (
            <Suspense fallback={null}>
              <TargetMenu
                choices={choices}
                chosen={chosen}
                button={menuButton}
                startAt={open}
                onClose={() => setOpen(null)}
                onChoose={(choice) => onDeploy(choice)}
              />
            </Suspense>
          )}
        </span>
        {active === 0 ? null : (
          <Badge tone="running">
            {active} active<span className="lf:sr-only">: deployments of this project under way</span>
          </Badge>
        )}
      </div>
      {attempt === null ? null : (
        <Suspense fallback={null}>
          <DeployPanel
            attempt={attempt}
            onCancel={onCancel}
            onRetry={() => onDeploy(attempt.choice ?? undefined)}
            onDismiss={dismiss}
          />
        </Suspense>
      )}
    </div>
  );
}
