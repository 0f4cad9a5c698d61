import { startServer } from "@landfall/server";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { onePage } from "./archive.ts";
import { password, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let ended: boolean;
beforeEach(async () => {
  server = await serverFor();
  ended = false;
});
afterEach(async () => {
  if (!ended) await server[Symbol.asyncDispose]();
});

it("says that it is well, to anyone, and shows its counters to who may see them", async () => {
  const health = await fetch(`${server.url}/health`);
  expect([health.status, await health.json()]).toEqual([200, { status: "ok", version: "0.0.0-test" }]);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
  const owner = await server.setUp();
  const key = await server.key(owner, ["read:metrics"]);
  const text = await (await fetch(`${server.url}/metrics`, { headers: key.headers })).text();
  expect(text).toContain('landfall_http_requests_total{route="keys.create",status="200"} 1');
  expect(text).toContain("landfall_open_streams 0");
  expect(
    (await fetch(`${server.url}/metrics`, { headers: (await server.member(owner, "developer")).headers })).status,
  ).toBe(403);
});

it("leaves no port open when it cannot start", async () => {
  const isAlone = () =>
    vi.waitFor(() =>
      expect(process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap")).toHaveLength(1),
    );
  await isAlone();
  const options = { engine: server.engine, host: "127.0.0.1", port: 0, version: "0.0.0-test", log: () => {} };
  await expect(startServer({ ...options, publicUrl: "nowhere" })).rejects.toThrow("Invalid URL");
  await isAlone();
});

it("writes a line for each request, and nothing that opens anything", async () => {
  const owner = await server.setUp();
  await owner.call("PUT", "/projects/site/environments/production/variables?token=in-the-query", {
    values: { API_KEY: "sk-value-1" },
  });
  const { key } = await owner.client.keys.create({ name: "key", scopes: ["read:project"] });
  await server.as({ authorization: `Bearer ${key}` }).call("GET", "/projects");
  const lines = server.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.at(-1)).toMatchObject({
    level: "info",
    method: "GET",
    route: "projects.list",
    status: 200,
    address: "127.0.0.1",
  });
  const text = server.logged.join("\n");
  for (const secret of [password, owner.headers["cookie"]!, key, server.setupToken, "sk-value-1", "in-the-query"])
    expect(text).not.toContain(secret);
});

it("tells browsers to keep what it answers to themselves", async () => {
  const { headers, status, body } = await server.anyone.call("GET", "/nothing/here");
  expect([status, body.code]).toEqual([404, "NOT_FOUND"]);
  expect(Object.fromEntries(headers)).toMatchObject({
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  });
  await server.setUp();
  const signedIn = await server.anyone.call("POST", "/auth/sign-in/email", { email: "owner@example.com", password });
  expect(signedIn.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax$/);
});

it("breaks streams off when it stops, without saying that they are complete, and finishes what it was asked", async () => {
  const owner = await server.setUp();
  const uploaded = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("x"),
  });
  const { id: upload } = (await uploaded.json()) as { id: string };
  const { id } = await owner.client.deployments.create({ project: "site", source: { upload }, prebuilt: true });
  const stream = await fetch(`${server.url}/api/deployments/${id}/events`, { headers: owner.headers });
  let text = "";
  const broken = (async () => {
    for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  while (!text.includes('"seq":1')) await new Promise((resolve) => setImmediate(resolve));
  // An upload that is half there when the server is told to stop.
  const archive = onePage("y");
  const slow = request(`${server.url}/api/sources`, { method: "POST", headers: owner.headers, agent: false });
  const answered = once(slow, "response") as Promise<[IncomingMessage]>;
  slow.write(archive.subarray(0, 512));
  const arriving = join(server.home, "scratch", "uploads");
  await vi.waitFor(() => expect(readdirSync(arriving)).toHaveLength(2));
  ended = true;
  const stopped = server[Symbol.asyncDispose]();
  await expect(broken).rejects.toThrow("terminated");
  expect(text).not.toContain("event: done");
  slow.end(archive.subarray(512));
  const [{ statusCode }] = await answered;
  expect(statusCode).toBe(201);
  await stopped;
});

it("refuses a body that is too large without reading all of it", async () => {
  const owner = await server.setUp();
  const answer = await owner.call("POST", "/projects", { name: "x".repeat(9 * 1024 ** 2) });
  expect([answer.status, answer.body.code]).toEqual([413, "TOO_LARGE"]);
  expect((await owner.call("GET", "/me")).status).toBe(200);
});
