import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readArchive, wholeContent, writeArchive } from "../../src/backup/archive.ts";
import { systemClock } from "../../src/clock.ts";
import { type Engine, openEngine, restoreBackup, type RestoreOptions } from "../../src/index.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { readVariables, writeVariables } from "../../src/variables.ts";
import { databases } from "../store/databases.ts";

// The passphrase is meant to take its time.
describe.each(databases)("a backup on $kind", { timeout: 30_000 }, ({ kind, use }) => {
  const fresh = use();
  let root: string;
  let home: string;
  let file: string;
  let database: { databaseUrl?: string };
  let engine: Engine;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "landfall-backup-"));
    home = join(root, "home");
    file = join(root, "backup.tar.zst");
    database = await fresh();
    await filled();
    engine = await openEngine({ ...database, home, edgeCommand: [], workerCommand: [], toolPath: [] });
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
    // Nothing half done stays behind.
    expect(readdirSync(root).filter((name) => /\.part$|restoring/.test(name))).toEqual([]);
    expect(readdirSync(join(home, "scratch"))).toEqual([]);
    rmSync(root, { recursive: true, force: true });
  });

  const contents = ["a", "b", "c"].map((name) => ({ path: `${name}.html`, bytes: Buffer.from(`<p>${name}</p>`) }));
  contents.push({ path: "large.bin", bytes: randomBytes(700_000) });

  /** A project with a variable, a release that is live, and a deployment that is under way. */
  async function filled(): Promise<void> {
    await using store = await openStore(home, systemClock, database);
    const { db, vault, blobs } = store;
    const at = new Date().toISOString();
    const { id: projectId } = await store.ensureProject("shop");
    await writeVariables(store, {
      projectId,
      environment: "production",
      values: { TOKEN: "hidden from view" },
      sensitive: () => true,
    });
    const files = [];
    for (const { path, bytes } of contents) files.push({ path, mode: 0o644, ...(await blobs.put(bytes)) });
    await store.putManifest("artifact-1", { kind: "files", digest: "artifact-1", files, sizeBytes: 1 });
    const place = { project_id: projectId, environment: "production", platform: "local" };
    const sealed = JSON.stringify({ services: [{ plan: { name: "web" }, artifact: "artifact-1" }] });
    const variables = vault.seal("{}", "rel_1");
    await db
      .insertInto("release")
      .values({ ...place, id: "rel_1", deployment_id: "dep_1", sealed, variables, created_at: at })
      .execute();
    await db
      .insertInto("live")
      .values({ ...place, release_id: "rel_1", previous_release_id: null, since: at })
      .execute();
    await db
      .insertInto("deployment")
      .values({
        ...place,
        organization_id: "local",
        id: "dep_2",
        operation: "deploy",
        state: "building",
        request: "{}",
        created_at: at,
        lease_owner: "somebody",
      } as never)
      .execute();
  }

  const restore = async (more: Partial<RestoreOptions> = {}, from = file) =>
    restoreBackup(from, { home: join(root, "other"), ...(await fresh()), ...more });

  async function expectFilled(store: Store): Promise<void> {
    const { id: projectId } = (await store.project("shop"))!;
    expect(await readVariables(store, projectId, "production")).toMatchObject([
      { key: "TOKEN", value: "hidden from view" },
    ]);
    const manifest = await store.manifest<{ files: { path: string; sha256: string }[] }>("artifact-1");
    for (const [index, { path, sha256 }] of manifest!.files.entries()) {
      expect(path).toBe(contents[index]!.path);
      const bytes = Buffer.concat(await Array.fromAsync(store.blobs.read(sha256)));
      expect(bytes.equals(contents[index]!.bytes)).toBe(true);
    }
  }

  it("says what its test restore has shown, and is only then there", async () => {
    const report = await engine.backup(file);
    expect(report).toMatchObject({ path: file, projects: 1, blobs: { count: 4 }, missing: [], withKey: false });
    expect(report.keys).toHaveLength(1);
    expect(report.proof!.unproved).toEqual([]);
    expect(report.proof!.needsKeys).toEqual(report.keys);
    expect(report.proof!.proved.join("\n")).toMatch(
      /\d+ parts[^]*tables have the \d+ rows[^]*digests: 4\.[^]*opens: 3 values/,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = readFileSync(file);
    await expect(engine.backup(file)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(readFileSync(file).equals(first)).toBe(true);
  });

  it("holds no value of a variable, and no key, in the clear", async () => {
    await engine.backup(file, { passphrase: "correct horse" });
    const key = readFileSync(join(home, "key"), "utf8").trim();
    for await (const part of readArchive(file)) {
      const text = await part.text();
      expect(text).not.toContain("hidden from view");
      expect(text).not.toContain(key);
    }
  });

  it("becomes another home with the key file, and what ran then has ended", async () => {
    // What was to be told then may have been told long ago.
    const told = {
      project: "shop",
      kind: "webhook" as const,
      address: "https://told.invalid/",
      events: ["cancelled" as const],
    };
    const { id: placeId } = await engine.notifications.save(told);
    await sql`insert into notification (id, place_id, event, body, state, attempts, next_at, created_at)
      values ('msg_1', ${placeId}, 'failed', '{}', 'waiting', 1, 0, '')`.execute(engine.database.db);
    await engine.backup(file);
    const place = { home: join(root, "other"), ...(await fresh()) };
    const report = await restoreBackup(file, { ...place, keyFile: join(home, "key") });
    expect(report).toMatchObject({ home: place.home, projects: 1, blobs: { count: 4 }, ended: 1 });
    await using store = await openStore(place.home, systemClock, place);
    await expectFilled(store);
    const open = await store.db.selectFrom("deployment").selectAll().executeTakeFirstOrThrow();
    expect(open).toMatchObject({ state: "cancelled", lease_owner: null });
    expect(open.reason).toContain("restored from a backup");
    const messages = await store.db.selectFrom("notification").selectAll().execute();
    expect(messages).toMatchObject([{ state: "given-up", outcome: expect.stringContaining("restored from a backup") }]);
  });

  it("with its key needs the passphrase alone", async () => {
    await engine.backup(file, { passphrase: "correct horse" });
    await expect(restore()).rejects.toMatchObject({ code: "INVALID_CONFIG", text: { next: /passphrase/ } });
    await expect(restore({ passphrase: "wrong" })).rejects.toMatchObject({ code: "INVALID_CONFIG" });
    const place = { home: join(root, "other"), ...(await fresh()) };
    await restoreBackup(file, { ...place, passphrase: "correct horse" });
    await using store = await openStore(place.home, systemClock, place);
    await expectFilled(store);
  });

  it("says which key it needs where that is absent or another one is, and changes nothing", async () => {
    const { keys } = await engine.backup(file);
    await expect(restore()).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: expect.stringContaining(keys[0]!),
    });
    expect(existsSync(join(root, "other"))).toBe(false);
    mkdirSync(join(root, "other"));
    const another = randomBytes(32).toString("base64url");
    writeFileSync(join(root, "other/key"), `${another}\n`, { mode: 0o600 });
    await expect(restore()).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: expect.stringContaining(keys[0]!),
    });
    expect(readFileSync(join(root, "other/key"), "utf8")).toBe(`${another}\n`);
    copyFileSync(join(home, "key"), join(root, "other/key"));
    expect(await restore()).toMatchObject({ projects: 1 });
  });

  it("that was cut short or changed anywhere is refused, before anything is changed", async () => {
    await engine.backup(file, { verify: false });
    const whole = readFileSync(file);
    const damaged = join(root, "damaged");
    const place = { keyFile: join(home, "key"), ...(await fresh()) };
    for (const length of [0, 10, 2000, whole.length >> 1, whole.length - 1]) {
      writeFileSync(damaged, whole.subarray(0, length));
      await expect(restore(place, damaged)).rejects.toMatchObject({ code: "INVALID_SOURCE" });
    }
    for (const at of [5, 900, whole.length >> 1, whole.length - 50, whole.length - 3]) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      writeFileSync(damaged, changed);
      await expect(restore(place, damaged)).rejects.toMatchObject({ code: "INVALID_SOURCE" });
      await expect(engine.verifyBackup(damaged)).rejects.toMatchObject({ code: "INVALID_SOURCE" });
    }
    expect(existsSync(join(root, "other"))).toBe(false);
    await expect(restore(place, join(root, "nowhere"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Nor was the database touched: it still takes the whole one.
    expect(await restore(place)).toMatchObject({ projects: 1 });
  });

  it("of a newer Landfall, or with parts of another name, is refused", async () => {
    await engine.backup(file, { verify: false });
    const altered = async (change: (name: string, text: string) => [string, string]): Promise<string> => {
      const path = join(root, `altered-${randomBytes(4).toString("hex")}`);
      const { createWriteStream } = await import("node:fs");
      await writeArchive(
        createWriteStream(path),
        (async function* () {
          for await (const part of readArchive(file)) {
            if (part.name !== "backup.json") yield part;
            else {
              const [name, text] = change(part.name, await part.text());
              yield wholeContent("backup.json", Buffer.from(text));
              if (name !== part.name) yield wholeContent(name, Buffer.from("x"));
            }
          }
        })(),
      );
      return path;
    };
    const keyed = { keyFile: join(home, "key"), ...(await fresh()) };
    const newer = await altered((name, text) => [name, text.replace('"0001-first"', '"9999-later", "0001-first"')]);
    await expect(restore(keyed, newer)).rejects.toMatchObject({ code: "STORE_NEWER" });
    const evil = await altered((_, text) => ["../evil", text]);
    await expect(restore(keyed, evil)).rejects.toMatchObject({ code: "INVALID_SOURCE" });
    expect(existsSync(join(root, "other"))).toBe(false);
  });

  it("is not restored over anything", async () => {
    await engine.backup(file, { verify: false });
    await expect(restore({ home, keyFile: join(home, "key") })).rejects.toMatchObject({ code: "CONFLICT" });
    if (kind === "postgres")
      await expect(restore({ ...database, keyFile: join(home, "key") })).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await engine.projects()).map(({ name }) => name)).toEqual(["shop"]);
    expect(existsSync(join(root, "other"))).toBe(false);
  });

  it("goes into a stream too, and counts once that was tested", async () => {
    const stream = new PassThrough();
    const [bytes, report] = await Promise.all([buffer(stream), engine.backup(stream)]);
    expect(report).toMatchObject({ path: null, proof: null });
    writeFileSync(file, bytes);
    await using store = await openStore(home, systemClock, database);
    expect(await store.setting("backup/last")).toBeNull();
    await engine.verifyBackup(file);
    expect(await store.setting("backup/last")).toBe(report.madeAt);
  });

  it("names the files that were gone already", async () => {
    await using store = await openStore(home, systemClock, database);
    const manifest = await store.manifest<{ files: { sha256: string }[] }>("artifact-1");
    const gone = manifest!.files[0]!.sha256;
    rmSync(store.blobs.path(gone));
    const report = await engine.backup(file);
    expect(report.missing).toEqual([gone]);
    expect(report.proof!.unproved.join()).toContain("1 files of its releases were gone");
  });

  it("does not miss files that were sent from the folder they were in", async () => {
    await using store = await openStore(home, systemClock, database);
    const { id: project_id } = (await store.project("shop"))!;
    const files = [{ path: "index.html", mode: 0o644, sha256: "0".repeat(64), sizeBytes: 5 }];
    await store.putManifest("snapshot-2", { digest: "snapshot-2", files, sizeBytes: 5 });
    const plan = JSON.stringify({ source: { snapshot: "snapshot-2", folder: "/somewhere" }, services: [] });
    await store.db.updateTable("deployment").set({ plan }).where("project_id", "=", project_id).execute();
    const report = await engine.backup(file);
    expect(report).toMatchObject({ missing: [], blobs: { count: 4 } });
    expect(report.proof!.unproved).toEqual([]);
  });

  it("is of one instant while others write", async () => {
    await using other = await openStore(home, systemClock, database);
    let number = 0;
    let isOver = false;
    const writing = (async () => {
      for (; !isOver; number++) {
        await other.db.transaction().execute(async (tx) => {
          for (const key of [`left/${number}`, `right/${number}`])
            await tx.insertInto("setting").values({ key, value: "x" }).execute();
        });
        await new Promise(setImmediate);
      }
    })();
    await engine.backup(file);
    isOver = true;
    await writing;
    const place = { home: join(root, "other"), ...(await fresh()) };
    await restoreBackup(file, { ...place, keyFile: join(home, "key") });
    await using store = await openStore(place.home, systemClock, place);
    const rows = await store.db.selectFrom("setting").select("key").execute();
    const sides = (side: string): string[] =>
      rows.flatMap(({ key }) => (key.startsWith(side) ? [key.slice(side.length)] : [])).sort();
    expect(sides("left/")).toEqual(sides("right/"));
    expect(sides("left/").length).toBeLessThan(number);
  });
});
