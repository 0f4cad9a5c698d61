/** What a migration is: a change of the tables, the same on SQLite and PostgreSQL but for what is named here. */
import type { ColumnDataType, Kysely, RawBuilder } from "kysely";

export type DatabaseKind = "sqlite" | "postgres";

/** What a migration is told of the database: its kind, and the column types that differ. */
export interface ColumnTypes {
  kind: DatabaseKind;
  text: ColumnDataType | RawBuilder<unknown>;
  bytes: ColumnDataType;
}

export interface Migration {
  name: string;
  up(db: Kysely<unknown>, types: ColumnTypes): Promise<void>;
}
