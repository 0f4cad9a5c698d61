/** The first tables: projects with their variables, deployments with their journal, releases, and what `local` runs. */
import { sql } from "kysely";
import type { Migration } from "../migration.ts";

export const first: Migration = {
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
};
