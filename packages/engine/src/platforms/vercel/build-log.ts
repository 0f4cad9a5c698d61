/** Lines of Vercel: what a build writes while it runs, what functions write while they are asked. */
import type { Clock } from "../../clock.ts";
import { type Api, path } from "../../http/api.ts";
import type { Platform } from "../../platform.ts";
import { projectRef, scoped } from "./api.ts";

/** An event as `format=lines` gives it, and the older form with a payload. */
interface LogEvent {
  type: string;
  date?: number;
  id?: string;
  text?: string;
  payload?: { date?: number; id?: string; text?: string };
}

const reconnectAfterMs = 2_000;
/** So much at the end of a build's log goes with the error. */
const evidenceLines = 20;

export interface BuildLog {
  /** The last lines so far. */
  readonly last: string[];
  /** Wait a moment for what is still on its way, then stop. */
  stop(): Promise<void>;
}

/**
 * Write the lines of a build to `log` while it runs. A stream that breaks is opened again where it broke, and no line is written twice.
 * Never throws: a log that cannot be had stops no deployment.
 */
export function followBuild(
  { api, id, clock }: { api: Api; id: string; clock: Clock },
  log: (line: string) => void,
): BuildLog {
  const stopping = new AbortController();
  const last: string[] = [];
  const follow = async (): Promise<void> => {
    let since: number | undefined;
    // `since` is inclusive and lines share milliseconds: those of the last one are known by their id.
    let seen = new Set<string>();
    for (;;) {
      try {
        for await (const event of readEvents(api, id, { since, follow: true, signal: stopping.signal })) {
          if (event.type === "alias-assigned") return;
          const { date, id: line, text } = event.payload ?? event;
          if (line !== undefined && seen.has(line)) continue;
          if (date !== undefined && date !== since) {
            since = date;
            seen = new Set();
          }
          if (line !== undefined) seen.add(line);
          if (text === undefined) continue;
          log(text);
          last.push(text);
          if (last.length > evidenceLines) last.shift();
        }
      } catch {
        // Broken or refused: opened again below. How the build ends is asked elsewhere.
      }
      await clock.sleep(reconnectAfterMs, stopping.signal);
    }
  };
  const following = follow().catch(() => {}); // The pause before opening again was ended by `stop`.
  return {
    last,
    async stop() {
      await Promise.race([following, clock.sleep(500)]);
      stopping.abort();
      await following;
    },
  };
}

/** The last lines of a build's log, asked for once. */
export async function lastLines(api: Api, id: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of readEvents(api, id, { follow: false, signal })) {
    const { text } = event.payload ?? event;
    if (text !== undefined) lines.push(text);
  }
  return lines.slice(-evidenceLines);
}

async function* readEvents(
  api: Api,
  id: string,
  { since, follow, signal }: { since?: number | undefined; follow: boolean; signal: AbortSignal },
): AsyncGenerator<LogEvent> {
  const query = { direction: "forward", follow: follow ? 1 : 0, format: "lines", limit: -1, since };
  const stream = api.stream({ method: "GET", path: path`/v3/deployments/${id}/events`, query, signal });
  for await (const event of documents(stream)) yield event as LogEvent;
}

interface RuntimeRow {
  level: "error" | "warning" | "info";
  message: string;
  rowId: string;
  source: string;
  timestampInMs: number;
}

/** Vercel tells what is printed from now on and nothing of before: who does not follow listens so long. */
const listenMs = 3_000;

/** Lines of the deployment's functions as they print them. */
export const logs: NonNullable<Platform["logs"]> = async function* (context) {
  const { remoteId, follow, clock, signal } = context;
  const api = scoped(context);
  const ending = follow ? signal : AbortSignal.any([signal, AbortSignal.timeout(listenMs)]);
  const where = path`/v1/projects/${projectRef(context)}/deployments/${remoteId}/runtime-logs`;
  let seen = new Set<string>();
  for (;;) {
    const rows = new Set<string>();
    try {
      const sent = api.stream({ method: "GET", path: where, query: { format: "lines" }, signal: ending });
      for await (const document of documents(sent)) {
        const { source, rowId, message, timestampInMs, level } = document as RuntimeRow;
        // It marks that Vercel's time for one stream is over.
        if (source === "delimiter") break;
        rows.add(rowId);
        if (seen.has(rowId)) continue;
        const stream = level === "error" ? ("stderr" as const) : ("stdout" as const);
        for (const line of message.replace(/\n$/, "").split("\n"))
          yield { at: new Date(timestampInMs).toISOString(), stream, line };
      }
      if (!follow) return;
      await clock.sleep(reconnectAfterMs, ending);
    } catch (error) {
      if (!signal.aborted && ending.aborted) return;
      throw error;
    }
    seen = rows;
  }
};

/** JSON documents of a stream, one a line; what is none is left out. */
async function* documents(stream: AsyncIterable<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield* documentIn(line);
  }
  yield* documentIn(rest);
}

function* documentIn(line: string): Generator {
  if (line.trim() === "") return;
  try {
    yield JSON.parse(line);
  } catch {
    // Half a line at the end of a stream that broke; it comes again when the stream is opened again.
  }
}
