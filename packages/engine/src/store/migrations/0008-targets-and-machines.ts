/** Targets saved under a name, and the machines that work on this database. */
import type { Migration } from "../migration.ts";

export const targetsAndMachines: Migration = {
  name: "0008-targets-and-machines",
  async up(db, { text }) {
    await db.schema
      .createTable("saved_target")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("platform", text, (c) => c.notNull())
      .addColumn("connection_id", text)
      .addColumn("target", text)
      .addColumn("is_default", "integer", (c) => c.notNull())
      .addColumn("created_at", text, (c) => c.notNull())
      .addUniqueConstraint("saved_target_name_in_organization", ["organization_id", "name"])
      .execute();
    await db.schema
      .createTable("machine")
      .addColumn("process", text, (c) => c.primaryKey())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("roles", text, (c) => c.notNull())
      .addColumn("version", text, (c) => c.notNull())
      .addColumn("edge", text)
      .addColumn("disk", text)
      .addColumn("seen_at", text, (c) => c.notNull())
      .execute();
  },
};
