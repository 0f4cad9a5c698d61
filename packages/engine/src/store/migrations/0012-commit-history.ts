/** The commits between what was live and what was deployed. */
import type { Migration } from "../migration.ts";

export const commitHistory: Migration = {
  name: "0012-commit-history",
  async up(db, { text }) {
    await db.schema
      .createTable("commit_history")
      .addColumn("deployment_id", text, (c) => c.primaryKey().references("deployment.id").onDelete("cascade"))
      .addColumn("project_id", text, (c) => c.notNull())
      .addColumn("from_sha", text, (c) => c.notNull())
      .addColumn("to_sha", text, (c) => c.notNull())
      .addColumn("found", text, (c) => c.notNull())
      .execute();
    await db.schema.createIndex("commit_history_of_project").on("commit_history").column("project_id").execute();
  },
};
