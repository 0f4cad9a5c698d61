/** Rotation of the key: every envelope of the store sealed again, while others go on reading and writing. */
import { type Kysely, sql, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import type { Store } from "./store.ts";

/** A sealed column: the columns that name its row, and what an envelope there is bound to. Whoever adds one adds it here. */
interface Place {
  table: keyof Schema;
  column: string;
  key: string[];
  row(...key: [string, ...string[]]): string;
}

const places: Place[] = [
  {
    table: "variable",
    column: "value",
    key: ["project_id", "environment", "key"],
    row: (project, environment, key) => `variable ${project}/${environment}/${key}`,
  },
  { table: "variable_change", column: "value", key: ["id"], row: (id) => `variable-change ${id}` },
  {
    table: "shared_value",
    column: "value",
    key: ["organization_id", "key"],
    row: (organization, key) => `shared-value ${organization}/${key}`,
  },
  { table: "release", column: "variables", key: ["id"], row: (id) => id },
  { table: "deployment", column: "given", key: ["id"], row: (id) => `given ${id}` },
  { table: "deployment", column: "credential", key: ["id"], row: (id) => `credential ${id}` },
  { table: "connection", column: "credential", key: ["id"], row: (id) => `connection ${id}` },
  { table: "authorization", column: "sealed", key: ["state"], row: (state) => `authorization ${state}` },
  { table: "webhook", column: "secret", key: ["id"], row: (id) => `webhook ${id}` },
  { table: "notification_place", column: "address", key: ["id"], row: (id) => `notification-place ${id}` },
  { table: "notification_place", column: "secret", key: ["id"], row: (id) => `notification-secret ${id}` },
];

/** Ids of the keys that something in the database was sealed with. */
export async function keysInUse(db: Kysely<Schema>): Promise<string[]> {
  const ids = new Set<string>();
  for (const { table, column } of places) {
    // `v1.<id>.…`, the id eight characters long.
    const { rows } = await sql<{ id: string }>`select distinct substr(${sql.ref(column)}, 4, 8) as id
      from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(db);
    for (const { id } of rows) ids.add(id);
  }
  return [...ids].sort();
}

/** Open everything that is sealed, and answer how many values that were. Throws INTERNAL for the first that does not open. */
export async function openAll({ db, vault }: Pick<Store, "db" | "vault">): Promise<number> {
  let opened = 0;
  for (const { table, column, key, row } of places) {
    const columns = sql.join([...key, column].map((name) => sql.ref(name)));
    const { rows } = await sql<Record<string, string>>`select ${columns} from ${sql.table(table)}
      where ${sql.ref(column)} is not null`.execute(db);
    for (const found of rows) {
      vault.open(found[column]!, row(...(key.map((name) => found[name]!) as [string, ...string[]])));
      opened++;
    }
  }
  return opened;
}

/** Rows sealed again in one transaction: writers of other processes wait for no longer than that. */
const batch = 200;

/**
 * Seal every envelope with the newest key and forget the others; answers how many. Whoever writes meanwhile uses the new key: it is in the
 * file before the first row is touched, and every seal happens in a transaction. Killed in between, all keys are there: run it again.
 */
export async function rotateKey(store: Store): Promise<number> {
  const { db, vault } = store;
  // Two that begin at the same time take turns: the second finds the first one's key.
  await db.transaction().execute(async () => vault.beginRotation());
  let total = 0;
  for (;;) {
    const resealed = await db.transaction().execute(async (tx) => {
      // Who writes there waits; SQLite's transaction is alone by itself.
      const tables = sql.join([...new Set(places.map(({ table }) => table))].map((table) => sql.table(table)));
      if (store.kind === "postgres") await sql`lock table ${tables} in exclusive mode`.execute(tx);
      let count = 0;
      for (const place of places) count += await reseal(tx, store, place);
      // In the transaction that looked last: nobody can have written with an old key since.
      if (count === 0) vault.endRotation();
      return count;
    });
    if (resealed === 0) return total;
    total += resealed;
  }
}

async function reseal(tx: Transaction<Schema>, { vault }: Store, { table, column, key, row }: Place): Promise<number> {
  const columns = sql.join([...key, column].map((name) => sql.ref(name)));
  const old = await sql<Record<string, string>>`select ${columns} from ${sql.table(table)}
    where ${sql.ref(column)} not like ${`${vault.prefix()}%`} limit ${sql.lit(batch)}`.execute(tx);
  for (const found of old.rows) {
    const bound = row(...(key.map((name) => found[name]!) as [string, ...string[]]));
    const sealed = vault.seal(vault.open(found[column]!, bound), bound);
    // Written by somebody else meanwhile, it has the new key already.
    const isRow = sql.join(
      [...key, column].map((name) => sql`${sql.ref(name)} = ${found[name]}`),
      sql` and `,
    );
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sealed} where ${isRow}`.execute(tx);
  }
  return old.rows.length;
}
