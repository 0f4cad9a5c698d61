/**
 * The database of a backup. SQLite goes as it is, in one file; PostgreSQL as its tables' definitions, read from its catalog, and their rows
 * as COPY writes them. Both as they were at one instant, while others write.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DatabaseKind } from "../store/migration.ts";
import type { Schema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { damaged } from "./archive.ts";
import type { Frozen, Loading } from "./frozen.ts";

const sqliteFile = "landfall.db";

/** Write the database down in `directory`. */
export async function freeze(store: Store, directory: string, databaseUrl: string | undefined): Promise<Frozen> {
  if (databaseUrl !== undefined) {
    const { freezePostgres } = await import("./postgres.ts");
    return freezePostgres(store.db, directory, databaseUrl);
  }
  const path = join(directory, sqliteFile);
  // A connection of its own: this process's other one is in the midst of something, perhaps.
  const source = new DatabaseSync(join(store.home, sqliteFile));
  try {
    source.exec("pragma busy_timeout = 10000");
    source.prepare("vacuum into ?").run(path);
  } finally {
    source.close();
  }
  const { db } = openSqlite<Schema>(path);
  return {
    db,
    files: [sqliteFile],
    rows: sqliteContents(path),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

/** The database of a data directory that is being restored, or of `databaseUrl`. */
export async function loading(kind: DatabaseKind, home: string, databaseUrl: string | undefined): Promise<Loading> {
  if (kind === "postgres") {
    const { loadingPostgres } = await import("./postgres.ts");
    return loadingPostgres(databaseUrl!);
  }
  const path = join(home, sqliteFile);
  return {
    expectNothing: async () => {}, // A restore is into a directory that is not there yet.
    async load() {
      // It was unpacked to where it belongs.
      const database = new DatabaseSync(path);
      try {
        const [check] = database.prepare("pragma quick_check").all();
        if (check?.["quick_check"] !== "ok") throw damaged(path, "its database is not sound");
      } finally {
        database.close();
      }
    },
    clear: async () => {}, // It goes with the directory.
    contents: async () => ({ rows: sqliteContents(path), digests: {} }),
  };
}

function sqliteContents(path: string): Record<string, number> {
  const database = new DatabaseSync(path);
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
      .all() as { name: string }[];
    return Object.fromEntries(
      tables.map(({ name }) => {
        const row = database.prepare(`select count(*) as count from "${name.replaceAll('"', '""')}"`).get();
        return [name, Number(row!["count"])];
      }),
    );
  } finally {
    database.close();
  }
}
