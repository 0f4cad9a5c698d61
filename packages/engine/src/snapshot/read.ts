/** Read one file of a project, sure that it is the file that was listed and that it stood still meanwhile; into the store, or only its digests. */
import { createHash, hash } from "node:crypto";
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
import { throwIfAborted } from "../process/exec.ts";
import { type Blobs, readSize } from "./blobs.ts";
import type { FileState, KnownFile } from "./cache.ts";
import type { FileDigester } from "./file-digest.ts";
import type { FileDigest } from "./snapshot.ts";
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

export interface Reading {
  blobs: Blobs;
  /** `reference`: the bytes stay where they are; only what was altered on the way is stored. */
  keep: "copy" | "reference";
  /** Another digest to take of each file. */
  also?: { name: FileDigest; digester: FileDigester };
  signal?: AbortSignal;
}

export interface ReadFile {
  known: KnownFile;
  /** It was read in. */
  state: FileState;
}

/**
 * Store the content of `path` below `root` (a real path), which was listed in a state, and say what it is, with the state it was read in.
 * Nothing is stored of a file that is secret. Throws ChangedWhileRead, what reading throws (ELOOP when a link took the file's place), DISK_FULL, CANCELLED.
 */
export async function readInto(
  root: string,
  { path, state: listed }: { path: string; state: FileState },
  reading: Reading,
): Promise<ReadFile> {
  // Looking again before the first read would cost as much as reading, thousands of times.
  let state = listed;
  for (let attempt = 1; ; attempt++) {
    // Neither a link nor a pipe that was put in the file's place since is followed or waited for.
    const descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (attempt > 1) state = stateOf(fstatSync(descriptor));
      if (!isBelow(descriptor, join(root, path))) throw new ChangedWhileRead(path);
      const known =
        state.sizeBytes <= smallBytes
          ? readSmall(descriptor, path, state.sizeBytes, reading)
          : await readLarge(descriptor, path, state.sizeBytes, reading);
      const after = fstatSync(descriptor);
      if (!after.isFile()) throw new ChangedWhileRead(path);
      if (known && sameState(state, stateOf(after))) return { known, state };
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

/** One after the other is read into it: memory of its own for each of thousands would cost more than reading them. */
let scratch: Buffer | undefined;

/** Undefined when the file has not the size it should have. Synchronous from the first byte to the last use of it. */
function readSmall(descriptor: number, path: string, sizeBytes: number, reading: Reading): KnownFile | undefined {
  scratch ??= Buffer.allocUnsafeSlow(smallBytes + 1);
  const buffer = scratch.subarray(0, sizeBytes + 1);
  let length = 0;
  // A byte more than expected is asked for; what is written behind a last full read shows in the size afterwards.
  while (length < sizeBytes) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  if (length !== sizeBytes) return undefined;
  const bytes = buffer.subarray(0, length);
  const secret = secretByContent(path, bytes);
  if (secret !== undefined) return { sha256: "", sizeBytes: 0, secret: { left: "file", detail: secret } };
  const stripped = mayHoldTokens(path) ? withoutTokens(path, bytes) : null;
  if (!stripped) {
    const known =
      reading.keep === "copy"
        ? reading.blobs.putSync(bytes)
        : { sha256: hash("sha256", bytes), sizeBytes: bytes.length };
    return { ...known, ...alsoOf(reading, bytes, path) };
  }
  const lines = stripped.lines.join(", ");
  const detail = `line ${lines} ${stripped.lines.length === 1 ? "holds" : "hold"} a token and stayed out, the rest entered`;
  const altered = Buffer.from(stripped.bytes);
  return { ...reading.blobs.putSync(altered), ...alsoOf(reading, altered, path), secret: { left: "lines", detail } };
}

function alsoOf({ also }: Reading, bytes: Buffer, path: string): Pick<KnownFile, "digests"> {
  return also ? { digests: { [also.name]: also.digester.of(bytes, path) } } : {};
}

async function readLarge(
  descriptor: number,
  path: string,
  sizeBytes: number,
  { blobs, keep, also, signal }: Reading,
): Promise<KnownFile | undefined> {
  let length = 0;
  const other = await also?.digester.begin(path);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafe(readSize);
    // One byte past the expected end is asked for, so that a file that grows is noticed without being followed.
    while (length <= sizeBytes) {
      const { bytesRead } = await readSome(descriptor, buffer, 0, Math.min(readSize, sizeBytes + 1 - length), null);
      if (bytesRead === 0) return;
      length += bytesRead;
      const chunk = buffer.subarray(0, bytesRead);
      other?.update(chunk);
      yield chunk;
    }
  }
  const known =
    keep === "copy" ? await blobs.put(chunks(), signal ? { signal } : {}) : await digestOf(chunks(), signal);
  if (length !== sizeBytes) return undefined;
  return { ...known, ...(also && other ? { digests: { [also.name]: other.finish() } } : {}) };
}

async function digestOf(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<KnownFile> {
  const digest = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    throwIfAborted(signal, "reading the project");
    digest.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: digest.digest("hex"), sizeBytes };
}
