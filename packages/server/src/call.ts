/** One request, as procedures, uploads and sockets see it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { BlockList, isIP } from "node:net";
import { DeployError } from "@landfall/engine/error";
import { denied } from "./errors.ts";
import { addressHeader } from "./people/address-header.ts";
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
  { principals, proxies }: { principals: Principals; proxies: BlockList },
): Call {
  const address = addressOf(request, proxies);
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

/** Those of our own proxies, checked. Throws INVALID_CONFIG. */
export function proxiesOf(trusted: readonly string[]): BlockList {
  const proxies = new BlockList();
  for (const text of trusted) {
    const [net = "", prefix] = text.split("/", 2);
    const family = isIP(net) === 6 ? "ipv6" : "ipv4";
    const bits = prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(/^\d{1,3}$/.exec(prefix)?.[0] ?? NaN);
    if (isIP(net) === 0 || !(bits <= (family === "ipv6" ? 128 : 32)))
      throw new DeployError("INVALID_CONFIG", {
        what: `${JSON.stringify(text)} is no address and no network.`,
        where: "trusted proxies",
        next: "Give addresses or networks, such as 10.0.0.0/8.",
      });
    proxies.addSubnet(net, bits, family);
  }
  return proxies;
}

/** The address of the connection; when that is a proxy of ours, the last one in X-Forwarded-For that is none, for what is before it anybody may have written. */
function addressOf(request: IncomingMessage, proxies: BlockList): string {
  const isOurs = (address: string): boolean => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  let address = plainAddress(request.socket.remoteAddress ?? "");
  const forwarded = String(request.headers["x-forwarded-for"] ?? "").split(",");
  while (isOurs(address)) {
    const before = plainAddress(forwarded.pop()?.trim() ?? "");
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/** IPv4 as it is, also where it comes inside IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
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
