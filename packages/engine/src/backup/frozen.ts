/** The database of a store as a backup reads it, and as a restore fills it. */
import type { Kysely } from "kysely";
import type { Schema } from "../store/schema.ts";

/** A database as it was at one instant, written down. */
export interface Frozen extends AsyncDisposable {
  /** To be read; as it was then. */
  db: Kysely<Schema>;
  /** Files, in a directory that is the caller's. */
  files: string[];
  /** Rows of each table. */
  rows: Record<string, number>;
}

/** Where a database is restored to. */
export interface Loading {
  /** Throws CONFLICT when something is there already. */
  expectNothing(): Promise<void>;
  /** Put what was written down in `directory` in its place: whole, or not at all. Throws INVALID_SOURCE. */
  load(directory: string): Promise<void>;
  /** Take it away again. */
  clear(): Promise<void>;
  /** What is there now: rows of each table, and sha256 of what a backup's part would hold, by the part's name, where it is written down anew. */
  contents(): Promise<{ rows: Record<string, number>; digests: Record<string, string> }>;
}
