import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { probe, type ProbeTarget, untilHealthy } from "../src/probe.ts";

/** Time that passes only by waiting. */
function waitingClock(): { now(): number; sleep(ms: number): Promise<void> } {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

describe("probe", () => {
  const open = new Set<Server>();
  afterEach(() => {
    for (const server of open) {
      server.closeAllConnections();
      server.close();
    }
    open.clear();
  });

  async function program(listener: RequestListener): Promise<ProbeTarget> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    open.add(server);
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return { host: "127.0.0.1", port, path: "/", hostHeader: "web.localhost", timeoutMs: 2_000 };
  }

  it("tells what was answered", async () => {
    const result = await probe(await program((request, response) => response.end(`for ${request.headers.host}`)));
    expect(result).toMatchObject({
      healthy: true,
      status: 200,
      summary: "GET / answered 200",
      bodyStart: "for web.localhost",
    });
    expect(result.bodySha256).toBe(createHash("sha256").update("for web.localhost").digest("hex"));
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
  });

  it.each([
    [404, true],
    [401, true],
    [500, false],
    [503, false],
  ])("takes status %i for healthy: %s", async (status, healthy) => {
    const target = await program((_, response) => response.writeHead(status).end());
    expect(await probe(target)).toMatchObject({ status, healthy, summary: `GET / answered ${status}` });
  });

  it("looks for what is expected", async () => {
    const target = await program((_, response) => response.end("Application error"));
    expect(await probe({ ...target, expect: { status: 204 } })).toMatchObject({
      healthy: false,
      summary: "GET / answered 200, not 204",
    });
    expect(await probe({ ...target, expect: { bodyIncludes: "Welcome" } })).toMatchObject({
      healthy: false,
      summary: 'GET / answered 200 without "Welcome"',
    });
    expect((await probe({ ...target, expect: { status: 200, bodyIncludes: "error" } })).healthy).toBe(true);
  });

  it("follows redirects on the host, with cookies, and stops where they leave it", async () => {
    const target = await program((request, response) => {
      if (request.url === "/") return response.writeHead(302, { location: "/login" }).end();
      if (request.url === "/away") return response.writeHead(301, { location: "https://web.localhost/" }).end();
      if (request.url === "/cookie") {
        if (request.headers.cookie === "seen=1") return response.end("in");
        return response.writeHead(302, { location: "/cookie", "set-cookie": "seen=1; Path=/" }).end();
      }
      return response.end("log in");
    });
    expect(await probe(target)).toMatchObject({ healthy: true, bodyStart: "log in", visited: ["/", "/login"] });
    expect(await probe({ ...target, path: "/away" })).toMatchObject({ healthy: true, status: 301 });
    expect(await probe({ ...target, path: "/cookie" })).toMatchObject({ healthy: true, bodyStart: "in" });
  });

  it("does not take a circle of redirects for an answer", async () => {
    const circle = await program((request, response) => {
      response.writeHead(302, { location: request.url === "/" ? "/a" : "/" }).end();
    });
    expect(await probe(circle)).toMatchObject({ healthy: false, summary: "GET /a redirects in a circle: / → /a → /" });
    let next = 0;
    const endless = await program((_, response) => response.writeHead(302, { location: `/${next++}` }).end());
    expect(await probe(endless)).toMatchObject({ healthy: false, summary: "GET /4 redirects more than 5 times" });
  });

  it("says in words why there was no answer", async () => {
    const silent = await program(() => undefined);
    expect(await probe({ ...silent, timeoutMs: 50 })).toMatchObject({
      healthy: false,
      status: null,
      summary: "GET / gave no answer within 50 ms",
    });
    const closing = await program((request) => request.socket.destroy());
    expect((await probe(closing)).summary).toBe("GET / the connection was closed without an answer");
    const tcp = createTcpServer((socket) => socket.resume().end("SSH-2.0\r\n")).listen(0, "127.0.0.1");
    await once(tcp, "listening");
    const address = tcp.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect((await probe({ ...silent, port })).summary).toBe("GET / the answer is not HTTP");
    await new Promise((resolve) => tcp.close(resolve));
    expect((await probe({ ...silent, port })).summary).toBe("GET / could not connect: nothing listens on the port");
  });

  it("takes a stream that never ends for an answer once there is much of it", async () => {
    const target = await program((_, response) => {
      const more = (): void => void response.write(Buffer.alloc(256 * 1024, "x"), (error) => error ?? more());
      more();
    });
    expect(await probe(target)).toMatchObject({ healthy: true, status: 200 });
  });

  describe("until healthy", () => {
    it("wants two good answers in a row", async () => {
      const statuses = [503, 200, 500, 200, 200, 200];
      const target = await program((_, response) => response.writeHead(statuses.shift() ?? 500).end());
      const seen: (number | null)[] = [];
      const result = await untilHealthy({
        ...target,
        intervalMs: 100,
        deadlineMs: 10_000,
        clock: waitingClock(),
        onAttempt: ({ status }) => seen.push(status),
      });
      expect(result).toMatchObject({ healthy: true, status: 200 });
      expect(seen).toEqual([503, 200, 500, 200, 200]);
    });

    it("gives up at the deadline, also after one good answer, and says what came last", async () => {
      let asked = 0;
      const target = await program((_, response) => response.writeHead(asked++ === 9 ? 200 : 503).end());
      const result = await untilHealthy({ ...target, intervalMs: 100, deadlineMs: 1_000, clock: waitingClock() });
      expect([result.healthy, result.status, asked]).toEqual([false, 200, 10]);
    });

    it("ends with the signal", async () => {
      const target = await program(() => undefined);
      const stop = new AbortController();
      const waiting = untilHealthy({ ...target, intervalMs: 10, deadlineMs: 60_000, signal: stop.signal });
      setImmediate(() => stop.abort(new Error("cancelled")));
      await expect(waiting).rejects.toThrow("cancelled");
    });
  });
});
