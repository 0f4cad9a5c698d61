"use client";
import { memo, useMemo, useState } from "react";
import { nameInNewTab } from "../parts/new-tab.tsx";
import { classOfStyle } from "./line-style.tsx";
import type { LogStore } from "./log-store.ts";
import { type Segment, segmentsOf } from "./row-text.ts";

export type Times = "off" | "relative" | "absolute";

/** Of a long line; the rest comes on demand, as much at a time. */
const shownChars = 20_000;

/** Of the column of steps. */
const stepChars = 15;

export interface LogRowProps {
  log: LogStore;
  line: number;
  /** Counted from 0. */
  row: number;
  /** How many rows there are. */
  size: number;
  /** Pixels from the first row. */
  top: number;
  height: number;
  times: Times;
  /** The step is not the same for all. */
  withStep: boolean;
  isWrapped: boolean;
  isSelected: boolean;
  /** What is searched for was found here, and it is the one that is looked at. */
  isCurrent: boolean;
  matcher: RegExp | null;
  /** Pieces the text may have. */
  most: number;
  /** Of the widest line number. */
  digits: number;
  /** Wrapped rows are as high as they are. */
  measure: ((row: HTMLElement | null) => void) | undefined;
}

/**
 * One line. Text is only ever text: nothing of it becomes markup. What is not wrapped is one line of text to the browser, too: boxes beside
 * each other take it twice as long, and every row is another one in every frame while a build writes.
 */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { log, line, row, isWrapped, isSelected, isCurrent, matcher, most } = props;
  // The element may become another line's; how much is shown is this one's.
  const [more, setMore] = useState({ line, chars: shownChars });
  const wanted = more.line === line ? more.chars : shownChars;
  const { text, chars, style } = useMemo(() => log.head(line, wanted), [log, line, wanted]);
  const segments = useMemo(() => segmentsOf(text, { style, matcher, most }), [text, style, matcher, most]);
  const level = log.levelOf(line);
  const hidden = chars - text.length;
  const ground = isSelected
    ? "lf:bg-running-soft"
    : level === "error"
      ? "lf:bg-failure-soft"
      : level === "warning"
        ? "lf:bg-warning-soft"
        : "";
  return (
    <div
      ref={props.measure}
      role="listitem"
      tabIndex={-1}
      data-index={row}
      data-line={line}
      aria-setsize={props.size}
      aria-posinset={row + 1}
      aria-current={isSelected || undefined}
      className={`lf:absolute lf:top-0 lf:start-0 lf:focus-visible:-outline-offset-2 ${isWrapped ? "lf:flex lf:w-full" : `lf:overflow-y-clip lf:whitespace-pre ${ground === "" ? "lf:end-0" : "lf:w-max lf:min-w-full"}`} ${ground}`}
      style={{
        transform: `translateY(${props.top}px)`,
        ...(isWrapped ? { minHeight: props.height } : { height: props.height }),
      }}
    >
      <a
        href={`#L${line}`}
        tabIndex={-1}
        aria-label={`Line ${line}`}
        data-number={line}
        className={`lf:me-2 lf:inline-block lf:shrink-0 lf:border-s-2 lf:ps-2 lf:text-end lf:align-top lf:text-muted lf:no-underline lf:select-none lf:hover:underline ${isSelected ? "lf:border-focus" : "lf:border-transparent"}`}
        // A box of its own: a link within text would have to look like one.
        style={{ minWidth: `calc(${props.digits}ch + 12px)` }}
      >
        {line}
      </a>
      <LineTime log={log} line={line} times={props.times} />
      {props.withStep ? (
        <span className="lf:me-3 lf:hidden lf:shrink-0 lf:whitespace-pre lf:text-muted lf:select-none lf:@2xl:inline">
          {columnOf(log.stepOf(line))}
        </span>
      ) : null}
      {level === null ? (
        <span className="lf:me-2 lf:w-[1ch] lf:shrink-0 lf:select-none"> </span>
      ) : (
        <LevelMark level={level} isNamed />
      )}
      <span
        className={`lf:pe-3 lf:[unicode-bidi:isolate] ${isWrapped ? "lf:min-w-0 lf:whitespace-pre-wrap lf:wrap-anywhere" : "lf:whitespace-pre"} ${isCurrent ? "lf:outline-1 lf:outline-focus" : ""}`}
      >
        {hidden > 0 ? (
          <button
            type="button"
            className="lf:me-2 lf:inline lf:cursor-pointer lf:border-0 lf:bg-transparent lf:p-0 lf:text-link lf:underline lf:select-none"
            onClick={() => setMore({ line, chars: wanted + shownChars })}
          >
            Show more: {hidden.toLocaleString()} characters are left
          </button>
        ) : null}
        {segments.map((segment, index) => (
          // oxlint-disable-next-line no-array-index-key -- the pieces of a line keep their places
          <LogText key={index} {...segment} />
        ))}
      </span>
      {/* Where it is selected with others: what is placed by itself ends no line. */}
      {isWrapped ? null : "\n"}
    </div>
  );
});

/** A name as wide as all. */
function columnOf(name: string): string {
  return name.length > stepChars ? `${name.slice(0, stepChars - 1)}…` : name.padEnd(stepChars);
}

/** The same sign beside a line and beside the count of such lines. */
export function LevelMark({ level, isNamed = false }: { level: "error" | "warning"; isNamed?: boolean }) {
  const isError = level === "error";
  return (
    <span
      {...(isNamed ? { role: "img", "aria-label": isError ? "Error" : "Warning" } : { "aria-hidden": true })}
      className={`lf:w-[1ch] lf:shrink-0 lf:font-bold lf:select-none ${isNamed ? "lf:me-2" : ""} ${isError ? "lf:text-failure" : "lf:text-warning"}`}
    >
      {isError ? "×" : "!"}
    </span>
  );
}

function LogText({ text, style, href, isMatch, isMark }: Segment) {
  const classes = classOfStyle(style);
  if (isMark) return <span className="lf:rounded-sm lf:bg-text lf:px-0.5 lf:text-page lf:select-none">{text}</span>;
  const shown = isMatch ? <mark className="lf:bg-warning lf:text-page">{text}</mark> : text;
  if (href !== null)
    return (
      <a
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        // Not beside the text: that is selected and copied.
        aria-label={nameInNewTab(text)}
        className={`lf:underline ${classes === "" ? "lf:text-link" : classes}`}
      >
        {shown}
      </a>
    );
  return classes === "" ? shown : <span className={classes}>{shown}</span>;
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hour12: false });

/** "1:02.3" since the first line. */
function sinceStart(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  return `${Math.floor(seconds / 60)}:${(Math.floor((seconds % 60) * 10) / 10).toFixed(1).padStart(4, "0")}`;
}

function LineTime({ log, line, times }: { log: LogStore; line: number; times: Times }) {
  if (times === "off") return null;
  const at = log.atOf(line);
  return (
    <time
      dateTime={new Date(at).toISOString()}
      className="lf:me-2 lf:inline-block lf:w-[9ch] lf:shrink-0 lf:text-end lf:align-top lf:text-muted lf:select-none lf:tabular-nums"
    >
      {times === "absolute" ? clock.format(at) : sinceStart(at - log.atOf(log.first))}
    </time>
  );
}
