/**
 * Edge and standby look after each other: whoever finds the other's lock free starts it again. So one `kill -9` is mended within a
 * second without any command, and only when both are gone does the next command bring them back.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stoppedFile } from "@landfall/engine/platforms/local/edge-control";
import { holdLock, tryLock } from "@landfall/engine/store/lock";

const lookEveryMs = 300;
/** A process that was started is given so long to take its lock before it is started again. */
const startMs = 3_000;

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

/** Start `command` in the background when nobody holds the lock; null when somebody does. */
function startWhenFree({
  home,
  lock,
  command,
}: {
  home: string;
  lock: string;
  command: string[];
}): ChildProcess | null {
  const free = tryLock(join(home, lock));
  if (!free) return null;
  free.release();
  const log = openSync(join(home, "logs", "edge.log"), "a", 0o600);
  try {
    const [program, ...args] = command;
    const child = spawn(program!, args, { detached: true, stdio: ["ignore", log, log], cwd: home });
    child.on("error", () => {}); // Tried again at the next look.
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Watch over the edge until it is stopped on purpose, the data directory is gone, or the signal. False when another standby does. */
export async function runStandby({
  home,
  edgeCommand,
  signal,
}: {
  home: string;
  edgeCommand: string[];
  signal: AbortSignal;
}): Promise<boolean> {
  if (!holdLock(join(home, "standby.lock"))) return false;
  while (!signal.aborted && existsSync(join(home, "releases")) && !wasStopped(home)) {
    const started = startWhenFree({ home, lock: "edge.lock", command: edgeCommand });
    await delay(started ? startMs : lookEveryMs, undefined, { signal }).catch(() => {}); // The signal is looked at above.
  }
  return true;
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
      const started = startWhenFree({ home, lock: "standby.lock", command });
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
