/** Workspaces held for other products, the commands run in them, and the deployments made of them. */
import type { Migration } from "../migration.ts";

export const sandboxes: Migration = {
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
};
