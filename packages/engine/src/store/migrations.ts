/** How the tables came about: forward-only migrations, the same on SQLite and PostgreSQL. */
import { type Kysely, sql } from "kysely";
import { DeployError } from "../error.ts";
import type { ColumnTypes, DatabaseKind, Migration } from "./migration.ts";
import { newDatabase } from "./new-database.ts";
import { first } from "./migrations/0001-first.ts";
import { hostedPlatforms } from "./migrations/0002-hosted-platforms.ts";
import { organizations } from "./migrations/0003-organizations.ts";
import { hints } from "./migrations/0004-hints.ts";
import { webhooks } from "./migrations/0005-webhooks.ts";
import { sandboxes } from "./migrations/0006-sandboxes.ts";
import { peopleOfDeployments } from "./migrations/0007-people-of-deployments.ts";
import { targetsAndMachines } from "./migrations/0008-targets-and-machines.ts";
import { historyAndSettings } from "./migrations/0009-history-and-settings.ts";
import { sharedValues } from "./migrations/0010-shared-values.ts";
import { screenshots } from "./migrations/0011-screenshots.ts";
import { commitHistory } from "./migrations/0012-commit-history.ts";
import { requestKeys } from "./migrations/0013-request-keys.ts";
import { notifications } from "./migrations/0014-notifications.ts";
import { edges } from "./migrations/0015-edges.ts";
import { drainedMachines } from "./migrations/0016-drained-machines.ts";
import { protection } from "./migrations/0017-protection.ts";
import { ownNotifications } from "./migrations/0018-own-notifications.ts";
import { stopped } from "./migrations/0019-stopped.ts";
import type { Schema } from "./schema.ts";

const typesOf: Record<DatabaseKind, ColumnTypes> = {
  sqlite: { kind: "sqlite", text: "text", bytes: "blob" },
  // Ids sort by time and are found by their beginning: in the order of bytes, whatever language the database was made for.
  postgres: { kind: "postgres", text: sql`text collate "C"`, bytes: "bytea" },
};

/** In order. None is edited once it was released; a change is a new one. */
const migrations: Migration[] = [
  first,
  hostedPlatforms,
  organizations,
  hints,
  webhooks,
  sandboxes,
  peopleOfDeployments,
  targetsAndMachines,
  historyAndSettings,
  sharedValues,
  screenshots,
  commitHistory,
  requestKeys,
  notifications,
  edges,
  drainedMachines,
  protection,
  ownNotifications,
  stopped,
];

/**
 * Bring the store to this version; processes that start together on an empty one take turns, and half a migration never stays.
 * Throws STORE_NEWER when a newer Landfall has written it.
 */
export async function migrate(db: Kysely<Schema>, kind: DatabaseKind): Promise<void> {
  const before = await appliedMigrations(db, kind);
  const unknown = unknownMigrations(before);
  if (unknown.length > 0) {
    throw new DeployError("STORE_NEWER", {
      what: `The ${kind === "sqlite" ? "data directory" : "database"} was written by a newer Landfall.`,
      where: `migration ${unknown.join(", ")}`,
      next: `Update Landfall, or choose another ${kind === "sqlite" ? "data directory with --home or LANDFALL_HOME" : "one with DATABASE_URL"}.`,
    });
  }
  if (migrations.every((migration) => before.has(migration.name))) return;
  // A table that is rebuilt is dropped, which must not take the rows with it that refer to its own. Changes nothing inside a transaction.
  if (kind === "sqlite") await sql`pragma foreign_keys = off`.execute(db);
  await db.transaction().execute(async (tx) => {
    // SQLite's transaction is alone by itself.
    if (kind === "postgres") await sql`select pg_advisory_xact_lock(hashtext('landfall migration'))`.execute(tx);
    await sql`create table if not exists migration (name text primary key, at text not null)`.execute(tx);
    const done = await appliedMigrations(tx, kind);
    const isNew = kind === "sqlite" && done.size === 0;
    if (isNew) for (const statement of newDatabase) await sql.raw(statement).execute(tx);
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      if (!isNew) await migration.up(tx as unknown as Kysely<unknown>, typesOf[kind]);
      await sql`insert into migration (name, at) values (${migration.name}, ${new Date().toISOString()})`.execute(tx);
    }
    if (kind === "postgres" || isNew) return;
    const { rows } = await sql<{ table: string }>`pragma foreign_key_check`.execute(tx);
    if (rows.length > 0) throw new Error(`rows of ${rows[0]!.table} refer to what is not there`);
  });
  if (kind === "sqlite") await sql`pragma foreign_keys = on`.execute(db);
}

/** The statements that make at once what the migrations make of an empty SQLite database step by step: `new-database.ts`. */
export async function statementsOfNew(db: Kysely<Schema>): Promise<string[]> {
  for (const migration of migrations) await migration.up(db as unknown as Kysely<unknown>, typesOf.sqlite);
  const { rows } = await sql<{ sql: string }>`select sql from sqlite_master where sql is not null`.execute(db);
  return rows.map((row) => row.sql);
}

/** Those that only a newer Landfall has. */
export function unknownMigrations(names: Iterable<string>): string[] {
  return [...names].filter((name) => !migrations.some((migration) => migration.name === name));
}

/** Names of the migrations that the database has gone through. */
export async function appliedMigrations(db: Kysely<Schema>, kind: DatabaseKind): Promise<Set<string>> {
  const there =
    kind === "sqlite"
      ? await sql`select 1 from sqlite_master where type = 'table' and name = 'migration'`.execute(db)
      : await sql`select 1 where to_regclass('migration') is not null`.execute(db);
  if (there.rows.length === 0) return new Set();
  const { rows } = await sql<{ name: string }>`select name from migration`.execute(db);
  return new Set(rows.map((row) => row.name));
}
