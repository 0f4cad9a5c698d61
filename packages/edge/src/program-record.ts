/** What is kept about a program on disk, so that the next edge finds what this one started. Holds no variables: some are secrets. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Group } from "@landfall/engine/process/group";

export interface ProgramRecord {
  version: 1;
  id: string;
  release: string;
  /** Null when it is not running. */
  group: Group | null;
  port: number | null;
  startedAt: number;
  restarts: number;
  lastExit: string | null;
  /** Offset in its log below which the text was given back to the disk. */
  logFloor: number;
}

/** The record of a program that has never run. */
export function newRecord(id: string, release: string): ProgramRecord {
  const none = { group: null, port: null, startedAt: 0, restarts: 0, lastExit: null, logFloor: 0 };
  return { version: 1, id, release, ...none };
}

/** Ids that may be names of files. */
export function isProgramId(id: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/.test(id) && !id.includes("..");
}

/** The record, or null when there is none or it cannot be read: then the program is looked for by its mark. */
export function readRecord(stateDir: string, id: string): ProgramRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(stateDir, `${id}.json`), "utf8")) as ProgramRecord;
    return record.version === 1 && record.id === id ? record : null;
  } catch {
    return null; // None yet, or cut short by a power failure.
  }
}

/** Written whole or not at all, and at once: the shorter a started program is nowhere on record, the better. */
export function writeRecord(stateDir: string, record: ProgramRecord): void {
  const path = join(stateDir, `${record.id}.json`);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeRecord(stateDir: string, id: string): void {
  rmSync(join(stateDir, `${id}.json`), { force: true });
}

/** Ids on record. */
export function recordedIds(stateDir: string): string[] {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  return readdirSync(stateDir)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -5))
    .filter(isProgramId);
}
