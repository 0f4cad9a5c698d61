/** What happened in a deployment, as far as it is. */
import type { DeployEvent, DeploymentView, Engine } from "@landfall/engine";

/** Time for the events there are of a deployment that goes on: following it would wait for its end. */
const readingMs = 300;

/** All events of a deployment that is done; of one that runs, those up to now. */
export async function eventsSoFar(engine: Engine, view: DeploymentView): Promise<DeployEvent[]> {
  const events: DeployEvent[] = [];
  const signal = view.finishedAt === null ? AbortSignal.timeout(readingMs) : undefined;
  try {
    for await (const event of engine.follow(view.id, signal ? { signal } : {})) events.push(event);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
  return events;
}
