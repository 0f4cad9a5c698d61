/** Roll back, promote, redeploy: what will be different is seen before it happens, and what was seen is what is done. */
import { Button, CopyField, type Deployment, Dialog, ErrorPanel, type LandfallClient } from "@landfall/react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Answer, useAsk, useDo } from "../ask.ts";
import { Asked } from "./asked.tsx";
import { useOfflineReason } from "./deployment-offline.tsx";
import { DeploymentComparison, type Effect } from "./deployment-comparison.tsx";

export type DeploymentAction = "rollback" | "promote" | "redeploy";
/** What a dialog is open for. */
export interface AskedAction {
  action: DeploymentAction;
  deployment: Pick<Deployment, "id" | "project" | "environment">;
}

interface Words {
  title: string;
  confirm: string;
  doing: string;
  afterTitle: string;
  variables: string;
  after: string;
  command(id: string): string;
}

export const actionWords: Record<DeploymentAction, Words> = {
  rollback: {
    title: "Roll back",
    confirm: "Roll back to this",
    doing: "Rolling back",
    afterTitle: "Then",
    variables: "The release keeps the values it was made with.",
    after: "Later deployments are not held back: the next one takes the traffic as usual.",
    command: (id) => `landfall rollback ${id}`,
  },
  promote: {
    title: "Promote to production",
    confirm: "Promote to production",
    doing: "Promoting",
    afterTitle: "Then in production",
    variables: "Production's own values are used.",
    after: "The preview stays as it is.",
    command: (id) => `landfall promote ${id}`,
  },
  redeploy: {
    title: "Redeploy",
    confirm: "Redeploy",
    doing: "Asking",
    afterTitle: "Then",
    variables: "The values stored now are used.",
    after: "What is live stays live until the new one answers.",
    command: (id) => `landfall redeploy ${id}`,
  },
};

export interface ActionDialogProps {
  /** Null: closed. */
  asked: AskedAction | null;
  onClose(): void;
}

export function ActionDialog({ asked, onClose }: ActionDialogProps) {
  // The contents stay while it closes; a key makes each opening a new one.
  if (asked === null) return null;
  return <OpenDialog key={`${asked.action} ${asked.deployment.id}`} asked={asked} onClose={onClose} />;
}

function OpenDialog({ asked: { action, deployment }, onClose }: { asked: AskedAction; onClose(): void }) {
  const words = actionWords[action];
  const { id, project } = deployment;
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const answer = useAsk(["effect", id, action], (client, signal) =>
    client.deployments.effect({ id, action }, { signal }),
  );
  const [seen, setSeen] = useState<Effect | null>(null);
  useEffect(() => {
    if (seen === null && answer.data !== undefined) setSeen(answer.data);
  }, [seen, answer.data]);
  const start = useDo((client, expectLive: string | null) => startOf(client, action, { id, expectLive }));
  const isStale = seen !== null && answer.data !== undefined && liveIn(answer.data) !== liveIn(seen);

  const confirm = async (effect: Effect): Promise<void> => {
    const started = await start.run(liveIn(effect));
    // Refused for what has become live meanwhile: the reason stays, the comparison becomes the present one.
    if (started === undefined) return setSeen(null);
    onClose();
    await navigate({ to: "/p/$project/deployments/$id", params: { project, id: started.id } });
  };

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={words.title}
      // What is to be read begins there; the first that can have the focus is the command below it.
      initialFocus="title"
      description={words.after}
      actions={
        <Button
          look="primary"
          onClick={() => void (seen === null ? undefined : confirm(seen))}
          unavailable={
            start.isRunning ? `${words.doing}…` : seen === null ? "What will change is not known yet." : offline
          }
        >
          {start.isRunning ? `${words.doing}…` : words.confirm}
        </Button>
      }
    >
      {start.error === null ? null : (
        <div className="lf:mb-4">
          <ErrorPanel error={start.error} isNew />
        </div>
      )}
      {isStale ? <Meanwhile effect={answer.data!} onLook={() => setSeen(answer.data!)} /> : null}
      <Asked answer={shownOf(answer, seen)} waitsFor="what will change" lines={6}>
        {(effect) => (
          <DeploymentComparison
            comparison={effect}
            from="Now"
            isAhead
            isBuiltAgain={action === "redeploy"}
            to={words.afterTitle}
            variablesNote={words.variables}
          />
        )}
      </Asked>
      <div className="lf:mt-4">
        <p className="lf:mb-1 lf:text-xs lf:text-muted">The same from a terminal</p>
        <CopyField text={words.command(id)} label="command" />
      </div>
    </Dialog>
  );
}

/** Something else went live while the dialog was open. */
function Meanwhile({ effect, onLook }: { effect: Effect; onLook(): void }) {
  return (
    <div
      role="status"
      className="lf:mb-4 lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:rounded-md lf:border lf:border-warning-line lf:bg-warning-soft lf:p-3"
    >
      <span className="lf:min-w-0 lf:grow lf:basis-48">
        {effect.from === null
          ? "Meanwhile nothing has the traffic any more."
          : `Meanwhile ${effect.from.id} went live.`}{" "}
        What is shown here is from before.
      </span>
      <Button onClick={onLook}>Compare with what is live now</Button>
    </div>
  );
}

const liveIn = (effect: Effect): string | null => effect.from?.id ?? null;

/** The answer as it was first seen; it is not to change under the hand of whoever reads it. */
function shownOf(answer: Answer<Effect>, seen: Effect | null): Answer<Effect> {
  return seen === null ? answer : { ...answer, data: seen };
}

function startOf(
  client: LandfallClient,
  action: DeploymentAction,
  input: { id: string; expectLive: string | null },
): Promise<Deployment> {
  switch (action) {
    case "rollback":
      return client.deployments.rollback(input);
    case "promote":
      return client.deployments.promote(input);
    case "redeploy":
      return client.deployments.redeploy(input);
    default:
      return action satisfies never;
  }
}

/** Why an action cannot be taken, when the server says so. */
export function reasonFor(
  deployment: Pick<Deployment, "actions"> | null | undefined,
  action: keyof Deployment["actions"],
): string | undefined {
  const asked = deployment?.actions[action];
  return asked === undefined || asked.possible ? undefined : (asked.reason ?? "It is not possible now.");
}
