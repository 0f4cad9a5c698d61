import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { RequestRecord } from "../src/server.ts";
import { ask, runningEdge, say } from "./running-edge.ts";

async function at(port: number, host: string): Promise<string> {
  return (await ask({ port, path: "/", headers: { host } })).text;
}

describe("edge", () => {
  it("answers on several ports, by host on one and for one project on the other", async () => {
    const web = await runningEdge();
    try {
      const own = await web.edge.listenAlso(0);
      expect(await web.edge.listenAlso(own)).toBe(own);
      const target = (text: string) => ({ kind: "static", site: web.site({ "index.html": text }) }) as const;
      web.router.apply([
        { hosts: ["a.localhost"], release: "rel_a", target: target("a") },
        { hosts: ["b.localhost"], ports: [own], release: "rel_b", target: target("b") },
      ]);
      expect(await at(web.port, "a.localhost")).toBe("a");
      expect(await at(web.port, "B.localhost.:80")).toBe("b");
      expect(await at(own, "127.0.0.1")).toBe("b");
      expect(await at(own, "a.localhost")).toBe("b");
      await web.edge.unlisten(own);
      await expect(at(own, "a.localhost")).rejects.toThrow("ECONNREFUSED");
    } finally {
      await web.end();
    }
  });

  it("tells nothing about the sites it has to who asks for another", async () => {
    const web = await runningEdge();
    try {
      web.serve(web.site({ "index.html": "secret" }));
      const page = await ask({ port: web.port, path: "/", headers: { host: "other.example", accept: "text/html" } });
      expect(page.status).toBe(404);
      expect(page.text).not.toMatch(/web\.localhost|rel_site|secret|landfall|node/i);
      expect(page.headers.server).toBeUndefined();
      expect(await say(web.port, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
      expect(await say(web.port, "GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 404 /);
    } finally {
      await web.end();
    }
  });

  it("refuses heads that are too long", async () => {
    const web = await runningEdge();
    try {
      web.serve(web.site({ "index.html": "x" }));
      const answer = await say(web.port, `GET / HTTP/1.1\r\nHost: web.localhost\r\nX-A: ${"a".repeat(40_000)}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    } finally {
      await web.end();
    }
  });

  it("closes a connection whose body stops coming", async () => {
    const web = await runningEdge({ bodyIdleMs: 50 });
    const upstream = createServer((incoming) => incoming.on("error", () => undefined));
    try {
      upstream.listen(0, "127.0.0.1");
      await once(upstream, "listening");
      const address = upstream.address();
      web.proxy(typeof address === "object" && address ? address.port : 0);
      const head = "POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 100\r\n\r\nhalf";
      expect(await say(web.port, head)).toBe("");
    } finally {
      await web.end();
      upstream.closeAllConnections();
      upstream.close();
    }
  });

  it("says when a port is taken", async () => {
    const web = await runningEdge();
    try {
      await expect(web.edge.listen(web.port)).rejects.toMatchObject({
        code: "CONFLICT",
        text: { what: `Port ${web.port} is taken by another program.` },
      });
    } finally {
      await web.end();
    }
  });

  it("finishes what is under way before it closes, and no longer than it is given", async () => {
    const answers: (() => void)[] = [];
    const upstream = createServer((_, response) => {
      answers.push(() => response.end("done"));
    });
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const address = upstream.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const agent = new Agent({ keepAlive: true });
    try {
      const patient = await runningEdge();
      patient.proxy(port);
      const outgoing = request({ host: "127.0.0.1", port: patient.port, agent, headers: { host: "web.localhost" } });
      outgoing.end();
      await once(upstream, "request");
      const closed = patient.edge.close({ graceMs: 60_000 });
      await expect(ask({ port: patient.port, path: "/" })).rejects.toThrow("ECONNREFUSED");
      answers.pop()!();
      const [response] = await once(outgoing, "response");
      expect([response.statusCode, response.headers.connection]).toEqual([200, "close"]);
      response.resume();
      await closed;
      await patient.end();

      const hasty = await runningEdge();
      hasty.proxy(port);
      const cut = ask({ port: hasty.port, path: "/" });
      cut.catch(() => undefined);
      await once(upstream, "request");
      await hasty.edge.close({ graceMs: 10 });
      await expect(cut).rejects.toThrow();
      await hasty.end();
    } finally {
      agent.destroy();
      upstream.closeAllConnections();
      upstream.close();
    }
  });

  it("reports every request once it is over", async () => {
    const seen: RequestRecord[] = [];
    const web = await runningEdge({ onRequest: (record) => seen.push(record) });
    try {
      web.serve(web.site({ "index.html": "x" }));
      await web.get("/a?b");
      await ask({ port: web.port, path: "/", headers: { host: "other" } });
      const socket = connect(web.port, "127.0.0.1");
      socket.destroy();
      expect(seen.map(({ durationMs, ...rest }) => [durationMs >= 0, rest])).toEqual([
        [true, { release: "rel_site", method: "GET", host: "web.localhost", path: "/a?b", status: 404 }],
        [true, { release: null, method: "GET", host: "other", path: "/", status: 404 }],
      ]);
    } finally {
      await web.end();
    }
  });

  it("fails no request while the upstream is switched under load", async () => {
    const web = await runningEdge();
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const upstreams = [1, 2].map((name) =>
      createServer((_, response) => setTimeout(() => response.end(String(name)), 1)),
    );
    try {
      const ports = await Promise.all(
        upstreams.map(async (server) => {
          server.listen(0, "127.0.0.1");
          await once(server, "listening");
          const address = server.address();
          return typeof address === "object" && address ? address.port : 0;
        }),
      );
      web.proxy(ports[0]!);
      const answers = { "1": 0, "2": 0, failed: 0 };
      let left = 2_000;
      let switches = 0;
      const one = (): Promise<void> =>
        new Promise((resolve) => {
          const outgoing = request({ host: "127.0.0.1", port: web.port, agent, headers: { host: "web.localhost" } });
          const over = (result: string): void => {
            answers[result === "1" || result === "2" ? result : "failed"] += 1;
            resolve();
          };
          outgoing.on("error", () => over("failed"));
          outgoing.on("response", (response) => {
            response.setEncoding("utf8");
            let text = "";
            response.on("data", (chunk) => (text += String(chunk)));
            response.on("end", () => over(response.statusCode === 200 ? text : "failed"));
          });
          outgoing.end();
        });
      const client = async (): Promise<void> => {
        while (left-- > 0) {
          if (left % 50 === 0) web.proxy(ports[++switches % 2]!);
          await one();
        }
      };
      await Promise.all(Array.from({ length: 16 }, client));
      expect(answers.failed).toBe(0);
      expect(switches).toBe(40);
      expect(answers["1"] + answers["2"]).toBe(2_000);
      expect(Math.min(answers["1"], answers["2"])).toBeGreaterThan(500);
    } finally {
      agent.destroy();
      await web.end();
      for (const server of upstreams) {
        server.closeAllConnections();
        server.close();
      }
    }
  });
});
