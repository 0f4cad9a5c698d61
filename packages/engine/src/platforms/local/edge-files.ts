/** Files of a data directory by which the edge and those who watch over it know of each other. A lock is free when its holder is gone. */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function edgeLock(home: string): string {
  return join(home, "edge.lock");
}

/** Held by the standby: a process that does nothing but start the edge again. */
export function standbyLock(home: string): string {
  return join(home, "standby.lock");
}

/** Held by `landfall serve`, which watches over the edge in the standby's place. */
export function serverLock(home: string): string {
  return join(home, "serve.lock");
}

/** The edge was stopped on purpose: nobody but a person's next command starts it again. */
export function markStopped(home: string): void {
  writeFileSync(stoppedFile(home), "");
}

export function markWanted(home: string): void {
  rmSync(stoppedFile(home), { force: true });
}

/** Whether a person said that nothing is to be served any more. */
export function wasStopped(home: string): boolean {
  return existsSync(stoppedFile(home));
}

/** Whether that was after this process began: one of several that were on their way up comes too late to take the place. */
export function wasStoppedMeanwhile(home: string): boolean {
  return (statSync(stoppedFile(home), { throwIfNoEntry: false })?.mtimeMs ?? 0) > performance.timeOrigin;
}

function stoppedFile(home: string): string {
  return join(home, "edge.stopped");
}
