"use client";
import { createContext, type ReactNode, useContext, useEffect, useId, useState } from "react";

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** Made with the first use and kept: to make one takes longer than all else in a row of a list. */
function kept<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
const relative = kept(() => new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }));
const exactly = kept(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }));
const spoken = {
  hour: kept(() => spokenIn("hour")),
  minute: kept(() => spokenIn("minute")),
  second: kept(() => spokenIn("second")),
};

function spokenIn(unit: string): Intl.NumberFormat {
  return new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "long" });
}

/** "4 minutes ago", in the reader's language. */
export function agoInWords(at: string, now: number): string {
  const passed = Date.parse(at) - now;
  const [unit, length] = units.find(([, one]) => Math.abs(passed) >= one) ?? ["second", 1_000];
  return relative().format(Math.round(passed / length), unit);
}

/** "1 min 12 s", short enough for a row. */
export function durationInWords(ms: number): string {
  if (ms % 1_000 !== 0 && ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms % 1_000 !== 0 && ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The same for speech: "1 minute 12 seconds". */
export function durationForSpeech(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (ms > 0 && seconds === 0) return "less than a second";
  const counts = [
    ["hour", Math.floor(seconds / 3_600)],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", seconds % 60],
  ] as const;
  const parts = counts
    .filter(([unit, count]) => count > 0 || (unit === "second" && seconds === 0))
    .map(([unit, count]) => spoken[unit]().format(count));
  return parts.join(" ");
}

const Instant = createContext<number | null>(null);

/** Everything inside is shown as it is at this instant, and stands still: for stories, pictures and tests. */
export function FixedNow({ at, children }: { at: string; children: ReactNode }) {
  return <Instant value={Date.parse(at)}>{children}</Instant>;
}

/** The present moment, again every `everyMs` and whenever `about` is another one; it stands still when `everyMs` is null. */
export function useNow(everyMs: number | null, about?: string): number {
  const fixed = useContext(Instant);
  const [now, setNow] = useState(() => Date.now());
  const [last, setLast] = useState(about);
  if (about !== last) {
    // What happened since the last look would otherwise be still to come.
    setLast(about);
    setNow(Date.now());
  }
  const isStill = everyMs === null || fixed !== null;
  useEffect(() => {
    if (isStill) return undefined;
    setNow(Date.now()); // It may have stood still for long.
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isStill]);
  return fixed ?? now;
}

/** How long ago. The exact instant is in the page for machines, and shown on hover and, unless it stands in a row among many, on focus. */
export function RelativeTime({ at, inRow = false }: { at: string; inRow?: boolean }) {
  const now = useNow(30_000, at);
  const [isDismissed, setIsDismissed] = useState(false);
  const tooltip = useId();
  const ago = agoInWords(at, now);
  const exact = exactly().format(new Date(at));
  if (inRow) {
    return (
      <time dateTime={at} dir="auto" title={exact} suppressHydrationWarning>
        {ago}
      </time>
    );
  }
  return (
    <span
      tabIndex={0}
      aria-describedby={tooltip}
      className="lf:group lf:relative lf:inline-block lf:rounded-sm"
      onKeyDown={(event) => setIsDismissed(event.key === "Escape")}
      onBlur={() => setIsDismissed(false)}
      onPointerLeave={() => setIsDismissed(false)}
    >
      <time dateTime={at} dir="auto" suppressHydrationWarning>
        {ago}
      </time>
      <span
        id={tooltip}
        role="tooltip"
        suppressHydrationWarning
        className={`lf:absolute lf:start-0 lf:top-full lf:z-30 lf:hidden lf:w-max lf:max-w-56 lf:rounded-md lf:border lf:border-line lf:bg-raised lf:px-2 lf:py-1 lf:text-xs lf:text-text lf:shadow-md ${isDismissed ? "" : "lf:group-hover:block lf:group-focus:block"}`}
      >
        {exact}
      </span>
    </span>
  );
}

/** How long it took, or takes so far when it has not finished. */
export function Duration({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null ? 1_000 : null);
  const ms = Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));
  // While it ticks, whole seconds.
  return <DurationText ms={to === null ? Math.floor(ms / 1_000) * 1_000 : ms} />;
}

/** So many milliseconds, short to the eye and spelled out for speech. */
export function DurationText({ ms }: { ms: number }) {
  return (
    <span dir="auto" className="lf:whitespace-nowrap lf:tabular-nums" suppressHydrationWarning>
      <span aria-hidden>{durationInWords(ms)}</span>
      <span className="lf:sr-only">{durationForSpeech(ms)}</span>
    </span>
  );
}
