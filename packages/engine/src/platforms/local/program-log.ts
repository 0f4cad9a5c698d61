/**
 * What a program printed: one file it writes to by itself, so that nobody has to stay alive for it. Old text is given back to the
 * disk by making a hole at the front of the file: offsets stay valid for ever and no line is lost under the writer's hand.
 */
import { execFile } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open as openFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { type Clock, systemClock } from "../../clock.ts";

export interface LogLine {
  line: string;
  /** Where to go on: pass it as `fromByte` to get what comes after this line. */
  nextByte: number;
}

const pieceBytes = 64 * 1024;
/** A line without end is cut here. */
const longestLineBytes = 64 * 1024;
const pollMs = 100;

/**
 * Lines of the file from `fromByte` on, each as soon as it is complete; a line without end in pieces of 64 kB. Without `follow`, ends
 * with the last line, complete or not; with it, waits for more until the signal. Text given back to the disk is passed over.
 */
export async function* readLines(
  path: string,
  options: { fromByte?: number; floor?: () => number; follow?: boolean; signal?: AbortSignal; clock?: Clock },
): AsyncGenerator<LogLine, void, undefined> {
  const { follow = false, signal, clock = systemClock, floor = () => 0 } = options;
  const file = await openFile(path, "r").catch(() => null); // Nothing was printed yet.
  if (!file) return;
  try {
    let at = await lineStart(file, Math.max(options.fromByte ?? 0, 0), floor());
    let rest: Buffer = Buffer.alloc(0);
    const buffer = Buffer.alloc(pieceBytes);
    for (;;) {
      if (signal?.aborted) return;
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, at + rest.length);
      if (bytesRead === 0) {
        if (!follow) break;
        await clock.sleep(pollMs, signal).catch(() => undefined); // Aborted: looked at above.
        const lowest = floor();
        if (lowest > at + rest.length) [at, rest] = [await lineStart(file, lowest, lowest), Buffer.alloc(0)];
        continue;
      }
      let bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = endOf(bytes); end !== -1; end = endOf(bytes)) {
        at += end;
        yield { line: lineOf(bytes.subarray(0, end)), nextByte: at };
        if (signal?.aborted) return;
        bytes = bytes.subarray(end);
      }
      rest = Buffer.from(bytes);
    }
    if (rest.length > 0) yield { line: lineOf(rest), nextByte: at + rest.length };
  } finally {
    await file.close();
  }
}

/** The last lines of the file, at once. Empty when there is none. */
export function lastLines(path: string, options: { count: number; fromByte?: number }): string[] {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return []; // Nothing was printed yet.
  }
  try {
    const { size } = fstatSync(file);
    const start = Math.max(options.fromByte ?? 0, size - 16 * 1024, 0);
    const buffer = Buffer.alloc(Math.max(size - start, 0));
    const length = readSync(file, buffer, 0, buffer.length, start);
    const lines = buffer.toString("utf8", 0, length).replace(/^\0+/, "").split("\n");
    // Begun in the middle, the first is half a line.
    if (start > (options.fromByte ?? 0)) lines.shift();
    if (lines.at(-1) === "") lines.pop();
    return lines.slice(-options.count).map((line) => line.replace(/\r$/, "").slice(0, 2_000));
  } finally {
    closeSync(file);
  }
}

/**
 * Give the front of the file back to the disk when more than twice `keepBytes` are in use. `setFloor` is told, before anything is
 * lost, from which offset on there is text. Resolves with that offset, or null when nothing was to do.
 */
export async function trimLog(
  path: string,
  options: { keepBytes: number; floor: number; setFloor: (floor: number) => void; punch?: typeof punchHole },
): Promise<number | null> {
  const { keepBytes, setFloor, punch = punchHole } = options;
  const found = await stat(path).catch(() => null);
  if (!found || found.size - options.floor <= keepBytes * 2) return null;
  // The kernel frees whole blocks only.
  const floor = Math.floor((found.size - keepBytes) / 4096) * 4096;
  setFloor(floor);
  if (!(await punch(path, floor))) await cutAndStretch(path, floor);
  return floor;
}

/** Whether the kernel made a hole of the first `length` bytes. */
async function punchHole(path: string, length: number): Promise<boolean> {
  try {
    await promisify(execFile)("fallocate", ["--punch-hole", "--offset", "0", "--length", String(length), "--", path]);
    return true;
  } catch {
    return false; // The tool or the file system cannot do it.
  }
}

/**
 * The same layout where holes cannot be made: keep the end, empty the file, stretch it again, put the end back. What is printed
 * in the moment between reading and emptying is lost, which is why it is second choice.
 */
async function cutAndStretch(path: string, floor: number): Promise<void> {
  const file = await openFile(path, "r+");
  try {
    const { size } = await file.stat();
    const end = Buffer.alloc(size - floor);
    await file.read(end, 0, end.length, floor);
    await file.truncate(0);
    await file.truncate(size);
    await file.write(end, 0, end.length, floor);
  } finally {
    await file.close();
  }
}

/** The first offset from `from` on where a line begins, given that text below `floor` is gone. */
async function lineStart(file: FileHandle, from: number, floor: number): Promise<number> {
  if (from >= floor && from > 0) return from;
  if (floor === 0) return 0;
  const buffer = Buffer.alloc(longestLineBytes);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, floor);
  return floor + buffer.subarray(0, bytesRead).indexOf(10) + 1;
}

/** Length of the first line with its end, or -1 when it is not complete. */
function endOf(bytes: Buffer): number {
  const newline = bytes.indexOf(10);
  if (newline !== -1 && newline < longestLineBytes) return newline + 1;
  return bytes.length >= longestLineBytes ? longestLineBytes : -1;
}

function lineOf(bytes: Buffer): string {
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? -2 : -1) : bytes.length;
  return bytes.subarray(0, end).toString("utf8");
}
