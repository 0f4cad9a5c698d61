/** Ask a program the way a visitor would, and tell in words what it said: the judge of whether a release may have the traffic. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Clock, systemClock } from "@landfall/engine/clock";
import { errnoOf } from "@landfall/engine/errno";
import { httpRequest } from "./node-http.ts";

export interface ProbeTarget {
  host: "127.0.0.1";
  port: number;
  /** Starts with one slash. */
  path: string;
  /** Sent as Host. */
  hostHeader: string;
  /** For the whole answer. */
  timeoutMs: number;
  /** What a healthy answer is; without it, any status below 500 is. */
  expect?: { status?: number; bodyIncludes?: string };
  signal?: AbortSignal;
}

export interface ProbeResult {
  healthy: boolean;
  /** What happened, such as `GET / answered 200 in 12 ms`. */
  summary: string;
  /** Null when there was no answer. */
  status: number | null;
  headers: IncomingHttpHeaders;
  durationMs: number;
  /** sha256 (hex) of the body as far as it was read, 1 MB at most. */
  bodySha256: string | null;
  /** The first 2 kB as text. */
  bodyStart: string;
  /** Where redirects led, the first path included. */
  visited: string[];
}

const longestBody = 1024 * 1024;
const mostRedirects = 5;

/** One question. Follows redirects that stay on the host; a circle of them is no healthy answer. Never throws but for the signal. */
export async function probe(target: ProbeTarget): Promise<ProbeResult> {
  const start = performance.now();
  const visited: string[] = [];
  /** A visitor would bring back what was set on the way; some programs turn in circles without it. */
  const cookies = new Map<string, string>();
  let path = target.path;
  for (;;) {
    visited.push(path);
    const answer = await ask(target, path, cookies, start);
    const result = (healthy: boolean, words: string): ProbeResult => ({
      ...answer,
      healthy,
      summary: `GET ${path} ${words}`,
      durationMs: Math.round(performance.now() - start),
      visited,
    });
    if (answer.status === null) return result(false, answer.fault);
    const next = redirectOf(answer.status, answer.headers.location, target, path);
    if (next === null) return judge(target, answer.status, answer.bodyStart, result);
    const before = cookies.size;
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [, name, value] = /^([^=;\s]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    if (cookies.size === before && visited.includes(next)) {
      return result(false, `redirects in a circle: ${[...visited, next].join(" → ")}`);
    }
    if (visited.length > mostRedirects) return result(false, `redirects more than ${mostRedirects} times`);
    path = next;
  }
}

/**
 * Ask until the answer is healthy twice in a row, so that a program that answers once and dies is not taken for healthy, or until
 * the deadline; answers the last result. Rejects only with the signal's reason.
 */
export async function untilHealthy(
  target: ProbeTarget & {
    intervalMs: number;
    /** From now. */
    deadlineMs: number;
    onAttempt?: (result: ProbeResult) => void;
    clock?: Clock;
  },
): Promise<ProbeResult> {
  const clock = target.clock ?? systemClock;
  const deadline = clock.now() + target.deadlineMs;
  let good = 0;
  for (;;) {
    target.signal?.throwIfAborted();
    const timeoutMs = Math.max(1, Math.min(target.timeoutMs, deadline - clock.now()));
    const result = await probe({ ...target, timeoutMs });
    target.onAttempt?.(result);
    good = result.healthy ? good + 1 : 0;
    if (good >= 2) return result;
    if (clock.now() + target.intervalMs >= deadline) return { ...result, healthy: false };
    await clock.sleep(target.intervalMs, target.signal);
  }
}

type Answer = Pick<ProbeResult, "status" | "headers" | "bodySha256" | "bodyStart"> & { fault: string };

function ask(target: ProbeTarget, path: string, cookies: Map<string, string>, start: number): Promise<Answer> {
  const { host, port, hostHeader, timeoutMs, signal } = target;
  return new Promise((resolve, reject) => {
    const left = Math.max(1, Math.ceil(timeoutMs - (performance.now() - start)));
    const limit = AbortSignal.timeout(left);
    const fail = (error: unknown): void => {
      if (signal?.aborted) return reject(signal.reason);
      const fault = limit.aborted ? `gave no answer within ${timeoutMs} ms` : faultInWords(error);
      resolve({ status: null, headers: {}, bodySha256: null, bodyStart: "", fault });
    };
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const request = httpRequest({
      host,
      port,
      path,
      agent: false,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: {
        host: hostHeader,
        accept: "text/html,*/*",
        "user-agent": "landfall-probe",
        ...(cookie === "" ? {} : { cookie }),
      },
    });
    request.on("error", fail);
    request.on("response", (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = (): void => {
        const body = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bodySha256: createHash("sha256").update(body).digest("hex"),
          bodyStart: body.toString("utf8", 0, 2048),
          fault: "",
        });
      };
      response.on("error", fail);
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        // A stream that never ends is an answer too.
        if (length < longestBody) return;
        finish();
        request.destroy();
      });
      response.on("end", finish);
    });
    request.end();
  });
}

function judge(
  { expect }: ProbeTarget,
  status: number,
  body: string,
  result: (healthy: boolean, words: string) => ProbeResult,
): ProbeResult {
  if (expect?.status !== undefined && status !== expect.status) {
    return result(false, `answered ${status}, not ${expect.status}`);
  }
  if (expect?.status === undefined && status >= 500) return result(false, `answered ${status}`);
  if (expect?.bodyIncludes !== undefined && !body.includes(expect.bodyIncludes)) {
    return result(false, `answered ${status} without ${JSON.stringify(expect.bodyIncludes)}`);
  }
  return result(true, `answered ${status}`);
}

/** The path a redirect leads to on the same host, or null when the answer is to be taken as it is. */
function redirectOf(status: number, location: string | undefined, target: ProbeTarget, path: string): string | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  const base = `http://${target.hostHeader}`;
  if (!URL.canParse(location, base + path)) return null;
  const to = new URL(location, base + path);
  return to.origin === new URL(base).origin ? to.pathname + to.search : null;
}

function faultInWords(error: unknown): string {
  const code = errnoOf(error);
  if (code === "ECONNREFUSED") return "could not connect: nothing listens on the port";
  if (code === "ECONNRESET" || code === "EPIPE") return "the connection was closed without an answer";
  if (code?.startsWith("HPE_")) return "the answer is not HTTP";
  return error instanceof Error ? error.message : String(error);
}
