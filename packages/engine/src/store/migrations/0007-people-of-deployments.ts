/** Who began a deployment, of which commit its files are, and addresses under which it is shown to anyone. */
import type { Migration } from "../migration.ts";

export const peopleOfDeployments: Migration = {
  name: "0007-people-of-deployments",
  async up(db, { text }) {
    for (const column of ["started_by", "commit_sha", "commit_message", "commit_branch", "commit_author"])
      await db.schema.alterTable("deployment").addColumn(column, text).execute();
    await db.schema
      .createTable("share")
      .addColumn("digest", text, (c) => c.primaryKey())
      .addColumn("deployment_id", text, (c) => c.notNull().references("deployment.id").onDelete("cascade"))
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("created_at", text, (c) => c.notNull())
      .addColumn("expires_at", text, (c) => c.notNull())
      .execute();
    await db.schema.createIndex("share_of_deployment").on("share").column("deployment_id").execute();
  },
};
