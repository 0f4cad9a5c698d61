/** Read one file of a project into the store, sure that it is the file that was listed and that it stood still meanwhile. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  read as readCallback,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Blobs } from "./blobs.ts";
import type { FileState, KnownFile } from "./cache.ts";
import { readSize } from "./digest.ts";
import { mayHoldTokens, secretByContent, withoutTokens } from "./secrets.ts";

/** The file had other times or another size after it was read than before, every time it was tried. */
export class ChangedWhileRead extends Error {}

/** Files up to this size are read in one go. */
const smallBytes = 256 * 1024;
const tries = 3;
const readSome = promisify(readCallback);

export function stateOf(stats: Stats): FileState {
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs, inode: stats.ino };
}

/**
 * Store the content of `path` below `root` (a real path) and say what it is, with the state it was read in. Nothing is stored of a file
 * that is secret. Throws ChangedWhileRead, what reading throws (ELOOP when a link took the file's place), DISK_FULL, CANCELLED.
 */
export async function readInto(
  root: string,
  path: string,
  { blobs, signal }: { blobs: Blobs; signal?: AbortSignal },
): Promise<{ known: KnownFile; state: FileState }> {
  for (let attempt = 1; ; attempt++) {
    // Neither a link nor a pipe that was put in the file's place since is followed or waited for.
    const descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const before = fstatSync(descriptor);
      if (!before.isFile() || !isBelow(descriptor, join(root, path))) throw new ChangedWhileRead(path);
      const state = stateOf(before);
      const known =
        before.size <= smallBytes
          ? readSmall(descriptor, path, before.size, blobs)
          : await readLarge(descriptor, before.size, { blobs, ...(signal ? { signal } : {}) });
      if (known && sameState(state, stateOf(fstatSync(descriptor)))) return { known, state };
    } finally {
      closeSync(descriptor);
    }
    if (attempt === tries) throw new ChangedWhileRead(path);
  }
}

/** A directory on the way may have become a link to somewhere else after it was listed; Linux says which file was really opened. */
function isBelow(descriptor: number, path: string): boolean {
  if (process.platform !== "linux") return true;
  return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
}

function sameState(a: FileState, b: FileState): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.inode === b.inode;
}

/** Undefined when the file has not the size it should have. */
function readSmall(descriptor: number, path: string, sizeBytes: number, blobs: Blobs): KnownFile | undefined {
  const buffer = Buffer.allocUnsafe(sizeBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  if (length !== sizeBytes) return undefined;
  const bytes = buffer.subarray(0, length);
  const secret = secretByContent(path, bytes);
  if (secret !== undefined) return { sha256: "", sizeBytes: 0, secret: { left: "file", detail: secret } };
  const stripped = mayHoldTokens(path) ? withoutTokens(path, bytes) : null;
  if (!stripped) return blobs.putSync(bytes);
  const lines = stripped.lines.join(", ");
  const detail = `line ${lines} ${stripped.lines.length === 1 ? "holds" : "hold"} a token and stayed out, the rest entered`;
  return { ...blobs.putSync(stripped.bytes), secret: { left: "lines", detail } };
}

async function readLarge(
  descriptor: number,
  sizeBytes: number,
  { blobs, signal }: { blobs: Blobs; signal?: AbortSignal },
): Promise<KnownFile | undefined> {
  let length = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafe(readSize);
    // One byte past the expected end is asked for, so that a file that grows is noticed without being followed.
    while (length <= sizeBytes) {
      const { bytesRead } = await readSome(descriptor, buffer, 0, Math.min(readSize, sizeBytes + 1 - length), null);
      if (bytesRead === 0) return;
      length += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
  const known = await blobs.put(chunks(), signal ? { signal } : {});
  return length === sizeBytes ? known : undefined;
}
