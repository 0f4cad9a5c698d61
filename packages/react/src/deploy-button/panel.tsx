"use client";
import { X } from "lucide-react";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { NewTab } from "../parts/new-tab.tsx";
import { ErrorPanel } from "../parts/panels.tsx";
import { StatusIndicator, stateWord } from "../parts/status.tsx";
import { Duration } from "../parts/time.tsx";
import { type Attempt, isUnderWay } from "./use-deploy.ts";

export interface DeployPanelProps {
  attempt: Attempt;
  onCancel(): void;
  onRetry(): void;
  onDismiss(): void;
}

/** How far the deployment is, and how it ended: its address, or what went wrong and what to do now. */
export function DeployPanel({ attempt, onCancel, onRetry, onDismiss }: DeployPanelProps) {
  return (
    <section
      aria-label="Deployment"
      className="lf:mt-2 lf:max-w-full lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-3 lf:text-sm"
    >
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-3 lf:gap-y-1">
        <Head attempt={attempt} />
        <span className="lf:ms-auto lf:flex lf:gap-1">
          {attempt.kind === "deployed" && isUnderWay(attempt) ? (
            <Button look="quiet" onClick={onCancel}>
              Cancel
            </Button>
          ) : null}
          {isUnderWay(attempt) ? null : (
            <Button look="quiet" aria-label="Close" title="Close" onClick={onDismiss}>
              <X aria-hidden size={16} />
            </Button>
          )}
        </span>
      </div>
      <Outcome attempt={attempt} onRetry={onRetry} />
    </section>
  );
}

function Head({ attempt }: { attempt: Attempt }) {
  if (attempt.kind === "refused") return <span className="lf:font-medium">Not deployed</span>;
  const { choice } = attempt;
  const { state, createdAt, finishedAt } =
    attempt.kind === "sending"
      ? { state: "uploading" as const, createdAt: attempt.startedAt, finishedAt: null }
      : attempt.deployment;
  return (
    <>
      <StatusIndicator state={state} />
      <span role="status" className="lf:sr-only">
        {attempt.kind === "sending" ? "Sending the files." : `${stateWord(state)}.`}
      </span>
      <Duration from={createdAt} to={finishedAt} />
      <span className="lf:min-w-0 lf:text-muted lf:break-words">{choice.name}</span>
    </>
  );
}

function Outcome({ attempt, onRetry }: Pick<DeployPanelProps, "attempt" | "onRetry">) {
  if (attempt.kind === "sending") return null;
  const error = attempt.kind === "refused" ? attempt.error : attempt.deployment.error;
  if (error !== null)
    return (
      <div className="lf:mt-2">
        <ErrorPanel error={error} isNew onRetry={onRetry} />
      </div>
    );
  if (attempt.kind === "refused") return null;
  const { state, url, services, reason } = attempt.deployment;
  const address = url ?? services[0]?.url ?? null;
  if (state === "success" && address !== null)
    return (
      <p className="lf:mt-2 lf:mb-0 lf:flex lf:min-w-0 lf:items-center lf:gap-1">
        <a href={address} target="_blank" rel="noreferrer" className="lf:min-w-0 lf:text-link lf:break-all">
          {address.replace(/^https?:\/\//, "").replace(/\/$/, "")}
          <NewTab />
        </a>
        <CopyButton text={address} label="Copy address" />
      </p>
    );
  return reason === null ? null : <p className="lf:mt-2 lf:mb-0 lf:text-muted">{reason}</p>;
}
