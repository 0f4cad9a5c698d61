import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { type Engine, openEngine } from "../../src/index.ts";
import { rotateKey } from "../../src/store/rotate.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { readVariables, writeVariables } from "../../src/variables.ts";
import { databases } from "./databases.ts";

// Hundreds of values are written and sealed anew, each a question to a server.
describe.each(databases)("on $kind", { timeout: 60_000 }, ({ use }) => {
  const fresh = use();
  let home: string;
  let stores: Store[];
  let database: { databaseUrl?: string };
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "landfall-rotate-"));
    stores = [];
    database = await fresh();
  });
  afterEach(async () => {
    for (const store of stores) await store[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  async function open(encryptionKey?: string): Promise<Store> {
    const store = await openStore(home, systemClock, {
      ...database,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    });
    stores.push(store);
    return store;
  }

  const keyFile = (): string => join(home, "key");
  const fileKeys = (): string[] => readFileSync(keyFile(), "utf8").trim().split("\n");

  /** Everything sealed there is, opened; whatever is sealed in a new table must be here too. */
  async function filled(store: Store): Promise<() => Promise<string[]>> {
    const { db, vault } = store;
    const at = new Date().toISOString();
    const { id: projectId } = await store.ensureProject("shop");
    const values = Object.fromEntries(Array.from({ length: 450 }, (_, index) => [`KEY_${index}`, `value ${index}`]));
    await writeVariables(store, { projectId, environment: "production", values, sensitive: () => true });
    const place = { project_id: projectId, environment: "production", platform: "vercel" };
    await db
      .insertInto("release")
      .values({
        ...place,
        id: "rel_1",
        deployment_id: "dep_1",
        sealed: "{}",
        variables: vault.seal("of a release", "rel_1"),
        created_at: at,
      })
      .execute();
    await db
      .insertInto("deployment")
      .values({
        ...place,
        id: "dep_1",
        operation: "deploy",
        state: "pending",
        request: "{}",
        given: vault.seal("given", "given dep_1"),
        credential: vault.seal("credential", "credential dep_1"),
        created_at: at,
      } as never)
      .execute();
    await db
      .insertInto("connection")
      .values({
        id: "con_1",
        organization_id: "local",
        platform: "vercel",
        name: "ada",
        method: "token",
        account: "{}",
        credential: vault.seal("of a connection", "connection con_1"),
        expires_at: null,
        renews: 0,
        checked_at: 0,
        fault: null,
        created_at: at,
      })
      .execute();
    await db
      .insertInto("authorization")
      .values({
        state: "hash",
        organization_id: "local",
        platform: "vercel",
        sealed: vault.seal("pending", "authorization hash"),
        expires_at: 1,
      })
      .execute();
    await db
      .insertInto("webhook")
      .values({
        id: "whk_1",
        organization_id: "local",
        platform: "vercel",
        name: "news",
        secret: vault.seal("signs", "webhook whk_1"),
        created_at: at,
        delivered_at: null,
      })
      .execute();
    await db
      .insertInto("shared_value")
      .values({
        organization_id: "local",
        key: "SHARED",
        value: vault.seal("shared", "shared-value local/SHARED"),
        sensitive: 1,
        updated_at: at,
      })
      .execute();
    await db
      .insertInto("notification_place")
      .values({
        id: "ntf_1",
        project_id: projectId,
        name: "told",
        kind: "webhook",
        address: vault.seal("https://told.invalid/", "notification-place ntf_1"),
        leads_to: "told.invalid",
        secret: vault.seal("whsec_", "notification-secret ntf_1"),
        events: "[]",
        environments: "all",
        created_at: at,
      })
      .execute();
    return async () => {
      const now = stores.at(-1)!;
      const one = async (
        table:
          | "release"
          | "deployment"
          | "connection"
          | "authorization"
          | "webhook"
          | "shared_value"
          | "notification_place",
        column: string,
        row: string,
      ) => {
        const found = (await now.db.selectFrom(table).selectAll().executeTakeFirstOrThrow()) as Record<string, unknown>;
        return now.vault.open(String(found[column]), row);
      };
      const variables = await readVariables(now, projectId, "production");
      return [
        ...variables.map(({ value }) => value).toSorted(),
        await one("release", "variables", "rel_1"),
        await one("deployment", "given", "given dep_1"),
        await one("deployment", "credential", "credential dep_1"),
        await one("connection", "credential", "connection con_1"),
        await one("authorization", "sealed", "authorization hash"),
        await one("webhook", "secret", "webhook whk_1"),
        await one("shared_value", "value", "shared-value local/SHARED"),
        await one("notification_place", "address", "notification-place ntf_1"),
        await one("notification_place", "secret", "notification-secret ntf_1"),
      ];
    };
  }

  describe("the key", () => {
    it("is another after a rotation, everything opens as before, and nothing with the old one", async () => {
      const store = await open();
      const opened = await filled(store);
      const before = await opened();
      const [old] = fileKeys();
      expect(await rotateKey(store)).toBe(909);
      const [key, ...more] = fileKeys();
      expect([key === old, more]).toEqual([false, []]);
      expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
      expect(await opened()).toEqual(before);
      await open();
      expect(await opened()).toEqual(before);
      writeFileSync(keyFile(), `${old}\n`);
      await open();
      await expect(opened()).rejects.toMatchObject({ code: "INTERNAL" });
    });

    it("covers every sealed column: none is left with the old one", async () => {
      const store = await open();
      await filled(store);
      const old = store.vault.prefix();
      await rotateKey(store);
      for (const table of ["variable", "release", "deployment", "connection", "authorization"] as const) {
        const rows = await store.db.selectFrom(table).selectAll().execute();
        expect([table, JSON.stringify(rows).includes(old)]).toEqual([table, false]);
      }
    });

    it("is followed by a process that was there before: it reads, and seals with the new one", async () => {
      const other = await open();
      const store = await open();
      const opened = await filled(store);
      const before = await opened();
      await rotateKey(store);
      stores.push(stores.shift()!); // The other one reads.
      expect(await opened()).toEqual(before);
      expect(other.vault.seal("late", "row").startsWith(store.vault.prefix())).toBe(true);
    });

    it("is the new one for good when a rotation that was killed is run again", async () => {
      const store = await open();
      const opened = await filled(store);
      const before = await opened();
      store.vault.beginRotation();
      const [begun, old] = fileKeys();
      await store.db
        .updateTable("connection")
        .set({ credential: store.vault.seal("of a connection", "connection con_1") })
        .execute();
      // So far: killed here, both keys are there, and everything opens.
      const next = await open();
      expect(await opened()).toEqual(before);
      expect(await rotateKey(next)).toBe(908);
      expect(fileKeys()).toEqual([begun]);
      expect(begun).not.toBe(old);
      expect(await opened()).toEqual(before);
    });

    it("may be the caller's, in base64 or hex, and none is made then; the file's opens until it is rotated away", async () => {
      const hex = randomBytes(32).toString("hex");
      const first = await open(hex);
      expect(existsSync(keyFile())).toBe(false);
      await first[Symbol.asyncDispose]();
      rmSync(home, { recursive: true });
      stores = [];

      const opened = await filled(await open());
      const before = await opened();
      const given = await open(hex);
      expect(await opened()).toEqual(before);
      await rotateKey(given);
      expect(existsSync(keyFile())).toBe(false);
      await open(Buffer.from(hex, "hex").toString("base64"));
      expect(await opened()).toEqual(before);

      const next = randomBytes(32).toString("base64");
      await rotateKey(await open(`${next},${hex}`));
      await open(next);
      expect(await opened()).toEqual(before);
      await open(hex);
      await expect(opened()).rejects.toMatchObject({
        code: "INTERNAL",
        text: { next: expect.stringContaining("TOKEN_ENCRYPTION_KEY") },
      });
    });

    it.each(["", "secret", "x".repeat(44), "ab".repeat(31), `${"ab".repeat(32)},`])(
      "of the caller is refused when it is not 32 bytes: %j",
      async (encryptionKey) => {
        const refusal = expect(
          openStore(home, systemClock, { ...database, ...(encryptionKey === undefined ? {} : { encryptionKey }) }),
        ).rejects;
        await refusal.toMatchObject({ code: "INVALID_CONFIG", text: { where: "TOKEN_ENCRYPTION_KEY" } });
      },
    );
  });

  it("the engine offers it, and deployments and variables go on", async () => {
    const engine: Engine = await openEngine({ ...database, home, edgeCommand: [], workerCommand: [], toolPath: [] });
    try {
      await engine.variables.set({ project: "shop" }, { API_KEY: "canary-31f7" });
      expect(await engine.rotateKey()).toBe(2);
      expect(await engine.variables.list({ project: "shop", reveal: true })).toMatchObject([{ value: "canary-31f7" }]);
    } finally {
      await engine[Symbol.asyncDispose]();
    }
  });
});
