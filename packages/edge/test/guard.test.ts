/** A site behind a password, as clients see it over real connections. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@landfall/engine/clock";
import { hashOf } from "@landfall/engine/protection/password";
import { privately } from "../src/private.ts";
import { type RunningEdge, runningEdge } from "./running-edge.ts";

const password = "pässwörd: with a colon";
const basic = (word: string, user = "anybody"): string => `Basic ${Buffer.from(`${user}:${word}`).toString("base64")}`;

let hash: string;
beforeAll(async () => {
  hash = await hashOf(password);
});

let web: RunningEdge;
let laterMs: number;
beforeEach(async () => {
  laterMs = 0;
  web = await runningEdge({ clock: { now: () => Date.now() + laterMs, sleep: systemClock.sleep } });
});
afterEach(() => web.end());

// Passwords are looked at slowly, and a busy machine is slower.
describe("a static site behind a password", { timeout: 60_000 }, () => {
  const serve = (secret = hash): void =>
    web.router.apply([
      {
        hosts: ["web.localhost", "www.example.com"],
        release: "rel_site",
        password: secret,
        headers: [["x-landfall-release", "rel_site"]],
        target: {
          kind: "static",
          site: web.site({
            "index.html": "<p>inside</p>",
            "assets/app-0123abcd.js": "1",
            _headers: "/\n  Cache-Control: public, s-maxage=60, max-age=5\n  CDN-Cache-Control: max-age=60\n",
          }),
        },
      },
    ]);

  it("is given to who has it, whatever they call themselves, and asked of everybody else on every host", async () => {
    serve();
    for (const host of ["web.localhost", "www.example.com"]) {
      const stranger = await web.get("/", { host, accept: "text/html" });
      expect([stranger.status, stranger.headers["www-authenticate"], stranger.headers["cache-control"]]).toEqual([
        401,
        'Basic realm="protected", charset="UTF-8"',
        "private, no-store",
      ]);
      expect(stranger.text).not.toContain("inside");
      expect(stranger.headers["x-landfall-release"], "for who verifies").toBe("rel_site");
      const known = await web.get("/", { host, authorization: basic(password, host) });
      expect([known.status, known.text]).toEqual([200, "<p>inside</p>"]);
    }
    for (const authorization of [basic("wrong"), "Bearer x", "Basic ???", `Basic ${"A".repeat(4_000)}`, "Basic eA=="])
      expect((await web.get("/nowhere", { authorization })).status).toBe(401);
    expect((await web.get("/", { "if-none-match": "*" })).status).toBe(401);
    expect((await web.get("/", {}, "HEAD")).status).toBe(401);
    expect((await web.get("/", {}, "OPTIONS")).status).toBe(401);
  });

  it("is kept by browsers and by nobody on the way", async () => {
    serve();
    const authorization = basic(password);
    const { headers } = await web.get("/", { authorization });
    expect([headers["cache-control"], headers["cdn-cache-control"]]).toEqual(["private, max-age=5", undefined]);
    const asset = await web.get("/assets/app-0123abcd.js", { authorization });
    expect(asset.headers["cache-control"]).toMatch(/^private, max-age=\d+/);
    expect(asset.headers["cache-control"]).not.toMatch(/public|s-maxage/);
    const again = await web.get("/", { authorization, "if-none-match": String(headers.etag) });
    expect([again.status, again.headers["cache-control"]]).toEqual([304, "private, max-age=5"]);
    expect(
      privately(["cache-control", 'public, no-cache="a, public", private="set-cookie"', "Cache-Control", "no-store"]),
    ).toEqual(["Cache-Control", 'private, no-cache="a, public", no-store']);
    expect(privately(["Surrogate-Control", "max-age=1", "Cloudflare-CDN-Cache-Control", "x", "A", "b"])).toEqual([
      "A",
      "b",
      "Cache-Control",
      "private",
    ]);
  });

  it("may be guessed ten times from one address, of those a proxy of this machine names, and then not for minutes", async () => {
    serve();
    const from = (address: string, word: string) =>
      web.get("/", { authorization: basic(word), "x-forwarded-for": address });
    const known = await from("10.0.0.1", password);
    expect(known.status).toBe(200);
    const tries = await Promise.all(Array.from({ length: 12 }, (_, n) => from("1.1.1.1, 10.0.0.1", `wrong ${n}`)));
    expect(tries.map(({ status }) => status).filter((status) => status === 401)).toHaveLength(9);
    const limited = await from("10.0.0.1", "one more");
    expect([limited.status, Number(limited.headers["retry-after"])]).toEqual([429, expect.any(Number)]);
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(200);
    expect((await from("10.0.0.1", password)).status, "what was right is remembered").toBe(200);
    expect((await from("10.0.0.2", "wrong")).status, "another address").toBe(401);
    laterMs = 6 * 60_000;
    expect((await from("10.0.0.1", "wrong")).status).toBe(401);
  });

  it("has another one from the moment it is changed, and none when it is taken off", async () => {
    serve();
    const authorization = basic(password);
    expect((await web.get("/", { authorization })).status).toBe(200);
    serve(await hashOf("another one"));
    expect((await web.get("/", { authorization })).status).toBe(401);
    expect((await web.get("/", { authorization: basic("another one") })).status).toBe(200);
    web.serve(web.site({ "index.html": "open" }));
    expect((await web.get("/")).text).toBe("open");
  });

  it("asks again what was right long ago", async () => {
    serve();
    expect((await web.get("/", { authorization: basic(password) })).status).toBe(200);
    laterMs = 11 * 60_000;
    expect((await web.get("/", { authorization: basic(password) })).status).toBe(200);
  });
});

describe("a program behind a password", { timeout: 60_000 }, () => {
  const seen: IncomingMessage[] = [];
  const program = createServer((incoming, response) => {
    seen.push(incoming);
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      response.writeHead(200, { "cache-control": "public, max-age=60", "x-accel-expires": "60" });
      response.end(`got ${body}`);
    });
  });
  program.on("upgrade", (incoming: IncomingMessage, socket) => {
    seen.push(incoming);
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  });
  beforeEach(async () => {
    seen.length = 0;
    program.listen(0, "127.0.0.1");
    await once(program, "listening");
    const { port } = program.address() as AddressInfo;
    web.router.apply([
      {
        hosts: ["web.localhost"],
        release: "rel_1",
        password: hash,
        target: { kind: "proxy", upstream: { host: "127.0.0.1", port } },
      },
    ]);
  });
  afterEach(async () => {
    program.closeAllConnections();
    await new Promise((resolve) => program.close(resolve));
  });

  it("never learns the password, gets the whole body, and what it answers is kept by nobody on the way", async () => {
    const asked = request({
      port: web.port,
      method: "POST",
      headers: { host: "web.localhost", authorization: basic(password), "content-length": 5 },
    });
    asked.end("12345");
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of answer) text += String(chunk);
    expect(text).toBe("got 12345");
    expect([answer.headers["cache-control"], answer.headers["x-accel-expires"]]).toEqual([
      "private, max-age=60",
      undefined,
    ]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect((await web.get("/")).status).toBe(401);
    expect(seen).toHaveLength(1);
  });

  it("has its WebSockets behind it too", async () => {
    const open = (headers: Record<string, string>) =>
      new Promise<{ status: number; challenge: string | undefined }>((resolve, reject) => {
        const asked = request({
          port: web.port,
          headers: {
            host: "web.localhost",
            connection: "Upgrade",
            upgrade: "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
            ...headers,
          },
        });
        const told = (answer: IncomingMessage): void => {
          resolve({ status: answer.statusCode!, challenge: answer.headers["www-authenticate"] });
          asked.destroy();
        };
        asked.on("upgrade", told).on("response", told).on("error", reject).end();
      });
    expect(await open({})).toEqual({ status: 401, challenge: 'Basic realm="protected", charset="UTF-8"' });
    expect((await open({ authorization: basic("wrong") })).status).toBe(401);
    expect(seen).toEqual([]);
    expect((await open({ authorization: basic(password) })).status).toBe(101);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});
