/** On PostgreSQL the database tells those who listen: a deployment may be claimed, a deployment has a new event. */
import { sql } from "kysely";
import type { Migration } from "../migration.ts";

export const hints: Migration = {
  name: "0004-hints",
  async up(db, { kind }) {
    if (kind !== "postgres") return;
    await sql`create function landfall_tell() returns trigger language plpgsql as $$ begin
          perform pg_notify('landfall ' || tg_table_schema, case tg_table_name when 'event' then to_jsonb(new)->>'deployment_id' else 'work' end);
          return null;
        end $$`.execute(db);
    await sql`create trigger event_told after insert on event for each row execute function landfall_tell()`.execute(
      db,
    );
    await sql`create trigger deployment_told after insert or update of lease_owner, state on deployment
        for each row when (new.lease_owner is null) execute function landfall_tell()`.execute(db);
  },
};
