/** The store of one data directory: database, key, blobs, and the paths below it; seen by one organisation at a time. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { type Kysely, sql, type Transaction } from "kysely";
import { type Clock, instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { checkDatabaseUrl } from "./database-url.ts";
import { newId } from "../id.ts";
import { type Blob, type Blobs, openBlobs } from "../snapshot/blobs.ts";
import type { BlobStoreOptions } from "../snapshot/s3.ts";
import { slug } from "../name.ts";
import type { DatabaseKind } from "./migration.ts";
import { migrate } from "./migrations.ts";
import { removedMeanwhile } from "./removed.ts";
import type { ProjectRow, Schema } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import { polling, type Watching } from "./watch.ts";
import { openVault, parseKeys, type Vault } from "./vault.ts";

/** Whose everything is on a data directory of one's own. */
export const localOrganization = "local";

export interface Store extends AsyncDisposable {
  home: string;
  kind: DatabaseKind;
  /** All rows, of whomever. What an organisation asks begins at a project, a deployment or a connection that was found as its own. */
  db: Kysely<Schema>;
  vault: Vault;
  blobs: Blobs;
  clock: Clock;
  watch: Watching;
  /** Who asks: projects, deployments and connections are looked for among its own. */
  organization: string;
  /** The same store, for another one. `label` is what its host names begin their common part with: a slug; made of the id by default. */
  of(organization: string, label?: string): Store;
  /** Wait for every other transaction that has said the same, and keep those away that will: for what has no row yet to lock. */
  takeTurn(tx: Transaction<Schema>, what: string): Promise<void>;
  /** Keep a manifest (snapshot or artifact) under its digest, once the bytes it names are on the disk itself. May be repeated. */
  putManifest(digest: string, manifest: unknown): Promise<void>;
  /** Null when it was collected or never kept. */
  manifest<T>(digest: string): Promise<T | null>;
  /** The organisation's project of that name. */
  project(name: string): Promise<ProjectRow | null>;
  /** Find or create. `source` is remembered when none is. */
  ensureProject(name: string, source?: string): Promise<ProjectRow>;
  /**
   * Domain of the organisation's host names on this machine: `baseDomain` itself for `local`, else a label of its own below it, so that
   * no two of them come to the same name. Given out once, and kept.
   */
  domain(baseDomain: string): Promise<string>;
  setting(key: string): Promise<string | null>;
  putSetting(key: string, value: string): Promise<void>;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export interface StoreOptions {
  /** As in EngineOptions. */
  encryptionKey?: string;
  /** As in EngineOptions. */
  organization?: string;
  /** As in EngineOptions. */
  databaseUrl?: string;
  /** As in EngineOptions. */
  blobStore?: BlobStoreOptions;
}

/** The database did not answer: that says nothing about what was asked of it, and nothing is lost by waiting. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof DeployError && error.code === "STORE_UNAVAILABLE";
}

/** Whether the places are such at all; nothing is asked or made. Throws INVALID_CONFIG. */
export async function checkPlaces({
  databaseUrl,
  blobStore,
}: {
  databaseUrl: string | undefined;
  blobStore: BlobStoreOptions | undefined;
}): Promise<void> {
  if (databaseUrl !== undefined) checkDatabaseUrl(databaseUrl);
  if (blobStore !== undefined) (await import("../snapshot/s3.ts")).readStoreUrl(blobStore.url);
}

/** Open or create the data directory `home`. Throws STORE_NEWER, STORE_UNAVAILABLE, INVALID_CONFIG. */
export async function openStore(
  home: string,
  machine: Clock,
  { encryptionKey, databaseUrl, blobStore, organization = localOrganization }: StoreOptions = {},
): Promise<Store> {
  const given = encryptionKey === undefined ? [] : parseKeys(encryptionKey);
  await checkPlaces({ databaseUrl, blobStore });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  for (const name of ["scratch", "logs", "releases"]) mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  const vault = openVault(join(home, "key"), given);
  const { kind, db, clock, watch, close } = await openDatabase(home, machine, databaseUrl);
  let blobs: Blobs;
  try {
    await migrate(db, kind);
    blobs = await openBlobStore(join(home, "blobs"), machine, blobStore);
  } catch (error) {
    await close();
    throw error;
  }
  const shared = { home, kind, db, vault, blobs, clock, watch, ...manifestsOf({ db, blobs, clock }) };
  const viewOf = (whose: string, label?: string): Store => ({
    ...shared,
    ...ownedBy(whose, { db, clock, ...(label === undefined ? {} : { label }) }),
    of: viewOf,
    async takeTurn(tx, what) {
      // A transaction of SQLite is alone.
      if (kind === "postgres") await sql`select pg_advisory_xact_lock(hashtextextended(${what}, 0))`.execute(tx);
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
    async [Symbol.asyncDispose]() {
      await close();
      await blobs.close();
    },
  });
  return viewOf(organization);
}

/** The bytes of a data directory: there, or in a store that it is a cache of. Throws INVALID_CONFIG. */
export async function openBlobStore(directory: string, clock: Clock, there?: BlobStoreOptions): Promise<Blobs> {
  if (there === undefined) return openBlobs(directory);
  // Loaded only when used: a command on a data directory of its own starts without.
  const [{ openS3, readStoreUrl }, { openRemoteBlobs }] = await Promise.all([
    import("../snapshot/s3.ts"),
    import("../snapshot/remote-blobs.ts"),
  ]);
  const place = readStoreUrl(there.url);
  return openRemoteBlobs({ directory, s3: openS3(place, there, clock), cacheBytes: place.cacheBytes, clock });
}

type Database = Pick<Store, "kind" | "db" | "clock" | "watch"> & { close(): Promise<void> };

async function openDatabase(home: string, clock: Clock, url: string | undefined): Promise<Database> {
  if (url === undefined) {
    const { db, stamp } = openSqlite<Schema>(join(home, "landfall.db"));
    return { kind: "sqlite", db, clock, watch: polling(clock, stamp), close: () => db.destroy() };
  }
  const { openPostgres } = await import("./postgres.ts");
  const { watching, ...opened } = await openPostgres<Schema>(url, clock);
  return { kind: "postgres", ...opened, watch: watching };
}

function manifestsOf({
  db,
  blobs,
  clock,
}: Pick<Store, "db" | "blobs" | "clock">): Pick<Store, "putManifest" | "manifest"> {
  // Mostly it is read next by the step after, which spares a large project some tenths of a second. Handed over once, not kept.
  let fresh: { digest: string; manifest: unknown } | undefined;
  return {
    async putManifest(digest, manifest) {
      await blobs.flush((manifest as { files?: Blob[] }).files);
      const body = await compress(JSON.stringify(manifest));
      await db
        .insertInto("manifest")
        .values({ digest, body, created_at: instant(clock) })
        // Young again, for whoever collects.
        .onConflict((c) => c.column("digest").doUpdateSet({ created_at: instant(clock) }))
        .execute();
      fresh = { digest, manifest };
    },
    async manifest<T>(digest: string) {
      if (fresh?.digest !== digest) return readManifest<T>(db, digest);
      const { manifest } = fresh;
      fresh = undefined;
      const row = await db.selectFrom("manifest").select("digest").where("digest", "=", digest).executeTakeFirst();
      return row ? (manifest as T) : null;
    },
  };
}

/** As `Store.manifest`, of any database with these tables. */
export async function readManifest<T>(db: Kysely<Schema>, digest: string): Promise<T | null> {
  const row = await db.selectFrom("manifest").select("body").where("digest", "=", digest).executeTakeFirst();
  return row ? (JSON.parse((await decompress(row.body)).toString("utf8")) as T) : null;
}

function ownedBy(
  organization: string,
  { db, clock, label }: Pick<Store, "db" | "clock"> & { label?: string },
): Pick<Store, "organization" | "project" | "ensureProject" | "domain"> {
  const projects = () => db.selectFrom("project").selectAll().where("organization_id", "=", organization);
  return {
    organization,
    async project(name) {
      return (await projects().where("name", "=", name).executeTakeFirst()) ?? null;
    },
    async ensureProject(name, source) {
      await db
        .insertInto("project")
        .values({
          id: newId("prj", clock),
          organization_id: organization,
          name,
          source: source ?? null,
          created_at: instant(clock),
        })
        .onConflict((c) => c.columns(["organization_id", "name"]).doNothing())
        .execute();
      const row = await projects()
        .where("name", "=", name)
        .executeTakeFirstOrThrow(() => removedMeanwhile());
      if (row.source !== null || source === undefined) return row;
      await db.updateTable("project").set({ source }).where("id", "=", row.id).where("source", "is", null).execute();
      return { ...row, source };
    },
    async domain(baseDomain) {
      if (organization === localOrganization) return baseDomain;
      const wanted = slug(label ?? organization) || "org";
      for (let number = 1; ; number++) {
        const known = await db
          .selectFrom("organization_host")
          .select("label")
          .where("organization_id", "=", organization)
          .executeTakeFirst();
        if (known) return `${known.label}.${baseDomain}`;
        await db
          .insertInto("organization_host")
          .values({ organization_id: organization, label: number === 1 ? wanted : `${wanted}-${number}` })
          .onConflict((c) => c.doNothing())
          .execute();
      }
    },
  };
}
