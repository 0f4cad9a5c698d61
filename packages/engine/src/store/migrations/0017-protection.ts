/** What of a project only those see who have its password, which is kept as a slow hash. */
import type { Migration } from "../migration.ts";

export const protection: Migration = {
  name: "0017-protection",
  async up(db, { text }) {
    await db.schema
      .createTable("project_protection")
      .addColumn("project_id", text, (c) => c.primaryKey().references("project.id").onDelete("cascade"))
      .addColumn("version", "integer", (c) => c.notNull())
      .addColumn("scope", text, (c) => c.notNull())
      .addColumn("password", text)
      .addColumn("updated_at", text, (c) => c.notNull())
      .execute();
  },
};
