/**
 * A lock that the kernel frees when its holder dies, however it dies: an exclusive SQLite transaction on a file of its own.
 * Works wherever SQLite does, unlike abstract sockets, and needs no pid file that could lie.
 */
import { DatabaseSync } from "node:sqlite";

export interface Lock {
  release(): void;
}

/** The lock, or null when another process (or another holder in this one) has it. */
export function tryLock(path: string): Lock | null {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma journal_mode = delete");
    database.exec("begin exclusive");
  } catch {
    database.close(); // SQLITE_BUSY: somebody holds it.
    return null;
  }
  return { release: () => database.close() };
}

const held: Lock[] = [];

/** Take the lock for as long as this process lives: free means that the process is gone. False when another has it. */
export function holdLock(path: string): boolean {
  const lock = tryLock(path);
  if (lock) held.push(lock);
  return lock !== null;
}
