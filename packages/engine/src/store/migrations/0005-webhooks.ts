/** Addresses that platforms send news to, and the news as it arrived. */
import type { Migration } from "../migration.ts";

export const webhooks: Migration = {
  name: "0005-webhooks",
  async up(db, { text, bytes }) {
    await db.schema
      .createTable("webhook")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("platform", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("secret", text, (c) => c.notNull())
      .addColumn("created_at", text, (c) => c.notNull())
      .addColumn("delivered_at", text)
      .execute();
    await db.schema
      .createIndex("webhook_of_organization")
      .on("webhook")
      .columns(["organization_id", "created_at"])
      .execute();
    await db.schema
      .createTable("delivery")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("webhook_id", text, (c) => c.notNull().references("webhook.id").onDelete("cascade"))
      .addColumn("vendor_id", text, (c) => c.notNull())
      .addColumn("remote_id", text)
      .addColumn("state", text)
      .addColumn("body", bytes, (c) => c.notNull())
      .addColumn("received_at", text, (c) => c.notNull())
      .addColumn("seen_at", text)
      .addColumn("deployment_id", text)
      .addColumn("outcome", text)
      .addUniqueConstraint("delivery_once", ["webhook_id", "vendor_id"])
      .execute();
    await db.schema.createIndex("delivery_of_webhook").on("delivery").columns(["webhook_id", "id"]).execute();
    await db.schema.createIndex("delivery_by_age").on("delivery").column("received_at").execute();
  },
};
