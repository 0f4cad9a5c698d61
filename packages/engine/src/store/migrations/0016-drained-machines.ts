/** Machines that begin nothing new, by their host names: kept apart from what their processes note, which ends with them. */
import type { Migration } from "../migration.ts";

export const drainedMachines: Migration = {
  name: "0016-drained-machines",
  async up(db, { text }) {
    await db.schema
      .createTable("drained_machine")
      .addColumn("name", text, (c) => c.primaryKey())
      .addColumn("since", text, (c) => c.notNull())
      .execute();
  },
};
