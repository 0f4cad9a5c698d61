/** What people are told of deployments they started themselves: who started one, who chose what, and the mailbox it goes to in a project. */
import type { Migration } from "../migration.ts";

export const ownNotifications: Migration = {
  name: "0018-own-notifications",
  async up(db, { text }) {
    await db.schema.alterTable("deployment").addColumn("started_by_id", text).execute();
    await db.schema.alterTable("notification_place").addColumn("person_id", text).execute();
    await db.schema
      .createTable("own_notification")
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("person_id", text, (c) => c.notNull())
      .addColumn("address", text, (c) => c.notNull())
      .addColumn("events", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("own_notification_pk", ["organization_id", "person_id"])
      .execute();
  },
};
