/** The loop of the processes that stay. */
import { DeployError } from "@landfall/engine/error";

/** Being stopped is how these end; anything else thrown is a failure. */
export async function workUntilStopped(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted || error instanceof DeployError) throw error;
  }
}
