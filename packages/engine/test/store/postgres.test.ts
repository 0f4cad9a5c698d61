/** What only PostgreSQL has: writers at the same moment, hints, and a server that goes away. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import { accept } from "../../src/deployment/accept.ts";
import { reasonsToWait } from "../../src/deployment/waiting.ts";
import { type Claim, claimNext, hasOrphans, leaseMs } from "../../src/deployment/claim.ts";
import { thisOwner } from "../../src/deployment/owner.ts";
import { type Engine, definePlatform, type EngineOptions, openEngine } from "../../src/index.ts";
import type { DeployPlan } from "../../src/plan/plan.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { onPostgres } from "./databases.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

onPostgres("several processes", () => {
  let server: PostgresServer;
  let databaseUrl: string;
  let home: string;
  let stores: Store[];
  let engines: Engine[];
  beforeEach(async () => {
    server = await startPostgres();
    databaseUrl = await server.url();
    home = mkdtempSync(join(tmpdir(), "landfall-postgres-"));
    stores = [];
    engines = [];
  }, 60_000);
  afterEach(async () => {
    for (const one of [...stores, ...engines]) await one[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  async function store(clock: Clock = systemClock): Promise<Store> {
    const opened = await openStore(join(home, "data"), clock, { databaseUrl });
    stores.push(opened);
    return opened;
  }

  async function engine(more: Partial<EngineOptions>): Promise<Engine> {
    const started = { edgeCommand: [], workerCommand: [], toolPath: [] };
    const opened = await openEngine({ home: join(home, "data"), databaseUrl, ...started, ...more });
    engines.push(opened);
    return opened;
  }

  let snapshots = 0;
  async function accepted(where: Store, environment: string): Promise<string> {
    const { id: projectId } = await where.ensureProject("shop");
    const plan = { version: 1, project: "shop", services: [], source: { snapshot: `${snapshots++}` } };
    return accept(where, {
      projectId,
      environment,
      platform: "local",
      operation: "deploy",
      request: { source: { kind: "folder", path: "/x" } },
      plan: plan as unknown as DeployPlan,
      given: {},
      by: {},
    });
  }

  it("accept for one place in order: the last one waits, the others gave way to it", async () => {
    const both = [await store(), await store()];
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => accepted(both[n % 2]!, "production")));
    const rows = await both[0]!.db.selectFrom("deployment").select(["id", "state"]).orderBy("id").execute();
    expect(rows.map(({ id }) => id)).toEqual(ids.toSorted());
    expect(rows.map(({ state }) => state)).toEqual([...Array.from({ length: 19 }, () => "cancelled"), "pending"]);
  });

  it("claim each deployment once", async () => {
    const workers = await Promise.all(Array.from({ length: 4 }, () => store()));
    const ids = await Promise.all(Array.from({ length: 24 }, (_, n) => accepted(workers[n % 4]!, `pr-${n}`)));
    const claims = await Promise.all(
      workers.map(async (where, n) => {
        const own: Claim[] = [];
        const owner = `elsewhere ${n} a`;
        for (let claim; (claim = await claimNext(where, { owner, busy: new Set() })); ) own.push(claim);
        return own;
      }),
    );
    expect(
      claims
        .flat()
        .map(({ row }) => row.id)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(new Set(claims.flat().map(({ fence }) => fence))).toEqual(new Set([1]));
  });

  it("are told of a deployment to work on, and of its events, without looking", async () => {
    const writer = await store();
    // Time stands still for those who wait: nothing but a hint wakes them.
    const waiting = await store({ now: () => Date.now(), sleep: () => new Promise(() => {}) });
    using work = waiting.watch("work", { pollMs: 0 });
    // The first is told to everybody when hints begin to come.
    await work.changed();
    const id = await accepted(writer, "production");
    await work.changed();
    using events = waiting.watch(id, { pollMs: 0 });
    await accepted(writer, "production"); // Takes its place, and says so.
    await events.changed();
    expect(await writer.db.selectFrom("event").select("seq").where("deployment_id", "=", id).execute()).toHaveLength(2);
  });

  it("wait for the lease of an owner on another machine, and take over then", async () => {
    const later = { ms: 0 };
    const clock = { now: () => Date.now() + later.ms, sleep: systemClock.sleep };
    const where = await store(clock);
    const id = await accepted(where, "production");
    const claim = (owner: string) => claimNext(where, { owner, busy: new Set() });
    // Its pid is nobody's here; whether it lives there, nobody here can tell.
    expect(await claim("elsewhere~0 999999999 long-ago")).toMatchObject({ row: { id } });
    expect(await hasOrphans(where)).toBe(false);
    expect(await claim(thisOwner())).toBeNull();
    later.ms = leaseMs + 1;
    expect(await hasOrphans(where)).toBe(true);
    expect(await claim(thisOwner())).toMatchObject({ fence: 2, takenOver: true });
  });

  it("leave what is to run on this platform's machine to that machine, as long as it is heard of", async () => {
    const where = await store();
    const claim = () => claimNext(where, { owner: thisOwner(), busy: new Set() });
    const serving = { roles: '["edge"]', version: "1.0.0", edge: null, disk: null };
    const noted = (name: string, seenAgoMs: number) => {
      const seen_at = new Date(Date.now() - seenAgoMs).toISOString();
      return where.db
        .insertInto("machine")
        .values({ process: name, name, seen_at, ...serving })
        .execute();
    };
    const first = await accepted(where, "production");
    await noted("gone", 120_000);
    expect(await claim()).toMatchObject({ row: { id: first } });
    const second = await accepted(where, "preview");
    await noted("elsewhere", 5_000);
    expect(await claim()).toBeNull();
    await where.db.updateTable("deployment").set({ created_at: "2020-01-01T00:00:00.000Z" }).execute();
    expect(await hasOrphans(where), "nobody is started for it here").toBe(false);
    await noted(hostname(), 5_000);
    expect(await claim()).toMatchObject({ row: { id: second } });
  });

  it("leave to others what begins while a machine is drained, carry on what was begun there, and say when nobody is left", async () => {
    const later = { ms: 0 };
    const where = await store({ now: () => Date.now() + later.ms, sleep: systemClock.sleep });
    const claim = () => claimNext(where, { owner: thisOwner(), busy: new Set() });
    const waits = async (): Promise<string[]> => [
      ...(await reasonsToWait(where, await where.db.selectFrom("deployment").selectAll().execute())).keys(),
    ];
    const noted = (name: string, roles: string[]) =>
      where.db
        .insertInto("machine")
        .values({
          process: name,
          name,
          roles: JSON.stringify(roles),
          version: "1",
          edge: null,
          disk: null,
          seen_at: soon,
        })
        .execute();
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const drain = (name: string) => where.db.insertInto("drained_machine").values({ name, since: soon }).execute();
    await noted(hostname(), ["worker", "edge"]);
    await noted("other", ["worker"]);
    const begun = await accepted(where, "production");
    expect(await claim()).toMatchObject({ row: { id: begun } });
    await drain(hostname());
    const next = await accepted(where, "preview");
    expect(await claim()).toBeNull();
    expect(await waits(), "the other one does not serve").toEqual([next]);
    await noted("third", ["worker", "edge"]);
    expect(await waits()).toEqual([]);
    await drain("third");
    expect(await waits()).toEqual([next]);
    await where.db.updateTable("deployment").set({ created_at: "2020-01-01T00:00:00.000Z" }).execute();
    expect(await hasOrphans(where), "nobody is started for it here").toBe(false);
    // Its process died: it is still this machine's.
    later.ms = leaseMs + 1;
    expect(await waits()).toEqual([next]);
    expect(await claim()).toMatchObject({ row: { id: begun }, fence: 2 });
    await where.db.deleteFrom("drained_machine").where("name", "=", hostname()).execute();
    expect(await waits()).toEqual([]);
    expect(await claim()).toMatchObject({ row: { id: next } });
  });

  it.each(["immediate", "fast"] as const)(
    "carry on through a restart of the server (%s)",
    async (how) => {
      let runs = 0;
      const inside = Promise.withResolvers<void>();
      const restarted = Promise.withResolvers<void>();
      const platform = definePlatform({
        id: "remote",
        name: "Remote",
        accepts: ["files"],
        runs: ["static"],
        limits: {},
        projectName: { pattern: /./, maxLength: 58 },
        async deploy({ step }) {
          await step("create", async () => ++runs);
          await step("upload", async () => {
            inside.resolve();
            await restarted.promise;
          });
          return [];
        },
      });
      const worker = await engine({ platforms: [platform] });
      const reader = await engine({ platforms: [platform] });
      const site = join(home, "site.html");
      writeFileSync(site, "<p>hello</p>");
      const source = { kind: "folder" as const, path: mkdtempSync(join(home, "site-")) };
      writeFileSync(join(source.path, "index.html"), "<p>hello</p>");
      const { id } = await reader.accept(await reader.prepare({ source, platform: "remote", prebuilt: true }));
      const followed = Array.fromAsync(reader.follow(id));
      const stop = new AbortController();
      const working = worker.work({ signal: stop.signal, until: "aborted" });
      await inside.promise;
      await server.restart(how);
      restarted.resolve();
      const events = await followed;
      expect(await reader.deployment(id)).toMatchObject({ state: "success", error: null });
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(runs).toBe(1);
      stop.abort();
      await working;
    },
    60_000,
  );

  it("say that the database is away when it does not come back in time, and use it again when it is back", async () => {
    let passedMs = 0;
    // Time passes only by waiting.
    const where = await store({ now: () => passedMs, sleep: async (ms) => void (passedMs += ms) });
    const asked = expect(sql`select pg_sleep(600)`.execute(where.db)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    const waiting = () => sql`select from pg_stat_activity where wait_event = 'PgSleep'`.execute(where.db);
    await expect.poll(async () => (await waiting()).rows.length).toBe(1);
    await server.restart("immediate", () => asked);
    expect((await waiting()).rows).toEqual([]);
  });

  it("say that the database does not answer, and that its address cannot be used", async () => {
    const open = (url: string) => openStore(join(home, "data"), systemClock, { databaseUrl: url });
    await expect(open("postgres://landfall@127.0.0.1:1/landfall")).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    const refused = await open(databaseUrl.replace("/postgres?", "/canary-db?")).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "INVALID_CONFIG", text: { where: "DATABASE_URL" } });
  });
});
