/** WebSockets: the handshake is passed on and checked, then both connections are joined. RFC 6455, RFC 9110 section 7.8. */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { requestHeaders, responseHeaders } from "./forwarding.ts";
import { httpRequest, STATUS_CODES } from "@landfall/engine/node-http";
import { type Page, renderPage } from "./pages.ts";
import { privately } from "./private.ts";
import type { ActiveRoute } from "./router.ts";

/** A request to leave HTTP, with the connection it came on and what followed its head. */
export interface UpgradeVisit {
  route: ActiveRoute & { target: { kind: "proxy" } };
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/**
 * Pass the handshake on and join the connections when the program agrees; any other answer is sent and the connection closed, for
 * bytes after a refused handshake would be requests nobody looks at. Counts as under way until both ends are closed.
 */
export function forwardUpgrade(visit: UpgradeVisit): void {
  const { route, request, socket, head } = visit;
  const headers = requestHeaders(request);
  if (!headers)
    return refuseUpgrade(request, socket, {
      status: 400,
      code: "bad_request",
      reason: "The request names more than one host.",
    });
  headers.push("connection", "Upgrade", "upgrade", request.headers.upgrade ?? "websocket");
  route.enter();
  socket.once("close", () => {
    upstream.destroy();
    route.leave();
  });
  socket.on("error", () => socket.destroy());
  const upstream: ClientRequest = httpRequest({
    ...route.target.upstream,
    method: request.method,
    path: request.url,
    headers,
    agent: false,
    setHost: false,
  });
  upstream.on("upgrade", (answer, other, first) => {
    socket.write(headOf(answer, answer.rawHeaders.concat(route.headers)));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) other.write(head);
    join(socket, other);
  });
  upstream.on("response", (answer) => {
    const kept = responseHeaders(answer.rawHeaders, route.headers);
    const own = route.password === null ? kept : privately(kept);
    socket.write(headOf(answer, [...own, "Connection", "close"]));
    answer.pipe(socket);
  });
  upstream.on("error", () => {
    if (socket.destroyed) return;
    refuseUpgrade(request, socket, {
      status: 503,
      code: "not_running",
      reason: "The application is not running at the moment; it may be starting.",
    });
  });
  upstream.end();
}

/** Answer a handshake with a page and close the connection. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex, page: Page): void {
  const { type, body } = renderPage(page, request.headers.accept);
  const lines = [
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "Connection: close",
  ];
  const { headers = [] } = page;
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  socket.end(`HTTP/1.1 ${page.status} ${STATUS_CODES[page.status]}\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}

function join(client: Duplex, upstream: Duplex): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    if ("setNoDelay" in from && typeof from.setNoDelay === "function") from.setNoDelay(true);
    // A peer that vanished without a word is noticed by the kernel.
    if ("setKeepAlive" in from && typeof from.setKeepAlive === "function") from.setKeepAlive(true, 30_000);
    if ("setTimeout" in from && typeof from.setTimeout === "function") from.setTimeout(0);
    from.on("error", () => to.destroy());
    from.once("close", () => to.destroy());
    from.pipe(to);
  }
}

function headOf(answer: IncomingMessage, headers: string[]): string {
  let head = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`;
  for (let index = 0; index < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${head}\r\n`;
}
