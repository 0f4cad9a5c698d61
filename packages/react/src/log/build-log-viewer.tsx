"use client";
import type { ConnectionState } from "../types.ts";
import type { LogStore } from "./log-store.ts";

export interface BuildLogViewerProps {
  /** Lines as they arrive; they are outside React's state. */
  log: LogStore;
  /** How current it is; absent for a log that has ended. */
  connection?: ConnectionState;
  /** No more lines will come. */
  ended?: boolean;
  /** Show this step alone; null for all. */
  step?: string | null;
  onStep?(step: string | null): void;
  /** Lines of the address, such as `L120` or `L120-L140`; opening with one turns following off and focuses it. */
  lines?: string | null;
  /** A person chose lines: to be put in the address. */
  onLines?(lines: string | null): void;
  /** Where the whole log is as text, for "Plain text" and "Download". */
  plainTextUrl?: string;
  /** Height of the scrolling part. Default `24rem`. */
  height?: string;
}

export function BuildLogViewer(_props: BuildLogViewerProps) {
  return null;
}
