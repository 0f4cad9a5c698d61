"use client";
import { CircleAlert, CircleCheck, CircleDashed, CircleHelp, type LucideIcon } from "lucide-react";
import { useEffect, useId } from "react";
import { Announcer, useAnnounce } from "../parts/announcer.tsx";
import { Button } from "../parts/button.tsx";
import { CopyField } from "../parts/copy.tsx";
import { ErrorPanel, Skeleton } from "../parts/panels.tsx";
import type { ChecklistItem, ErrorReport } from "../types.ts";

export interface PostDeploymentChecklistProps {
  /** Null while it is asked for. */
  items: ChecklistItem[] | null;
  error?: ErrorReport | null;
  /** Ask again. */
  onCheck?(): void;
  isChecking?: boolean;
  /** What a person marked as done, by the ids that `onDone` was called with; kept by the caller. */
  done?: readonly string[];
  onDone?(id: string, isDone: boolean): void;
  onHide?(): void;
}

const sights: Record<ChecklistItem["state"], { word: string; icon: LucideIcon; look: string }> = {
  done: { word: "Passed", icon: CircleCheck, look: "lf:text-success" },
  todo: { word: "To do", icon: CircleDashed, look: "lf:text-text" },
  warning: { word: "Needs attention", icon: CircleAlert, look: "lf:text-warning" },
  unknown: { word: "Not checked", icon: CircleHelp, look: "lf:text-muted" },
};

/** One kind of item can be there for several services, and for several things of one. */
function keyOf({ id, service, title }: ChecklistItem): string {
  return [id, service, title].filter((part) => part !== undefined).join(" / ");
}

/** What was verified, and what is left for a person. */
export function PostDeploymentChecklist(props: PostDeploymentChecklistProps) {
  return (
    <Announcer>
      <Checklist {...props} />
    </Announcer>
  );
}

function Checklist({
  items,
  error = null,
  onCheck,
  isChecking = false,
  done = [],
  onDone,
  onHide,
}: PostDeploymentChecklistProps) {
  const heading = useId();
  const all = items ?? [];
  // What a person marks stays where it is, and the focus with it.
  const open = all.filter(({ state }) => state !== "done");
  const passed = all.filter(({ state }) => state === "done");
  const left = open.filter((item) => !done.includes(keyOf(item))).length;
  const summary = isChecking ? "The checks are running." : summaryOf(all.length, left);
  const { sayLater } = useAnnounce();
  const isAnswered = items !== null;
  useEffect(() => {
    if (isAnswered) sayLater(isChecking ? summary : `Checklist: ${summary}`);
  }, [isAnswered, isChecking, summary, sayLater]);
  const rows = (some: ChecklistItem[]) =>
    some.map((item) => {
      const key = keyOf(item);
      const mark = {
        isMarked: done.includes(key),
        ...(onDone === undefined ? {} : { onMark: (isDone: boolean) => onDone(key, isDone) }),
      };
      return <Item key={key} item={item} {...mark} />;
    });
  return (
    <section
      aria-labelledby={heading}
      className="lf:@container lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-4"
    >
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-2">
        <h2 id={heading} className="lf:m-0 lf:me-auto lf:text-lg lf:font-semibold">
          After the deployment
        </h2>
        {onCheck === undefined ? null : (
          <Button onClick={onCheck} unavailable={isChecking ? "The checks are running." : undefined}>
            {isChecking ? "Checking" : "Check again"}
          </Button>
        )}
      </div>
      <div className="lf:mt-1 lf:flex lf:min-h-8 lf:flex-wrap lf:items-center lf:gap-2">
        {isAnswered ? <p className="lf:m-0 lf:me-auto lf:text-muted">{summary}</p> : null}
        {onHide === undefined ? null : (
          <Button look="quiet" onClick={onHide}>
            Hide
          </Button>
        )}
      </div>
      <div className="lf:mt-3">
        {error === null ? null : (
          <div className="lf:mb-3">
            <ErrorPanel error={error} {...(onCheck === undefined ? {} : { onRetry: onCheck })} />
          </div>
        )}
        {items === null && error === null ? <Skeleton lines={5} waitsFor="the checks of the live site" /> : null}
        {open.length === 0 ? null : <ul className={list}>{rows(open)}</ul>}
        {passed.length === 0 ? null : (
          <details open={open.length === 0} className={open.length === 0 ? "" : "lf:mt-3"}>
            <summary className="lf:min-h-6 lf:cursor-pointer lf:rounded-sm lf:font-medium">
              {passed.length} passed
            </summary>
            <ul className={list}>{rows(passed)}</ul>
          </details>
        )}
      </div>
    </section>
  );
}

const list = "lf:m-0 lf:list-none lf:divide-y lf:divide-line lf:p-0";

function summaryOf(count: number, left: number): string {
  if (count === 0) return "There is nothing to check here.";
  return left === 0 ? "All is done." : `${count - left} of ${count} done.`;
}

function Item({
  item: { service, title, state, detail, command },
  isMarked,
  onMark,
}: {
  item: ChecklistItem;
  isMarked: boolean;
  onMark?: (isDone: boolean) => void;
}) {
  const { word, icon: Icon, look } = isMarked ? { ...sights.done, word: "Marked as done" } : sights[state];
  return (
    <li className="lf:flex lf:gap-2 lf:py-2">
      <Icon aria-hidden size={16} className={`lf:mt-0.5 lf:shrink-0 ${look}`} />
      <div className="lf:min-w-0 lf:flex-1">
        <p className="lf:m-0 lf:break-words">
          <span className="lf:font-medium">{title}</span>
          {service === undefined ? null : <span className="lf:text-muted"> · {service}</span>}
          <span className={`lf:ms-2 lf:text-xs lf:whitespace-nowrap ${look}`}>{word}</span>
        </p>
        <p className="lf:m-0 lf:text-sm lf:break-words lf:text-muted">{detail}</p>
        {command === undefined || isMarked ? null : (
          <div className="lf:mt-1">
            <CopyField text={command} label={`command for: ${title}`} />
          </div>
        )}
        {state === "done" || onMark === undefined ? null : (
          <label className="lf:mt-1 lf:inline-flex lf:min-h-6 lf:cursor-pointer lf:items-center lf:gap-2 lf:text-sm">
            <input
              type="checkbox"
              aria-label={`Done: ${title}`}
              checked={isMarked}
              onChange={(event) => onMark(event.target.checked)}
              className="lf:size-4 lf:accent-action"
            />
            Done
          </label>
        )}
      </div>
    </li>
  );
}
