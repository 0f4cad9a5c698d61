/** Why a deployment ended as it did: its error, and the end of what the failed step printed. */
import type { DeployEvent, DeploymentView, Engine } from "@landfall/engine";
import { eventsSoFar } from "./events.ts";

/** Lines of the failed step's output that are kept. */
const lastLines = 30;

export interface Explanation {
  id: string;
  status: DeploymentView["state"];
  reason: string | null;
  /** The step that failed; null when none did. */
  step: string | null;
  error: DeploymentView["error"];
  output: string[];
  remarks: DeployEvent[];
}

export async function explanationOf(engine: Engine, view: DeploymentView): Promise<Explanation> {
  const events = await eventsSoFar(engine, view);
  const failed = events.findLast((event) => event.type === "step" && event.status === "failed");
  const step = failed?.type === "step" ? failed.step : view.steps.findLast((one) => one.status === "failed")?.name;
  const output = events
    .filter((event) => event.type === "log" && event.step === step)
    .flatMap((event) => (event.type === "log" ? event.lines : []))
    .slice(-lastLines);
  const remarks = events.filter((event) => event.type === "note" || event.type === "takeover");
  return {
    id: view.id,
    status: view.state,
    reason: view.reason,
    step: step ?? null,
    error: view.error,
    output,
    remarks,
  };
}
