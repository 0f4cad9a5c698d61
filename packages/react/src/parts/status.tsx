"use client";
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import type { DeploymentState } from "../types.ts";

export type Tone = "neutral" | "running" | "success" | "warning" | "failure";

interface Sight {
  word: string;
  tone: Tone;
  icon: LucideIcon;
}

const sights: Record<DeploymentState, Sight> = {
  pending: { word: "Waiting", tone: "neutral", icon: CircleDashed },
  building: { word: "Building", tone: "running", icon: LoaderCircle },
  uploading: { word: "Uploading", tone: "running", icon: LoaderCircle },
  deploying: { word: "Deploying", tone: "running", icon: LoaderCircle },
  verifying: { word: "Verifying", tone: "running", icon: LoaderCircle },
  success: { word: "Ready", tone: "success", icon: CircleCheck },
  failed: { word: "Failed", tone: "failure", icon: CircleX },
  cancelled: { word: "Cancelled", tone: "neutral", icon: CircleSlash },
};

/** The word a person reads for a state. */
export function stateWord(state: DeploymentState): string {
  return sights[state].word;
}

const text: Record<Tone, string> = {
  neutral: "lf:text-neutral",
  running: "lf:text-running",
  success: "lf:text-success",
  warning: "lf:text-warning",
  failure: "lf:text-failure",
};
const badge: Record<Tone, string> = {
  neutral: "lf:bg-neutral-soft lf:border-neutral-line lf:text-neutral",
  running: "lf:bg-running-soft lf:border-running-line lf:text-running",
  success: "lf:bg-success-soft lf:border-success-line lf:text-success",
  warning: "lf:bg-warning-soft lf:border-warning-line lf:text-warning",
  failure: "lf:bg-failure-soft lf:border-failure-line lf:text-failure",
};

/** Where a deployment is: icon and word, then colour. It moves only while work goes on. */
export function StatusIndicator({ state }: { state: DeploymentState }) {
  const { word, tone, icon: Icon } = sights[state];
  return (
    <span className={`lf:inline-flex lf:items-center lf:gap-1.5 lf:font-medium ${text[tone]}`}>
      <Icon
        aria-hidden
        size={16}
        className={tone === "running" ? "lf:animate-spin lf:motion-reduce:animate-none" : ""}
      />
      {word}
    </span>
  );
}

/** A word that marks a row: live, rolled back, preview. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: React.ReactNode }) {
  return (
    <span
      className={`lf:inline-flex lf:items-center lf:gap-1 lf:rounded-sm lf:border lf:px-1.5 lf:text-xs lf:font-medium ${badge[tone]}`}
    >
      {tone === "warning" ? <CircleAlert aria-hidden size={12} /> : null}
      {children}
    </span>
  );
}
