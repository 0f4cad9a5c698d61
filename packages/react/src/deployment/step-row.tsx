"use client";
import { CircleCheck, CircleDashed, CircleSlash, CircleX, LoaderCircle, type LucideIcon, RotateCw } from "lucide-react";
import { type ReactNode, useId } from "react";
import { DurationText, durationForSpeech, durationInWords, RelativeTime, useNow } from "../parts/time.tsx";
import { isUnderWay, type StepView } from "./steps.ts";

const sights: Record<StepView["state"], { word: string; icon: LucideIcon; look: string; bar: string }> = {
  waiting: { word: "Waiting", icon: CircleDashed, look: "lf:text-muted", bar: "" },
  running: { word: "Running", icon: LoaderCircle, look: "lf:text-running", bar: "lf:bg-running" },
  retrying: { word: "Trying again", icon: RotateCw, look: "lf:text-warning", bar: "lf:bg-warning" },
  finished: { word: "Finished", icon: CircleCheck, look: "lf:text-success", bar: "lf:bg-neutral" },
  reused: { word: "Unchanged", icon: CircleCheck, look: "lf:text-success", bar: "lf:bg-neutral" },
  failed: { word: "Failed", icon: CircleX, look: "lf:text-failure", bar: "lf:bg-failure" },
  cancelled: { word: "Cancelled", icon: CircleSlash, look: "lf:text-neutral", bar: "lf:bg-neutral" },
};

export interface StepRowProps {
  step: StepView;
  /** Milliseconds so far; null when nothing was measured. */
  ms: number | null;
  /** Length of the whole scale that all rows share. */
  scaleMs: number;
  /** Nothing more will happen: what waits was not reached. */
  isOver: boolean;
  isInside?: boolean;
  isChosen?: boolean;
  /** Absent: it cannot be chosen. */
  onChoose?: (() => void) | undefined;
  children?: ReactNode;
}

/** One step: state, name, time as text and as a bar, and a line of what it did. */
export function StepRow({ step, ms, scaleMs, isOver, isInside = false, isChosen, onChoose, children }: StepRowProps) {
  const { word, icon: Icon, look, bar } = sights[step.state];
  const panel = useId();
  const shown = step.state === "waiting" && isOver ? "Not reached" : word;
  return (
    <li
      className={`lf:border-b lf:border-line lf:last:border-b-0 ${isInside ? "lf:ps-6" : ""} ${isChosen ? "lf:bg-surface" : ""}`}
    >
      <div
        className={`lf:relative lf:flex lf:min-h-10 lf:items-center lf:gap-2 lf:px-2 lf:py-1.5 ${onChoose ? "lf:hover:bg-surface" : ""}`}
      >
        <Icon
          aria-hidden
          size={16}
          className={`lf:shrink-0 ${look} ${step.state === "running" ? "lf:animate-spin lf:motion-reduce:animate-none" : ""}`}
        />
        <div className="lf:min-w-0 lf:flex-1">
          {onChoose ? (
            <button
              type="button"
              aria-expanded={isChosen === true}
              aria-controls={isChosen === true ? panel : undefined}
              onClick={onChoose}
              className="lf:cursor-pointer lf:rounded-sm lf:border-0 lf:bg-transparent lf:p-0 lf:text-start lf:font-medium lf:break-words lf:after:absolute lf:after:inset-0 lf:after:content-['']"
            >
              {step.title}
            </button>
          ) : (
            <span className="lf:font-medium lf:break-words">{step.title}</span>
          )}
          <span
            className={
              step.state === "finished" || step.state === "running"
                ? "lf:sr-only"
                : `lf:ms-2 lf:text-xs lf:whitespace-nowrap ${look}`
            }
          >
            {shown}
          </span>
          {isChosen === true ? null : <ResultLine step={step} />}
        </div>
        <div aria-hidden className="lf:hidden lf:h-1.5 lf:w-12 lf:shrink-0 lf:@xs:block lf:@md:w-32 lf:@2xl:w-56">
          {ms === null ? null : (
            <div
              className={`lf:h-full lf:min-w-0.5 lf:rounded-sm lf:forced-color-adjust-none ${bar}`}
              style={{ width: `${scaleMs === 0 ? 0 : Math.min(100, (100 * ms) / scaleMs)}%` }}
            />
          )}
        </div>
        <div className="lf:shrink-0 lf:text-end lf:text-sm lf:text-muted lf:@xs:w-16 lf:@md:w-20">
          {ms === null ? null : <DurationText ms={ms} />}
        </div>
      </div>
      {isChosen === true ? <StepFacts id={panel} step={step} /> : null}
      {children}
    </li>
  );
}

/** "2nd try in 12 s: Netlify asks to wait." or what it did. */
function ResultLine({ step }: { step: StepView }) {
  const now = useNow(step.nextAt === null ? null : 1_000);
  const leftMs = step.nextAt === null ? null : Math.max(0, Math.ceil((Date.parse(step.nextAt) - now) / 1_000) * 1_000);
  const attempt = attemptInWords(step, leftMs);
  const text = step.note ?? step.detail;
  if (attempt === null && text === null) return null;
  return (
    <p className="lf:m-0 lf:truncate lf:text-xs lf:text-muted">
      {attempt === null ? null : (
        <span className="lf:text-warning">
          <span aria-hidden>{attempt.shown}</span>
          <span className="lf:sr-only">{attempt.spoken}</span>
          {text === null ? "" : " · "}
        </span>
      )}
      {text}
    </p>
  );
}

function attemptInWords({ attempt }: StepView, leftMs: number | null): { shown: string; spoken: string } | null {
  if (leftMs !== null) {
    const next = `${ordinal(attempt + 1)} try`;
    return { shown: `${next} in ${durationInWords(leftMs)}`, spoken: `${next} in ${durationForSpeech(leftMs)}` };
  }
  return attempt > 1 ? { shown: `${ordinal(attempt)} try`, spoken: `${ordinal(attempt)} try` } : null;
}

const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** "2nd". The text around it is English, whatever the reader's numbers look like. */
export function ordinal(count: number): string {
  return `${count}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(count)] ?? "th"}`;
}

/** What there is to know beyond the row. */
function StepFacts({ id, step }: { id: string; step: StepView }) {
  const lines = [...(step.note === null ? [] : [step.note]), ...(step.detail === null ? [] : [step.detail])];
  return (
    <div id={id} className="lf:px-2 lf:pb-3 lf:ps-8 lf:text-sm">
      {lines.map((line) => (
        <p key={line} className="lf:mt-0 lf:mb-1 lf:break-words">
          {line}
        </p>
      ))}
      <p className="lf:m-0 lf:text-muted">
        {step.startedAt === null ? (
          "It has not begun."
        ) : (
          <>
            Begun <RelativeTime at={step.startedAt} />
            {isUnderWay(step) || step.durationMs === null ? null : (
              <>
                , took <DurationText ms={step.durationMs} />
              </>
            )}
            {step.attempt > 1 ? `, ${ordinal(step.attempt)} try` : ""}.
          </>
        )}
      </p>
    </div>
  );
}
