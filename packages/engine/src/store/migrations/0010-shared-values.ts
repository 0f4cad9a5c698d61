/** Values of an organisation, and the variables of projects that have them. */
import type { Migration } from "../migration.ts";

export const sharedValues: Migration = {
  name: "0010-shared-values",
  async up(db, { text }) {
    await db.schema
      .createTable("shared_value")
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("key", text, (c) => c.notNull())
      .addColumn("value", text, (c) => c.notNull())
      .addColumn("sensitive", "integer", (c) => c.notNull())
      .addColumn("updated_at", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("shared_value_pk", ["organization_id", "key"])
      .execute();
    await db.schema
      .createTable("shared_mapping")
      .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
      .addColumn("environment", text, (c) => c.notNull())
      .addColumn("key", text, (c) => c.notNull())
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("shared_key", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("shared_mapping_pk", ["project_id", "environment", "key"])
      .addForeignKeyConstraint("shared_mapping_value", ["organization_id", "shared_key"], "shared_value", [
        "organization_id",
        "key",
      ])
      .execute();
    await db.schema
      .createIndex("shared_mapping_of_value")
      .on("shared_mapping")
      .columns(["organization_id", "shared_key"])
      .execute();
  },
};
