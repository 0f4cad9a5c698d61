/**
 * What a directory was found to be the last time, good for as long as nothing detection could see has changed: most deployments change
 * nothing it looks at, and loading and running it is a good part of a command's start.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Detect } from "./aside.ts";
import type { Detection } from "./detection.ts";
import { Tree } from "./tree.ts";

interface Remembered {
  state: string;
  detection: Detection;
}

/**
 * The clock files get their times from moves in steps of some milliseconds: a file changed so lately may be changed once more without
 * anybody seeing it.
 */
const settledMs = 50;

/** As `detect`, remembered in a file in `cache`. Losing it costs time, nothing else. */
export async function detectRemembered(
  directory: string,
  { cache, detect, signal }: { cache: string; detect: Detect; signal?: AbortSignal | undefined },
): Promise<Detection> {
  const path = join(cache, `${createHash("sha256").update(directory).digest("hex").slice(0, 32)}-detected`);
  const before = stateOf(directory);
  const known = before === null ? null : read(path);
  if (known && known.state === before) return known.detection;
  const detection = await detect(directory, signal);
  // What changed while it was looked at is looked at again the next time.
  if (before !== null && stateOf(directory) === before) write(path, cache, { state: before, detection });
  return detection;
}

/** Every folder detection sees, names, sizes and times of every file, and which program looks; null when that cannot be told for sure. */
function stateOf(directory: string): string | null {
  const program = programState();
  if (program === null) return null;
  const hash = createHash("sha256").update(program);
  const tree = new Tree(directory);
  for (const below of tree.directories()) hash.update(`${below}\0`);
  const unsettled = Date.now() - settledMs;
  for (const file of tree.files) {
    const state = statSync(join(directory, file), { throwIfNoEntry: false });
    if (!state || state.ctimeMs > unsettled) return null;
    hash.update(`${file}\0${state.size} ${state.mtimeMs} ${state.ctimeMs} ${state.ino}\n`);
  }
  return hash.digest("hex");
}

/** A bundle's name or time changes with what is in it. Run from source, the rules change without this file: nothing is remembered then. */
function programState(): string | null {
  if (import.meta.url.endsWith(".ts")) return null;
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return `${import.meta.url} ${size} ${mtimeMs}\n`;
}

function read(path: string): Remembered | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Remembered;
  } catch {
    return null; // Nothing is known of this directory yet, or the file was damaged.
  }
}

function write(path: string, cache: string, remembered: Remembered): void {
  const beside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    writeFileSync(beside, JSON.stringify(remembered), { mode: 0o600 });
    renameSync(beside, path);
  } catch {
    // A full or read-only disk costs the next deployment some time, not this one its end.
    rmSync(beside, { force: true });
  }
}
