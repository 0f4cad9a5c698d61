/** The loop of the processes that stay. */
import { DeployError } from "@landfall/engine/error";
import type { World } from "./world.ts";

/** Being stopped is how these end; anything else thrown is a failure. */
export async function workUntilStopped(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted || error instanceof DeployError) throw error;
  }
}

/** Resolves when a signal asks the process to end. */
export function untilSignal({ onSignal }: Pick<World, "onSignal">): Promise<void> {
  return new Promise((resolve) => {
    const ignore = onSignal(() => {
      ignore();
      resolve();
    });
  });
}
