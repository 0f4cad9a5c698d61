/** What is in a backup, and how one is asked for. */
import type { DatabaseKind } from "../store/migration.ts";
import type { Store } from "../store/store.ts";
import type { LockedKeys } from "./key.ts";

export interface BackupOptions {
  /** Put the encryption keys in, under this passphrase. Without, the backup says which keys it needs. */
  passphrase?: string;
  /** As for `collect`: bytes of so many releases of each place. Default 10. */
  retainReleases?: number;
  /** Restore it for a test when it is written to a path. Default true. */
  verify?: boolean;
  signal?: AbortSignal;
}

/** The first part, `backup.json`: what the others are, and what is needed to use them. */
export interface BackupHead {
  format: 1;
  /** ISO 8601: everything is as it was at this instant. */
  madeAt: string;
  /** Which installation it is of. */
  store: string;
  database: DatabaseKind;
  /** What the database has gone through. */
  migrations: string[];
  /** Releases of each place whose bytes are here. */
  retained: number;
  /** Rows of each table. */
  rows: Record<string, number>;
  projects: number;
  blobs: { count: number; sizeBytes: number };
  /** Blobs that are reached and were not there to be taken. */
  missing: string[];
  /** Ids of the keys that something was sealed with. */
  keys: string[];
  /** The keys, when they were asked for. */
  locked: LockedKeys | null;
}

export const headPart = "backup.json";

export const databaseParts = "database/";

export const blobParts = "blobs/";

/** What the backup of a store needs besides it. */
export interface BackupPlace {
  store: Store;
  databaseUrl?: string | undefined;
}
