"use client";
import type { Detection, ErrorReport } from "../types.ts";

/** What a person may say in place of what was detected. Absent fields are as detected. */
export interface ServiceOverrides {
  framework?: string;
  installCommand?: string;
  buildCommand?: string;
  startCommand?: string;
  outputDir?: string;
  port?: number;
  kind?: "static" | "server" | "worker";
  spaFallback?: boolean;
  healthPath?: string;
}

export interface DeploymentConfigFormProps {
  /** Null while it is looked at. */
  detection: Detection | null;
  /** Nothing was detected, or it could not be read. */
  error?: ErrorReport | null;
  value: ServiceOverrides;
  onChange(value: ServiceOverrides): void;
  /** Faults of the input, with paths such as `overrides.port`. */
  faults?: readonly { path: string; message: string }[];
  /** Services of a monorepo that are to be deployed, by path; absent: all. */
  services?: readonly string[];
  onServices?(services: string[]): void;
  disabled?: boolean;
}

export function DeploymentConfigForm(_props: DeploymentConfigFormProps) {
  return null;
}
