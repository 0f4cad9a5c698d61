/** One request, as procedures, uploads and sockets see it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { BlockList, isIP } from "node:net";
import { denied } from "./errors.ts";
import { addressHeader } from "./people/auth.ts";
import type { Principal, Principals } from "./people/principal.ts";
import { randomUUID } from "node:crypto";

/** Which of one's organisations a request is about; default: the first. */
const organizationHeader = "landfall-organization";

export interface Call {
  id: string;
  request: IncomingMessage;
  /** Absent when the connection becomes a WebSocket. */
  response: ServerResponse | null;
  /** Who connects, without the port. */
  address: string;
  /** What of the API it calls, for log and metrics. */
  route: string;
  /** Asked for once. Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS. */
  principal(): Promise<Principal | null>;
}

export function callOf(
  {
    request,
    response,
    organizationId,
  }: { request: IncomingMessage; response: ServerResponse | null; organizationId?: string | undefined },
  { principals, trustedProxies }: { principals: Principals; trustedProxies: number },
): Call {
  const address = addressOf(request, trustedProxies);
  // Better Auth reads the address from here; what a caller wrote is gone.
  request.headers[addressHeader] = address;
  const asked = request.headers[organizationHeader];
  let principal: Promise<Principal | null> | undefined;
  return {
    id: randomUUID(),
    request,
    response,
    address,
    route: "other",
    principal: () =>
      (principal ??= principals.identify({
        headers: headersOf(request),
        organizationId: organizationId ?? (typeof asked === "string" ? asked : undefined),
        address,
      })),
  };
}

export function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
  return headers;
}

/** The address of the connection, or what the outermost of our own proxies saw. */
function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  if (trustedProxies === 0) return direct;
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => isIP(one) !== 0);
  return forwarded.at(-trustedProxies) ?? direct;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return host === "localhost" || (family !== 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4"));
}

/**
 * Refuse what another site made a browser send: a foreign Origin on anything that changes or opens a socket, and a cookie without any word
 * of where it comes from. Programs send no cookies and no Origin.
 */
export function refuseForeign(request: IncomingMessage, origins: ReadonlySet<string>): void {
  const isRead = ["GET", "HEAD", "OPTIONS"].includes(request.method ?? "") && request.headers.upgrade === undefined;
  if (isRead) return;
  const { origin, cookie, authorization } = request.headers;
  if (origin !== undefined) {
    if (!origins.has(origin))
      throw denied("This request comes from another site.", `Open Landfall at ${[...origins][0]}.`);
    return;
  }
  if (cookie === undefined || authorization !== undefined) return;
  if (request.headers["sec-fetch-site"] !== "same-origin")
    throw denied("A request with a cookie must say where it comes from.", "Send the Origin header, or use an API key.");
}
