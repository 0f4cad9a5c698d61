/**
 * The digest cache: what is known of files that were read before, so that an unchanged tree is not read again.
 * One file per project directory, written whole beside and renamed: two processes may use it at once, and the worst that can happen is that
 * something is read again. (A SQLite table was measured beside it: twice the time for reading as for writing.)
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { FileDigest } from "./snapshot.ts";

/** What a file looked like when it was read. Any change of content changes one of these: even a write that restores the time changes `ctime`. */
export interface FileState {
  sizeBytes: number;
  /** Milliseconds with fraction, exact to a quarter of a microsecond. */
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
}

/** What was found in it. */
export interface KnownFile {
  sha256: string;
  /** Size of what is stored: less than the file's when secret lines were left out. */
  sizeBytes: number;
  /** Other digests that were taken of it. */
  digests?: Partial<Record<FileDigest, string>>;
  /** Why the file must stay out, or what was taken out of it. */
  secret?: { left: "file" | "lines"; detail: string };
}

/** The known files of one directory, by relative path. */
export interface KnownFiles {
  find(path: string, state: FileState): KnownFile | undefined;
  /** To be called for every file that is to be remembered, old or new; the others are forgotten by `save`. */
  keep(path: string, state: FileState, known: KnownFile): void;
  /** Remember what was kept, and forget the rest unless `partial`. */
  save(options: { partial: boolean }): void;
}

export interface DigestCache {
  of(root: string): KnownFiles;
  /** Forget directories not looked at for so long. */
  prune(olderThanMs: number): void;
}

type Row = [
  path: string,
  sizeBytes: number,
  mtimeMs: number,
  ctimeMs: number,
  inode: number,
  sha256: string,
  storedBytes: number,
  more: Pick<KnownFile, "secret" | "digests"> | 0,
];

/** Changes when rows or the rules behind `secret` change their meaning: older files are then as good as absent. */
const version = "landfall digests 2";

/** The cache in `directory`, made when it is needed. Losing it costs time, nothing else. */
export function openDigestCache(directory: string): DigestCache {
  return {
    of: (root) => knownFiles(join(directory, createHash("sha256").update(root).digest("hex").slice(0, 32)), directory),
    prune(olderThanMs) {
      for (const name of namesIn(directory)) {
        const path = join(directory, name);
        const stats = statSync(path, { throwIfNoEntry: false });
        if (stats && Date.now() - stats.mtimeMs > olderThanMs) rmSync(path, { force: true });
      }
    },
  };
}

function knownFiles(path: string, directory: string): KnownFiles {
  const before = readRows(path);
  const rows = new Map<string, Row>();
  let changed = false;
  return {
    find(file, state) {
      const row = before.get(file);
      if (!row) return undefined;
      const [, sizeBytes, mtimeMs, ctimeMs, inode, sha256, storedBytes, more] = row;
      if (
        sizeBytes !== state.sizeBytes ||
        mtimeMs !== state.mtimeMs ||
        ctimeMs !== state.ctimeMs ||
        inode !== state.inode
      )
        return undefined;
      return { sha256, sizeBytes: storedBytes, ...(more === 0 ? {} : more) };
    },
    keep(file, state, known) {
      const old = before.get(file);
      if (
        old &&
        old[5] === known.sha256 &&
        old[2] === state.mtimeMs &&
        old[3] === state.ctimeMs &&
        old[4] === state.inode &&
        hasAll(old[7], known.digests)
      ) {
        rows.set(file, old);
        return;
      }
      changed = true;
      const { sizeBytes, mtimeMs, ctimeMs, inode } = state;
      const { secret, digests } = known;
      const more = secret || digests ? { ...(secret ? { secret } : {}), ...(digests ? { digests } : {}) } : 0;
      rows.set(file, [file, sizeBytes, mtimeMs, ctimeMs, inode, known.sha256, known.sizeBytes, more]);
    },
    save({ partial }) {
      const all = partial ? new Map([...before, ...rows]) : rows;
      if (!changed && all.size === before.size) {
        touch(path);
        return;
      }
      const text = JSON.stringify([...all.values()]);
      const beside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        writeFileSync(beside, `${version} ${crc32(text).toString(16)}\n${text}`, { mode: 0o600 });
        renameSync(beside, path);
      } catch {
        // A full or read-only disk costs the cache, not the deployment.
        removeFile(beside);
      }
    },
  };
}

function hasAll(more: Row[7], digests: KnownFile["digests"] = {}): boolean {
  const kept = more === 0 ? {} : (more.digests ?? {});
  return Object.keys(digests).every((name) => name in kept);
}

/** The rows of a cache file; a missing, older or damaged one has none. */
function readRows(path: string): Map<string, Row> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return new Map(); // Nothing is known of this directory yet.
  }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (text.slice(0, end) !== `${version} ${crc32(body).toString(16)}`) return new Map();
  return new Map((JSON.parse(body) as Row[]).map((row) => [row[0], row]));
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Then there is no directory it could be in.
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Only `prune` looks at it.
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Never written to.
  }
}
