/** The store of one data directory: database, key, blobs, and the paths below it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { Kysely } from "kysely";
import { type Clock, instant } from "../clock.ts";
import { newId } from "../id.ts";
import { type Blobs, openBlobs } from "../snapshot/blobs.ts";
import { migrate, type ProjectRow, type Schema } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import { openVault, parseKeys, type Vault } from "./vault.ts";

export interface Store extends AsyncDisposable {
  home: string;
  db: Kysely<Schema>;
  vault: Vault;
  blobs: Blobs;
  clock: Clock;
  /** Keep a manifest (snapshot or artifact) under its digest, once the bytes it names are on the disk itself. May be repeated. */
  putManifest(digest: string, manifest: unknown): Promise<void>;
  /** Null when it was collected or never kept. */
  manifest<T>(digest: string): Promise<T | null>;
  project(name: string): Promise<ProjectRow | null>;
  /** Find or create. */
  ensureProject(name: string): Promise<ProjectRow>;
  setting(key: string): Promise<string | null>;
  putSetting(key: string, value: string): Promise<void>;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Open or create the data directory `home`. `encryptionKey` as in EngineOptions. Throws STORE_NEWER, INVALID_CONFIG. */
export async function openStore(home: string, clock: Clock, encryptionKey?: string): Promise<Store> {
  const given = encryptionKey === undefined ? [] : parseKeys(encryptionKey);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  for (const name of ["scratch", "logs", "releases"]) mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  const vault = openVault(join(home, "key"), given);
  const db = openSqlite<Schema>(join(home, "landfall.db"));
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const blobs = openBlobs(join(home, "blobs"));
  return {
    home,
    db,
    vault,
    blobs,
    clock,
    async putManifest(digest, manifest) {
      await blobs.flush();
      const body = await compress(JSON.stringify(manifest));
      await db
        .insertInto("manifest")
        .values({ digest, body, created_at: instant(clock) })
        .onConflict((c) => c.column("digest").doNothing())
        .execute();
    },
    async manifest<T>(digest: string) {
      const row = await db.selectFrom("manifest").select("body").where("digest", "=", digest).executeTakeFirst();
      return row ? (JSON.parse((await decompress(row.body)).toString("utf8")) as T) : null;
    },
    async project(name) {
      return (await db.selectFrom("project").selectAll().where("name", "=", name).executeTakeFirst()) ?? null;
    },
    async ensureProject(name) {
      await db
        .insertInto("project")
        .values({ id: newId("prj", clock), name, created_at: instant(clock) })
        .onConflict((c) => c.column("name").doNothing())
        .execute();
      return db.selectFrom("project").selectAll().where("name", "=", name).executeTakeFirstOrThrow();
    },
    async setting(key) {
      return (await db.selectFrom("setting").select("value").where("key", "=", key).executeTakeFirst())?.value ?? null;
    },
    async putSetting(key, value) {
      await db
        .insertInto("setting")
        .values({ key, value })
        .onConflict((c) => c.column("key").doUpdateSet({ value }))
        .execute();
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
