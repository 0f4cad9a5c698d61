/**
 * The one way a line gets into the store: redacted, numbered, in chunks. Chunks are written every 100 ms or 256 kB, never one row
 * a line; the redactor may hold a line back while it could be the beginning of a secret.
 */
import type { DeployEventBody } from "../events.ts";
import type { Redactor } from "../redact/redact.ts";

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

/** What one stream of one step has printed. */
interface Reader {
  step: string;
  stream: LogStream;
  lines: ReturnType<Redactor["lines"]>;
  /** Something came since the timer last looked. */
  isBusy: boolean;
}

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
  const readers = new Map<string, Reader>();
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

  /** Writes what has come. Of a stream that was quiet for a whole round the line held back is shown too: a paused build is read by its last line. */
  function tick(): void {
    timer = null;
    for (const reader of readers.values()) {
      if (reader.isBusy) timer ??= setTimeout(tick, flushEveryMs);
      else add(reader.step, reader.stream, reader.lines.idle());
      reader.isBusy = false;
    }
    void write();
  }

  return {
    push(step, line, stream) {
      const key = `${stream} ${step}`;
      let reader = readers.get(key);
      if (!reader) readers.set(key, (reader = { step, stream, lines: redactor.lines(), isBusy: true }));
      reader.isBusy = true;
      add(step, stream, reader.lines.push(line));
      if (pendingBytes >= chunkBytes) void write();
      timer ??= setTimeout(tick, flushEveryMs);
    },
    async flush() {
      for (const { step, stream, lines } of readers.values()) add(step, stream, lines.flush());
      await write();
      if (failure) throw failure;
    },
    close() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
