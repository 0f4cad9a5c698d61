/** How often one may, over HTTP: by several servers that count together, in the database and in Redis. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { startServer } from "@landfall/server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Answer, type Caller, serverFor, type TestServer } from "./harness.ts";

let redisUrl: string;
let redis: ReturnType<typeof spawn>;
const open: AsyncDisposable[] = [];

beforeAll(async () => {
  const port = await freePort();
  redisUrl = `redis://127.0.0.1:${port}`;
  redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of redis.stdout!) if (String(line).includes("Ready to accept connections")) break;
});
afterAll(async () => {
  redis.kill();
  await once(redis, "exit");
});
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, "close");
  return port;
}

async function server(options: Parameters<typeof serverFor>[0]): Promise<TestServer> {
  const made = await serverFor(options);
  open.push(made);
  return made;
}

/** Another process's worth of server, on the same database. */
async function besides({ engine }: TestServer, options: Parameters<typeof serverFor>[0]): Promise<string> {
  const made = await startServer({ engine, host: "127.0.0.1", port: 0, version: "0", log: () => {}, ...options });
  open.push(made);
  return made.url;
}

async function upload(owner: Caller, url: string): Promise<string> {
  const posted = await fetch(`${url}/api/sources`, { method: "POST", headers: owner.headers, body: onePage("x") });
  return ((await posted.json()) as { id: string }).id;
}

const deploy = (caller: Caller, id: string, headers: Record<string, string> = {}, project = "site"): Promise<Answer> =>
  caller.call("POST", "/deployments", { project, prebuilt: true, source: { upload: id } }, headers);

const said = ({ headers }: Answer) => ["limit", "remaining"].map((name) => Number(headers.get(`ratelimit-${name}`)));

describe.each(["database", "redis"] as const)("deployments, counted in the %s", (kind) => {
  const counted = () => ({ deploymentsPerHour: 3, ...(kind === "redis" ? { redisUrl } : {}) });

  it("are so many an hour for each person, with what is left and when it is more", async () => {
    const one = await server(counted());
    const owner = await one.setUp();
    const id = await upload(owner, one.url);
    const first = await deploy(owner, id);
    expect([first.status, ...said(first)]).toEqual([202, 3, 2]);
    const reset = Number(first.headers.get("ratelimit-reset"));
    expect(reset > 3_500 && reset <= 3_600).toBe(true);
    expect(Number(first.headers.get("x-ratelimit-reset")) - Date.now() / 1000).toBeGreaterThan(3_500);
    expect(first.headers.get("x-ratelimit-remaining")).toBe("2");

    // The same request again is no other deployment, and neither is one that was refused.
    const key = { "idempotency-key": "once" };
    const second = await deploy(owner, id, key);
    expect((await deploy(owner, id, key)).body.id).toBe(second.body.id);
    expect((await deploy(owner, "upl_nobodys")).status).toBe(404);

    // By an API key, over the other transport: the same person.
    const apiKey = await one.key(owner, ["create:deployment", "create:source"]);
    const third = await deploy(apiKey, id);
    expect([third.status, ...said(third)]).toEqual([202, 3, 0]);
    await expect(
      owner.client.deployments.create({ project: "site", prebuilt: true, source: { upload: id } }),
    ).rejects.toMatchObject({ code: "RATE_LIMIT_EXCEEDED", data: { retryAfterMs: expect.any(Number) } });
    const over = await deploy(apiKey, id);
    expect([over.status, over.body.code, ...said(over)]).toEqual([429, "RATE_LIMIT_EXCEEDED", 3, 0]);
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(3_400);
    // Somebody else is somebody else.
    const other = await one.member(owner, "developer");
    expect((await deploy(other, await upload(other, one.url))).status).toBe(202);
  });

  it("are counted by all servers together", async () => {
    const one = await server(counted());
    const owner = await one.setUp();
    const id = await upload(owner, one.url);
    const url = await besides(one, counted());
    const there: Caller = {
      ...owner,
      call: async (_method, path, body, headers) => {
        const response = await fetch(`${url}/api${path}`, {
          method: "POST",
          headers: { ...owner.headers, origin: url, "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        });
        return { status: response.status, headers: response.headers, body: await response.json() };
      },
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => deploy(at % 2 === 0 ? owner : there, id, {}, `site-${at}`)),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  });
});

describe("changes", () => {
  it("are so many a minute, by REST, RPC and upload; reading goes on", async () => {
    const one = await server({ writesPerMinute: 4 });
    const owner = await one.setUp();
    const made = await owner.call("POST", "/projects", { name: "a" });
    expect([made.status, ...said(made)]).toEqual([201, 4, 3]);
    expect((await upload(owner, one.url)).startsWith("upl_")).toBe(true);
    await owner.client.projects.list();
    await owner.client.keys.create({ name: "k", scopes: ["read:project"] });
    expect((await owner.call("POST", "/projects", { name: "b" })).status).toBe(201);
    const over = await owner.call("POST", "/projects", { name: "c" });
    expect([over.status, over.body.code]).toEqual([429, "RATE_LIMIT_EXCEEDED"]);
    expect(Number(over.headers.get("retry-after"))).toBeLessThanOrEqual(60);
    await expect(owner.client.keys.create({ name: "l", scopes: ["read:project"] })).rejects.toMatchObject({
      code: "RATE_LIMIT_EXCEEDED",
    });
    const posted = await fetch(`${one.url}/api/sources`, {
      method: "POST",
      headers: owner.headers,
      body: onePage("x"),
    });
    expect(posted.status).toBe(429);
    expect((await owner.client.projects.list()).projects.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

describe("the address of a caller", () => {
  const wrong = (one: TestServer, forwarded: string): Promise<Answer> =>
    one.anyone.call(
      "POST",
      "/auth/sign-in/email",
      { email: "nobody@example.com", password: "wrong password" },
      { "x-forwarded-for": forwarded },
    );

  it("is what it says of itself to nobody: a new name for each try opens no new account of tries", async () => {
    const one = await server({});
    for (let at = 0; at < 10; at++) expect((await wrong(one, `203.0.113.${at}`)).status).toBe(401);
    expect((await wrong(one, "203.0.113.99")).status).toBe(429);
  });

  it("is what a proxy of ours saw, and not what was written before", async () => {
    const one = await server({ trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"] });
    for (let at = 0; at < 10; at++)
      expect((await wrong(one, `198.51.100.${at}, 203.0.113.1, 10.1.1.1`)).status).toBe(401);
    expect((await wrong(one, "198.51.100.99, 203.0.113.1")).status).toBe(429);
    expect((await wrong(one, "203.0.113.2")).status).toBe(401);
    // All of a subscriber's IPv6 is one; garbage is nobody.
    for (let at = 0; at < 10; at++) expect((await wrong(one, `2001:db8::${at}`)).status).toBe(401);
    expect((await wrong(one, "2001:db8:0:0:ffff::1")).status).toBe(429);
    expect((await wrong(one, "unknown, '; drop table")).status).toBe(401);
  });

  it("needs networks that are some", async () => {
    const one = await server({});
    await expect(besides(one, { trustedProxies: ["10.0.0.0/40"] })).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  });
});

it("says that the Redis that is named does not answer", async () => {
  const one = await server({});
  const port = await freePort();
  await expect(besides(one, { redisUrl: `redis://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    text: { where: "REDIS_URL" },
  });
});
