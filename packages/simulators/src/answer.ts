/** Sending an answer, and breaking it in the ways a network and a vendor's front door do. */
import type { ServerResponse } from "node:http";
import type { Answer } from "./definition.ts";
import type { Fault } from "./fault.ts";

/** What a load balancer says when the service behind it is gone, with the status of a success. */
const proxyPage =
  "<!doctype html><html><head><title>Please wait</title></head><body><h1>We will be right back</h1></body></html>";

/** Status, headers and bytes (or a stream of them) of an answer. */
export interface Prepared {
  status: number;
  headers: Record<string, string>;
  body: Buffer | AsyncIterable<string | Uint8Array>;
}

export function prepare(answer: Answer): Prepared {
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (answer.json !== undefined) {
    headers["content-type"] ??= "application/json; charset=utf-8";
    return { status: answer.status ?? 200, headers, body: Buffer.from(JSON.stringify(answer.json)) };
  }
  const status = answer.status ?? (answer.body === undefined ? 204 : 200);
  if (answer.body === undefined || typeof answer.body === "string")
    return { status, headers, body: Buffer.from(answer.body ?? "") };
  return { status, headers, body: answer.body instanceof Uint8Array ? Buffer.from(answer.body) : answer.body };
}

/** The answer a fault puts in the place of the vendor's own; null for faults of the connection. */
export function refusal(
  fault: Fault,
  { error, now }: { error: (status: number, message: string) => Answer; now: number },
): Answer | null {
  switch (fault.kind) {
    case "rate-limit": {
      const seconds = fault.retryAfterS ?? 1;
      const answer = error(429, "Too many requests.");
      if (fault.as === "absent") return answer;
      // A date has whole seconds: rounded up, or the client would be early.
      const value =
        fault.as === "http-date" ? new Date(Math.ceil(now / 1000 + seconds) * 1000).toUTCString() : String(seconds);
      return { ...answer, headers: { ...answer.headers, "retry-after": value } };
    }
    case "server-error": {
      const status = fault.status ?? 500;
      return error(status, status === 503 ? "The service is unavailable." : "Something went wrong on our side.");
    }
    case "unauthorized":
      return error(401, "The credential is not valid.");
    case "status": {
      const said =
        fault.json === undefined
          ? error(fault.status, `Refused with ${fault.status}.`)
          : { status: fault.status, json: fault.json };
      return { ...said, headers: { ...said.headers, ...fault.headers } };
    }
    case "html-with-200":
      return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: proxyPage };
    case "reset":
    case "half-body":
    case "slow":
    case "timeout":
      return null;
    default:
      return fault satisfies never;
  }
}

/** Send all of it. Ends early, without an error, when the client goes. */
export async function send(
  response: ServerResponse,
  { status, headers, body }: Prepared,
  signal: AbortSignal,
): Promise<void> {
  if (Buffer.isBuffer(body)) {
    const counted = status === 204 || status === 304 ? {} : { "content-length": String(body.length) };
    response.writeHead(status, { ...counted, ...headers }).end(body);
    return;
  }
  response.writeHead(status, headers).flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) return; // Leaving the loop ends the generator too.
    if (!response.write(chunk)) await drained(response, signal);
  }
  response.end();
}

/** Send headers and half of the bytes, then end or reset the connection. */
export async function sendHalf(
  response: ServerResponse,
  prepared: Prepared,
  as: "lost-connection" | "short-text" | "reset",
): Promise<void> {
  const whole = Buffer.isBuffer(prepared.body) ? prepared.body : await collected(prepared.body);
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  if (as === "short-text") {
    response.writeHead(prepared.status, { ...prepared.headers, "content-length": String(half.length) }).end(half);
    return;
  }
  response.writeHead(prepared.status, { ...prepared.headers, "content-length": String(Math.max(whole.length, 1)) });
  response.flushHeaders();
  const { socket } = response;
  response.write(half.length > 0 ? half : "", () => {
    // The half has to be on its way before the connection ends, or the client sees none of it.
    if (as === "reset") setImmediate(() => socket?.resetAndDestroy());
    else socket?.end();
  });
}

async function collected(parts: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const part of parts) chunks.push(Buffer.from(part as string));
  return Buffer.concat(chunks);
}

/** Resolves when more may be written, or when nobody reads any more. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    response.on("drain", done);
    signal.addEventListener("abort", done);
  });
}
