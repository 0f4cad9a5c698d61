/** What edges run, and what programs there print, for processes on other machines. */
import type { Migration } from "../migration.ts";

export const edges: Migration = {
  name: "0015-edges",
  async up(db, { text }) {
    await db.schema
      .createTable("edge")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("report", text, (c) => c.notNull())
      .addColumn("asked", "integer", (c) => c.notNull().defaultTo(0))
      .addColumn("applied", "integer", (c) => c.notNull())
      .addColumn("seen_at", text, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("log_reading")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("edge_id", text, (c) => c.notNull().references("edge.id").onDelete("cascade"))
      .addColumn("asked", text, (c) => c.notNull())
      .addColumn("wanted_at", text, (c) => c.notNull())
      .execute();
    await db.schema.createIndex("log_reading_of_edge").on("log_reading").column("edge_id").execute();
    await db.schema
      .createTable("log_piece")
      .addColumn("reading_id", text, (c) => c.notNull().references("log_reading.id").onDelete("cascade"))
      .addColumn("seq", "integer", (c) => c.notNull())
      .addColumn("body", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("log_piece_pk", ["reading_id", "seq"])
      .execute();
  },
};
