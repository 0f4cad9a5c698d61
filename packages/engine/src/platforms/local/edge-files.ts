/** Files of a data directory by which the edge and those who watch over it know of each other. A lock is free when its holder is gone. */
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

/** There while the edge was stopped on purpose: nobody but a person's next command starts it again. */
export function stoppedFile(home: string): string {
  return join(home, "edge.stopped");
}
