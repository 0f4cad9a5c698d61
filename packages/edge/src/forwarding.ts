/** Headers on their way through a proxy: which belong to one connection only, and what is said about the client. RFC 9110, section 7.6. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Headers about one connection. `expect` is answered by the edge itself. */
const hopByHop = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What the edge alone says about a client; what else a request says of it is dropped. */
const ours = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
]);

/** Headers a client may not take away by naming them in `Connection`. */
const kept = new Set(["host", "content-length", "cookie", "authorization"]);

/**
 * Headers to send upstream, flat: those of the request without the ones about its connection and with ours about the client,
 * or null when the request is ambiguous (several Host headers) and may mean one thing here and another there.
 */
export function requestHeaders(request: IncomingMessage): string[] | null {
  const { rawHeaders } = request;
  const named = namedBy(request.headers.connection);
  const headers: string[] = [];
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const lower = name.toLowerCase();
    if (lower === "host") hosts += 1;
    if (hopByHop.has(lower) || ours.has(lower) || (named?.has(lower) && !kept.has(lower))) continue;
    headers.push(name, rawHeaders[index + 1]!);
  }
  if (hosts > 1) return null;
  headers.push("x-forwarded-for", clientAddress(request), "x-forwarded-proto", clientProtocol(request));
  const host = request.headers.host;
  if (host !== undefined) headers.push("x-forwarded-host", host);
  return headers;
}

/** Headers of an upstream's answer for the client: flat names and values without those about its connection. */
export function responseHeaders(raw: readonly (Buffer | string)[], extra: readonly string[]): string[] {
  const headers: string[] = [];
  let named: Set<string> | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = text(raw[index]!);
    const lower = name.toLowerCase();
    if (lower === "connection") named = namedBy(text(raw[index + 1]!)) ?? named;
    // An answer keeps `Trailer`: without it the trailers that follow could not be sent on.
    if (hopByHop.has(lower) && lower !== "trailer") continue;
    headers.push(name, text(raw[index + 1]!));
  }
  if (named) {
    for (let index = headers.length - 2; index >= 0; index -= 2) {
      const lower = headers[index]!.toLowerCase();
      if (named.has(lower) && !lower.startsWith("content-")) headers.splice(index, 2);
    }
  }
  return extra.length === 0 ? headers : headers.concat(extra);
}

/**
 * Address of the client. From this machine comes what a proxy in front of us passes on, one that ends TLS for instance: then the client is
 * whom that has seen, which it adds at the end; what stands before it anybody may have written.
 */
export function clientAddress(request: IncomingMessage): string {
  const near = plain(request.socket.remoteAddress ?? "unknown");
  const seen = isLoopback(near) ? plain(lastOf(request.headers["x-forwarded-for"])) : "";
  return isIP(seen) === 0 ? near : seen;
}

/** How the client came, as that proxy says. */
function clientProtocol(request: IncomingMessage): "http" | "https" {
  const isHere = isLoopback(plain(request.socket.remoteAddress ?? ""));
  return isHere && lastOf(request.headers["x-forwarded-proto"]) === "https" ? "https" : "http";
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

function lastOf(header: string | string[] | undefined): string {
  return String(header ?? "")
    .split(",")
    .at(-1)!
    .trim();
}

/** An address of IPv4 in the clothes of IPv6, as it is. */
function plain(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

function namedBy(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  return new Set(
    connection
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
}

function text(value: Buffer | string): string {
  return typeof value === "string" ? value : value.toString("latin1");
}
