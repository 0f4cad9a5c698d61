/** Projects, deployments and connections belong to an organisation, which has a label for its host names. */
import { type Kysely, sql } from "kysely";
import type { ColumnTypes, Migration } from "../migration.ts";

export const organizations: Migration = {
  name: "0003-organizations",
  async up(db, { kind, text }) {
    await ownedProjects(db, { kind, text });
    await db.schema
      .alterTable("deployment")
      .addColumn("organization_id", text, (c) => c.notNull().defaultTo("local"))
      .execute();
    await db.schema
      .createIndex("deployment_of_organization")
      .on("deployment")
      .columns(["organization_id", "id"])
      .execute();
    await db.schema
      .alterTable("authorization")
      .addColumn("organization_id", text, (c) => c.notNull().defaultTo("local"))
      .execute();
    await db.schema.alterTable("connection").renameTo("connection_before").execute();
    await db.schema
      .createTable("connection")
      .addColumn("id", text, (c) => c.notNull())
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("platform", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("method", text, (c) => c.notNull())
      .addColumn("account", text, (c) => c.notNull())
      .addColumn("credential", text, (c) => c.notNull())
      .addColumn("expires_at", "bigint")
      .addColumn("renews", "integer", (c) => c.notNull())
      .addColumn("renewing_by", text)
      .addColumn("renewing_until", "bigint", (c) => c.notNull().defaultTo(0))
      .addColumn("checked_at", "bigint", (c) => c.notNull())
      .addColumn("fault", text)
      .addColumn("created_at", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("connection_pk", ["id"])
      .addUniqueConstraint("connection_name_in_organization", ["organization_id", "platform", "name"])
      .execute();
    const kept = sql.raw(
      "id, platform, name, method, account, credential, expires_at, renews, renewing_by, renewing_until, checked_at, fault, created_at",
    );
    await sql`insert into connection (organization_id, ${kept}) select 'local', ${kept} from connection_before`.execute(
      db,
    );
    await db.schema.dropTable("connection_before").execute();
    await db.schema
      .createTable("organization_host")
      .addColumn("organization_id", text, (c) => c.primaryKey())
      .addColumn("label", text, (c) => c.notNull().unique())
      .execute();
  },
};

/** Projects belong to an organisation, which their names are unique in, and know their source, which was a setting. */
async function ownedProjects(db: Kysely<unknown>, { kind, text }: Pick<ColumnTypes, "kind" | "text">): Promise<void> {
  const source = sql`(select value from setting where key = 'source/' || project.name)`;
  if (kind === "postgres") {
    await db.schema
      .alterTable("project")
      .addColumn("organization_id", text, (c) => c.notNull().defaultTo("local"))
      .addColumn("source", text)
      .execute();
    await sql`update project set source = ${source}`.execute(db);
    await db.schema.alterTable("project").dropConstraint("project_name_key").execute();
    await db.schema
      .alterTable("project")
      .addUniqueConstraint("project_name_in_organization", ["organization_id", "name"])
      .execute();
  } else {
    // SQLite drops no constraint in place. Its references are by name, and off while this runs: they find the new table.
    await db.schema
      .createTable("project_next")
      .addColumn("id", text, (c) => c.primaryKey())
      .addColumn("organization_id", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("source", text)
      .addColumn("created_at", text, (c) => c.notNull())
      .addUniqueConstraint("project_name_in_organization", ["organization_id", "name"])
      .execute();
    await sql`insert into project_next (id, organization_id, name, source, created_at)
      select id, 'local', name, ${source}, created_at from project`.execute(db);
    await db.schema.dropTable("project").execute();
    await db.schema.alterTable("project_next").renameTo("project").execute();
  }
  await sql`delete from setting where key like 'source/%'`.execute(db);
}
