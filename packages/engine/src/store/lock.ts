/**
 * A lock that the kernel frees when its holder dies, however it dies: an exclusive SQLite transaction on a file of its own.
 * Works wherever SQLite does, unlike abstract sockets, and needs no pid file that could lie.
 */
import { DatabaseSync } from "node:sqlite";

export interface Lock {
  release(): void;
}

/** The lock, or null when another process (or another holder in this one) has it for longer than `waitMs`. */
export function tryLock(path: string, waitMs = 0): Lock | null {
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    database.exec("pragma journal_mode = delete");
    database.exec("begin exclusive");
  } catch {
    database.close(); // SQLITE_BUSY: somebody holds it.
    return null;
  }
  return { release: () => database.close() };
}

/** Whether some process has it. */
export function isHeld(path: string): boolean {
  const free = tryLock(path);
  free?.release();
  return free === null;
}

/** Kept here, so that none is released by being forgotten. */
const held = new Set<Lock>();
/** Who only looks whether a lock is free has it for a moment, which must not be taken for a holder. */
const glanceMs = 100;

/** Take the lock until it is released, or this process is gone. Null when another has it. */
export function holdLock(path: string): Lock | null {
  const lock = tryLock(path, glanceMs);
  if (!lock) return null;
  held.add(lock);
  return {
    release() {
      held.delete(lock);
      lock.release();
    },
  };
}
