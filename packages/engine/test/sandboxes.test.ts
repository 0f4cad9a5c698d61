/** Sandboxes on both databases: how many there may be, how long, and what is left when a process dies. Over HTTP they are tested with the server. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../src/clock.ts";
import { thisOwner } from "../src/deployment/owner.ts";
import { type Engine, openEngine } from "../src/index.ts";
import { databases } from "./store/databases.ts";

const hourMs = 3_600_000;

describe.each(databases)("sandboxes on $kind", ({ use }) => {
  const fresh = use();
  let home: string;
  let aheadMs: number;
  let engine: Engine;
  let root: Engine;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "landfall-sandboxes-"));
    aheadMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const toolPath = (process.env["PATH"] ?? "").split(":");
    root = await openEngine({ ...(await fresh()), home, edgeCommand: [], workerCommand: [], toolPath, clock });
    engine = root.of("acme");
  });
  afterEach(async () => {
    await root[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  const write = (id: string, path: string, text: string) =>
    engine.sandboxes.write(id, path, { body: Readable.from([Buffer.from(text)]) });
  const onDisk = (): string[] => (existsSync(join(home, "sandboxes")) ? readdirSync(join(home, "sandboxes")) : []);

  it("are so many for an organisation, also when they are made at once; another has its own", async () => {
    const made = await Promise.allSettled(Array.from({ length: 25 }, () => engine.sandboxes.create()));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    expect(made.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "CONFLICT" } });
    expect(onDisk()).toHaveLength(20);
    await root.of("globex").sandboxes.create();
  });

  it("hold so many bytes and files: what is more is refused, and nothing of it stays", async () => {
    const { id } = await engine.sandboxes.create();
    await write(id, "a.txt", "a");
    await sql`update sandbox set files = 100000`.execute(root.database.db);
    await expect(write(id, "b.txt", "b")).rejects.toMatchObject({ code: "CONFLICT" });
    await sql`update sandbox set files = 1, size_bytes = ${2 * 1024 ** 3 - 10}`.execute(root.database.db);
    await expect(write(id, "b.txt", "b".repeat(100))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await engine.sandboxes.get(id)).toMatchObject({ files: 1, sizeBytes: 2 * 1024 ** 3 - 10 });
    expect(readdirSync(join(home, "sandboxes", id, "files"))).toEqual(["a.txt"]);
    await sql`update sandbox set size_bytes = 1`.execute(root.database.db);
    await write(id, "b.txt", "bb");
    expect(await engine.sandboxes.get(id)).toMatchObject({ files: 2, sizeBytes: 3 });
  });

  it("are gone when their time is over, with the command that runs in them", async () => {
    const { id } = await engine.sandboxes.create({ lifetimeMs: hourMs });
    const { id: other } = await engine.sandboxes.create();
    await engine.sandboxes.run(id, { argv: ["node", "-e", "setInterval(() => {}, 1000)"] });
    aheadMs = hourMs + 1;
    await expect(engine.sandboxes.get(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await root.sandboxes.tend();
    expect(onDisk()).toEqual([other]);
    expect((await engine.sandboxes.list()).map((one) => one.id)).toEqual([other]);
  });

  it.each([
    ["whose server died", `${thisOwner().split(" ")[0]} 999999999 long-ago`, 0],
    [
      "of another machine, or of this one before it was started anew, an hour later",
      "elsewhere 1 long-ago",
      2 * hourMs,
    ],
  ])("say of a command %s that it has ended, and take the next", async (_, owner, ageMs) => {
    const { id } = await engine.sandboxes.create();
    const startedAt = new Date(Date.now() - ageMs).toISOString();
    await sql`insert into sandbox_command (id, sandbox_id, organization_id, command, state, owner, cancel_requested, started_at)
      values ('cmd_1', ${id}, 'acme', 'sleep', 'running', ${owner}, 0, ${startedAt})`.execute(root.database.db);
    expect(await Array.fromAsync(engine.sandboxes.output(id, "cmd_1"))).toEqual([]);
    expect(await engine.sandboxes.command(id, "cmd_1")).toMatchObject({
      state: "failed",
      error: { code: "LEASE_LOST" },
    });
    const { id: next } = await engine.sandboxes.run(id, { argv: ["node", "-p", "1 + 1"] });
    expect(await Array.fromAsync(engine.sandboxes.output(id, next))).toMatchObject([
      { seq: 1, type: "log", lines: ["2"] },
      { seq: 2, type: "exit", code: 0 },
    ]);
  });

  it("end their commands with the engine, and when another process asks", async () => {
    const { id } = await engine.sandboxes.create();
    const { id: first } = await engine.sandboxes.run(id, { argv: ["node", "-e", "setInterval(() => {}, 1000)"] });
    // What another process would write.
    await sql`update sandbox_command set cancel_requested = 1`.execute(root.database.db);
    expect((await Array.fromAsync(engine.sandboxes.output(id, first))).at(-1)).toMatchObject({
      type: "exit",
      error: { code: "CANCELLED" },
    });
    await expect.poll(async () => (await engine.sandboxes.command(id, first)).state).toBe("cancelled");
  });

  it("are made of a folder, which stays where it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "landfall-folder-"));
    mkdirSync(join(folder, "only"));
    writeFileSync(join(folder, "only/index.html"), "hello");
    const { id } = await engine.sandboxes.create({ source: { kind: "folder", path: folder } });
    expect((await engine.sandboxes.files(id)).map(({ path }) => path)).toEqual(["only"]);
    expect(await engine.sandboxes.get(id)).toMatchObject({ files: 1, sizeBytes: 5 });
    expect(readdirSync(folder)).toEqual(["only"]);
    rmSync(folder, { recursive: true });
  });
});
