import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql, type Transaction } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accept, requestCancel } from "../../src/deployment/accept.ts";
import type { Clock } from "../../src/clock.ts";
import { DeployError } from "../../src/error.ts";
import { type Claim, claimNext, leaseMs, renew } from "../../src/deployment/claim.ts";
import { type Journal, journalOf } from "../../src/deployment/journal.ts";
import { thisOwner } from "../../src/deployment/owner.ts";
import { readEvents } from "../../src/deployment/stored-events.ts";
import type { DeployPlan } from "../../src/plan/plan.ts";
import type { Schema } from "../../src/store/schema.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { databases } from "../store/databases.ts";

/** Time that passes only when somebody waits. */
function steppedClock(): Clock & { pass(ms: number): void; waits: number[] } {
  let now = Date.UTC(2026, 0, 1);
  const waits: number[] = [];
  return {
    now: () => now,
    waits,
    pass: (ms) => (now += ms),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
  };
}

const planOf = (snapshot: string) =>
  ({ version: 1, project: "shop", services: [], source: { snapshot } }) as unknown as DeployPlan;

describe.each(databases)("the journal on $kind", ({ use }) => {
  const fresh = use();
  let home: string;
  let store: Store;
  const clock = steppedClock();

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "landfall-journal-"));
    store = await openStore(home, clock, await fresh());
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  let snapshots = 0;
  async function accepted(
    project = "shop",
    environment = "production",
    { snapshot = `snapshot ${snapshots++}`, given = {} }: { snapshot?: string; given?: Record<string, string> } = {},
  ): Promise<string> {
    const { id } = await store.ensureProject(project);
    const request = { source: { kind: "folder" as const, path: "/x" } };
    clock.pass(1);
    return accept(store, {
      projectId: id,
      environment,
      platform: "local",
      operation: "deploy",
      request,
      plan: planOf(snapshot),
      given,
      by: {},
    });
  }

  const claim = (owner = thisOwner(), only?: string): Promise<Claim | null> =>
    claimNext(store, { owner, only, busy: new Set() });

  function journal(held: Claim, signal = new AbortController().signal, db = store.db): Journal {
    const log = { push: () => {}, flush: async () => {} };
    return journalOf({
      store: { db, clock, vault: store.vault },
      claim: held,
      signal,
      log,
      redact: (text) => text.replaceAll("hunter2", "[secret]"),
      random: () => 0.5,
    });
  }

  it("notes a step once, and does it once, when the answer to a commit is lost", async () => {
    const id = await accepted();
    const held = (await claim())!;
    let lost = 0;
    let does = 0;
    const lossy = new Proxy(store.db, {
      get(db, name) {
        const own: unknown = Reflect.get(db, name, db);
        if (name !== "transaction") return typeof own === "function" ? (own.bind(db) as unknown) : own;
        return () => ({
          async execute<T>(run: (tx: Transaction<Schema>) => Promise<T>): Promise<T> {
            const result = await db.transaction().execute(run);
            if (does === 0 || lost > 0) return result;
            lost++;
            throw new DeployError("STORE_UNAVAILABLE", { what: "The connection is gone." });
          },
        });
      },
    });
    const work = async (): Promise<string> => `done ${++does}`;
    expect(await journal(held, undefined, lossy).step("seal", work)).toBe("done 1");
    expect({ lost, does }).toEqual({ lost: 1, does: 1 });
    const said = (await readEvents(store.db, id, 1)).flatMap((event) => (event.type === "step" ? [event.status] : []));
    expect(said).toEqual(["started", "finished"]);
  });

  it("gives a deployment to one owner, until its lease is over", async () => {
    const id = await accepted();
    const first = await claim("elsewhere 1 a");
    expect(first?.row.id).toBe(id);
    expect(await claim()).toBeNull();
    clock.pass(leaseMs + 1);
    expect(await claim()).toMatchObject({ fence: 2, takenOver: true });
  });

  it("takes over at once from an owner that is certainly dead", async () => {
    await accepted();
    const [host] = thisOwner().split(" ");
    expect(await claim(`${host} 999999999 long-ago`)).not.toBeNull();
    expect(await claim()).toMatchObject({ takenOver: true });
  });

  it("lets an owner that lost its lease change nothing", async () => {
    const id = await accepted();
    const slow = journal((await claim("elsewhere 1 a"))!);
    clock.pass(leaseMs + 1);
    await claim();
    await expect(slow.append({ type: "note", level: "info", message: "late" })).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    await expect(slow.step("build", async () => 1)).rejects.toMatchObject({ code: "LEASE_LOST" });
    await expect(slow.settle("success", {})).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect((await readEvents(store.db, id, 1)).map((event) => event.type)).toEqual(["state"]);
  });

  it("lets nobody wait for another organisation's many: whose fewest are worked on comes first", async () => {
    const own = [];
    for (const project of ["a", "b", "c"]) own.push(await accepted(project));
    store = store.of("acme");
    const other = await accepted("d");
    store = store.of("local");
    expect((await claim("elsewhere 1 a"))?.row.id).toBe(own[0]);
    expect((await claim("elsewhere 1 a"))?.row.id).toBe(other);
    expect((await claim("elsewhere 1 a"))?.row.id).toBe(own[1]);
  });

  it("offers deployments of one place in order, and other places meanwhile", async () => {
    const first = await accepted("shop");
    await journal((await claim("elsewhere 1 a"))!).setState("building");
    await accepted("shop");
    const other = await accepted("blog");
    expect((await claim())?.row.id).toBe(other);
    expect(await claim()).toBeNull();
    expect(await claim(undefined, first)).toBeNull();
  });

  it("supersedes a waiting deployment, never one that has begun", async () => {
    const waiting = await accepted();
    const newer = await accepted();
    const row = await store.db.selectFrom("deployment").selectAll().where("id", "=", waiting).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: "cancelled", reason: expect.stringContaining(newer) });
    await store.db
      .updateTable("deployment")
      .set({ started_at: "now", state: "building" })
      .where("id", "=", newer)
      .execute();
    await accepted();
    const begun = await store.db
      .selectFrom("deployment")
      .select("state")
      .where("id", "=", newer)
      .executeTakeFirstOrThrow();
    expect(begun.state).toBe("building");
  });

  it("carries on one that has begun when the same is asked for again, and makes a new one when anything differs", async () => {
    const same = { snapshot: "s", given: { A: "1" } };
    const begun = await accepted("shop", "production", same);
    await store.db
      .updateTable("deployment")
      .set({ started_at: "now", state: "uploading" })
      .where("id", "=", begun)
      .execute();
    expect(await accepted("shop", "production", same)).toBe(begun);
    expect(await accepted("shop", "pr-1", same)).not.toBe(begun);
    expect(await accepted("shop", "production", { ...same, given: { A: "2" } })).not.toBe(begun);
    expect(await accepted("shop", "production", { ...same, snapshot: "t" })).not.toBe(begun);
    await requestCancel(store, begun);
    expect(await accepted("shop", "production", same)).not.toBe(begun);
  });

  it("runs a step once and remembers its result, also for another owner", async () => {
    await accepted();
    let runs = 0;
    const work = async (): Promise<{ n: number }> => ({ n: ++runs });
    expect(await journal((await claim("elsewhere 1 a"))!).step("build", work)).toEqual({ n: 1 });
    clock.pass(leaseMs + 1);
    expect(await journal((await claim())!).step("build", work)).toEqual({ n: 1 });
    expect(runs).toBe(1);
  });

  it("tries a step three times with growing pauses when the error says so, as long as Retry-After says, and no other", async () => {
    await accepted();
    const own = journal((await claim())!);
    clock.waits.length = 0;
    const unavailable = new DeployError("PLATFORM_UNAVAILABLE", { what: "down" });
    await expect(own.step("upload", () => Promise.reject(unavailable))).rejects.toBe(unavailable);
    expect(clock.waits).toEqual([1_000, 2_000]);
    clock.waits.length = 0;
    let calls = 0;
    const limited = new DeployError("RATE_LIMIT_EXCEEDED", { what: "wait", retryAfterMs: 7_000 });
    expect(await own.step("create", () => (++calls === 1 ? Promise.reject(limited) : Promise.resolve("made")))).toBe(
      "made",
    );
    expect(clock.waits).toEqual([7_000]);
    await expect(
      own.step("build", () => Promise.reject(new DeployError("BUILD_FAILED", { what: "no" }))),
    ).rejects.toMatchObject({ code: "BUILD_FAILED" });
    expect(clock.waits).toEqual([7_000]);
  });

  it("says with a failure when the next try begins, and with the last one nothing of the kind", async () => {
    const id = await accepted();
    const own = journal((await claim())!);
    const beganMs = clock.now();
    const limited = new DeployError("RATE_LIMIT_EXCEEDED", { what: "wait", retryAfterMs: 7_000 });
    const down = new DeployError("PLATFORM_UNAVAILABLE", { what: "down" });
    const errors = [limited, down, down];
    await expect(own.step("upload", () => Promise.reject(errors.shift()!))).rejects.toBe(down);
    const told = (await readEvents(store.db, id, 1)).flatMap((event) =>
      event.type === "step" && event.status === "failed" ? [event.nextTryAt] : [],
    );
    // The second pause is the back-off of a second try.
    const instants = [7_000, 7_000 + 2_000].map((ms) => new Date(beganMs + ms).toISOString());
    expect(told).toEqual([...instants, undefined]);
  });

  it("tells with the end of a step what it did, and of a failed one why, without secrets", async () => {
    const id = await accepted();
    const own = journal((await claim())!);
    let tries = 0;
    await own.step("upload", async ({ detail }) => {
      detail(`try ${++tries} with hunter2`);
      if (tries === 1) throw new DeployError("PLATFORM_UNAVAILABLE", { what: "down" });
    });
    const told = (await readEvents(store.db, id, 1)).flatMap((event) =>
      event.type === "step" && event.status !== "started" ? [event.detail] : [],
    );
    expect(told).toEqual(["down", "try 2 with [secret]"]);
  });

  it("writes nothing more once the deployment has ended", async () => {
    const id = await accepted();
    const own = journal((await claim())!);
    await own.settle("success", {});
    await expect(own.append({ type: "note", level: "info", message: "late" })).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    expect((await readEvents(store.db, id, 1)).at(-1)).toMatchObject({ type: "state", state: "success" });
  });

  it("numbers events without gaps and takes secrets out of them and of the error", async () => {
    const id = await accepted();
    const own = journal((await claim())!);
    await own.setState("building");
    await own.step("build", async () => null);
    await own.append({ type: "note", level: "warning", message: "password hunter2 seen" });
    await own.settle("failed", { error: { code: "BUILD_FAILED", what: "hunter2 was wrong", evidence: ["hunter2"] } });
    const events = await readEvents(store.db, id, 1);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const row = await store.db.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    expect(JSON.stringify([events, row])).not.toContain("hunter2");
    expect(row).toMatchObject({ state: "failed", lease_owner: null, last_seq: events.length });
  });

  it("ends a deployment nobody has begun at once when asked, and tells the owner of one that runs", async () => {
    const idle = await accepted("idle");
    await requestCancel(store, idle);
    expect(
      (await store.db.selectFrom("deployment").select("state").where("id", "=", idle).executeTakeFirstOrThrow()).state,
    ).toBe("cancelled");
    const running = await accepted("running");
    const held = (await claim())!;
    expect(held.row.id).toBe(running);
    await requestCancel(store, running);
    expect(await renew(store.db, held, clock)).toEqual({ cancelRequested: true });
  });
});

describe.each(databases)("the store on $kind", ({ use }) => {
  const fresh = use();

  it("opens a value only where it belongs, and with its key", async () => {
    const home = mkdtempSync(join(tmpdir(), "landfall-store-"));
    try {
      await using store = await openStore(home, steppedClock(), await fresh());
      const envelope = store.vault.seal("päss\nword", "variable a/production/KEY");
      expect(store.vault.open(envelope, "variable a/production/KEY")).toBe("päss\nword");
      expect(() => store.vault.open(envelope, "variable b/production/KEY")).toThrow(/damaged/);
      expect(() =>
        store.vault.open(envelope.replace(/\.[0-9a-f]{8}\./, ".00000000."), "variable a/production/KEY"),
      ).toThrow(/another key/);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it("refuses what a newer Landfall has written, and changes nothing in it", async () => {
    const home = mkdtempSync(join(tmpdir(), "landfall-store-"));
    const place = await fresh();
    try {
      {
        await using store = await openStore(home, steppedClock(), place);
        await sql`insert into migration (name, at) values ('9999-future', 'later')`.execute(store.db);
      }
      await expect(openStore(home, steppedClock(), place)).rejects.toMatchObject({ code: "STORE_NEWER" });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
