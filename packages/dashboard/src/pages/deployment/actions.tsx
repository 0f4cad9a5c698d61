/** What can be done with a deployment, in one row; what cannot is in the menu, and says why. */
import { Menu } from "@base-ui/react/menu";
import { Button, type Deployment, isSettled, nameInNewTab, useCopy } from "@landfall/react";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { actionWords, type DeploymentAction, reasonFor } from "../../parts/deployment-dialog.tsx";
import { useOfflineReason } from "../../parts/deployment-offline.tsx";
import { useMay } from "../../session.ts";
import { type Command, useCommands } from "../../shell/commands.ts";

export interface DeploymentActionsProps {
  deployment: Deployment;
  isCancelling: boolean;
  onCancel(): void;
  onAction(action: DeploymentAction): void;
  onShare(): void;
}

const order: readonly DeploymentAction[] = ["redeploy", "promote", "rollback"];

export function DeploymentActions({ deployment, isCancelling, onCancel, onAction, onShare }: DeploymentActionsProps) {
  const offline = useOfflineReason();
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const mayShare = useMay()("update:deployment");
  const isRunning = !isSettled(deployment.state);
  const isPossible = (action: keyof Deployment["actions"]): boolean => deployment.actions[action].possible;
  const possible = order.filter(isPossible);
  const impossible = [...(isRunning ? (["cancel"] as const) : []), ...order].filter((action) => !isPossible(action));
  const { told, isDone, copy } = useCopy();
  useCommands(commandsOf(deployment, { possible, onAction, onShare: mayShare ? onShare : null, onCopy: copy }));

  return (
    <>
      {isRunning && isPossible("cancel") ? (
        <Button onClick={onCancel} unavailable={isCancelling ? "It is being cancelled." : offline}>
          {isCancelling ? "Cancelling…" : "Cancel"}
        </Button>
      ) : null}
      {possible.map((action) => (
        <Button key={action} onClick={() => onAction(action)} unavailable={offline}>
          {titleOf(action)}
        </Button>
      ))}
      {mayShare ? (
        <Button onClick={onShare} unavailable={offline}>
          Share
        </Button>
      ) : null}
      <Menu.Root>
        <Menu.Trigger render={<Button look="quiet" aria-label="More actions" title="More actions" />}>
          <Ellipsis aria-hidden size={16} />
        </Menu.Trigger>
        <Menu.Portal container={place}>
          <Menu.Positioner sideOffset={4} align="end" className="lf:z-40">
            <Menu.Popup className="lf:w-72 lf:max-w-[calc(100vw-32px)] lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-1 lf:shadow-lg">
              <Menu.Item
                className={item}
                render={
                  <a
                    href={logUrl(deployment.id)}
                    target="_blank"
                    rel="noreferrer"
                    aria-label={nameInNewTab("Log as plain text")}
                  />
                }
              >
                Log as plain text
              </Menu.Item>
              {impossible.map((action) => (
                <Menu.Item key={action} disabled className={item}>
                  <span className="lf:block">{titleOf(action)}</span>
                  <span className="lf:block lf:text-xs lf:text-muted">{reasonFor(deployment, action)}</span>
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {/* The menu opens inside the page's content, not beside it. */}
      <span ref={setPlace} className="lf:contents" />
      {/* The palette is closed by then: it is said over the page. */}
      <p role="status" className={told === "" ? "lf:sr-only" : note}>
        {isDone ? "The site's address is copied." : told}
      </p>
    </>
  );
}

const note =
  "lf:fixed lf:inset-x-0 lf:bottom-6 lf:z-40 lf:mx-auto lf:w-fit lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:px-4 lf:py-2 lf:shadow-lg";

const item =
  "lf:block lf:cursor-pointer lf:rounded-md lf:px-2 lf:py-1.5 lf:text-text lf:no-underline lf:outline-none lf:data-highlighted:bg-neutral-soft lf:data-disabled:cursor-not-allowed lf:data-disabled:text-muted";

/** Where the whole log is as text. */
export function logUrl(id: string): string {
  return `/api/deployments/${id}/log.txt`;
}

function titleOf(action: keyof Deployment["actions"]): string {
  return action === "cancel" ? "Cancel" : actionWords[action].confirm;
}

function commandsOf(
  { url }: Deployment,
  {
    possible,
    onAction,
    onShare,
    onCopy,
  }: {
    possible: DeploymentAction[];
    onAction(action: DeploymentAction): void;
    onShare: (() => void) | null;
    onCopy(text: string): void;
  },
): Command[] {
  return [
    ...possible.map((action) => ({ id: action, title: titleOf(action), run: () => onAction(action) })),
    ...(onShare === null ? [] : [{ id: "share", title: "Share this deployment", run: onShare }]),
    ...(url === null
      ? []
      : [
          { id: "open-url", title: "Open the site", run: () => void window.open(url, "_blank", "noreferrer") },
          { id: "copy-url", title: "Copy the site's address", run: () => onCopy(url) },
        ]),
  ];
}
