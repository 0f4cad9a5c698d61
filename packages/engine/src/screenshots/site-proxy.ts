/** The one way out of a browser's cage: a proxy on a Unix socket that lets through what is for a single site, and nothing else. */
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { pipeline, Transform } from "node:stream";
import { createServer, httpRequest } from "../node-http.ts";

/** What a page and all it is made of may weigh. */
const mostBytes = 64 * 1024 ** 2;

export interface Site {
  /** Of a site over https the browser itself checks the certificate. */
  url: URL;
  /** Where its name leads: looked up once, for a name may lead elsewhere a moment later. */
  address: string;
}

/** Headers between two of three: RFC 9110, section 7.6.1, and what browsers still send. */
const ofConnection = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Listen on the socket until disposed, which ends every connection. */
export async function openSiteProxy({ url, address }: Site, socket: string): Promise<AsyncDisposable> {
  const isSecure = url.protocol === "https:";
  const port = Number(url.port || (isSecure ? 443 : 80));
  const open = new Set<Socket>();
  const over = new AbortController();
  let bytes = 0;

  const weighed = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > mostBytes) over.abort();
        done(null, chunk);
      },
    });

  /** Of the site itself, named in full. Its host is written by us: what else is served at the address is not asked. */
  function forward(request: IncomingMessage, response: ServerResponse): void {
    const asked = request.url ?? "";
    const to = URL.canParse(asked) ? new URL(asked) : null;
    if (isSecure || to === null || to.origin !== url.origin) {
      response.writeHead(403, { connection: "close" }).end();
      return;
    }
    const outgoing = httpRequest({
      host: address,
      port,
      method: request.method,
      path: to.pathname + to.search,
      headers: { ...passedOn(request.headers), host: url.host },
      agent: false,
      signal: over.signal,
    });
    outgoing.on("response", (answer) => {
      try {
        response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      } catch {
        // A status or a header that there is none of: the site may say anything.
        outgoing.destroy();
        response.destroy();
        return;
      }
      pipeline(answer, weighed(), response, ignore);
    });
    response.on("close", () => outgoing.destroy());
    pipeline(request, outgoing, (error) => {
      if (error) response.destroy();
    });
    outgoing.on("error", () => response.destroy());
  }

  const server = createServer(forward);
  server.on("connection", (client: Socket) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    client.on("error", () => client.destroy());
  });
  // Through a tunnel anything could be said, so there is one only where what is said is sealed for the site: sockets of a site without TLS have none.
  server.on("connect", (request, client: Socket) => {
    if (!isSecure || request.url !== `${url.hostname}:${port}`) {
      client.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
      return;
    }
    const remote = connect({ host: address, port, signal: over.signal });
    remote.once("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      pipeline(remote, weighed(), client, ignore);
      pipeline(client, weighed(), remote, ignore);
    });
    remote.on("error", () => client.destroy());
    client.once("close", () => remote.destroy());
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      for (const client of open) client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Whichever of the two ends broke off, both are closed, and the browser makes of it what it can. */
const ignore = (): void => {};

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)));
}
