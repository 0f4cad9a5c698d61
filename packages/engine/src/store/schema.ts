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
  /** The connection whose credential opens the platform, or an envelope with one from the environment (gone when settled); neither for this machine. */
  connection_id: Generated<string | null>;
  credential: Generated<string | null>;
  /** What went over the network to the platform. */
  bytes_sent: Generated<number>;
  files_sent: Generated<number>;
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

/** Which release has the traffic. One row, so one switch, per environment of a project on a platform. */
export interface LiveRow {
  project_id: string;
  environment: string;
  platform: string;
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

/** A credential for one platform, checked. */
export interface ConnectionTable {
  id: string;
  platform: string;
  /** What a person calls it. */
  name: string;
  method: "token" | "oauth2";
  /** JSON: whose it is. */
  account: string;
  /** Envelope with a KeptCredential; the associated data is `connection <id>`. */
  credential: string;
  /** Milliseconds since the epoch at which the access token ends; null when it does not. */
  expires_at: number | null;
  /** 1 when the platform renews it: there is a refresh token that was not refused. */
  renews: number;
  /** Who renews the credential now, and until when nobody else may: one flight for all processes. */
  renewing_by: Generated<string | null>;
  renewing_until: Generated<number>;
  /** When the account was last asked, and what came of it. */
  checked_at: number;
  fault: string | null;
  created_at: string;
}

export type ConnectionRow = Selectable<ConnectionTable>;

/** A person has been sent to a platform to allow access, and is not back yet. */
export interface AuthorizationRow {
  /** SHA-256 of the state, in hex: who reads it here cannot answer with it. */
  state: string;
  platform: string;
  /** Envelope with a PendingAuthorization; the associated data is `authorization <state>`. */
  sealed: string;
  /** Milliseconds since the epoch. */
  expires_at: number;
}

/** Where a project lives on a platform. */
export interface TargetRow {
  project_id: string;
  platform: string;
  account: string | null;
  remote_id: string | null;
  remote_name: string | null;
  pinned_at: string;
}

/** A variable we set on a platform: ours to change and to remove. */
export interface OwnedVariableRow {
  project_id: string;
  platform: string;
  environment: string;
  key: string;
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
  connection: ConnectionTable;
  authorization: AuthorizationRow;
  target: TargetRow;
  owned_variable: OwnedVariableRow;
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
  {
    name: "0002-hosted-platforms",
    async up(db) {
      const text = "text" as const;
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
