/** An accepted deployment, seen to its end or as long as the caller waits. */
import type { DeploymentView } from "@landfall/engine";
import { z } from "zod";
import { resultOf } from "../carry.ts";
import { paintFor } from "../screen/paint.ts";
import { plainLines } from "../screen/plain.ts";
import type { Call } from "./tool.ts";

/** Input of the tools that start a deployment. Most assistants give a call up after a minute, unless they are told otherwise. */
export const waitSeconds = z
  .number()
  .int()
  .min(0)
  .max(600)
  .default(50)
  .describe("answer after so many seconds at the latest; the deployment goes on, look at it with inspect");

/** What is known of the deployment at its end, or when the wait is over: it goes on then, also when the call is cancelled. */
export async function seeThrough(call: Call, { id }: DeploymentView, seconds: number): Promise<object> {
  const { engine } = call;
  call.startWork();
  call.progress(`${id} is accepted. It goes on when this call is cancelled; the tool cancel stops it.`);
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(seconds * 1000)]);
  try {
    for await (const event of engine.follow(id, { signal }))
      for (const line of plainLines(event, { paint: paintFor(false), output: false })) call.progress(line);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (call.signal.aborted) call.remark(`${id} goes on in the background. The tool cancel stops it.`);
  const view = await engine.deployment(id);
  if (view.finishedAt !== null) return resultOf(view);
  return { ...resultOf(view), next: `It goes on. Look at it with inspect {"id":"${id}"}; cancel stops it.` };
}

/** A deployment in a list. */
export function rowOf(view: DeploymentView): object {
  const { id, project, environment, platform, operation, state, live, url, message, createdAt, durationMs } = view;
  return { id, project, environment, platform, operation, state, live, url, message, createdAt, durationMs };
}
