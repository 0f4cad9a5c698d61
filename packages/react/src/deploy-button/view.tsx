"use client";
import { ChevronDown, Rocket } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Badge } from "../parts/status.tsx";
import type { Choice } from "./choices.ts";
import { menuButtonClass, menuButtonLabel } from "./menu-button.ts";
import { type Deploy, isUnderWay } from "./use-deploy.ts";

// Neither is seen before somebody reaches for the button, and they weigh more than it does.
const loadPanel = () => import("./panel.tsx");
const DeployPanel = lazy(() => loadPanel().then((module) => ({ default: module.DeployPanel })));
const loadMenu = () => import("./target-menu.tsx");
const TargetMenu = lazy(() => loadMenu().then((module) => ({ default: module.TargetMenu })));

export interface DeployViewProps extends Omit<Deploy, "deploy" | "cancel"> {
  onDeploy(choice?: Choice): void;
  onCancel(): void;
  /** Show the menu as if it had been asked for. */
  isMenuWanted?: boolean;
  container?: HTMLElement | ShadowRoot | null;
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
  isMenuWanted = false,
  container = null,
  children = "Deploy",
}: DeployViewProps) {
  const [isWanted, setWanted] = useState(isMenuWanted);
  const isBusy = isUnderWay(attempt);
  const menuButton = (
    <button
      type="button"
      aria-label={menuButtonLabel}
      aria-haspopup="menu"
      aria-expanded={false}
      aria-busy={isWanted}
      disabled={isBusy}
      className={menuButtonClass}
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => setWanted(true)}
    >
      <ChevronDown aria-hidden size={16} />
    </button>
  );
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
          {isWanted ? (
            <Suspense fallback={menuButton}>
              <TargetMenu
                choices={choices}
                chosen={chosen}
                disabled={isBusy}
                container={container}
                onChoose={(choice) => onDeploy(choice)}
              />
            </Suspense>
          ) : (
            menuButton
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
