"use client";
import type { Deployment, ErrorReport } from "../types.ts";

export interface HistoryFilter {
  environment?: string;
  state?: Deployment["state"];
  platform?: string;
  /** In id, message, commit or branch. */
  text?: string;
}

export interface DeploymentHistoryProps {
  /** Newest first; null while they are asked for. */
  deployments: Deployment[] | null;
  error?: ErrorReport | null;
  onRetry?(): void;
  filter?: HistoryFilter;
  onFilter?(filter: HistoryFilter): void;
  /** Address of a deployment's page. */
  hrefOf?(deployment: Deployment): string;
  onOpen?(deployment: Deployment): void;
  /** Ids of the chosen ones, two at most. */
  selected?: readonly string[];
  onSelect?(ids: string[]): void;
  onCompare?(ids: [string, string]): void;
  actions?: {
    redeploy?(deployment: Deployment): void;
    rollback?(deployment: Deployment): void;
    promote?(deployment: Deployment): void;
    cancel?(deployment: Deployment): void;
  };
  /** There are older ones. */
  hasMore?: boolean;
  onMore?(): void;
  isLoadingMore?: boolean;
}

export function DeploymentHistory(_props: DeploymentHistoryProps) {
  return null;
}
