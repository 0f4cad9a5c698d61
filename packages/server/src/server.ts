/** The server: one node:http server in front of the contract, Better Auth, uploads and sockets. */
import { uploadAnnouncement } from "@landfall/contract";
import { OpenAPIHandler } from "@orpc/openapi/node";
import { BodyLimitPlugin, RPCHandler } from "@orpc/server/node";
import { ORPCError } from "@orpc/server";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Kysely } from "kysely";
import { exportAudit } from "./audit-export.ts";
import { changesOf } from "./changes.ts";
import { type Call, callOf, isLoopback, proxiesOf, refuseForeign } from "./call.ts";
import { answerReturn, returningFrom } from "./connection-callback.ts";
import { DeployError } from "@landfall/engine/error";
import { missing, WireFailure } from "./errors.ts";
import { openEventHub } from "./event-hub.ts";
import { dashboardOf } from "./dashboard.ts";
import { failed } from "./failure.ts";
import { inside } from "./gate.ts";
import { gitProxyOf } from "./git-guard.ts";
import { openLimits } from "./limits.ts";
import { openLog } from "./log.ts";
import { answerLogText, logTextIn } from "./log-text.ts";
import { metricsOf } from "./metrics.ts";
import type { ServerOptions } from "./options.ts";
import { auditOf } from "./people/audit.ts";
import { collaboratorsOf } from "./people/collaborators.ts";
import { openAuth } from "./people/auth.ts";
import { keysOf } from "./people/keys.ts";
import { invitationsOf, membersOf } from "./people/members.ts";
import { permit, permitAnywhere, principalsOf } from "./people/principal.ts";
import { setupOf } from "./people/setup.ts";
import type { PeopleSchema } from "./people/tables.ts";
import { rightsOf } from "./rights.ts";
import { routerOf } from "./router.ts";
import type { Services } from "./services.ts";
import { socketsOf } from "./socket.ts";
import { uploadsOf, whoseUploads } from "./uploads.ts";
import { answerSandbox, sandboxFileIn } from "./sandboxes.ts";
import { receiverIn, takeDelivery } from "./webhooks.ts";

/** Of a request that is not an upload; two megabytes of variables fit. */
const mostBodyBytes = 8 * 1024 ** 2;
/** A large archive over a slow line takes its time. */
const requestMs = 3_600_000;
/** What is being answered when the server stops has so long. */
const drainMs = 10_000;
const tidyMs = 3_600_000;
/** How often accounts are looked at whose access is to be renewed. */
const renewMs = 60_000;
const idempotencyKeptMs = 24 * 3_600_000;

export interface RunningServer extends AsyncDisposable {
  /** Where it listens. */
  url: string;
  /** The token that opens the first account; null when there is somebody already. */
  setupToken: string | null;
}

/** Start serving; disposing ends it, letting what is under way finish. Throws what listening throws (EADDRINUSE). */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { engine } = options;
  const log = openLog(options.log);
  const proxies = proxiesOf(options.trustedProxies ?? []);
  const limits = await openLimits({
    database: engine.database,
    redisUrl: options.redisUrl,
    deploymentsPerHour: options.deploymentsPerHour ?? 10,
    writesPerMinute: options.writesPerMinute ?? 600,
    log,
  });
  const http = createServer({ requestTimeout: requestMs });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port, options.host, resolve);
  }).catch(async (error: unknown) => {
    await limits[Symbol.asyncDispose]();
    throw error;
  });
  const { port } = http.address() as AddressInfo;
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`;
  const publicUrl = new URL(options.publicUrl ?? url).origin;
  const stopping = new AbortController();

  const db = engine.database.db as unknown as Kysely<PeopleSchema>;
  const { attempts } = limits;
  const auth = await openAuth({ engine, publicUrl, github: options.github, attempts, log });
  const principals = principalsOf({ db, auth, attempts });
  const rights = rightsOf(principals);
  const members = membersOf({ db, auth });
  const services: Services = {
    options,
    engine,
    db,
    publicUrl,
    log,
    attempts,
    limits,
    proxies,
    auth,
    principals,
    rights,
    setup: setupOf({ db, auth, attempts, members }),
    members,
    invitations: invitationsOf({ db, auth, attempts, publicUrl }),
    collaborators: collaboratorsOf(db),
    keys: keysOf(db),
    audit: auditOf(db),
    uploads: uploadsOf({ db, home: engine.home, mostBytes: options.maxUploadBytes ?? 1024 ** 3 }),
    gitProxy: gitProxyOf(),
    hub: openEventHub(),
    changes: changesOf((error) => log.warn({ err: error }, "The newest deployments could not be read")),
    stopping: stopping.signal,
  };
  const origins = originsOf({ publicUrl, host: options.host, port });
  const sockets = socketsOf(services, origins);
  const metrics = metricsOf({ streams: () => rights.count() });
  const answer = answering(services, { origins, metrics });

  http.on("request", (request, response) => void answer(request, response));
  http.on("upgrade", (request, socket, head) => void sockets.upgrade(request, socket, head));
  const tidy = setInterval(() => void tidied(services), tidyMs);
  tidy.unref();
  const renew = setInterval(() => void renewed(services), renewMs);
  renew.unref();
  void tidied(services);

  return {
    url,
    setupToken: await services.setup.token(),
    async [Symbol.asyncDispose]() {
      clearInterval(tidy);
      clearInterval(renew);
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      stopping.abort();
      http.closeIdleConnections();
      const cut = setTimeout(() => {
        sockets.end();
        http.closeAllConnections();
      }, drainMs);
      await closed;
      clearTimeout(cut);
      rights[Symbol.dispose]();
      await services.gitProxy[Symbol.asyncDispose]();
      await limits[Symbol.asyncDispose]();
    },
  };
}

/** What a browser may call itself when it comes from our own pages. */
function originsOf({ publicUrl, host, port }: { publicUrl: string; host: string; port: number }): Set<string> {
  const names = isLoopback(host) ? ["127.0.0.1", "localhost", "[::1]"] : [];
  return new Set([publicUrl, ...names.map((name) => `http://${name}:${port}`)]);
}

async function tidied({ engine, uploads, limits, db, log }: Services): Promise<void> {
  try {
    await uploads.forget();
    await engine.webhooks.tend();
    await engine.sandboxes.tend();
    await limits.tidy();
    const before = new Date(Date.now() - idempotencyKeptMs).toISOString();
    await db.deleteFrom("idempotency").where("created_at", "<", before).execute();
  } catch (error) {
    log.warn({ err: error }, "What is old could not be removed; it is tried again in an hour");
  }
}

async function renewed({ engine, log }: Services): Promise<void> {
  try {
    await engine.connections.tend();
  } catch (error) {
    log.warn({ err: error }, "Access to accounts could not be renewed; it is tried again in a minute");
  }
}

/** From a request to its answer. */
function answering(
  services: Services,
  { origins, metrics }: { origins: ReadonlySet<string>; metrics: ReturnType<typeof metricsOf> },
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { options, principals, proxies, auth, log, publicUrl } = services;
  const router = routerOf(services);
  const shared = () => ({
    plugins: [new BodyLimitPlugin<{ call: Call }>({ maxBodySize: mostBodyBytes })],
    // Around the procedure: its failures in our words.
    clientInterceptors: [
      async ({ next, context }: { next(): Promise<unknown>; context: { call: Call } }) => {
        try {
          return await next();
        } catch (error) {
          throw failed(services, context.call, error);
        }
      },
    ],
    // Around all of it: what never reached a procedure.
    interceptors: [
      async <T>({ next, context }: { next(): Promise<T>; context: { call: Call } }): Promise<T> => {
        try {
          return await next();
        } catch (error) {
          if (error instanceof ORPCError && error.defined) throw error;
          throw failed(services, context.call, error instanceof ORPCError ? error : new ORPCError("BAD_REQUEST"));
        }
      },
    ],
  });
  const rest = new OpenAPIHandler(router, shared());
  const rpc = new RPCHandler(router, shared());
  const dashboard = dashboardOf(options.dashboard);
  let document: Promise<string> | undefined;

  async function route(call: Call, response: ServerResponse): Promise<void> {
    const { request } = call;
    const path = (request.url ?? "/").split("?", 1)[0]!;
    refuseForeign(request, origins);
    if (path.startsWith("/api/auth/")) {
      const name = path.slice("/api/auth".length);
      if (!auth.serves(request.method ?? "", name)) throw missing("page");
      call.route = `auth${name.replaceAll("/", ".")}`;
      return auth.handle(request, response);
    }
    if (path === "/api/sources" && request.method === "POST") return takeUpload(call, response);
    const part = request.method === "PUT" ? /^\/api\/sources\/([\w-]{1,64})$/.exec(path)?.[1] : undefined;
    if (part !== undefined) return appendUpload(call, response, part);
    const sandboxFile = sandboxFileIn(request);
    if (sandboxFile) return answerSandbox(services, call, { response, asked: sandboxFile });
    if (path === "/api/audit/export" && request.method === "GET") return exportAudit(services, call, response);
    const platform = returningFrom(request, services.engine.platforms);
    if (platform !== null) return answerReturn(services, call, { router, response, platform });
    const logText = logTextIn(request);
    if (logText !== null) return answerLogText(services, call, { response, id: logText });
    const receiver = receiverIn(request);
    if (receiver) return send(response, 200, JSON.stringify(await takeDelivery(services, call, receiver)));
    if (path === "/api/openapi.json" && request.method === "GET") {
      const { openApiDocument } = await import("./openapi.ts");
      document ??= openApiDocument({ version: options.version, publicUrl }).then((one) => JSON.stringify(one));
      return send(response, 200, await document);
    }
    if (path === "/metrics" && request.method === "GET") {
      permit(await call.principal(), "read:metrics");
      response.setHeader("content-type", metrics.contentType);
      response.end(await metrics.text());
      return;
    }
    if (dashboard.answer(request, response, path)) {
      call.route = "dashboard";
      return;
    }
    const handler = path.startsWith("/rpc/") ? rpc : rest;
    if (path === "/health") request.url = "/api/health";
    const { matched } = await handler.handle(request, response, {
      prefix: handler === rpc ? "/rpc" : "/api",
      context: { call },
    });
    if (!matched) throw missing("page");
  }

  async function upload(call: Call, route_: string) {
    call.route = route_;
    const principal = await call.principal();
    permitAnywhere(principal, "create:source");
    const who = inside(services, principal);
    await services.limits.write({ userId: who.principal.userId, address: call.address, response: call.response });
    return {
      whose: whoseUploads(who.principal),
      record: (id: string) =>
        services.audit.record({
          organization_id: who.organization.id,
          actor: who.principal.email,
          via: who.principal.via,
          action: route_,
          target: `id=${id}`,
          address: call.address,
        }),
    };
  }

  async function takeUpload(call: Call, response: ServerResponse): Promise<void> {
    const { whose, record } = await upload(call, "uploads.create");
    const isAnnounced = /^application\/json\b/.test(call.request.headers["content-type"] ?? "");
    const made = isAnnounced
      ? await services.uploads.begin(whose, await announced(call.request))
      : await services.uploads.take(whose, call.request);
    await record(made.id);
    send(response, 201, JSON.stringify(made));
  }

  async function appendUpload(call: Call, response: ServerResponse, id: string): Promise<void> {
    const { whose } = await upload(call, "uploads.append");
    send(response, 200, JSON.stringify(await services.uploads.append(whose, id, call.request)));
  }

  return async (request, response) => {
    const began = performance.now();
    const call = callOf({ request, response }, { principals, proxies });
    protect(response, { id: call.id, isHttps: publicUrl.startsWith("https:") });
    response.once("close", () => {
      const seconds = (performance.now() - began) / 1000;
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.answered({ route: call.route, status, seconds });
      log.info({
        request: call.id,
        method: request.method,
        route: call.route,
        status,
        ms: Math.round(seconds * 1000),
        address: call.address,
      });
    });
    try {
      await route(call, response);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      // A body nobody reads: the connection ends with the answer.
      if (!request.complete) response.setHeader("connection", "close");
      const told = failed(services, call, error);
      send(response, told.status, JSON.stringify(told));
    }
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
}

function protect(response: ServerResponse, { id, isHttps }: { id: string; isHttps: boolean }): void {
  response.setHeader("x-request-id", id);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cache-control", "no-store");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  if (isHttps) response.setHeader("strict-transport-security", "max-age=31536000");
}

async function announced(request: IncomingMessage): Promise<{ sizeBytes: number; sha256?: string | undefined }> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk as string;
    if (text.length > 10_000) throw new WireFailure({ code: "TOO_LARGE", what: "An announcement is small." });
  }
  try {
    return uploadAnnouncement.parse(JSON.parse(text));
  } catch {
    throw new DeployError("INVALID_CONFIG", {
      what: 'An upload in parts is announced as {"sizeBytes": …, "sha256": …}.',
      next: "/api/openapi.json describes it.",
    });
  }
}
