"use client";
import { CircleCheck, CircleX, LoaderCircle, type LucideIcon, Radio, WifiOff } from "lucide-react";
import type { ConnectionState } from "../types.ts";
import { durationInWords, useNow } from "./time.tsx";

const sights: Record<ConnectionState["kind"], { icon: LucideIcon; look: string }> = {
  connecting: { icon: LoaderCircle, look: "lf:text-muted" },
  live: { icon: Radio, look: "lf:text-success" },
  reconnecting: { icon: LoaderCircle, look: "lf:text-warning" },
  offline: { icon: WifiOff, look: "lf:text-warning" },
  refused: { icon: CircleX, look: "lf:text-failure" },
  ended: { icon: CircleCheck, look: "lf:text-muted" },
};

/** How current what is on the screen is, in words. */
export function connectionInWords(state: ConnectionState, now: number): string {
  switch (state.kind) {
    case "connecting":
      return "Connecting";
    case "live":
      return "Live";
    case "reconnecting":
      return `Reconnecting (last event ${durationInWords(wholeSeconds(now - state.lastEventAtMs))} ago)`;
    case "offline":
      return `Offline since ${new Date(state.sinceMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })}`;
    case "refused":
      return `Not connected: ${state.error.what}`;
    case "ended":
      return "Ended";
    default:
      return state satisfies never;
  }
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1_000)) * 1_000;
}

/** `Live` · `Reconnecting (last event 12 s ago)` · `Offline since 10:42` · `Ended`. */
export function ConnectionIndicator({ state }: { state: ConnectionState }) {
  const now = useNow(state.kind === "reconnecting" ? 1_000 : null);
  const { icon: Icon, look } = sights[state.kind];
  const isTrying = state.kind === "connecting" || state.kind === "reconnecting";
  return (
    <span
      className={`lf:inline-flex lf:min-w-0 lf:items-center lf:gap-1.5 lf:text-xs lf:tabular-nums ${look}`}
      suppressHydrationWarning
    >
      <Icon
        aria-hidden
        size={14}
        className={`lf:shrink-0 ${isTrying ? "lf:animate-spin lf:motion-reduce:animate-none" : ""}`}
      />
      {connectionInWords(state, now)}
    </span>
  );
}
