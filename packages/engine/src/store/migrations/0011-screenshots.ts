/** Pictures of what deployments put online. */
import type { Migration } from "../migration.ts";

export const screenshots: Migration = {
  name: "0011-screenshots",
  async up(db, { text }) {
    await db.schema
      .createTable("screenshot")
      .addColumn("deployment_id", text, (c) => c.primaryKey().references("deployment.id").onDelete("cascade"))
      .addColumn("sha256", text)
      .addColumn("size_bytes", "integer")
      .addColumn("asked_at", text, (c) => c.notNull())
      .execute();
  },
};
