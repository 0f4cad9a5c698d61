/** Places that are told how deployments ended, on both databases, with a receiver that checks what it gets. Through the API they are tested with the server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../src/clock.ts";
import { definePlatform, DeployError, type Engine, openEngine } from "../src/index.ts";
import { leaseMs, retryMs } from "../src/notifications/delivering.ts";
import { isSigned, openReceiver, page, type Receiver } from "./receiver.ts";
import { databases } from "./store/databases.ts";

const project = "shop";
const dayMs = 24 * 3_600_000;

/** Where a deployment is online. */
let site = "";
let fails = false;
const remote = definePlatform({
  id: "remote",
  name: "Remote",
  accepts: ["files"],
  runs: ["static"],
  limits: {},
  projectName: { pattern: /./, maxLength: 58 },
  deploy: async () => {
    if (fails)
      throw new DeployError("VERIFY_FAILED", { what: "It does not answer.", where: "/home/ada", next: "Look." });
    return [{ name: "web", url: site }];
  },
});

describe.each(databases)("notifications on $kind", { timeout: 60_000 }, ({ use }) => {
  const fresh = use();
  let root: string;
  let home: string;
  let database: { databaseUrl?: string };
  let engine: Engine;
  let receiver: Receiver;
  let now: number;
  const clock: Clock = { now: () => now, sleep: systemClock.sleep };
  const others: Engine[] = [];

  const open = (more: Partial<Parameters<typeof openEngine>[0]> = {}): Promise<Engine> =>
    openEngine({
      ...database,
      home,
      edgeCommand: [],
      workerCommand: [process.execPath, "--eval", ""],
      toolPath: [],
      platforms: [remote],
      clock,
      privateNotifications: true,
      ...more,
    });

  beforeEach(async () => {
    fails = false;
    now = Date.parse("2026-09-01T00:00:00Z");
    root = mkdtempSync(join(tmpdir(), "landfall-notifications-"));
    home = join(root, "data");
    writeFileSync(join(root, "index.html"), page);
    database = await fresh();
    engine = await open();
    receiver = await openReceiver();
    site = new URL(receiver.url()).origin;
    await engine.variables.set({ project }, {});
  });
  afterEach(async () => {
    for (const one of others.splice(0)) await one[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  async function accept(environment = "production", message = "a message"): Promise<string> {
    const source = { kind: "folder" as const, path: root };
    const asked = { source, project, environment, platform: "remote", prebuilt: true, force: true, message };
    return (await engine.accept(await engine.prepare(asked))).id;
  }
  /** To its end, and no further: nobody is told yet. */
  async function end(environment?: string): Promise<string> {
    const id = await accept(environment);
    await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle", only: id });
    return id;
  }
  const deliver = (by = engine): Promise<void> =>
    by.notifications.deliver({ signal: AbortSignal.timeout(30_000), until: "idle" });
  const webhook = (more: Partial<Parameters<Engine["notifications"]["save"]>[0]> = {}) =>
    engine.notifications.save({ project, kind: "webhook", address: receiver.url(), ...more });
  const told = async (id: string) => engine.notifications.deliveries({ project, id });

  it("are signed as a Standard Webhook, over the bytes as they come, and say what happened", async () => {
    await engine.notifications.pagesAre("https://landfall.example.com");
    const place = await webhook();
    expect(place).toMatchObject({ kind: "webhook", leadsTo: new URL(receiver.url()).host, last: null });
    const id = await end();
    expect(receiver.got).toEqual([]);
    await deliver();
    const [got] = receiver.got;
    expect(isSigned(got!, place.secret!, now)).toBe(true);
    expect(isSigned({ ...got!, body: `${got!.body} ` }, place.secret!, now)).toBe(false);
    expect(got!.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(got!.body)).toEqual({
      type: "deployment.succeeded",
      timestamp: "2026-09-01T00:00:00.000Z",
      data: {
        project,
        environment: "production",
        platform: "remote",
        operation: "deploy",
        deployment: id,
        url: site,
        page: `https://landfall.example.com/p/shop/deployments/${id}`,
        error: null,
        reason: null,
        message: "a message",
        startedBy: null,
        commit: null,
        createdAt: "2026-09-01T00:00:00.000Z",
        finishedAt: "2026-09-01T00:00:00.000Z",
      },
    });
    expect(await told(place.id)).toMatchObject([
      {
        id: got!.headers["webhook-id"],
        event: "succeeded",
        deployment: id,
        state: "delivered",
        attempts: 1,
        status: 204,
      },
    ]);
    expect(receiver.got).toHaveLength(1);
  });

  it("are of production that succeeds or fails, unless others are asked for", async () => {
    const usual = await webhook();
    const all = await webhook({ events: ["cancelled", "failed"], environments: "all" });
    expect(usual).toMatchObject({ events: ["succeeded", "failed"], environments: "production" });
    await end("preview");
    fails = true;
    await end("production");
    await end("preview");
    await engine.cancel(await accept("preview"));
    // One that waits, and whose place a newer one takes.
    await accept("preview-2");
    fails = false;
    await accept("preview-2");
    await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle" });
    const events = async (id: string) => (await told(id)).map(({ event }) => event).sort();
    expect(await events(usual.id)).toEqual(["failed"]);
    expect(await events(all.id)).toEqual(["cancelled", "cancelled", "failed", "failed"]);
    const failed = receiver.got.map(({ body }) => JSON.parse(body)).find(({ type }) => type === "deployment.failed");
    // Where it failed may name folders of the machine.
    expect(failed.data.error).toEqual({ code: "VERIFY_FAILED", what: "It does not answer.", next: "Look." });
  });

  it("go where the place leads after a change; what was not given again stays as it was", async () => {
    const place = await webhook({ name: "ours" });
    await webhook({ name: "theirs" });
    await end();
    const renamed = await engine.notifications.update({ project, id: place.id, name: "ours too" });
    expect(renamed).toEqual({ ...(await engine.notifications.list({ project }))[0], name: "ours too" });
    const change = { project, id: place.id, address: receiver.url("/moved"), events: ["cancelled" as const] };
    expect(await engine.notifications.update(change)).toMatchObject({
      name: "ours too",
      events: ["cancelled"],
      environments: "production",
      last: { event: "succeeded", state: "waiting" },
    });
    await deliver();
    const moved = receiver.got.find(({ path }) => path === "/moved");
    expect(isSigned(moved!, place.secret!, now), "with the secret it was added with").toBe(true);
    await end();
    await deliver();
    expect(await told(place.id)).toHaveLength(1);
    await expect(engine.notifications.update({ project, id: place.id, name: "theirs" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(
      engine.notifications.update({ project, id: place.id, name: "kept", address: "ftp://canary", events: [] }),
    ).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      text: { faults: [{ path: "events" }, { path: "address", message: "must begin with https://" }] },
    });
    expect((await engine.notifications.list({ project })).map(({ name }) => name)).toEqual(["ours too", "theirs"]);
  });

  it("are sent again when somebody asks for it, under the same id", async () => {
    const place = await webhook();
    receiver.answer = (response) => void response.writeHead(410).end();
    await end();
    await deliver();
    const [given] = await told(place.id);
    expect(given).toMatchObject({ state: "given-up", attempts: 1, status: 410 });
    receiver.answer = (response) => void response.writeHead(500).end();
    const again = { project, id: place.id, delivery: given!.id };
    expect(await engine.notifications.resend(again)).toMatchObject({ state: "waiting", attempts: 1 });
    await deliver();
    expect((await told(place.id))[0]).toMatchObject({ state: "waiting", attempts: 2, status: 500 });
    receiver.answer = (response) => void response.writeHead(204).end();
    await engine.notifications.resend(again); // Before its time.
    await deliver();
    expect((await told(place.id))[0]).toMatchObject({ state: "delivered", attempts: 3, status: 204 });
    expect(new Set(receiver.got.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([given!.id]));
    const other = await webhook();
    for (const wrong of [
      { ...again, delivery: "msg_none" },
      { ...again, id: other.id },
    ])
      await expect(engine.notifications.resend(wrong)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("are told by the next process when the one that worked died after the end", async () => {
    const place = await webhook();
    const id = await end();
    await engine[Symbol.asyncDispose]();
    engine = await open();
    await deliver();
    expect(receiver.got).toHaveLength(1);
    expect(await told(place.id)).toMatchObject([{ deployment: id, state: "delivered" }]);
  });

  it("are told again, under the same id, when the one that told them died before it knew", async () => {
    const place = await webhook();
    await end();
    const other = await open();
    others.push(other);
    const dying = new AbortController();
    // It is taken, and who sent it never hears of that.
    receiver.answer = () => dying.abort();
    const dead = other.notifications.deliver({ signal: dying.signal, until: "idle" });
    await dead;
    // As a process leaves it that is killed: claimed, and nothing more.
    await sql`update notification set owner = 'gone 1 x', next_at = ${now + leaseMs}`.execute(engine.database.db);
    receiver.answer = (response) => void response.writeHead(200).end();
    await deliver();
    expect(receiver.got).toHaveLength(1);
    now += leaseMs;
    await deliver();
    const ids = receiver.got.map(({ headers }) => headers["webhook-id"]);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(receiver.got.every((got) => isSigned(got, place.secret!, now))).toBe(true);
    expect(await told(place.id)).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  it("are told once by processes that tell at the same time", async () => {
    for (let count = 0; count < 5; count++) await webhook();
    await end();
    others.push(...(await Promise.all([open(), open(), open()])));
    await Promise.all([engine, ...others].map((one) => deliver(one)));
    expect(receiver.got).toHaveLength(5);
  });

  it("are tried again, ever later, for about a day, and then given up", async () => {
    const place = await webhook();
    receiver.answer = (response) => void response.writeHead(500).end("an answer nobody keeps");
    await end();
    await deliver();
    const began = now;
    for (const [index, waitMs] of retryMs.entries()) {
      expect(await told(place.id)).toMatchObject([
        {
          state: "waiting",
          attempts: index + 1,
          status: 500,
          outcome: "It answered 500.",
          nextTryAt: new Date(now + waitMs).toISOString(),
        },
      ]);
      now += waitMs - 1;
      await deliver();
      expect(receiver.got).toHaveLength(index + 1);
      now += 1;
      await deliver();
    }
    expect(now - began).toBeGreaterThan(0.9 * dayMs);
    expect(now - began).toBeLessThan(1.2 * dayMs);
    expect(await told(place.id)).toMatchObject([
      { state: "given-up", nextTryAt: null, outcome: "It answered 500. After 10 tries it is given up." },
    ]);
    now += dayMs;
    await deliver();
    expect(receiver.got).toHaveLength(10);
    expect(new Set(receiver.got.map(({ headers, body }) => `${String(headers["webhook-id"])} ${body}`)).size).toBe(1);
    expect(
      receiver.got.every((got) => isSigned(got, place.secret!, Number(got.headers["webhook-timestamp"]) * 1e3)),
    ).toBe(true);
  });

  it("are delivered when a receiver is up again; one that says it is gone is not asked again", async () => {
    const place = await webhook();
    receiver.answer = (response) => void response.writeHead(503, { "retry-after": "60" }).end();
    await end();
    await deliver();
    expect((await told(place.id))[0]!.nextTryAt).toBe(new Date(now + 60_000).toISOString());
    receiver.answer = (response) => void response.writeHead(200).end();
    now += 60_000;
    await deliver();
    expect(await told(place.id)).toMatchObject([{ state: "delivered", attempts: 2, status: 200 }]);
    receiver.answer = (response) => void response.writeHead(410).end();
    await end();
    await deliver();
    expect((await told(place.id))[0]).toMatchObject({ state: "given-up", attempts: 1, status: 410 });
  });

  it("hold up nobody: not the deployment, and no other place", async () => {
    const silent = await webhook({ address: receiver.url("/silent") });
    const down = await webhook({ address: "http://127.0.0.1:1/" });
    const well = await webhook({ address: receiver.url("/well") });
    receiver.answer = (response, { path }) => (path === "/silent" ? undefined : void response.writeHead(204).end());
    const id = await end();
    expect((await engine.deployment(id)).state).toBe("success");
    const stop = new AbortController();
    const delivering = engine.notifications.deliver({ signal: stop.signal, until: "aborted" });
    await expect.poll(async () => (await told(well.id))[0]?.state).toBe("delivered");
    await expect.poll(async () => (await told(down.id))[0]?.outcome).toBe("Nobody listens there.");
    expect((await told(silent.id))[0]).toMatchObject({ state: "waiting", attempts: 1, outcome: null });
    stop.abort();
    await delivering;
  });

  it("go nowhere inside: not by an address, a name, another spelling, or a redirect", async () => {
    await engine[Symbol.asyncDispose]();
    engine = await open({ privateNotifications: false });
    const { port } = new URL(receiver.url());
    for (const host of [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "10.0.0.1",
      "169.254.169.254",
      "[::ffff:169.254.169.254]",
      "[fd00::1]",
      "0.0.0.0",
    ])
      await expect(webhook({ address: `https://${host}:${port}/` }), host).rejects.toMatchObject({
        code: "INVALID_CONFIG",
        text: { faults: [{ path: "address" }] },
      });
    for (const address of [
      receiver.url(),
      "file:///etc/passwd",
      "gopher://example.com",
      "https://a:b@example.com",
      "nothing",
    ])
      await expect(webhook({ address }), address).rejects.toMatchObject({ code: "INVALID_CONFIG" });
    // What a name stands for is looked at when it is connected to.
    const { id } = await webhook({ address: `https://localhost:${port}/` });
    expect(await engine.notifications.test({ project, id })).toEqual({
      ok: false,
      status: null,
      detail: "Its address is on the server's own machine or in a private network.",
    });
    await end();
    await deliver();
    expect((await told(id))[0]).toMatchObject({
      state: "waiting",
      outcome: expect.stringContaining("private network"),
    });
    expect(receiver.got).toEqual([]);
    await engine[Symbol.asyncDispose]();
    engine = await open();
    // What clouds keep for themselves is closed whatever is allowed.
    await expect(webhook({ address: "https://169.254.169.254/" })).rejects.toMatchObject({ code: "INVALID_CONFIG" });
    const sent = await webhook();
    receiver.answer = (response) => void response.writeHead(307, { location: receiver.url("/inside") }).end();
    expect(await engine.notifications.test({ project, id: sent.id })).toEqual({
      ok: false,
      status: 307,
      detail: "It answered 307 and points elsewhere; that is not followed.",
    });
    expect(receiver.got.map(({ path }) => path)).toEqual(["/hook"]);
  });

  it("are sent now for a test, once, and what came of it is said and remembered", async () => {
    const { id, secret } = await webhook();
    expect(await engine.notifications.test({ project, id })).toEqual({
      ok: true,
      status: 204,
      detail: "It answered 204.",
    });
    expect(isSigned(receiver.got[0]!, secret!, now)).toBe(true);
    expect(JSON.parse(receiver.got[0]!.body)).toEqual({
      type: "test",
      timestamp: "2026-09-01T00:00:00.000Z",
      data: null,
    });
    receiver.answer = (response) => {
      response.writeHead(200);
      response.write("x".repeat(1_000_000));
      response.end();
    };
    expect(await engine.notifications.test({ project, id })).toMatchObject({ ok: true, status: 200 });
    receiver.answer = (response) => void response.writeHead(400).end();
    expect(await engine.notifications.test({ project, id })).toMatchObject({ ok: false, status: 400 });
    await deliver();
    expect((await told(id)).map(({ state, status }) => [state, status])).toEqual([
      ["given-up", 400],
      ["delivered", 200],
      ["delivered", 204],
    ]);
    expect(
      await engine.notifications.deliveries({ project, id, limit: 1, before: (await told(id))[0]!.id }),
    ).toMatchObject([{ status: 200 }]);
  });

  it("read well in Slack and Discord, and call nobody", async () => {
    await engine.notifications.save({ project, kind: "slack", address: receiver.url("/slack") });
    await engine.notifications.save({ project, kind: "discord", address: receiver.url("/discord") });
    const id = await accept("production", "<!channel> @everyone\n*now*");
    await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle" });
    const at = (path: string) => JSON.parse(receiver.got.find((one) => one.path === path)!.body);
    expect(at("/slack")).toEqual({
      text: `*shop: a deployment of production succeeded.*\n&lt;!channel&gt; @everyone *now*\n<${site}|${site}>`,
      unfurl_links: false,
    });
    expect(at("/discord")).toEqual({
      content: `**shop: a deployment of production succeeded.**\n\\<!channel\\> \\@everyone \\*now\\*\n${site}`,
      allowed_mentions: { parse: [] },
    });
    expect(id).toMatch(/^dep_/);
  });

  it("go by mail where there is a mail server, and are refused with what to do where there is none", async () => {
    const asked = { project, kind: "email" as const, address: "team@example.com" };
    await expect(engine.notifications.save(asked)).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      text: { faults: [{ path: "kind", message: expect.stringContaining("LANDFALL_SMTP_URL") }] },
    });
    const letters: { id: string; to: string; subject: string }[] = [];
    let answer = { ok: false, isFinal: false, words: "The mail server does not answer." };
    const mailing = await open({
      mail: async (letter) => {
        letters.push(letter);
        return answer;
      },
    });
    others.push(mailing);
    const { id } = await mailing.notifications.save(asked);
    await expect(mailing.notifications.save({ ...asked, address: "a@b.c\r\nBcc: d@e.f" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
    await end();
    // Who cannot send mail leaves it to who can.
    await deliver();
    expect((await told(id))[0]).toMatchObject({ state: "waiting", attempts: 0 });
    await deliver(mailing);
    expect((await told(id))[0]).toMatchObject({ attempts: 1, outcome: "The mail server does not answer." });
    answer = { ok: true, isFinal: false, words: "The mail server took it." };
    now += retryMs[0]!;
    await deliver(mailing);
    expect((await told(id))[0]).toMatchObject({ state: "delivered", status: null });
    expect(letters).toMatchObject([
      { id: letters[0]!.id, to: "team@example.com", subject: "shop: a deployment of production succeeded." },
      { id: letters[0]!.id },
    ]);
    await end();
    now += 2 * dayMs + 1;
    await mailing.notifications.tend();
    expect((await told(id))[0]).toMatchObject({
      state: "given-up",
      outcome: expect.stringContaining("no mail server"),
    });
  });

  it("have secrets that are nowhere in the clear, and open after the key was changed", async () => {
    const canary = "canary-in-an-address";
    const place = await webhook({ address: receiver.url(`/${canary}`) });
    const slack = await engine.notifications.save({
      project,
      kind: "slack",
      address: receiver.url(`/services/${canary}`),
    });
    receiver.answer = (response) => void response.writeHead(500).end(canary);
    const id = await end();
    await deliver();
    for (const one of [place, slack]) await engine.notifications.test({ project, id: one.id });
    const seen = JSON.stringify([
      slack,
      await engine.notifications.list({ project }),
      await told(place.id),
      await told(slack.id),
      await engine.deployment(id),
      await Array.fromAsync(engine.follow(id)),
    ]);
    expect(seen).not.toContain(canary);
    expect(seen).not.toContain(place.secret);
    const { rows } = await sql`select * from notification_place`.execute(engine.database.db);
    const kept = JSON.stringify([rows, (await sql`select * from notification`.execute(engine.database.db)).rows]);
    for (const text of [canary, place.secret!, place.secret!.slice(6)]) {
      expect(kept).not.toContain(text);
      for (const file of readdirSync(home, { recursive: true, withFileTypes: true }))
        if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(text)).toBe(false);
    }
    await engine.rotateKey();
    receiver.answer = (response) => void response.writeHead(204).end();
    expect(await engine.notifications.test({ project, id: place.id })).toMatchObject({ ok: true });
    expect(isSigned(receiver.got.at(-1)!, place.secret!, now)).toBe(true);
  });

  it("are kept under names of their own, listed with what became of the last one, and removed with what is to be told", async () => {
    const first = await webhook();
    const second = await webhook();
    expect([first.name, second.name]).toEqual([first.leadsTo, `${first.leadsTo} 2`]);
    await expect(webhook({ name: first.name })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(webhook({ events: [], name: "two\nlines" })).rejects.toMatchObject({
      text: { faults: [{ path: "events" }, { path: "name" }] },
    });
    const third = await webhook({ name: "Channel" });
    await end();
    await engine.notifications.remove({ project, id: second.id });
    await deliver();
    expect(receiver.got).toHaveLength(2);
    expect(await engine.notifications.list({ project })).toMatchObject([
      { id: first.id, last: { state: "delivered" } },
      { id: third.id, name: "Channel", last: { state: "delivered" } },
    ]);
    await expect(told(second.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (let count = 2; count < 20; count++) await webhook();
    await expect(webhook()).rejects.toMatchObject({ code: "CONFLICT" });
    now += 31 * dayMs;
    await engine.notifications.tend();
    expect(await told(first.id)).toEqual([]);
    await engine.remove({ project });
    expect((await sql`select id from notification_place`.execute(engine.database.db)).rows).toEqual([]);
  });
});
