"use client";
import type { ReactNode } from "react";
import type { Deployment } from "../types.ts";

export interface DeploymentSuccessCardProps {
  deployment: Deployment;
  /** What one usually takes here, in milliseconds. */
  usualMs?: number | null;
  isFirst?: boolean;
  screenshot?: { url: string; alt: string } | null;
  /** Makes a read-only address; absent: nothing is shared here. */
  onShare?(): void;
  /** A link to earlier deployments. */
  historyUrl?: string;
  children?: ReactNode;
}

export function DeploymentSuccessCard(_props: DeploymentSuccessCardProps) {
  return null;
}
