/** From a request to its answer: by address, with every failure told in our words. */
import { ORPCError } from "@orpc/server";
import { BodyLimitPlugin, RPCHandler } from "@orpc/server/node";
import { OpenAPIHandler } from "@orpc/openapi/node";
import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream/promises";
import { answerAssistant } from "./assistants.ts";
import { exportAudit } from "./audit-export.ts";
import { type Call, callOf, refuseForeign } from "./call.ts";
import { answerReturn, returningFrom } from "./connection-callback.ts";
import { dashboardOf } from "./dashboard.ts";
import { missing } from "./errors.ts";
import { failed } from "./failure.ts";
import { answerLogText, logTextIn } from "./log-text.ts";
import type { metricsOf } from "./metrics.ts";
import { permit } from "./people/principal.ts";
import { receiveUpload, uploadIn } from "./receive-upload.ts";
import { routerOf } from "./router.ts";
import { answerSandbox, sandboxFileIn } from "./sandboxes.ts";
import type { Services } from "./services.ts";
import { receiverIn, takeDelivery } from "./webhooks.ts";

/** Of a request that is not an upload; two megabytes of variables fit. */
const mostBodyBytes = 8 * 1024 ** 2;
/** So long a body that was refused may still come. */
const readOnMs = 10_000;

export function answering(
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
    const upload = uploadIn(request);
    if (upload) {
      const received = await receiveUpload(services, call, upload);
      return send(response, upload.kind === "create" ? 201 : 200, JSON.stringify(received));
    }
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
    const { assistants } = options;
    if (path === "/mcp" && assistants) return answerAssistant(services, call, { response, assistants });
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
      const told = failed(services, call, error);
      if (told.status === 401) response.setHeader("www-authenticate", "Bearer");
      if (request.complete) send(response, told.status, JSON.stringify(told));
      else await sendEarly(response, told.status, JSON.stringify(told));
    }
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
}

/**
 * Answer before the body was read, and end the connection. What still comes is read and thrown away for a while: a connection closed with something
 * unread is reset, and whoever sends everything before they read would never see the answer.
 */
async function sendEarly(response: ServerResponse, status: number, body: string): Promise<void> {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.write(body);
  await finished(response.req.resume(), { signal: AbortSignal.timeout(readOnMs) }).catch(() => {});
  response.end();
}

function protect(response: ServerResponse, { id, isHttps }: { id: string; isHttps: boolean }): void {
  response.setHeader("x-request-id", id);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cache-control", "no-store");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  if (isHttps) response.setHeader("strict-transport-security", "max-age=31536000");
}
