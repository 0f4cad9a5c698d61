/** Parts of an open file. */
import { read as readCallback, readSync } from "node:fs";
import { promisify } from "node:util";
import type { Unpacking } from "./unpacking.ts";

const readSome = promisify(readCallback);
const chunkBytes = 256 * 1024;

/** So many bytes at this place. Throws UNSAFE_ARCHIVE when the file ends before. */
export function readExactly(descriptor: number, at: number, length: number, unpacking: Unpacking): Buffer {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, buffer, done, length - done, at + done);
    if (count === 0) throw unpacking.refuse("the archive ends too early");
    done += count;
  }
  return buffer;
}

/** The bytes from `start` to before `end`, or to where the file ends. Leaves the file open. */
export async function* readRange(descriptor: number, start: number, end: number): AsyncGenerator<Buffer, void> {
  for (let at = start; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - at));
    const { bytesRead } = await readSome(descriptor, buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
