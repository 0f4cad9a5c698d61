/** Files of a data directory by which the edge and those who watch over it know of each other. A lock is free when its holder is gone. */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function edgeLock(home: string): string {
  return join(home, "edge.lock");
}

/** Held by an edge that is about to take another's place: who else finds that place free for a moment leaves it alone. */
export function successorLock(home: string): string {
  return join(home, "edge.successor.lock");
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
  return wasWrittenMeanwhile(stoppedFile(home));
}

/** The edge gave its place to one of a later version, which has a standby of its own version. */
export function markHandedOver(home: string): void {
  writeFileSync(handedOverFile(home), "");
}

/** Whether that was after this process began. */
export function wasHandedOverMeanwhile(home: string): boolean {
  return wasWrittenMeanwhile(handedOverFile(home));
}

function wasWrittenMeanwhile(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > performance.timeOrigin;
}

function handedOverFile(home: string): string {
  return join(home, "edge.handed-over");
}

function stoppedFile(home: string): string {
  return join(home, "edge.stopped");
}
