/**
 * Digests of installed dependencies, kept beside their tree: of ten thousand files of a server most are the same in every build, and are
 * not read again. A file is the one of the tree when its size and time of change are the tree's, and it was not touched after the tree was
 * complete, which the inode's own time of change tells: no program can set that one back.
 */
import type { Stats } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { errnoOf } from "../errno.ts";
import type { KnownDigests } from "./files.ts";

type Row = [sizeBytes: number, mtimeMs: number, sha256: string];

/** The kernel stamps inodes with a clock that lags by a tick, ten milliseconds at most. */
const tickMs = 20;

export type Known = KnownDigests & {
  /** Write back what was added. */
  save(): Promise<void>;
};

/** Digests for a tree that is complete in the workspace `files` as of now, read from the file `path`. */
export async function knownDigests({ path, files }: { path: string; files: string }): Promise<Known> {
  const completeAt = Date.now() - tickMs;
  const rows = await readRows(path);
  let added = false;
  const belongs = (stats: Stats): boolean => stats.ctimeMs < completeAt;
  return {
    find(absolute, stats) {
      const row = rows.get(relative(files, absolute));
      return row && belongs(stats) && row[0] === stats.size && row[1] === stats.mtimeMs ? row[2] : undefined;
    },
    note(absolute, stats, sha256) {
      const name = relative(files, absolute);
      if (!belongs(stats) || !/(^|\/)node_modules\//.test(name)) return;
      rows.set(name, [stats.size, stats.mtimeMs, sha256]);
      added = true;
    },
    async save() {
      if (added) await writeFile(path, JSON.stringify([...rows]));
    },
  };
}

async function readRows(path: string): Promise<Map<string, Row>> {
  try {
    return new Map(JSON.parse(await readFile(path, "utf8")) as [string, Row][]);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return new Map();
    throw error;
  }
}
