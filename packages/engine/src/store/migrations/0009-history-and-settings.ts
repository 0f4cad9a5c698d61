/** What happened to variables, so that it can be taken back, and settings a project's deployments begin with. */
import type { Migration } from "../migration.ts";

export const historyAndSettings: Migration = {
  name: "0009-history-and-settings",
  async up(db, { text }) {
    await db.schema
      .createTable("variable_change")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
      .addColumn("environment", text, (c) => c.notNull())
      .addColumn("key", text, (c) => c.notNull())
      .addColumn("value", text)
      .addColumn("sensitive", "integer", (c) => c.notNull())
      .addColumn("at", text, (c) => c.notNull())
      .addColumn("by", text)
      .execute();
    await db.schema
      .createIndex("variable_change_of_variable")
      .on("variable_change")
      .columns(["project_id", "environment", "key", "id"])
      .execute();
    await db.schema
      .createTable("project_settings")
      .addColumn("project_id", text, (c) => c.primaryKey().references("project.id").onDelete("cascade"))
      .addColumn("version", "integer", (c) => c.notNull())
      .addColumn("settings", text, (c) => c.notNull())
      .addColumn("updated_at", text, (c) => c.notNull())
      .execute();
  },
};
