/** One question over HTTP, as a visitor asks it: without help of the system's resolver for names of this machine, on a connection of its own. */
import type { IncomingMessage, RequestOptions } from "node:http";
import { errnoOf } from "../errno.ts";
import { httpRequest } from "../node-http.ts";

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

/**
 * GET, with the body as far as `mostBytes` and the part they end in. Names under `localhost` are this machine (RFC 6761), whatever the
 * resolver knows. Rejects when no answer comes.
 */
export async function get(base: string, path: string, signal: AbortSignal, mostBytes = Infinity): Promise<Answer> {
  const answer = await ask(base, path, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) break;
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}

/** The same without the body. */
export async function getHead(base: string, path: string, signal: AbortSignal): Promise<Omit<Answer, "body">> {
  const answer = await ask(base, path, signal);
  letGo(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers };
}

/** Whether the name is this machine by RFC 6761. */
export function isLocalName(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost");
}

function ask(base: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  // Joined as text: read as an address, a path of two slashes would name another host.
  const url = new URL(new URL(base).origin + path);
  const secure = url.protocol === "https:";
  return send({
    secure,
    host: isLocalName(url.hostname) ? "127.0.0.1" : url.hostname,
    port: url.port || (secure ? 443 : 80),
    path: url.pathname + url.search,
    visited: url.host,
    timeout: 10_000,
    signal,
  });
}

/** The status a program of this machine answers with to a visitor of `host`. Its body, which may never end, is not waited for. */
export async function statusAt({
  port,
  host,
  path,
  signal,
}: {
  port: number;
  host: string;
  path: string;
  signal: AbortSignal;
}): Promise<number> {
  const answer = await send({ host: "127.0.0.1", port, path, visited: host, timeout: 5_000, signal });
  letGo(answer);
  return answer.statusCode ?? 0;
}

function letGo(answer: IncomingMessage): void {
  answer.on("error", () => {}); // What comes after the status is nobody's business, nor that it breaks off.
  answer.destroy();
}

/** Why no answer came, in words such as `nothing listens on the port`. */
export function silenceInWords(error: unknown): string {
  const code = errnoOf(error);
  if (code === "ECONNREFUSED") return "nothing listens on the port";
  if (code === "ECONNRESET" || code === "EPIPE") return "the connection was closed without an answer";
  if (code?.startsWith("HPE_")) return "the answer is not HTTP";
  return error instanceof Error ? error.message : String(error);
}

/** The answer as soon as it begins. `visited` is sent as Host, and is whom the certificate must name. */
function send({
  secure = false,
  visited,
  ...options
}: Pick<RequestOptions, "host" | "port" | "path"> & {
  secure?: boolean;
  visited: string;
  timeout: number;
  signal: AbortSignal;
}): Promise<IncomingMessage> {
  const headers = {
    host: visited,
    "user-agent": "landfall-probe",
    accept: "text/html,*/*",
    "accept-encoding": "identity",
  };
  return new Promise((resolve, reject) => {
    // Loaded only when asked for: TLS is a good part of a command's start.
    const request = secure ? process.getBuiltinModule("node:https").request : httpRequest;
    const outgoing = request({ ...options, headers, agent: false }, resolve);
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${options.timeout / 1_000} s`)));
    outgoing.on("error", reject);
    outgoing.end();
  });
}
