/** News of platforms, on both databases: stored once, seen to once asked, kept so long. Over HTTP they are tested with the server. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, definePlatform, type Engine, openEngine } from "../src/index.ts";
import { databases } from "./store/databases.ts";

const secret = "what the platform signs with";
const dayMs = 24 * 3_600_000;

const remote = definePlatform({
  id: "remote",
  name: "Remote",
  accepts: ["files"],
  runs: ["static"],
  limits: {},
  projectName: { pattern: /./, maxLength: 58 },
  deploy: async () => [],
  webhooks: {
    verify: ({ headers, secret: due }) => headers["x-secret"] === due,
    read: ({ body }) => JSON.parse(body.toString("utf8")) as { id: string; remoteId: null; state: null },
  },
});

describe.each(databases)("webhooks on $kind", ({ use }) => {
  const fresh = use();
  let home: string;
  let now: number;
  let engine: Engine;
  let receiver: string;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "landfall-webhooks-"));
    now = Date.parse("2026-09-01T00:00:00Z");
    const clock: Clock = { now: () => now, sleep: async () => {} };
    const options = { home, edgeCommand: [], workerCommand: [], toolPath: [], platforms: [remote], clock };
    engine = (await openEngine({ ...options, ...(await fresh()) })).of("acme");
    receiver = (await engine.webhooks.create({ platform: "remote", secret })).id;
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  const take = (id: string, signed = secret) =>
    engine.webhooks.take({
      platform: "remote",
      receiver,
      headers: { "x-secret": signed },
      body: Buffer.from(JSON.stringify({ id, remoteId: null, state: null })),
    });

  it("are stored once, though they come a hundred times at once", async () => {
    const taken = await Promise.all(Array.from({ length: 100 }, () => take("same")));
    expect(taken.filter(({ state }) => state === "stored")).toHaveLength(1);
    expect(taken.filter(({ state }) => state === "known")).toHaveLength(99);
    expect(await engine.webhooks.deliveries(receiver)).toHaveLength(1);
  });

  it("are nothing when they are signed with something else", async () => {
    expect(await take("one", "")).toEqual({ state: "unsigned" });
    expect(await engine.webhooks.deliveries(receiver)).toEqual([]);
    await expect(engine.webhooks.create({ platform: "remote", secret: "" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
  });

  it("are seen to by the next who tends when their receiver died, and forgotten after thirty days", async () => {
    await take("one");
    await engine.webhooks.tend();
    expect(await engine.webhooks.deliveries(receiver)).toMatchObject([{ seenAt: null }]);
    now += 61_000;
    await engine.webhooks.tend();
    expect(await engine.webhooks.deliveries(receiver)).toMatchObject([
      { seenAt: "2026-09-01T00:01:01.000Z", deployment: null, outcome: "No deployment of ours is meant." },
    ]);
    now += 30 * dayMs;
    await engine.webhooks.tend();
    expect(await engine.webhooks.deliveries(receiver)).toEqual([]);
  });
});
