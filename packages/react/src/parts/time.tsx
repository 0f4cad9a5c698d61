"use client";
import { useEffect, useState } from "react";

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** "4 minutes ago", in the reader's language. */
export function agoInWords(at: string, now: number): string {
  const passed = Date.parse(at) - now;
  const [unit, length] = units.find(([, one]) => Math.abs(passed) >= one) ?? ["second", 1_000];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(passed / length), unit);
}

/** "1 min 12 s", short enough for a row. */
export function durationInWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The same for speech: "1 minute 12 seconds". */
export function durationForSpeech(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const part = (count: number, unit: "hour" | "minute" | "second"): string =>
    new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "long" }).format(count);
  const parts = [
    ...(seconds >= 3_600 ? [part(Math.floor(seconds / 3_600), "hour")] : []),
    ...(seconds >= 60 ? [part(Math.floor(seconds / 60) % 60, "minute")] : []),
    part(seconds % 60, "second"),
  ];
  return parts.join(" ");
}

/** The present moment, again every `everyMs`; it stands still when that is null. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How long ago; the exact instant on hover and for machines. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow(30_000);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()} suppressHydrationWarning>
      {agoInWords(at, now)}
    </time>
  );
}

/** How long it took, or takes so far when it has not finished. */
export function Duration({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null ? 1_000 : null);
  const ms = Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));
  return (
    <span className="lf:tabular-nums" suppressHydrationWarning>
      <span aria-hidden>{durationInWords(ms)}</span>
      <span className="lf:sr-only">{durationForSpeech(ms)}</span>
    </span>
  );
}
