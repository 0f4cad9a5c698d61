"use client";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Announcer, useAnnounce } from "../parts/announcer.tsx";
import { Button } from "../parts/button.tsx";
import { ConnectionIndicator } from "../parts/connection-state.tsx";
import { ErrorPanel } from "../parts/panels.tsx";
import { StatusIndicator } from "../parts/status.tsx";
import { Duration, useNow } from "../parts/time.tsx";
import { type ConnectionState, type Deployment, type ErrorReport, isSettled, type Recovery } from "../types.ts";
import { type Phase, phasesOf } from "./phases.ts";
import { sentenceFor, type Moment } from "./speech.ts";
import { ordinal, StepRow } from "./step-row.tsx";
import { isUnderWay, type StepView } from "./steps.ts";

export interface DeploymentProgressProps {
  deployment: Deployment;
  steps: StepView[];
  connection?: ConnectionState;
  /** The chosen step; its log is shown beside. Absent: it is kept here. */
  step?: string | null;
  onStep?(step: string | null): void;
  /** Absent: there is no way to cancel here. */
  onCancel?(): void;
  /** A cancel was asked for and has not happened yet. */
  isCancelling?: boolean;
  onRecover?(recovery: Recovery, error: ErrorReport): void;
  /** How many are before it, while it waits. */
  inFront?: number;
  /** As people call the platform; default: its id. */
  platformName?: string;
}

/** The steps of a deployment as they happen. */
export function DeploymentProgress(props: DeploymentProgressProps) {
  return (
    <Announcer>
      <Progress {...props} />
    </Announcer>
  );
}

function Progress({
  deployment,
  steps,
  connection,
  step,
  onStep,
  onCancel,
  isCancelling = false,
  onRecover,
  inFront,
  platformName,
}: DeploymentProgressProps) {
  const { state, error } = deployment;
  const { rows, at } = phasesOf(deployment, steps, platformName);
  const [own, setOwn] = useState<string | null | undefined>(undefined);
  // What failed is open until somebody chooses.
  const failed = state === "failed" ? (steps.findLast((one) => one.state === "failed")?.name ?? null) : null;
  const chosen = step !== undefined ? step : own === undefined ? failed : own;
  const choose = (name: string | null): void => {
    setOwn(name);
    onStep?.(name);
  };
  useSpeech(deployment, steps);
  return (
    <section aria-label="Progress" className="lf:@container lf:text-base">
      <Head
        deployment={deployment}
        steps={steps}
        at={at}
        of={rows.length}
        {...(connection === undefined ? {} : { connection })}
        {...(inFront === undefined ? {} : { inFront })}
        {...(onCancel === undefined ? {} : { onCancel })}
        isCancelling={isCancelling}
      />
      {error === null || state !== "failed" ? null : (
        <div className="lf:mt-3">
          <ErrorPanel
            error={error}
            {...(onRecover === undefined ? {} : { onRecover: (recovery: Recovery) => onRecover(recovery, error) })}
          />
        </div>
      )}
      <StepList rows={rows} isOver={isSettled(state)} chosen={chosen} onChoose={choose} />
    </section>
  );
}

/** Says what goes on when the page opens and what changes then, and a failure at once; nothing of what had ended before. */
function useSpeech({ id, state, url, error }: Deployment, steps: StepView[]): void {
  const { say, alert } = useAnnounce();
  const known = useRef<(Moment & { id: string }) | null>(null);
  const failure = error?.what ?? "";
  useEffect(() => {
    const before = known.current;
    const after = { id, state, url, steps };
    known.current = after;
    // What had ended says nothing new: its events come after it.
    if (isSettled(before?.id === id ? before.state : state)) return;
    if (before?.id !== id) {
      const begun = sentenceFor({ state, url, steps: [] }, after);
      if (begun !== null) say(begun);
      return;
    }
    if (before.state !== state && state === "failed") alert(`The deployment failed. ${failure}`.trim());
    const sentence = sentenceFor(before, after);
    if (sentence !== null) say(sentence);
  }, [id, state, url, steps, failure, say, alert]);
}

interface HeadProps {
  deployment: Deployment;
  steps: StepView[];
  at: number;
  of: number;
  connection?: ConnectionState;
  inFront?: number;
  onCancel?(): void;
  isCancelling: boolean;
}

function Head({ deployment, steps, at, of, connection, inFront, onCancel, isCancelling }: HeadProps) {
  const { state, createdAt, finishedAt, actions } = deployment;
  const isOver = isSettled(state);
  const text = `Step ${at} of ${of}`;
  const away = connection?.kind === "offline" || connection?.kind === "reconnecting";
  const unavailable = isCancelling
    ? "The cancel has been asked for."
    : away
      ? "There is no connection to the server."
      : actions.cancel.possible
        ? undefined
        : (actions.cancel.reason ?? "It cannot be cancelled now.");
  return (
    <>
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-4 lf:gap-y-2">
        <StatusIndicator state={state} />
        {at === 0 || state === "success" ? null : <span>{text}</span>}
        <span className="lf:text-muted">
          <Duration from={createdAt} to={finishedAt} />
        </span>
        {connection === undefined ? null : <ConnectionIndicator state={connection} />}
        {onCancel === undefined || isOver ? null : (
          <Button className="lf:ms-auto" onClick={onCancel} unavailable={unavailable}>
            {isCancelling ? "Cancelling" : "Cancel"}
          </Button>
        )}
      </div>
      <Remark
        deployment={deployment}
        steps={steps}
        isCancelling={isCancelling}
        {...(inFront === undefined ? {} : { inFront })}
      />
      {isOver || at === 0 ? null : (
        <div
          role="progressbar"
          aria-label="Steps"
          aria-valuemin={0}
          aria-valuemax={of}
          aria-valuenow={at}
          aria-valuetext={text}
          className="lf:mt-2 lf:flex lf:h-1 lf:gap-0.5"
        >
          {Array.from({ length: of }, (_, index) => (
            <div
              key={index}
              className={`lf:flex-1 lf:rounded-sm lf:forced-color-adjust-none ${index < at ? "lf:bg-running" : "lf:bg-neutral-line"}`}
            />
          ))}
        </div>
      )}
    </>
  );
}

/** A sentence on what holds it up, or how it ended. */
function Remark({
  deployment: { state, reason, waitsFor },
  steps,
  isCancelling,
  inFront,
}: Pick<HeadProps, "deployment" | "steps" | "isCancelling" | "inFront">) {
  const text =
    isCancelling && !isSettled(state)
      ? "Cancelling: the step at work is ended, and nothing is released."
      : waitsFor !== null && !isSettled(state)
        ? waitsFor
        : state === "pending"
          ? waitInWords(inFront)
          : state === "cancelled"
            ? reason
            : steps.some((step) => step.state === "retrying")
              ? "A step is tried again; nothing is lost meanwhile."
              : null;
  return text === null ? null : <p className="lf:mt-1 lf:mb-0 lf:text-muted">{text}</p>;
}

function waitInWords(inFront: number | undefined): string {
  if (inFront === undefined) return "In the queue. It begins when a worker is free and earlier ones here are done.";
  return inFront === 0 ? "Next in the queue." : `${ordinal(inFront + 1)} in the queue.`;
}

function StepList({
  rows,
  isOver,
  chosen,
  onChoose,
}: {
  rows: Phase[];
  isOver: boolean;
  chosen: string | null;
  onChoose(step: string | null): void;
}) {
  const all = rows.flatMap((row) => [row, ...(row.inside ?? [])]);
  const now = useNow(all.some(isUnderWay) ? 1_000 : null);
  const msOf = (step: StepView): number | null =>
    step.durationMs ??
    (isUnderWay(step) && step.startedAt !== null
      ? Math.floor(Math.max(0, now - Date.parse(step.startedAt)) / 1_000) * 1_000
      : null);
  const scaleMs = Math.max(0, ...all.map((step) => msOf(step) ?? 0));
  const shared = { scaleMs, isOver };
  const choosable = (step: StepView) => ({
    isChosen: chosen === step.name,
    onChoose: () => onChoose(chosen === step.name ? null : step.name),
  });
  return (
    <ol
      aria-label="Steps"
      onKeyDown={(event) => moveFocus(event, chosen === null ? null : () => onChoose(null))}
      className="lf:mt-3 lf:mb-0 lf:list-none lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-0"
    >
      {rows.map((row) => (
        <StepRow
          key={row.name}
          step={row}
          ms={msOf(row)}
          {...shared}
          {...(row.hasLog && row.state !== "waiting" ? choosable(row) : {})}
        >
          {row.inside === null || row.inside.length === 0 ? null : (
            <ol aria-label={`Steps of: ${row.title}`} className="lf:m-0 lf:list-none lf:border-t lf:border-line lf:p-0">
              {row.inside.map((inner) => (
                <StepRow key={inner.name} step={inner} ms={msOf(inner)} {...shared} {...choosable(inner)} isInside />
              ))}
            </ol>
          )}
        </StepRow>
      ))}
    </ol>
  );
}

/** Up and down go from step to step, Escape back to all of them. */
function moveFocus(event: KeyboardEvent<HTMLElement>, leave: (() => void) | null): void {
  if (event.key === "Escape" && leave !== null) {
    event.stopPropagation(); // What is around it stays open.
    leave();
  }
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button[aria-expanded]")];
  const index = buttons.findIndex((button) => button === event.target);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to === undefined || index === -1) return;
  event.preventDefault();
  buttons[Math.min(buttons.length - 1, Math.max(0, to))]?.focus();
}
