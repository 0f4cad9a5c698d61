/** What a person has stopped of what is live here, until somebody starts it again or something else goes live. */
import type { Migration } from "../migration.ts";

export const stopped: Migration = {
  name: "0019-stopped",
  async up(db, { text }) {
    await db.schema.alterTable("live").addColumn("stopped_at", text).execute();
  },
};
