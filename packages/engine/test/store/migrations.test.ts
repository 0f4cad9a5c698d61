/** Data directories that earlier versions have written, opened by this one; and many processes that begin on nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newDatabase } from "../../../../docs/generate.ts";
import { systemClock } from "../../src/clock.ts";
import { readEvents } from "../../src/deployment/stored-events.ts";
import { openEngine } from "../../src/index.ts";
import { openStore } from "../../src/store/store.ts";
import { databases } from "./databases.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "landfall-migrations-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A data directory as the migration left it. */
function write(fixture: string): void {
  mkdirSync(home, { recursive: true });
  const database = new DatabaseSync(join(home, "landfall.db"));
  database.exec(readFileSync(join(import.meta.dirname, "fixtures", `${fixture}.sql`), "utf8"));
  database.close();
}

describe("a new database", () => {
  it("is what the migrations would make of an empty one", async () => {
    await using store = await openStore(home, systemClock);
    const { rows } = await sql<{ sql: string }>`
      select sql from sqlite_master where sql is not null and name <> 'migration'
    `.execute(store.db);
    expect(rows.map((row) => row.sql).sort()).toEqual((await newDatabase()).sort());
  });
});

describe.each(["0001", "0002"])("a database of migration %s", (fixture) => {
  it("keeps every row, and is the local organisation's", async () => {
    write(fixture);
    const count = (table: string) => sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`;
    const before = new DatabaseSync(join(home, "landfall.db"));
    const tables = before.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
    const counts = tables
      .filter(({ name }) => !["migration", "setting"].includes(name))
      .map(({ name }) => [name, before.prepare(`select count(*) as n from "${name}"`).get()!["n"]]);
    before.close();

    await using store = await openStore(home, systemClock);
    for (const [name, rows] of counts)
      expect([name, (await count(String(name)).execute(store.db)).rows[0]!.n]).toEqual([name, rows]);
    expect(await store.project("shop")).toMatchObject({
      id: "prj_1",
      organization_id: "local",
      source: "folder /home/ada/shop",
    });
    expect(await store.project("blog")).toMatchObject({ source: null });
    expect(await store.of("acme").project("shop")).toBeNull();
    expect(await store.setting("port/shop/production/web")).toBe("8081");
    expect(await store.setting("source/shop")).toBeNull();
    expect((await readEvents(store.db, "dep_01", 1)).map((event) => event.type)).toEqual(["state", "state"]);
    // References hold, as they did: what belongs to a project goes with it.
    await expect(
      sql`insert into variable values ('prj_9', 'production', 'A', '', 0, '')`.execute(store.db),
    ).rejects.toMatchObject({ code: "CONFLICT", cause: { message: expect.stringContaining("FOREIGN KEY") as string } });
    await store.db.deleteFrom("live").execute();
    await store.db.deleteFrom("project").where("id", "=", "prj_1").execute();
    expect(await store.db.selectFrom("deployment").select("id").execute()).toEqual([]);
  });

  it("shows its deployments, and takes the same names in another organisation", async () => {
    write(fixture);
    await using engine = await openEngine({ home, edgeCommand: [], workerCommand: [], toolPath: [] });
    expect(await engine.deployments()).toMatchObject([{ id: "dep_01", project: "shop", live: true, state: "success" }]);
    await engine.of("acme").variables.set({ project: "shop" }, { A: "1" });
    expect((await engine.projects()).map(({ name }) => name)).toEqual(["blog", "shop"]);
    expect((await engine.of("acme").projects()).map(({ name }) => name)).toEqual(["shop"]);
  });
});

describe.each(databases)("an empty store on $kind", ({ use }) => {
  const fresh = use();

  it("is begun once by processes that open it at the same time", async () => {
    const database = await fresh();
    const processes = Array.from({ length: 3 }, async () => {
      const child = spawn(process.execPath, [join(import.meta.dirname, "opener.ts")], {
        stdio: ["pipe", "ignore", "inherit"],
      });
      child.stdin.end(JSON.stringify({ home, database }));
      return (await once(child, "exit"))[0] as number;
    });
    expect(await Promise.all(processes)).toEqual([0, 0, 0]);
    await using store = await openStore(home, systemClock, database);
    const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(store.db);
    expect(rows.map(({ name }) => Number(name.slice(0, 4)))).toEqual(rows.map((_, index) => index + 1));
    expect(rows.length).toBeGreaterThan(6);
    expect(await store.db.selectFrom("project").select("name").execute()).toEqual([{ name: "shop" }]);
  });

  it("gives each organisation one label for its host names, and no two the same", async () => {
    await using store = await openStore(home, systemClock, await fresh());
    expect(await store.domain("localhost")).toBe("localhost");
    const given = await Promise.all(["Acme", "ACME", "acme", "0rg"].map((id) => store.of(id).domain("localhost")));
    expect(new Set(given).size).toBe(4);
    expect(given[0]).toMatch(/^acme(-\d)?\.localhost$/);
    expect(await store.of("9xQz", "umbrella").domain("apps.example.com")).toBe("umbrella.apps.example.com");
    expect(await store.of("9xQz", "renamed").domain("apps.example.com")).toBe("umbrella.apps.example.com");
  });
});
