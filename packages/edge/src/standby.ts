/**
 * Edge and standby look after each other: whoever finds the other's lock free starts it again. So one `kill -9` is mended within a
 * second without any command, and only when both are gone does the next command bring them back. A server is the standby for as long as
 * it runs: one that is there then ends.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startDetached } from "@landfall/engine/background";
import {
  edgeLock,
  serverLock,
  standbyLock,
  wasHandedOverMeanwhile,
  wasStopped,
} from "@landfall/engine/platforms/local/edge-files";
import { holdLock, isHeld } from "@landfall/engine/store/lock";

const lookEveryMs = 300;
/** A process that was started is given so long to take its lock before it is started again. */
const startMs = 3_000;

interface Started {
  home: string;
  command: string[];
  /** Default: that of this process. */
  environment?: Record<string, string>;
}

/** Start `command` in the background when nobody holds the lock; null when somebody does. */
function startWhenFree(lock: string, { home, command, ...rest }: Started): ChildProcess | null {
  if (isHeld(lock)) return null;
  return startDetached(command, { home, log: "edge.log", ...rest }); // One that fails is tried again at the next look.
}

/**
 * Watch over the edge until it is stopped on purpose, the data directory is gone, another does it in our place (a server, or the standby
 * of a later version), or the signal. At once when another of the same kind is there. `environment` is the edge's; default: that of this
 * process, which a standby was given for it.
 */
export async function runStandby({
  home,
  edgeCommand,
  isServer = false,
  signal,
  ...rest
}: {
  home: string;
  edgeCommand: string[];
  isServer?: boolean;
  signal: AbortSignal;
} & Pick<Started, "environment">): Promise<void> {
  if (!holdLock(isServer ? serverLock(home) : standbyLock(home))) return;
  const isReplaced = (): boolean => !isServer && (isHeld(serverLock(home)) || wasHandedOverMeanwhile(home));
  while (!signal.aborted && existsSync(join(home, "releases")) && !wasStopped(home) && !isReplaced()) {
    const started = startWhenFree(edgeLock(home), { home, command: edgeCommand, ...rest });
    await delay(started ? startMs : lookEveryMs, undefined, { signal }).catch(() => {}); // The signal is looked at above.
  }
}

export interface StandbyKeeper {
  /** Called every now and then: starts the standby when there is none. */
  look(): void;
  /** End a standby started here that may not hold its lock yet; one that does sees by itself that the edge was stopped. */
  close(): Promise<void>;
}

/** The edge's side. */
export function keepStandby(home: string, command: string[]): StandbyKeeper {
  let notBefore = 0;
  let child: ChildProcess | null = null;
  return {
    look() {
      if (Date.now() < notBefore) return;
      const started = isHeld(serverLock(home)) ? null : startWhenFree(standbyLock(home), { home, command });
      if (!started) return;
      notBefore = Date.now() + startMs;
      child = started;
    },
    async close() {
      if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
