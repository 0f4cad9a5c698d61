"use client";
import type { ReactNode } from "react";
import type { Deployment } from "./types.ts";

/** What is deployed when the button is pressed. */
export type DeploySource = { upload: string } | { git: string; ref?: string } | { sandbox: string };

export interface DeployButtonProps {
  project: string;
  /** Asked when a person has chosen where to: a source, or files to be packed and sent. */
  source: DeploySource | (() => Promise<DeploySource | Blob>);
  environment?: string;
  /** Ids of platforms to offer; default: every target that can be used now. */
  platforms?: readonly string[];
  /** Values for this deployment. */
  variables?: Record<string, string>;
  onDeployed?(deployment: Deployment): void;
  onSettled?(deployment: Deployment): void;
  container?: HTMLElement | ShadowRoot | null;
  children?: ReactNode;
}

export function DeployButton(_props: DeployButtonProps) {
  return null;
}
