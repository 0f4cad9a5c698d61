/** `/ws/deployments/<id>?from=<seq>&organization=<id>`: the events of a deployment, each as one text frame of JSON. Nothing is taken from the other side. */
import type { DeployEvent, DeploymentView } from "@landfall/engine";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type Call, callOf, refuseForeign } from "./call.ts";
import { failed } from "./failure.ts";
import { inside, permitDeployment } from "./gate.ts";
import { permit } from "./people/principal.ts";
import type { Services } from "./services.ts";

const pingMs = 30_000;
/** Close codes: 4000 and the HTTP status for what went wrong. */
const closes = { settled: 1000, restarts: 1012, wrong: 4000 } as const;
const access = "read:deployment";

export function socketsOf(services: Services, origins: ReadonlySet<string>) {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  const { principals, proxies, rights, hub, stopping } = services;

  /** Everything that can be refused is, before the connection becomes a socket. */
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    // Read as text: an address need not be one.
    const [path = "", query] = (request.url ?? "").split("?", 2);
    const asked = new URLSearchParams(query);
    const organizationId = asked.get("organization") ?? undefined;
    const call = callOf({ request, response: null, organizationId }, { principals, proxies });
    call.route = "ws.deployments";
    try {
      const id = /^\/ws\/deployments\/([\w-]{1,64})$/.exec(path)?.[1];
      if (id === undefined) return refuse(socket, 404, { code: "NOT_FOUND", what: "There is nothing here." });
      refuseForeign(request, origins);
      const principal = await call.principal();
      await permitDeployment(services, principal, { access, id });
      const deployment = await inside(services, principal).engine.deployment(id);
      const from = Number(/^\d{1,9}$/.exec(asked.get("from") ?? "")?.[0] ?? 1);
      server.handleUpgrade(
        request,
        socket,
        head,
        (opened) => void serve(opened, { call, deployment, from: Math.max(from, 1) }),
      );
    } catch (error) {
      const { status, data } = failed(services, call, error);
      refuse(socket, status, data);
    }
  }

  async function serve(
    socket: WebSocket,
    { call, deployment: { id, project }, from }: { call: Call; deployment: DeploymentView; from: number },
  ): Promise<void> {
    const who = inside(services, await call.principal());
    const held = rights.hold(who.principal, (now) => permit(now, access, project));
    const gone = new AbortController();
    socket.on("close", () => gone.abort());
    socket.on("error", () => socket.terminate());
    let isAlive = true;
    socket.on("pong", () => (isAlive = true));
    const ping = setInterval(() => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      return socket.ping();
    }, pingMs);
    const signal = AbortSignal.any([held.signal, gone.signal, stopping]);
    try {
      for await (const event of hub.follow({ engine: who.engine, deploymentId: id, from, signal }))
        await send(socket, textOf(event));
      socket.close(closes.settled, "settled");
    } catch (error) {
      if (stopping.aborted) socket.close(closes.restarts, "the server restarts");
      else if (!gone.signal.aborted) {
        const { status, code } = failed(services, call, held.signal.aborted ? held.signal.reason : error);
        socket.close(closes.wrong + status, code);
      }
    } finally {
      clearInterval(ping);
      held.release();
    }
  }

  return {
    upgrade,
    /** Those that do not answer the close in time are cut. */
    end: () => server.clients.forEach((client) => client.terminate()),
  };
}

const texts = new WeakMap<DeployEvent, string>();

/** Written once for all who follow along: they are given the same event. */
function textOf(event: DeployEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event);
  texts.set(event, text);
  return text;
}

/** Resolves when the frame has left, so that a slow reader is waited for. */
function send(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve())));
}

function refuse(socket: Duplex, status: number, data: unknown): void {
  const body = JSON.stringify(data);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
