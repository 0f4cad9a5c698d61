"use client";
import { CircleX } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { ErrorReport, Recovery } from "../types.ts";
import { Button } from "./button.tsx";
import { CopyField } from "./copy.tsx";

export interface ErrorPanelProps {
  error: ErrorReport;
  /** Does what a recovery action says; those without a button here are shown as their command. */
  onRecover?: (recovery: Recovery) => void;
  /** Offers "Try again". */
  onRetry?: () => void;
  /** Announced at once. Not for what was there when the page opened. */
  isNew?: boolean;
}

/** What happened, where, and what to do now. */
export function ErrorPanel({ error, onRecover, onRetry, isNew = false }: ErrorPanelProps) {
  return (
    <section
      {...(isNew ? { role: "alert" } : { "aria-label": "Error" })}
      className="lf:rounded-lg lf:border lf:border-failure-line lf:bg-failure-soft lf:p-4 lf:text-text"
    >
      <p className="lf:m-0 lf:flex lf:items-start lf:gap-2 lf:font-medium">
        <CircleX aria-hidden size={18} className="lf:mt-0.5 lf:shrink-0 lf:text-failure" />
        <span className="lf:min-w-0 lf:break-words">{error.what}</span>
      </p>
      {error.where === undefined ? null : (
        <p className="lf:mt-1 lf:mb-0 lf:font-mono lf:text-xs lf:text-muted lf:break-words">{error.where}</p>
      )}
      {error.faults === undefined || error.faults.length === 0 ? null : (
        <ul className="lf:mt-2 lf:mb-0 lf:ps-5 lf:list-disc">
          {error.faults.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code className="lf:font-mono lf:text-xs">{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {error.evidence === undefined || error.evidence.length === 0 ? null : (
        <pre
          tabIndex={0}
          aria-label="Evidence"
          className="lf:mt-2 lf:mb-0 lf:overflow-x-auto lf:rounded-md lf:bg-page lf:p-2 lf:font-mono lf:text-xs"
        >
          {error.evidence.join("\n")}
        </pre>
      )}
      {error.next === undefined ? null : <p className="lf:mt-2 lf:mb-0 lf:wrap-anywhere">{error.next}</p>}
      <div className="lf:mt-3 lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:empty:hidden">
        {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
        {error.recovery?.map((recovery) =>
          onRecover ? (
            <Button key={recovery.label} onClick={() => onRecover(recovery)}>
              {recovery.label}
            </Button>
          ) : recovery.command === undefined ? null : (
            <CopyField key={recovery.label} text={recovery.command} label={recovery.label} />
          ),
        )}
      </div>
    </section>
  );
}

/** What will be here, and the one action that fills it. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="lf:rounded-lg lf:border lf:border-dashed lf:border-line-strong lf:p-8 lf:text-center">
      <p className="lf:m-0 lf:text-lg lf:font-medium">{title}</p>
      {children === undefined ? null : <div className="lf:mt-1 lf:text-muted">{children}</div>}
      {action === undefined ? null : <div className="lf:mt-4">{action}</div>}
    </div>
  );
}

/** The final layout before its content: nothing for the first 200 ms, after 10 s what it waits for. */
export function Skeleton({ lines = 3, waitsFor }: { lines?: number; waitsFor: string }) {
  const [age, setAge] = useState<"new" | "shown" | "slow">("new");
  useEffect(() => {
    const shown = setTimeout(() => setAge("shown"), 200);
    const slow = setTimeout(() => setAge("slow"), 10_000);
    return () => {
      clearTimeout(shown);
      clearTimeout(slow);
    };
  }, []);
  return (
    <div aria-busy="true" className={age === "new" ? "lf:invisible" : ""}>
      {Array.from({ length: lines }, (_, line) => (
        <div
          key={line}
          className="lf:mb-3 lf:h-5 lf:animate-pulse lf:rounded-md lf:bg-neutral-soft lf:motion-reduce:animate-none"
          style={{ width: `${90 - ((line * 17) % 40)}%` }}
        />
      ))}
      <p role="status" className={age === "slow" ? "lf:text-muted" : "lf:sr-only"}>
        {age === "new" ? "" : age === "slow" ? `Still waiting for ${waitsFor}.` : "Loading."}
      </p>
    </div>
  );
}
