/** How the tables came about: forward-only migrations, the same on SQLite and PostgreSQL. */
import { type ColumnDataType, type Kysely, type RawBuilder, sql } from "kysely";
import { DeployError } from "../error.ts";
import { peopleOfDeployments } from "./migrations/0007-people-of-deployments.ts";
import { targetsAndMachines } from "./migrations/0008-targets-and-machines.ts";
import { historyAndSettings } from "./migrations/0009-history-and-settings.ts";
import { sharedValues } from "./migrations/0010-shared-values.ts";
import type { Schema } from "./schema.ts";

export type DatabaseKind = "sqlite" | "postgres";

/** Column types that differ. */
interface Types {
  kind: DatabaseKind;
  text: ColumnDataType | RawBuilder<unknown>;
  bytes: ColumnDataType;
}

const typesOf: Record<DatabaseKind, Types> = {
  sqlite: { kind: "sqlite", text: "text", bytes: "blob" },
  // Ids sort by time and are found by their beginning: in the order of bytes, whatever language the database was made for.
  postgres: { kind: "postgres", text: sql`text collate "C"`, bytes: "bytea" },
};

export interface Migration {
  name: string;
  up(db: Kysely<unknown>, types: Types): Promise<void>;
}

/** Never edited once released; a change is a new entry. */
const migrations: Migration[] = [
  {
    name: "0001-first",
    async up(db, { text, bytes }) {
      await db.schema
        .createTable("project")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("name", text, (c) => c.notNull().unique())
        .addColumn("created_at", text, (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("variable")
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("environment", text, (c) => c.notNull())
        .addColumn("key", text, (c) => c.notNull())
        .addColumn("value", text, (c) => c.notNull())
        .addColumn("sensitive", "integer", (c) => c.notNull())
        .addColumn("updated_at", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("variable_pk", ["project_id", "environment", "key"])
        .execute();
      await db.schema
        .createTable("deployment")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("environment", text, (c) => c.notNull())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("operation", text, (c) => c.notNull())
        .addColumn("state", text, (c) => c.notNull())
        .addColumn("request", text, (c) => c.notNull())
        .addColumn("plan", text)
        .addColumn("given", text)
        .addColumn("source_release_id", text)
        .addColumn("release_id", text)
        .addColumn("services", text)
        .addColumn("url", text)
        .addColumn("error", text)
        .addColumn("reason", text)
        .addColumn("message", text)
        .addColumn("cancel_requested", "integer", (c) => c.notNull().defaultTo(0))
        .addColumn("created_at", text, (c) => c.notNull())
        .addColumn("started_at", text)
        .addColumn("finished_at", text)
        .addColumn("deadline_at", "bigint")
        .addColumn("lease_owner", text)
        .addColumn("lease_until", "bigint", (c) => c.notNull().defaultTo(0))
        .addColumn("fence", "integer", (c) => c.notNull().defaultTo(0))
        .addColumn("last_seq", "integer", (c) => c.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createIndex("deployment_of_project")
        .on("deployment")
        .columns(["project_id", "environment", "id"])
        .execute();
      // Only the unsettled are looked for again and again.
      await sql`create index deployment_open on deployment (id) where state not in ('success', 'failed', 'cancelled')`.execute(
        db,
      );
      await db.schema
        .createTable("step")
        .addColumn("deployment_id", text, (c) => c.notNull().references("deployment.id").onDelete("cascade"))
        .addColumn("name", text, (c) => c.notNull())
        .addColumn("status", text, (c) => c.notNull())
        .addColumn("attempt", "integer", (c) => c.notNull())
        .addColumn("result", text)
        .addColumn("started_at", text, (c) => c.notNull())
        .addColumn("finished_at", text)
        .addPrimaryKeyConstraint("step_pk", ["deployment_id", "name"])
        .execute();
      await db.schema
        .createTable("event")
        .addColumn("deployment_id", text, (c) => c.notNull().references("deployment.id").onDelete("cascade"))
        .addColumn("seq", "integer", (c) => c.notNull())
        .addColumn("at", text, (c) => c.notNull())
        .addColumn("type", text, (c) => c.notNull())
        .addColumn("body", bytes, (c) => c.notNull())
        .addPrimaryKeyConstraint("event_pk", ["deployment_id", "seq"])
        .execute();
      await db.schema
        .createTable("manifest")
        .addColumn("digest", text, (c) => c.primaryKey())
        .addColumn("body", bytes, (c) => c.notNull())
        .addColumn("created_at", text, (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("release")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("deployment_id", text, (c) => c.notNull())
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("environment", text, (c) => c.notNull())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("sealed", text, (c) => c.notNull())
        .addColumn("variables", text, (c) => c.notNull())
        .addColumn("created_at", text, (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("live")
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("environment", text, (c) => c.notNull())
        .addColumn("release_id", text, (c) => c.notNull().references("release.id"))
        .addColumn("previous_release_id", text)
        .addColumn("since", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("live_pk", ["project_id", "environment"])
        .execute();
      await db.schema
        .createTable("instance")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("release_id", text, (c) => c.notNull())
        .addColumn("service", text, (c) => c.notNull())
        .addColumn("port", "integer")
        .addColumn("desired", text, (c) => c.notNull())
        .addColumn("created_at", text, (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("setting")
        .addColumn("key", text, (c) => c.primaryKey())
        .addColumn("value", text, (c) => c.notNull())
        .execute();
    },
  },
  {
    name: "0002-hosted-platforms",
    async up(db, { text }) {
      for (const column of ["connection_id", "credential"] as const)
        await db.schema.alterTable("deployment").addColumn(column, text).execute();
      for (const column of ["bytes_sent", "files_sent"] as const)
        await db.schema
          .alterTable("deployment")
          .addColumn(column, "bigint", (c) => c.notNull().defaultTo(0))
          .execute();
      // A project may be live on several platforms: the platform becomes part of the key, which SQLite does not alter in place.
      await db.schema.alterTable("live").renameTo("live_before").execute();
      await db.schema
        .createTable("live")
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("environment", text, (c) => c.notNull())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("release_id", text, (c) => c.notNull().references("release.id"))
        .addColumn("previous_release_id", text)
        .addColumn("since", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("live_by_platform_pk", ["project_id", "environment", "platform"])
        .execute();
      await sql`insert into live (project_id, environment, platform, release_id, previous_release_id, since)
        select project_id, environment, 'local', release_id, previous_release_id, since from live_before`.execute(db);
      await db.schema.dropTable("live_before").execute();
      await db.schema
        .createTable("connection")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("name", text, (c) => c.notNull())
        .addColumn("method", text, (c) => c.notNull())
        .addColumn("account", text, (c) => c.notNull())
        .addColumn("credential", text, (c) => c.notNull())
        .addColumn("expires_at", "bigint")
        .addColumn("renews", "integer", (c) => c.notNull())
        .addColumn("renewing_by", text)
        .addColumn("renewing_until", "bigint", (c) => c.notNull().defaultTo(0))
        .addColumn("checked_at", "bigint", (c) => c.notNull())
        .addColumn("fault", text)
        .addColumn("created_at", text, (c) => c.notNull())
        .addUniqueConstraint("connection_name", ["platform", "name"])
        .execute();
      await db.schema
        .createTable("authorization")
        .addColumn("state", text, (c) => c.primaryKey())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("sealed", text, (c) => c.notNull())
        .addColumn("expires_at", "bigint", (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("target")
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("account", text)
        .addColumn("remote_id", text)
        .addColumn("remote_name", text)
        .addColumn("pinned_at", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("target_pk", ["project_id", "platform"])
        .execute();
      await db.schema
        .createTable("owned_variable")
        .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("environment", text, (c) => c.notNull())
        .addColumn("key", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("owned_variable_pk", ["project_id", "platform", "environment", "key"])
        .execute();
    },
  },
  {
    name: "0003-organizations",
    async up(db, { kind, text }) {
      await ownedProjects(db, { kind, text });
      await db.schema
        .alterTable("deployment")
        .addColumn("organization_id", text, (c) => c.notNull().defaultTo("local"))
        .execute();
      await db.schema
        .createIndex("deployment_of_organization")
        .on("deployment")
        .columns(["organization_id", "id"])
        .execute();
      await db.schema
        .alterTable("authorization")
        .addColumn("organization_id", text, (c) => c.notNull().defaultTo("local"))
        .execute();
      await db.schema.alterTable("connection").renameTo("connection_before").execute();
      await db.schema
        .createTable("connection")
        .addColumn("id", text, (c) => c.notNull())
        .addColumn("organization_id", text, (c) => c.notNull())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("name", text, (c) => c.notNull())
        .addColumn("method", text, (c) => c.notNull())
        .addColumn("account", text, (c) => c.notNull())
        .addColumn("credential", text, (c) => c.notNull())
        .addColumn("expires_at", "bigint")
        .addColumn("renews", "integer", (c) => c.notNull())
        .addColumn("renewing_by", text)
        .addColumn("renewing_until", "bigint", (c) => c.notNull().defaultTo(0))
        .addColumn("checked_at", "bigint", (c) => c.notNull())
        .addColumn("fault", text)
        .addColumn("created_at", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("connection_pk", ["id"])
        .addUniqueConstraint("connection_name_in_organization", ["organization_id", "platform", "name"])
        .execute();
      const kept = sql.raw(
        "id, platform, name, method, account, credential, expires_at, renews, renewing_by, renewing_until, checked_at, fault, created_at",
      );
      await sql`insert into connection (organization_id, ${kept}) select 'local', ${kept} from connection_before`.execute(
        db,
      );
      await db.schema.dropTable("connection_before").execute();
      await db.schema
        .createTable("organization_host")
        .addColumn("organization_id", text, (c) => c.primaryKey())
        .addColumn("label", text, (c) => c.notNull().unique())
        .execute();
    },
  },
  {
    name: "0004-hints",
    /** On PostgreSQL the database tells those who listen: a deployment may be claimed, a deployment has a new event. */
    async up(db, { kind }) {
      if (kind !== "postgres") return;
      await sql`create function landfall_tell() returns trigger language plpgsql as $$ begin
          perform pg_notify('landfall ' || tg_table_schema, case tg_table_name when 'event' then to_jsonb(new)->>'deployment_id' else 'work' end);
          return null;
        end $$`.execute(db);
      await sql`create trigger event_told after insert on event for each row execute function landfall_tell()`.execute(
        db,
      );
      await sql`create trigger deployment_told after insert or update of lease_owner, state on deployment
        for each row when (new.lease_owner is null) execute function landfall_tell()`.execute(db);
    },
  },
  {
    name: "0005-webhooks",
    async up(db, { text, bytes }) {
      await db.schema
        .createTable("webhook")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("organization_id", text, (c) => c.notNull())
        .addColumn("platform", text, (c) => c.notNull())
        .addColumn("name", text, (c) => c.notNull())
        .addColumn("secret", text, (c) => c.notNull())
        .addColumn("created_at", text, (c) => c.notNull())
        .addColumn("delivered_at", text)
        .execute();
      await db.schema
        .createIndex("webhook_of_organization")
        .on("webhook")
        .columns(["organization_id", "created_at"])
        .execute();
      await db.schema
        .createTable("delivery")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("webhook_id", text, (c) => c.notNull().references("webhook.id").onDelete("cascade"))
        .addColumn("vendor_id", text, (c) => c.notNull())
        .addColumn("remote_id", text)
        .addColumn("state", text)
        .addColumn("body", bytes, (c) => c.notNull())
        .addColumn("received_at", text, (c) => c.notNull())
        .addColumn("seen_at", text)
        .addColumn("deployment_id", text)
        .addColumn("outcome", text)
        .addUniqueConstraint("delivery_once", ["webhook_id", "vendor_id"])
        .execute();
      await db.schema.createIndex("delivery_of_webhook").on("delivery").columns(["webhook_id", "id"]).execute();
      await db.schema.createIndex("delivery_by_age").on("delivery").column("received_at").execute();
    },
  },
  {
    name: "0006-sandboxes",
    async up(db, { text }) {
      await db.schema
        .createTable("sandbox")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("organization_id", text, (c) => c.notNull())
        .addColumn("name", text, (c) => c.notNull())
        .addColumn("state", text, (c) => c.notNull())
        .addColumn("size_bytes", "bigint", (c) => c.notNull())
        .addColumn("files", "bigint", (c) => c.notNull())
        .addColumn("created_at", text, (c) => c.notNull())
        .addColumn("expires_at", text, (c) => c.notNull())
        .execute();
      await db.schema.createIndex("sandbox_of_organization").on("sandbox").columns(["organization_id", "id"]).execute();
      await db.schema
        .createTable("sandbox_command")
        .addColumn("id", text, (c) => c.primaryKey())
        .addColumn("sandbox_id", text, (c) => c.notNull().references("sandbox.id").onDelete("cascade"))
        .addColumn("organization_id", text, (c) => c.notNull())
        .addColumn("command", text, (c) => c.notNull())
        .addColumn("state", text, (c) => c.notNull())
        .addColumn("exit_code", "integer")
        .addColumn("error", text)
        .addColumn("owner", text, (c) => c.notNull())
        .addColumn("cancel_requested", "integer", (c) => c.notNull())
        .addColumn("started_at", text, (c) => c.notNull())
        .addColumn("finished_at", text)
        .execute();
      await db.schema.createIndex("command_of_sandbox").on("sandbox_command").columns(["sandbox_id", "id"]).execute();
      await db.schema
        .createTable("sandbox_deployment")
        .addColumn("sandbox_id", text, (c) => c.notNull().references("sandbox.id").onDelete("cascade"))
        .addColumn("deployment_id", text, (c) => c.notNull())
        .addPrimaryKeyConstraint("sandbox_deployment_pk", ["sandbox_id", "deployment_id"])
        .execute();
    },
  },
  peopleOfDeployments,
  targetsAndMachines,
  historyAndSettings,
  sharedValues,
];

/** Projects belong to an organisation, which their names are unique in, and know their source, which was a setting. */
async function ownedProjects(db: Kysely<unknown>, { kind, text }: Pick<Types, "kind" | "text">): Promise<void> {
  const source = sql`(select value from setting where key = 'source/' || project.name)`;
  if (kind === "postgres") {
    await db.schema
      .alterTable("project")
      .addColumn("organization_id", text, (c) => c.notNull().defaultTo("local"))
      .addColumn("source", text)
      .execute();
    await sql`update project set source = ${source}`.execute(db);
    await db.schema.alterTable("project").dropConstraint("project_name_key").execute();
    await db.schema
      .alterTable("project")
      .addUniqueConstraint("project_name_in_organization", ["organization_id", "name"])
      .execute();
  } else {
    // SQLite drops no constraint in place. Its references are by name, and off while this runs: they find the new table.
    await db.schema
      .createTable("project_next")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("source", text)
      .addColumn("created_at", text, (c) => c.notNull())
      .addUniqueConstraint("project_name_in_organization", ["organization_id", "name"])
      .execute();
    await sql`insert into project_next (id, organization_id, name, source, created_at)
      select id, 'local', name, ${source}, created_at from project`.execute(db);
    await db.schema.dropTable("project").execute();
    await db.schema.alterTable("project_next").renameTo("project").execute();
  }
  await sql`delete from setting where key like 'source/%'`.execute(db);
}

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
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      await migration.up(tx as unknown as Kysely<unknown>, typesOf[kind]);
      await sql`insert into migration (name, at) values (${migration.name}, ${new Date().toISOString()})`.execute(tx);
    }
    if (kind === "postgres") return;
    const { rows } = await sql<{ table: string }>`pragma foreign_key_check`.execute(tx);
    if (rows.length > 0) throw new Error(`rows of ${rows[0]!.table} refer to what is not there`);
  });
  if (kind === "sqlite") await sql`pragma foreign_keys = on`.execute(db);
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
