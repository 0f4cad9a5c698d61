"use client";
import type { ChecklistItem, ErrorReport } from "../types.ts";

export interface PostDeploymentChecklistProps {
  /** Null while it is asked for. */
  items: ChecklistItem[] | null;
  error?: ErrorReport | null;
  /** Ask again. */
  onCheck?(): void;
  isChecking?: boolean;
  /** What a person marked as done, by item id; kept by the caller. */
  done?: readonly string[];
  onDone?(id: string, isDone: boolean): void;
  onHide?(): void;
}

export function PostDeploymentChecklist(_props: PostDeploymentChecklistProps) {
  return null;
}
