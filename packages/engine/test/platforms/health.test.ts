/** When a program that was started may have the traffic, and how long it is waited for. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.ts";
import type { ServicePlan } from "../../src/plan/plan.ts";
import type { EdgeService } from "../../src/platforms/local/edge-control.ts";
import { untilHealthy } from "../../src/platforms/local/health.ts";

const open = new Set<Server>();
afterEach(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
  open.clear();
});

async function serving(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  open.add(server);
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

/** A port nothing listens on. */
async function unusedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** What the edge says of a running program on `port`. */
function running(port: number, more: Partial<EdgeService> = {}): EdgeService {
  return {
    organization: "local",
    projectId: "prj_1",
    project: "shop",
    environment: "production",
    service: "web",
    release: "rel_1",
    kind: "server",
    live: false,
    url: null,
    portUrl: null,
    state: "running",
    pid: 1,
    port,
    listening: [{ host: "127.0.0.1", port }],
    restarts: 0,
    lastExit: null,
    lastLines: ["started"],
    ...more,
  };
}

/** Waits with time that passes only by waiting; answers how much of it passed and what was said of it. */
async function wait(
  look: (nowMs: number) => EdgeService | undefined,
  {
    kind = "server",
    runtime = "node",
    signal = new AbortController().signal,
  }: { kind?: ServicePlan["kind"]; runtime?: string; signal?: AbortSignal } = {},
): Promise<{ waitedMs: number; lines: string[]; error: { code?: string; text?: Record<string, unknown> } | null }> {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      signal.throwIfAborted();
      now += ms;
    },
  };
  const plan = {
    name: "web",
    kind,
    runtime,
    hosts: ["shop.localhost"],
    check: { path: "/health", timeoutMs: 60_000 },
  } as ServicePlan;
  const lines: string[] = [];
  const error = await untilHealthy({
    plan,
    look: async () => look(now),
    clock,
    signal,
    log: (line) => lines.push(line),
  }).then(
    () => null,
    (thrown: object) => thrown,
  );
  return { waitedMs: now, lines, error };
}

describe("a program that was started", () => {
  it("is asked as a visitor of its host, on its health path", async () => {
    const seen: unknown[] = [];
    const port = await serving(({ url, headers }, response) => {
      seen.push([url, headers.host]);
      response.end();
    });
    expect(await wait(() => running(port))).toMatchObject({ error: null, lines: ["GET /health → 200"] });
    expect(seen).toEqual([
      ["/health", "shop.localhost"],
      ["/health", "shop.localhost"],
    ]);
  });

  it("has to answer twice in a row, and is logged only where the answer changes", async () => {
    const statuses = [503, 503, 200, 500, 404, 302];
    const port = await serving(({ headers }, response) =>
      response.writeHead(headers.host?.startsWith("localhost:") ? 500 : (statuses.shift() ?? 500)).end(),
    );
    const { error, lines } = await wait(() => running(port));
    expect(error).toBeNull();
    expect(statuses).toEqual([]);
    expect(lines.map((line) => line.slice(-3))).toEqual(["503", "200", "500", "404", "302"]);
  });

  it("is healthy when it answers by the address it listens on, where it may ask itself", async () => {
    const port = await serving(({ headers }, response) =>
      response.writeHead(headers.host?.startsWith("localhost:") ? 200 : 500).end(),
    );
    const { error, lines } = await wait(() => running(port));
    expect(error).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/200 as localhost$/)]);
  });

  it("is healthy with an answer that never ends", async () => {
    const port = await serving((_, response) => void response.writeHead(200).write("data: 1\n\n"));
    expect(await wait(() => running(port))).toMatchObject({ error: null });
  });

  it("is waited for to the end while it answers 5xx, or says something that is not HTTP", async () => {
    const port = await serving((_, response) => response.writeHead(503).end());
    const sick = await wait(() => running(port));
    expect(sick.waitedMs).toBeGreaterThan(60_000);
    expect(sick.error).toMatchObject({
      code: "UNHEALTHY",
      text: { what: "web did not get healthy within 60 s. The last answer was: 503.", evidence: ["started"] },
    });
    const tcp = createTcpServer((socket) => socket.on("error", () => {}).end("SSH-2.0\r\n")).listen(0, "127.0.0.1");
    await once(tcp, "listening");
    const { port: other } = tcp.address() as { port: number };
    const { error } = await wait(() => running(other));
    expect(error?.text?.["what"]).toContain("The last answer was: the answer is not HTTP.");
    tcp.close();
  });

  it("that answers every request with the same error is told by it, not by the frames of packages", async () => {
    const port = await serving((_, response) => response.writeHead(500).end());
    const place = "/home/ada/.landfall/releases/rel_01m8.web/";
    const printed = [
      "TypeError: path must be absolute or specify root to res.sendFile",
      `    at ServerResponse.sendFile (${place}node_modules/express/lib/response.js:441:11)`,
      `    at ${place}index.js:19:32`,
      "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    ];
    const { error } = await wait(() => running(port, { lastLines: ["listening", ...printed, ...printed] }));
    expect(error?.text?.["evidence"]).toEqual(["listening", printed[0], "    at index.js:19:32"]);
  });

  it("is waited for to the end while it listens nowhere", async () => {
    const port = await unusedPort();
    const { waitedMs, lines, error } = await wait(() => running(port, { listening: [] }));
    expect(waitedMs).toBeGreaterThan(60_000);
    expect(lines).toEqual(["GET /health → nothing listens on the port"]);
    expect(error).toMatchObject({
      code: "UNHEALTHY",
      text: {
        what: expect.stringContaining("listens on no port"),
        next: expect.stringMatching(/listen on the port in the environment variable PORT.*"kind": "worker"/),
      },
    });
  });

  it("is not taken for the program of somebody else that answers on its port", async () => {
    const port = await serving((_, response) => response.end());
    const { error } = await wait(() => running(port, { listening: [] }));
    expect(error).toMatchObject({ code: "UNHEALTHY", text: { what: expect.stringContaining("listens on no port") } });
  });

  it("is not waited for once it has listened on another port for 5 s", async () => {
    const port = await unusedPort();
    const { waitedMs, error } = await wait((now) =>
      running(port, { listening: now < 2_000 ? [] : [{ host: "0.0.0.0", port: 3000 }] }),
    );
    expect(waitedMs).toBe(7_000);
    expect(error).toMatchObject({
      code: "UNHEALTHY",
      text: {
        what: `web did not get healthy within 7 s. It listens on 0.0.0.0:3000, but PORT was ${port}.`,
        next: expect.stringContaining("app.listen(process.env.PORT)"),
        evidence: ["started"],
      },
    });
  });

  it("is told in its own language where to listen", async () => {
    const port = await unusedPort();
    const look = (): EdgeService => running(port, { listening: [{ host: "::", port: 8080 }] });
    expect((await wait(look, { runtime: "go" })).error?.text?.["next"]).toContain('os.Getenv("PORT")');
    expect((await wait(look, { runtime: "ruby" })).error?.text?.["next"]).toContain('ENV["PORT"]');
  });

  it("that ends again and again is explained by what it printed", async () => {
    const lastLines = ["Traceback (most recent call last):", "ModuleNotFoundError: No module named 'django'"];
    const { error } = await wait(() =>
      running(1, { state: "backoff", restarts: 3, lastExit: "exited with status 1", lastLines }),
    );
    expect(error).toMatchObject({
      code: "START_FAILED",
      text: {
        what: "web ends again and again after it is started: exited with status 1. The Python module django is not installed.",
        next: expect.stringContaining("requirements.txt"),
        evidence: lastLines,
      },
    });
  });

  it("is not waited for when it listens on an address the probe does not reach", async () => {
    const port = await unusedPort();
    const { waitedMs, error } = await wait(() => running(port, { listening: [{ host: "::1", port }] }));
    expect(waitedMs).toBe(5_000);
    expect(error).toMatchObject({
      code: "UNHEALTHY",
      text: {
        what: `web did not get healthy within 5 s. It listens on [::1]:${port}, but not on 127.0.0.1, where it is asked.`,
        next: expect.stringContaining("127.0.0.1 or 0.0.0.0"),
      },
    });
  });

  it("is waited for while it opens one port after the other", async () => {
    const port = await serving((_, response) => response.end());
    const elsewhere = await unusedPort();
    const { waitedMs, error } = await wait((now) => {
      if (now >= 12_000) return running(port);
      const listening = [{ host: "127.0.0.1", port: 9229 }, ...(now < 4_000 ? [] : [{ host: "::", port: 9100 }])];
      return running(elsewhere, now >= 8_000 ? { listening: [] } : { listening });
    });
    expect({ waitedMs, error }).toEqual({ waitedMs: 12_100, error: null });
  });

  it("has failed when it ends again and again, or cannot be started at all", async () => {
    const port = await unusedPort();
    const ended = { restarts: 3, state: "backoff", lastExit: "exited with status 3" } as const;
    expect((await wait(() => running(port, ended))).error).toMatchObject({
      code: "START_FAILED",
      text: { what: "web ends again and again after it is started: exited with status 3." },
    });
    const failed = { state: "failed", lastExit: "could not be started: ruby is not installed" } as const;
    expect((await wait(() => running(port, failed))).error).toMatchObject({
      code: "START_FAILED",
      text: {
        what: "web could not be started: ruby is not installed.",
        next: "Install Ruby: https://www.ruby-lang.org/en/downloads/",
      },
    });
  });

  it("is healthy as a worker when it runs, wherever it listens", async () => {
    const worker = (now: number): EdgeService =>
      running(1, { state: now < 1_000 ? "starting" : "running", listening: [{ host: "::", port: 9100 }] });
    expect(await wait(worker, { kind: "worker" })).toMatchObject({ error: null, waitedMs: 1_100 });
  });

  it("is waited for no longer when the signal says so", async () => {
    const stop = new AbortController();
    const port = await serving(() => stop.abort(new Error("cancelled")));
    const { error } = await wait(() => running(port), { signal: stop.signal });
    expect(error).toMatchObject({ message: "cancelled" });
  });
});
