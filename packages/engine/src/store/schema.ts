/**
 * Tables of the store and their forward-only migrations. Instants are ISO 8601 text in UTC, leases milliseconds since the epoch,
 * documents JSON text, so that the same queries run on SQLite and PostgreSQL.
 */
import { type Generated, type Kysely, type Selectable, sql } from "kysely";
import { DeployError } from "../error.ts";
import type { DeploymentState } from "../events.ts";

export interface ProjectRow {
  id: string;
  name: string;
  created_at: string;
}

export interface VariableRow {
  project_id: string;
  environment: string;
  key: string;
  /** Envelope of vault.ts; the associated data is `project_id/environment/key`. */
  value: string;
  sensitive: number;
  updated_at: string;
}

export interface DeploymentTable {
  id: string;
  project_id: string;
  environment: string;
  platform: string;
  operation: "deploy" | "redeploy" | "rollback" | "promote";
  state: DeploymentState;
  /** DeployRequest without variable values. */
  request: string;
  plan: string | null;
  /** Envelope with the values given for this deployment; gone when it is settled. */
  given: string | null;
  /** For redeploy, rollback and promote: the release that is used again. */
  source_release_id: string | null;
  release_id: string | null;
  services: string | null;
  url: string | null;
  error: string | null;
  reason: string | null;
  message: string | null;
  cancel_requested: Generated<number>;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  deadline_at: number | null;
  lease_owner: string | null;
  lease_until: Generated<number>;
  /** Grows with every claim; a write with an older number changes nothing. */
  fence: Generated<number>;
  /** Seq of the last event. */
  last_seq: Generated<number>;
}

export type DeploymentRow = Selectable<DeploymentTable>;

export interface StepRow {
  deployment_id: string;
  name: string;
  status: "running" | "finished" | "failed";
  attempt: number;
  result: string | null;
  started_at: string;
  finished_at: string | null;
}

export interface EventRow {
  deployment_id: string;
  seq: number;
  at: string;
  type: string;
  /** JSON; for log chunks compressed with zstd. */
  body: string | Uint8Array;
}

export interface ManifestRow {
  /** Digest of a snapshot or an artifact. */
  digest: string;
  /** zstd over JSON. */
  body: Uint8Array;
  created_at: string;
}

export interface ReleaseRow {
  id: string;
  deployment_id: string;
  project_id: string;
  environment: string;
  platform: string;
  /** JSON: services with plan and artifact digest. */
  sealed: string;
  /** Envelope with all values; the associated data is the release's id. */
  variables: string;
  created_at: string;
}

/** Which release has the traffic. One row, so one switch, per environment of a project. */
export interface LiveRow {
  project_id: string;
  environment: string;
  release_id: string;
  /** The one before: what rollback without a name goes to. */
  previous_release_id: string | null;
  since: string;
}

/** A server process that is to run. */
export interface InstanceRow {
  id: string;
  release_id: string;
  service: string;
  port: number | null;
  desired: "running" | "stopped";
  created_at: string;
}

export interface SettingRow {
  key: string;
  value: string;
}

export interface Schema {
  project: ProjectRow;
  variable: VariableRow;
  deployment: DeploymentTable;
  step: StepRow;
  event: EventRow;
  manifest: ManifestRow;
  release: ReleaseRow;
  live: LiveRow;
  instance: InstanceRow;
  setting: SettingRow;
}

/** Never edited once released; a change is a new entry. */
const migrations: { name: string; up(db: Kysely<unknown>): Promise<void> }[] = [
  {
    name: "0001-first",
    async up(db) {
      const text = "text" as const;
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
        .addColumn("body", "blob", (c) => c.notNull())
        .addPrimaryKeyConstraint("event_pk", ["deployment_id", "seq"])
        .execute();
      await db.schema
        .createTable("manifest")
        .addColumn("digest", text, (c) => c.primaryKey())
        .addColumn("body", "blob", (c) => c.notNull())
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
];

/** Bring the store to this version. Throws STORE_NEWER when a newer Landfall has written it. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  await sql`create table if not exists migration (name text primary key, at text not null)`.execute(db);
  const applied = async (on: Kysely<Schema>) =>
    new Set((await sql<{ name: string }>`select name from migration`.execute(on)).rows.map((row) => row.name));
  const before = await applied(db);
  const unknown = [...before].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new DeployError("STORE_NEWER", {
      what: "The data directory was written by a newer Landfall.",
      where: `migration ${unknown.join(", ")}`,
      next: "Update Landfall, or choose another data directory with --home or LANDFALL_HOME.",
    });
  }
  if (migrations.every((migration) => before.has(migration.name))) return;
  // One transaction: two processes that start together on a fresh directory take turns, and half a migration never stays.
  await db.transaction().execute(async (tx) => {
    const done = await applied(tx);
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      await migration.up(tx as unknown as Kysely<unknown>);
      await sql`insert into migration (name, at) values (${migration.name}, ${new Date().toISOString()})`.execute(tx);
    }
  });
}
