/** Under which key a deployment was asked for: asked again under it, it is the same one, whatever died in between. */
import type { Migration } from "../migration.ts";

export const requestKeys: Migration = {
  name: "0013-request-keys",
  async up(db, { text }) {
    await db.schema.alterTable("deployment").addColumn("request_key", text).execute();
    await db.schema
      .createIndex("deployment_request_key")
      .unique()
      .on("deployment")
      .columns(["organization_id", "request_key"])
      .execute();
  },
};
