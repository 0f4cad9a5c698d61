/**
 * The one way a line gets into the store: redacted, numbered, in chunks. Chunks are written every 100 ms or 256 kB, never one row
 * a line; the redactor may hold a line back while it could be the beginning of a secret.
 */
import type { DeployEventBody } from "./events.ts";
import type { Redactor } from "./redact.ts";

export type LogStream = "stdout" | "stderr";

export interface LogSink {
  push(step: string, line: string, stream: LogStream): void;
  /** Resolves when everything pushed so far is stored; throws what storing threw. */
  flush(): Promise<void>;
  close(): void;
}

const flushEveryMs = 100;
const chunkBytes = 256 * 1024;
/** Of one deployment; what comes after is counted and said, not kept. */
const keptBytes = 64 * 1024 * 1024;
const longestLine = 16 * 1024;

interface Pending {
  step: string;
  stream: LogStream;
  lines: string[];
}

export function logSink({
  redactor,
  firstLine,
  append,
}: {
  redactor: Redactor;
  /** Number of the next line: the deployment may have been begun by another process. */
  firstLine: number;
  append(bodies: DeployEventBody[]): Promise<void>;
}): LogSink {
  const readers = new Map<string, ReturnType<Redactor["lines"]>>();
  let pending: Pending[] = [];
  let pendingBytes = 0;
  let stored = 0;
  let dropped = 0;
  let next = firstLine;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown = null;

  function add(step: string, stream: LogStream, lines: string[]): void {
    for (const raw of lines) {
      const line = raw.length > longestLine ? `${raw.slice(0, longestLine)} … (${raw.length} characters)` : raw;
      stored += line.length;
      if (stored > keptBytes) {
        dropped += 1;
        continue;
      }
      const last = pending.at(-1);
      if (last && last.step === step && last.stream === stream) last.lines.push(line);
      else pending.push({ step, stream, lines: [line] });
      pendingBytes += line.length;
    }
  }

  function write(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    if (dropped > 0) {
      pending.push({
        step: "log",
        stream: "stderr",
        lines: [`${dropped} more lines were not kept: the log of this deployment is full`],
      });
      dropped = 0;
    }
    const chunks = pending;
    pending = [];
    pendingBytes = 0;
    if (chunks.length > 0) {
      const bodies = chunks.map(({ step, stream, lines }): DeployEventBody => {
        const body = { type: "log" as const, step, stream, firstLine: next, lines };
        next += lines.length;
        return body;
      });
      writing = writing
        .then(() => append(bodies))
        .catch((error: unknown) => {
          failure ??= error;
        });
    }
    return writing;
  }

  return {
    push(step, line, stream) {
      const key = `${step} ${stream}`;
      let reader = readers.get(key);
      if (!reader) readers.set(key, (reader = redactor.lines()));
      add(step, stream, reader.push(line));
      if (pendingBytes >= chunkBytes) void write();
      else timer ??= setTimeout(() => void write(), flushEveryMs);
    },
    async flush() {
      for (const [key, reader] of readers) {
        const [step, stream] = key.split(" ") as [string, LogStream];
        add(step, stream, reader.flush());
      }
      await write();
      if (failure) throw failure;
    },
    close() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
