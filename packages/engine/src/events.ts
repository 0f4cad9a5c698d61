/**
 * DeployEvent: the engine's only output channel. One numbered, gapless stream per deployment, stored before anybody sees it.
 */
import type { ErrorReport } from "./error.ts";

export type DeploymentState =
  | "pending"
  | "building"
  | "uploading"
  | "deploying"
  | "verifying"
  | "success"
  | "failed"
  | "cancelled";

/** States that are final. */
export function isSettled(state: DeploymentState): boolean {
  return state === "success" || state === "failed" || state === "cancelled";
}

export type DeployEventBody =
  | { type: "state"; state: DeploymentState; reason?: string }
  | {
      type: "step";
      step: string;
      status: "started" | "finished" | "failed" | "reused";
      attempt: number;
      durationMs?: number;
      /** One line of result, or why it failed. */
      detail?: string;
      /** Of a failed try that another one follows: when that begins. */
      nextTryAt?: string;
    }
  | { type: "log"; step: string; stream: "stdout" | "stderr"; firstLine: number; lines: string[] }
  | { type: "note"; level: "info" | "warning"; message: string }
  | { type: "takeover"; from: string; to: string }
  | { type: "url"; service: string; url: string }
  | { type: "error"; error: ErrorReport };

export type DeployEvent = { deploymentId: string; seq: number; at: string } & DeployEventBody;
