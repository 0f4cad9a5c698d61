/** The edge: listens, asks the table whose request it is, and hands it to the static server or the proxy. */
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Clock, systemClock } from "@landfall/engine/clock";
import { DeployError } from "@landfall/engine/error";
import { errnoOf } from "@landfall/engine/errno";
import type { DeliveryOptions } from "./delivery.ts";
import { createServer } from "@landfall/engine/node-http";
import { createGuards } from "./guard.ts";
import { hasBody, type Page, sendPage } from "./pages.ts";
import { keepPrivate } from "./private.ts";
import { createProxy, type ProxyOptions } from "./proxy.ts";
import type { ActiveRoute, Router } from "./router.ts";
import { createStaticServer } from "./static.ts";
import { forwardUpgrade, refuseUpgrade } from "./upgrade.ts";

/** A request that is over. */
export interface RequestRecord {
  release: string | null;
  method: string;
  host: string;
  path: string;
  /** 0 when the client left before there was an answer. */
  status: number;
  durationMs: number;
}

export interface EdgeOptions extends DeliveryOptions, ProxyOptions {
  router: Router;
  clock?: Clock;
  /** Told about every request when it is over. Costs a little for each; leave it out when nobody looks. */
  onRequest?: (record: RequestRecord) => void;
  /** Longest time between two pieces of a request's body; default 60 s. */
  bodyIdleMs?: number;
  /** Ports whose sockets will be adopted: as good as listened on. */
  promised?: readonly number[];
}

export interface Edge {
  /** Listen on a port, 0 for any; resolves with the port. Throws CONFLICT when it is taken, INSUFFICIENT_PERMISSIONS when it may not be had. */
  listen(port: number, host?: string): Promise<number>;
  /** Listen on one more port; no-op when the edge listens on it already. */
  listenAlso(port: number, host?: string): Promise<number>;
  /** Stop listening on one port; its connections end after their answers. */
  unlisten(port: number): Promise<void>;
  /** Listen with a socket that does already: its connections come here from now on. */
  adopt(socket: NetServer): Promise<void>;
  /** What listens, by port. */
  sockets(): ReadonlyMap<number, NetServer>;
  /**
   * Stop accepting, let what is under way finish for `graceMs`, then end it. Safe to repeat. For `settleMs` connections without a request
   * stay open, so that nobody is cut off who is about to ask; each answer is the last of its connection.
   */
  close(options: { graceMs: number; settleMs?: number }): Promise<void>;
  /** Bytes of static content in memory. */
  memoryBytes(): number;
}

/** An edge over a routing table; it serves whatever the table says at the moment of each request. */
export function createEdge(options: EdgeOptions): Edge {
  const { router, onRequest } = options;
  const clock = options.clock ?? systemClock;
  const statics = createStaticServer(options);
  const proxy = createProxy(options);
  const guards = createGuards({ clock });
  const servers = new Map<number, Server>();
  const promised = new Set(options.promised);
  let isClosing = false;
  /** Connections that left HTTP: the server no longer knows them. */
  const upgraded = new Set<Duplex>();
  const closing = new WeakSet<Server>();
  const bodyIdleMs = options.bodyIdleMs ?? 60_000;
  const forget = router.onApply((upstreams) => proxy.keepOnly(upstreams));

  function answer(request: IncomingMessage, response: ServerResponse, port: number, isRetry: boolean): void {
    const host = hostOf(request);
    if (host === null) return sendPage(request, response, badRequest);
    const route = router.match(host, port);
    if (onRequest && !isRetry) report(request, response, { host, release: route?.release ?? null });
    if (!route) return sendPage(request, response, noSite);
    // Who asks a second time was let in before, and has nothing to show any more.
    if (route.password === null || isRetry) return pass({ route, request, response, port, isRetry });
    keepPrivate(response);
    admit(request, route, (page) => {
      if (response.destroyed) return;
      if (page === null) pass({ route, request, response, port, isRetry });
      else sendPage(request, response, page);
    });
  }

  function pass({
    route,
    request,
    response,
    port,
    isRetry,
  }: {
    route: ActiveRoute;
    request: IncomingMessage;
    response: ServerResponse;
    port: number;
    isRetry: boolean;
  }): void {
    if (route.target.kind === "static") {
      return statics.serve({ route, site: route.target.site, request, response });
    }
    if (route.target.kind === "stopped") return sendPage(request, response, { ...stopped, headers: route.headers });
    proxy.forward({
      route: route as ActiveRoute & { target: { kind: "proxy" } },
      request,
      response,
      isRetry,
      isClosing: () => isClosing,
      // In the meantime another release may have the traffic: its program is the one to ask.
      retry: () => answer(request, response, port, true),
    });
  }

  /** `then` is told null for who has the password of the site, else what to answer: at once where that is known. */
  function admit(
    request: IncomingMessage,
    { password, headers }: ActiveRoute,
    then: (page: Page | null) => void,
  ): void {
    if (password === null) return then(null);
    const told = (page: Page | null): void => then(page && { ...page, headers: [...(page.headers ?? []), ...headers] });
    const found = guards.look(request, password);
    if (found instanceof Promise) void found.then(told);
    else told(found);
  }

  function endUpgraded(): void {
    for (const socket of upgraded) socket.destroy();
  }

  function report(
    request: IncomingMessage,
    response: ServerResponse,
    known: { host: string | undefined; release: string | null },
  ): void {
    const start = performance.now();
    response.once("close", () => {
      onRequest?.({
        release: known.release,
        method: request.method ?? "",
        host: known.host ?? "",
        path: request.url ?? "",
        status: response.headersSent ? response.statusCode : 0,
        durationMs: performance.now() - start,
      });
    });
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, port: number): void {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    const host = hostOf(request);
    const route = host === null ? undefined : router.match(host, port);
    if (route?.target.kind === "stopped") return refuseUpgrade(request, socket, stopped);
    if (route?.target.kind !== "proxy") return refuseUpgrade(request, socket, host === null ? badRequest : noSite);
    socket.on("error", () => socket.destroy());
    admit(request, route, (page) => {
      if (socket.destroyed) return;
      if (page === null)
        forwardUpgrade({ route: route as ActiveRoute & { target: { kind: "proxy" } }, request, socket, head });
      else refuseUpgrade(request, socket, page);
    });
  }

  function listenOn(where: { port: number; host: string } | NetServer): Promise<number> {
    let actual = 0;
    const server = createServer(
      {
        maxHeaderSize: 32 * 1024,
        headersTimeout: 15_000,
        // Uploads may take as long as they keep moving; see below.
        requestTimeout: 0,
        // Longer than what stands in front of us usually keeps a connection, so that it is not us who closes it under a request.
        keepAliveTimeout: 75_000,
        connectionsCheckingInterval: 5_000,
        noDelay: true,
        // A client that vanished while a stream was silent is noticed by the kernel.
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
        requireHostHeader: true,
        shouldUpgradeCallback: (request) => {
          if (request.headers.upgrade?.toLowerCase() !== "websocket") return false;
          const wanted = hostOf(request);
          return wanted !== null && router.match(wanted, actual)?.target.kind === "proxy";
        },
      },
      (request, response) => {
        if (closing.has(server)) response.shouldKeepAlive = false;
        if (hasBody(request)) limitIdle(request, bodyIdleMs);
        answer(request, response, actual, false);
      },
    );
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      upgrade(request, socket, head, actual),
    );
    return new Promise((resolve, reject) => {
      server.once("error", (error) => reject(listenFault(error, where)));
      const listening = (): void => {
        server.removeAllListeners("error");
        // Out of descriptors for a moment: the connection is lost, the server is not.
        server.on("error", () => undefined);
        actual = (server.address() as AddressInfo).port;
        servers.set(actual, server);
        resolve(actual);
      };
      if (where instanceof NetServer) server.listen(where, backlog, listening);
      else server.listen({ ...where, backlog }, listening);
    });
  }

  async function end(server: Server, graceMs: number, settleMs = 0): Promise<void> {
    closing.add(server);
    const closed = once(server, "close");
    if (settleMs > 0) {
      NetServer.prototype.close.call(server); // HTTP's own also ends connections without a request.
      await Promise.race([closed, clock.sleep(settleMs)]);
    }
    server.close();
    const over = new AbortController();
    const late = clock.sleep(graceMs, over.signal).then(
      () => server.closeAllConnections(),
      () => undefined, // All ended in time.
    );
    // Connections that fall quiet after their last answer are not closed by `close` itself.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    await closed;
    clearInterval(sweep);
    over.abort();
    await late;
  }

  const listenAlso: Edge["listenAlso"] = async (port, host = "127.0.0.1") =>
    servers.has(port) || promised.has(port) ? port : listenOn({ port, host });

  return {
    listen: (port, host = "127.0.0.1") => listenOn({ port, host }),
    listenAlso,
    async adopt(socket) {
      promised.delete(await listenOn(socket));
    },
    async unlisten(port) {
      const server = servers.get(port);
      if (!server) return;
      servers.delete(port);
      await end(server, 5_000);
    },
    sockets: () => servers,
    async close({ graceMs, settleMs }) {
      isClosing = true;
      forget();
      const open = [...servers.values()];
      servers.clear();
      const over = new AbortController();
      const cut = clock.sleep(graceMs, over.signal).then(endUpgraded, () => undefined); // Rejected: all ended in time.
      await Promise.all(open.map((server) => end(server, graceMs, settleMs)));
      over.abort();
      await cut;
      endUpgraded();
      await proxy.close();
    },
    memoryBytes: () => statics.memoryBytes(),
  };
}

const backlog = 1024;

const stopped = { status: 503, code: "stopped", reason: "This site was stopped for now." };
const noSite = { status: 404, code: "no_site", reason: "There is no site at this address." };
const badRequest = { status: 400, code: "bad_request", reason: "The request is not well formed." };

/**
 * The host a request is for, undefined when it names none (HTTP/1.0), null when it contradicts itself. A request for a whole
 * address (`GET http://host/path`) is for that host, and is made one for the path. RFC 9112, section 3.2.
 */
function hostOf(request: IncomingMessage): string | undefined | null {
  const url = request.url ?? "";
  if (url.charCodeAt(0) === 47) return request.headers.host;
  if (url === "*" && request.method === "OPTIONS") return request.headers.host;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  const { host, pathname, search } = new URL(url);
  request.url = pathname + search;
  // The address wins over the Host header, also for whoever is asked next.
  request.headers.host = host;
  request.rawHeaders = request.rawHeaders.map((value, index, all) =>
    index % 2 === 1 && all[index - 1]?.toLowerCase() === "host" ? host : value,
  );
  return host;
}

/** End a connection whose request body stops coming. */
function limitIdle(request: IncomingMessage, idleMs: number): void {
  const socket: Socket = request.socket;
  const onTimeout = (): void => void socket.destroy();
  socket.setTimeout(idleMs, onTimeout);
  request.once("end", () => socket.setTimeout(0));
  request.once("close", () => socket.off("timeout", onTimeout));
}

function listenFault(error: Error, where: { port: number } | NetServer): DeployError {
  const code = errnoOf(error);
  const port = "port" in where ? where.port : "handed over";
  if (code === "EADDRINUSE") {
    return new DeployError(
      "CONFLICT",
      {
        what: `Port ${port} is taken by another program.`,
        where: `listen ${port}`,
        next: "Choose another port with --port.",
      },
      { cause: error },
    );
  }
  if (code === "EACCES") {
    return new DeployError(
      "INSUFFICIENT_PERMISSIONS",
      { what: `This user may not listen on port ${port}.`, where: `listen ${port}`, next: "Choose a port above 1023." },
      { cause: error },
    );
  }
  return new DeployError("INTERNAL", { what: `Cannot listen on port ${port}: ${error.message}.` }, { cause: error });
}
