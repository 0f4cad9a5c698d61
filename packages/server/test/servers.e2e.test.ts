import { spawn } from "node:child_process";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

interface Rows {
  machine: {
    process: string;
    name: string;
    roles: string;
    version: string;
    edge: string | null;
    disk: string | null;
    seen_at: string;
  };
}

let server: TestServer;
let owner: Caller;
let rows: Kysely<Rows>;
beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  rows = server.engine.database.db;
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => rows.deleteFrom("machine").execute());

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const noted = (name: string, more: Partial<Rows["machine"]> = {}) =>
  rows
    .insertInto("machine")
    .values({
      process: `${name}~0 ${Math.random()} 1`,
      name,
      roles: '["worker"]',
      version: "1.0.0",
      edge: null,
      disk: '{"freeBytes":1,"totalBytes":2}',
      seen_at: ago(0),
      ...more,
    })
    .execute();

it("a process that attends is shown with its machine's disk and its edge", async () => {
  expect((await owner.client.servers.list()).servers).toEqual([]);
  await using _attending = await server.engine.servers.attend({ roles: ["worker", "api", "edge"], version: "1.2.3" });
  const [one, ...others] = (await owner.client.servers.list()).servers;
  expect(others).toEqual([]);
  expect(one).toMatchObject({
    name: hostname(),
    roles: ["api", "edge", "worker"],
    version: "1.2.3",
    edge: { running: false, port: null, services: 0 },
    runningDeployments: 0,
  });
  expect(one!.disk!.freeBytes).toBeGreaterThan(0);
  expect(one!.disk!.totalBytes).toBeGreaterThan(one!.disk!.freeBytes);
  expect(Date.now() - Date.parse(one!.lastSeenAt)).toBeLessThan(10_000);
});

it("machines of one name are one; those that are away are shown with when they were seen, and forgotten after a day", async () => {
  await noted("alpha", { roles: '["api"]', seen_at: ago(2_000) });
  await noted("alpha", { roles: '["worker"]', seen_at: ago(1_000), version: "2.0.0" });
  // A process that was there before says nothing about the machine now.
  await noted("alpha", { roles: '["edge"]', edge: '{"running":true,"port":80,"services":3}', seen_at: ago(90_000) });
  await noted("beta", { seen_at: ago(3_600_000) });
  await noted("gamma", { seen_at: ago(25 * 3_600_000) });
  const { servers } = await owner.client.servers.list();
  expect(servers.map(({ name, roles, version, edge }) => [name, roles, version, edge])).toEqual([
    ["alpha", ["api", "worker"], "2.0.0", null],
    ["beta", ["worker"], "1.0.0", null],
  ]);
  expect(Date.now() - Date.parse(servers[1]!.lastSeenAt)).toBeGreaterThan(3_500_000);
  await using _attending = await server.engine.servers.attend({ roles: [], version: "1" });
  const left = await rows.selectFrom("machine").select("name").where("name", "=", "gamma").execute();
  expect(left).toEqual([]);
});

it("landfall serve is noted with what it does, and again while it runs", async () => {
  const bin = join(import.meta.dirname, "../../cli/bin/landfall.js");
  const child = spawn(process.execPath, [bin, "serve", "--roles", "worker", "--home", server.home], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    await expect
      .poll(async () => (await owner.client.servers.list()).servers, { timeout: 20_000 })
      .toMatchObject([{ name: hostname(), roles: ["worker"], edge: null }]);
    const first = (await owner.client.servers.list()).servers[0]!.lastSeenAt;
    await expect
      .poll(async () => (await owner.client.servers.list()).servers[0]!.lastSeenAt, { timeout: 20_000, interval: 500 })
      .not.toBe(first);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}, 60_000);

it("a drained machine begins nothing until it is taken back, which outlives a restart, and who waits is told why", async () => {
  const attend = () => server.engine.servers.attend({ roles: ["worker", "api"], version: "1.2.3" });
  await using _attending = await attend();
  const path = `/servers/${encodeURIComponent(hostname())}`;
  const drained = await owner.call("POST", `${path}/drain`);
  expect([drained.status, drained.body]).toMatchObject([
    200,
    { name: hostname(), runningDeployments: 0, actions: { drain: { possible: false, reason: "It is drained." } } },
  ]);
  const again = await owner.client.servers.drain({ name: hostname() });
  expect(again.drainedSince, "may be repeated").toBe(drained.body.drainedSince);

  await rows.deleteFrom("machine").execute();
  await using _restarted = await attend();
  expect((await owner.client.servers.list()).servers).toMatchObject([{ drainedSince: again.drainedSince }]);
  const source = { method: "POST", headers: owner.headers, body: onePage("here") };
  const { id: upload } = (await (await fetch(`${server.url}/api/sources`, source)).json()) as { id: string };
  const { id } = await owner.client.deployments.create({ project: "shop", source: { upload }, prebuilt: true });
  const idle = { signal: AbortSignal.timeout(60_000), until: "idle" as const };
  await server.engine.work(idle);
  expect(await owner.client.deployments.get({ id })).toMatchObject({
    state: "pending",
    waitsFor: expect.stringContaining("landfall servers resume"),
  });

  expect((await owner.call("POST", `${path}/resume`)).body.drainedSince).toBeNull();
  await server.engine.work(idle);
  expect(await owner.client.deployments.get({ id })).toMatchObject({ state: "success", waitsFor: null });
  const { entries } = await owner.client.audit.list({ action: "servers" });
  expect(entries.map(({ action, target }) => [action, target])).toEqual([
    ["servers.resume", `name=${hostname()}`],
    ["servers.drain", `name=${hostname()}`],
    ["servers.drain", `name=${hostname()}`],
  ]);
}, 90_000);

it("a machine that is gone is taken off the list; one that is there is not, and one that is drained is not forgotten", async () => {
  await noted("alpha", { seen_at: ago(5_000) });
  await noted("beta", { seen_at: ago(90_000) });
  const [alpha, beta] = (await owner.client.servers.list()).servers;
  expect([alpha!.actions.remove, beta!.actions.remove]).toEqual([
    { possible: false, reason: "It was heard of in the last minute." },
    { possible: true, reason: null },
  ]);
  const refused = await owner.call("DELETE", "/servers/alpha");
  expect([refused.status, refused.body.message]).toEqual([
    409,
    "alpha is there and cannot be removed. It was heard of in the last minute.",
  ]);
  await owner.client.servers.drain({ name: "beta" });
  await rows
    .updateTable("machine")
    .set({ seen_at: ago(25 * 3_600_000) })
    .where("name", "=", "beta")
    .execute();
  await using _attending = await server.engine.servers.attend({ roles: [], version: "1" });
  expect((await owner.client.servers.list()).servers.map(({ name }) => name)).toContain("beta");
  expect((await owner.call("DELETE", "/servers/beta")).status).toBe(200);
  expect((await owner.call("DELETE", "/servers/beta")).status).toBe(404);
  await noted("beta");
  expect((await owner.client.servers.list()).servers.find(({ name }) => name === "beta")!.drainedSince).toBeNull();
});

it("machines are changed by administrators of whoever runs this Landfall, and by nobody else", async () => {
  await noted("alpha");
  const developer = await server.member(owner, "developer");
  const changes = [
    ["POST", "/servers/alpha/drain"],
    ["POST", "/servers/alpha/resume"],
    ["DELETE", "/servers/alpha"],
  ] as const;
  for (const [method, path] of changes) expect((await developer.call(method, path)).status).toBe(403);
  expect((await developer.client.servers.list()).servers[0]!.actions.drain.reason).toMatch(/may not drain machines/);
  // Who founds an organisation of their own is its owner, and machines are not theirs.
  const founder = await server.member(owner, "owner");
  const { id } = await founder.client.organizations.create({ name: "elsewhere" });
  const elsewhere = server.as({ ...founder.headers, "landfall-organization": id });
  const seen = (await elsewhere.client.servers.list()).servers[0]!;
  expect([seen.name, seen.actions.drain.possible]).toEqual(["alpha", false]);
  for (const [method, path] of changes) expect((await elsewhere.call(method, path)).status).toBe(403);
  const admin = await server.member(owner, "admin");
  expect((await admin.call("POST", "/servers/alpha/drain")).status).toBe(200);
  expect((await admin.call("POST", "/servers/alpha/resume")).status).toBe(200);
});

it("is for who may see deployments", async () => {
  const viewer = await server.member(owner, "viewer");
  expect((await viewer.call("GET", "/servers")).status).toBe(200);
  const key = await server.key(owner, ["read:project"]);
  expect((await key.call("GET", "/servers")).status).toBe(403);
});
