/** A project may be live on several platforms; connections to them, and what is ours on them. */
import { sql } from "kysely";
import type { Migration } from "../migration.ts";

export const hostedPlatforms: Migration = {
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
};
