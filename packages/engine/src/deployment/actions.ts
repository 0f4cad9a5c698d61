/** What can be done with a deployment now, as far as its state and its platform go. */
import { isSettled } from "../events.ts";
import type { Platform } from "../platform.ts";
import type { DeploymentRow } from "../store/schema.ts";

/** What can be done with a deployment that is there. */
export type Action = "cancel" | "redeploy" | "promote" | "rollback";

/** Whether something can be done now. */
export interface Possible {
  possible: boolean;
  /** Why not, in a sentence. */
  reason: string | null;
}

export interface Standing {
  row: Pick<DeploymentRow, "state" | "environment" | "release_id" | "cancel_requested">;
  platform: Platform | undefined;
  /** Its release has the traffic of the place. */
  isServed: boolean;
  /** The release is still kept. */
  hasRelease: boolean;
  /** The files it was made of are. */
  hasFiles: boolean;
}

export function actionsOf(standing: Standing): Record<Action, Possible> {
  return {
    cancel: unless(whyNotCancel(standing)),
    redeploy: unless(whyNotRedeploy(standing)),
    promote: unless(whyNotPromote(standing)),
    rollback: unless(whyNotRollBack(standing)),
  };
}

/** Possible, unless there is a reason why not. */
export function unless(reason: string | null): Possible {
  return { possible: reason === null, reason };
}

const underWay = "It is under way.";

function whyNotCancel({ row }: Standing): string | null {
  if (isSettled(row.state)) return "It has ended.";
  return row.cancel_requested === 1 ? "It is being cancelled." : null;
}

function whyNotRedeploy({ row, platform, hasFiles }: Standing): string | null {
  if (!isSettled(row.state)) return underWay;
  if (!platform) return "Its platform is not known here.";
  return hasFiles ? null : "Its files are no longer kept.";
}

function whyNotPromote(standing: Standing): string | null {
  return standing.row.environment === "production"
    ? "It is in production already."
    : whyNoRelease(standing, "so it has nothing to promote.");
}

function whyNotRollBack(standing: Standing): string | null {
  const { platform, isServed } = standing;
  const reason = whyNoRelease(standing, "so there is nothing to go back to.");
  if (reason !== null) return reason;
  if (isServed) return "It has the traffic already.";
  return platform!.rollback ? null : `${platform!.name} cannot give traffic back to an earlier release. Redeploy it.`;
}

function whyNoRelease({ row, platform, hasRelease }: Standing, therefore: string): string | null {
  if (!isSettled(row.state)) return underWay;
  if (row.state !== "success" || row.release_id === null) return `It did not succeed, ${therefore}`;
  if (!platform) return "Its platform is not known here.";
  return hasRelease ? null : "What it was made of is no longer kept.";
}
