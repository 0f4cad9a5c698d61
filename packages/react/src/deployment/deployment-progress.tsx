"use client";
import type { ConnectionState, Deployment, ErrorReport, Recovery } from "../types.ts";
import type { StepView } from "./steps.ts";

export interface DeploymentProgressProps {
  deployment: Deployment;
  steps: StepView[];
  connection?: ConnectionState;
  /** The chosen step; its log is shown beside. */
  step?: string | null;
  onStep?(step: string | null): void;
  /** Absent: there is no way to cancel here. */
  onCancel?(): void;
  /** A cancel was asked for and has not happened yet. */
  isCancelling?: boolean;
  onRecover?(recovery: Recovery, error: ErrorReport): void;
}

export function DeploymentProgress(_props: DeploymentProgressProps) {
  return null;
}
