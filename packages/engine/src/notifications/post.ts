/**
 * A POST to an address somebody gave. It must not lead into this machine or its network: what a name stands for is looked up for the
 * connection and looked at then, so that it cannot stand for something else a moment later; nobody is sent on; and of the answer
 * only the status is kept.
 */
import { lookup } from "node:dns";
import type { IncomingMessage } from "node:http";
import { isIP, type LookupFunction } from "node:net";
import { errnoOf } from "../errno.ts";
import { httpRequest } from "../node-http.ts";
import { isPrivate, isSpecial } from "../special-address.ts";

/** What came of a try. */
export interface Outcome {
  ok: boolean;
  /** Null where none was answered. */
  status: number | null;
  /** A sentence. Nothing of the address is in it, and nothing of the answer but its status. */
  words: string;
  /** Another try would end the same. */
  isFinal: boolean;
  /** The receiver asks to be left alone for so long. */
  retryAfterMs?: number;
}

export interface Post {
  url: URL;
  headers: Record<string, string>;
  body: string;
  /** Addresses of this machine and of private networks are allowed. */
  allowPrivate: boolean;
  signal: AbortSignal;
}

/** Connecting, sending and the answer have so long, together. */
const limitMs = 10_000;
/** An answer is read so far, so that the connection ends in order. */
const readBytes = 64 * 1024;

class ClosedAddress extends Error {}

/** Never rejects but with the signal's reason. */
export async function post({ url, headers, body, allowPrivate, signal }: Post): Promise<Outcome> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    const answer = await send({ url, headers, body, allowPrivate, signal: AbortSignal.any([signal, limit]) });
    await readAway(answer);
    return outcomeOf(answer);
  } catch (error) {
    signal.throwIfAborted();
    const words = limit.aborted ? `There was no answer within ${limitMs / 1_000} s.` : silence(error);
    return { ok: false, status: null, words, isFinal: false };
  }
}

/** Whether an address may be connected to. */
export function isOpen(address: string, allowPrivate: boolean): boolean {
  return !isSpecial(address) || (allowPrivate && isPrivate(address));
}

/** The answer as soon as it begins. */
function send({ url, headers, body, allowPrivate, signal }: Post): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // An address that is written out is not looked up.
  if (isIP(host) !== 0 && !isOpen(host, allowPrivate)) return Promise.reject(new ClosedAddress());
  return new Promise((resolve, reject) => {
    // Loaded only when something is sent: TLS is a good part of a command's start.
    const request = url.protocol === "https:" ? process.getBuiltinModule("node:https").request : httpRequest;
    const outgoing = request(
      url,
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "landfall-notifications",
          ...headers,
          "content-length": Buffer.byteLength(body),
        },
        agent: false,
        lookup: openOnly(allowPrivate),
        signal,
      },
      resolve,
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Looks a name up for a connection; one address that must not be reached closes all of them. */
function openOnly(allowPrivate: boolean): LookupFunction {
  return (host, options, done) => {
    lookup(host, { all: true, ...(options.family === undefined ? {} : { family: options.family }) }, (error, found) => {
      const [first] = found ?? [];
      if (error || !first) return done(error ?? new Error("no address"), "");
      if (!found.every(({ address }) => isOpen(address, allowPrivate))) return done(new ClosedAddress(), "");
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** To its end, to the most that is read, or to the time limit: the status has come, whatever follows it. */
async function readAway(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > readBytes) break; // Which ends the connection.
    }
  } catch {
    // That it breaks off says nothing of what was taken.
  }
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  const seconds = Number(headers["retry-after"]);
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {};
  const answered = { status, isFinal: false, ...retryAfter };
  if (status >= 200 && status < 300) return { ...answered, ok: true, words: `It answered ${status}.` };
  if (status >= 300 && status < 400)
    return { ...answered, ok: false, words: `It answered ${status} and points elsewhere; that is not followed.` };
  if (status === 410)
    return { ...answered, ok: false, isFinal: true, words: "It answered 410: nobody is there any more." };
  return { ...answered, ok: false, words: `It answered ${status}.` };
}

/** Why no answer came. Messages of errors have addresses in them, so only their codes are told. */
function silence(error: unknown): string {
  if (error instanceof ClosedAddress) return "Its address is on the server's own machine or in a private network.";
  const code = errnoOf(error) ?? (error instanceof AggregateError ? errnoOf(error.errors[0]) : undefined);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "Its host has no address.";
  if (code === "ECONNREFUSED") return "Nobody listens there.";
  if (code === "ECONNRESET" || code === "EPIPE") return "The connection was closed without an answer.";
  return code === undefined ? "It could not be reached." : `It could not be reached: ${code}.`;
}
