/**
 * Real pipes for what a program prints. Node gives programs sockets: these hold some 250 short lines, so a program that prints more and
 * ends at once (`process.exit`) loses its last ones, which say why, whenever we are slow to read; and `> /dev/stderr` fails on them. A pipe
 * holds 64 kB and is what every shell gives.
 */
import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Pipe {
  /** The end the program writes to; close ours when it has its own. */
  write: number;
  read: Socket;
}

/** `count` pipes, or null where there is no `mkfifo` or no place for it. */
export async function openPipes(count: number): Promise<Pipe[] | null> {
  let place: string | undefined;
  const pipes: Pipe[] = [];
  try {
    const directory = (place = await mkdtemp(join(tmpdir(), "landfall-pipe-")));
    const paths = Array.from({ length: count }, (_, number) => join(directory, String(number)));
    await promisify(execFile)("mkfifo", ["-m", "600", ...paths]);
    for (const path of paths) {
      // In this order and so, neither waits for the other; the program's own end blocks as usual.
      const read = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
      pipes.push({ read, write: openSync(path, constants.O_WRONLY) });
    }
    return pipes;
  } catch {
    for (const { read, write } of pipes) {
      read.destroy();
      closeSync(write);
    }
    return null;
  } finally {
    if (place !== undefined) await rm(place, { recursive: true, force: true });
  }
}
