/** Places that are told how deployments ended, and what they are told. */
import type { Migration } from "../migration.ts";

export const notifications: Migration = {
  name: "0014-notifications",
  async up(db, { text }) {
    await db.schema
      .createTable("notification_place")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("project_id", text, (c) => c.notNull().references("project.id").onDelete("cascade"))
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("kind", text, (c) => c.notNull())
      .addColumn("address", text, (c) => c.notNull())
      .addColumn("leads_to", text, (c) => c.notNull())
      .addColumn("secret", text)
      .addColumn("events", text, (c) => c.notNull())
      .addColumn("environments", text, (c) => c.notNull())
      .addColumn("created_at", text, (c) => c.notNull())
      .addUniqueConstraint("notification_place_name", ["project_id", "name"])
      .execute();
    await db.schema
      .createTable("notification")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("place_id", text, (c) => c.notNull().references("notification_place.id").onDelete("cascade"))
      .addColumn("event", text, (c) => c.notNull())
      .addColumn("deployment_id", text)
      .addColumn("body", text, (c) => c.notNull())
      .addColumn("state", text, (c) => c.notNull())
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("next_at", "bigint", (c) => c.notNull())
      .addColumn("owner", text)
      .addColumn("status", "integer")
      .addColumn("outcome", text)
      .addColumn("created_at", text, (c) => c.notNull())
      .addColumn("tried_at", text)
      .execute();
    await db.schema.createIndex("notification_of_place").on("notification").columns(["place_id", "id"]).execute();
    await db.schema.createIndex("notification_due").on("notification").columns(["state", "next_at"]).execute();
  },
};
