/** What a command printed and how it ended: numbered events, a line of JSON each, in a file the command cannot reach. */
import { open } from "node:fs/promises";
import { type Clock, instant } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import type { CommandEvent, CommandEventBody } from "./sandbox.ts";

/** Where nobody tells that something was written. */
const pollMs = 100;
const endPollMs = 10;
const chunkBytes = 256 * 1024;

export interface CommandLog {
  append(bodies: CommandEventBody[]): Promise<void>;
}

/** To be written by one process. `seq` begins at 1. */
export function commandLog(path: string, clock: Clock): CommandLog {
  let seq = 0;
  return {
    async append(bodies) {
      const lines = bodies.map((body) => `${JSON.stringify({ seq: ++seq, at: instant(clock), ...body })}\n`);
      const handle = await open(path, "a", 0o600);
      try {
        await handle.writeFile(lines.join(""));
      } finally {
        await handle.close();
      }
    },
  };
}

/** Events from seq `from` on, until the command has ended. `isOver` is asked when nothing more is there: true ends it. */
export async function* readCommandLog(
  path: string,
  {
    from,
    clock,
    signal,
    isOver,
  }: { from: number; clock: Clock; signal: AbortSignal | undefined; isOver(): Promise<boolean> },
): AsyncGenerator<CommandEvent> {
  let offset = 0;
  let wasOver = false;
  for (;;) {
    signal?.throwIfAborted();
    const text = await readFrom(path, offset);
    const whole = text.subarray(0, text.lastIndexOf(10) + 1);
    offset += whole.length;
    for (const line of whole.toString("utf8").split("\n")) {
      if (line === "") continue;
      const event = JSON.parse(line) as CommandEvent;
      // Whoever is told the end may ask for the command, or begin the next, at once: the end is written down a moment after it is logged.
      if (event.type === "exit") while (!(await isOver())) await clock.sleep(endPollMs, signal);
      if (event.seq >= from) yield event;
      if (event.type === "exit") return;
    }
    if (whole.length > 0) continue;
    if (wasOver) return;
    wasOver = await isOver();
    if (!wasOver) await clock.sleep(pollMs, signal);
  }
}

/** Bytes from `offset` on: to the end, or as many as hold a whole line. */
async function readFrom(path: string, offset: number): Promise<Buffer> {
  try {
    const handle = await open(path, "r");
    try {
      for (let wanted = chunkBytes; ; wanted *= 2) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset);
        const found = buffer.subarray(0, bytesRead);
        if (bytesRead < wanted || found.includes(10)) return found;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return Buffer.alloc(0); // Nothing was printed yet.
    throw error;
  }
}
