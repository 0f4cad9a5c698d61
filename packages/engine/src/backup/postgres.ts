/**
 * A schema of PostgreSQL written down and put in place again: definitions from the catalog's own functions, rows as COPY has them. Tables,
 * what is in them, sequences, functions and triggers; no views, which hold nothing, and nothing that belongs to an extension.
 * Source: PostgreSQL 15 documentation, "System Catalog Information Functions", "COPY", "System Administration Functions" (snapshots).
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Kysely, sql } from "kysely";
import type { Client } from "pg";
import { DeployError } from "../error.ts";
import { readDatabaseUrl } from "../store/database-url.ts";
import type { Schema } from "../store/schema.ts";
import type { Frozen, Loading } from "./frozen.ts";

interface Table {
  name: string;
  /** Written and read in this order, quoted. */
  columns: string;
  /** What its rows are sorted by, quoted, so that the same rows are always the same bytes. */
  order: string;
}

/** The definitions, as statements: those that rows need, and those that come after them. */
interface Definitions {
  before: string[];
  tables: Table[];
  after: string[];
}

const definitionsFile = "schema.json";

/** Write the schema that `url` leads to down in `directory`; `db` is a pool on the same. */
export async function freezePostgres(db: Kysely<Schema>, directory: string, url: string): Promise<Frozen> {
  const client = await connect(url);
  try {
    await client.query("begin isolation level repeatable read, read only");
    const { rows } = await client.query<{ id: string }>("select pg_export_snapshot() as id");
    // What is asked through it sees what is written down here.
    const view = await db.startTransaction().setIsolationLevel("repeatable read").execute();
    try {
      await sql`set transaction snapshot ${sql.lit(rows[0]!.id)}`.execute(view);
      const definitions = await definitionsOf(client);
      await writeFile(join(directory, definitionsFile), JSON.stringify(definitions));
      const counts: Record<string, number> = {};
      const { to } = await import("pg-copy-streams");
      for (const table of definitions.tables) {
        const out = client.query(to(copyOut(table)));
        await pipeline(out, createWriteStream(join(directory, fileOf(table)), { mode: 0o600 }));
        counts[table.name] = out.rowCount;
      }
      return {
        db: view,
        files: [definitionsFile, ...definitions.tables.map(fileOf)],
        rows: counts,
        async [Symbol.asyncDispose]() {
          await view.rollback().execute();
          await client.end();
        },
      };
    } catch (error) {
      await view.rollback().execute();
      throw error;
    }
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** The schema that `url` leads to, as a place for what was written down. */
export function loadingPostgres(url: string): Loading {
  return {
    async expectNothing() {
      await using client = await connected(url);
      const { rows } = await client.query<{ schema: string; found: string | null }>(`select current_schema() as schema,
        (select min(relname) from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'S')) as found`);
      if (rows[0]!.found === null) return;
      throw new DeployError("CONFLICT", {
        what: "The database is not empty, and nothing is restored over what is there.",
        where: `schema ${rows[0]!.schema}, table ${rows[0]!.found}`,
        next: "Make a new database, and set LANDFALL_DATABASE_URL to it.",
      });
    },
    async load(directory) {
      const text = await readFile(join(directory, definitionsFile), "utf8");
      const { before, tables, after } = JSON.parse(text) as Definitions;
      const { from } = await import("pg-copy-streams");
      await using client = await connected(url);
      await client.query("begin");
      // A function may name tables that come later.
      await client.query("set local check_function_bodies = off");
      for (const statement of before) await client.query(statement);
      for (const table of tables)
        await pipeline(
          createReadStream(join(directory, fileOf(table))),
          client.query(from(`copy ${quoted(table.name)} (${table.columns}) from stdin`)),
        );
      for (const statement of after) await client.query(statement);
      await client.query("commit");
    },
    async clear() {
      await using client = await connected(url);
      for (const drop of await listed(client, "drops")) await client.query(drop);
    },
    async contents() {
      await using client = await connected(url);
      await client.query("begin isolation level repeatable read, read only");
      const { tables } = await definitionsOf(client);
      const counts: Record<string, number> = {};
      const digests: Record<string, string> = {};
      const { to } = await import("pg-copy-streams");
      for (const table of tables) {
        const digest = createHash("sha256");
        const out = client.query(to(copyOut(table)));
        await pipeline(out, new Writable({ write: (chunk: Buffer, _, done) => done(void digest.update(chunk)) }));
        counts[table.name] = out.rowCount;
        digests[fileOf(table)] = digest.digest("hex");
      }
      return { rows: counts, digests };
    },
  };
}

/**
 * An empty schema beside the one that `url` leads to, in the same database, for a test; its address, and what removes it with all that is
 * in it. Throws INSUFFICIENT_PERMISSIONS.
 */
export async function scratchSchema(url: string, name: string): Promise<{ url: string } & AsyncDisposable> {
  const client = await connect(url);
  try {
    await client.query(`create schema ${quoted(name)}`);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "42501")) throw error;
    throw new DeployError(
      "INSUFFICIENT_PERMISSIONS",
      {
        what: "The test restore needs a schema of its own, and this user of the database may not make one.",
        next: "Give it the right (grant create on database …), or run this with a LANDFALL_DATABASE_URL of a database for tests.",
      },
      { cause: error },
    );
  } finally {
    await client.end();
  }
  return {
    url: `${url}${url.includes("?") ? "&" : "?"}options=${encodeURIComponent(`-csearch_path=${name}`)}`,
    async [Symbol.asyncDispose]() {
      await using end = await connected(url);
      await end.query(`drop schema ${quoted(name)} cascade`);
    },
  };
}

async function connect(url: string): Promise<Client> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ application_name: "landfall backup", ...(await readDatabaseUrl(url)) });
  client.on("error", () => {}); // Told to whoever asks it something next.
  try {
    await client.connect();
  } catch (cause) {
    throw new DeployError(
      "STORE_UNAVAILABLE",
      {
        what: "PostgreSQL does not answer.",
        where: "LANDFALL_DATABASE_URL",
        next: "See whether it runs, and try again.",
      },
      { cause },
    );
  }
  return client;
}

async function connected(url: string): Promise<Client & AsyncDisposable> {
  const client = await connect(url);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** File names are those of the tables, but for what a file name cannot have. */
function fileOf({ name }: Table): string {
  return `${name.replace(/[^A-Za-z0-9_]/g, (char) => `%${char.codePointAt(0)!.toString(16)}`)}.copy`;
}

function copyOut({ name, columns, order }: Table): string {
  return `copy (select ${columns} from ${quoted(name)} order by ${order}) to stdout`;
}

const ours = "current_schema()::regnamespace";

/** One statement a row. */
const statements = {
  sequences: `select format('create sequence %I as %s increment %s minvalue %s maxvalue %s start %s cache %s', c.relname,
      format_type(s.seqtypid, null), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache) as text
    from pg_class c join pg_sequence s on s.seqrelid = c.oid
    where c.relnamespace = ${ours} and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i') order by 1`,
  functions: `select regexp_replace(pg_get_functiondef(p.oid), '^(CREATE OR REPLACE (FUNCTION|PROCEDURE)) ' || quote_ident(current_schema()) || '\\.', '\\1 ') as text
    from pg_proc p where p.pronamespace = ${ours} and p.prokind in ('f', 'p')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by 1`,
  tables: `select format('create table %I (%s)', c.relname, string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
        || case when a.attcollation <> t.typcollation then ' collate ' || quote_ident(l.collname) else '' end
        || case a.attidentity when 'a' then ' generated always as identity' when 'd' then ' generated by default as identity' else '' end
        || case when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
             else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end
        || case when a.attnotnull then ' not null' else '' end, ', ' order by a.attnum)) as text
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid left join pg_collation l on l.oid = a.attcollation
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = ${ours} and c.relkind = 'r' group by c.relname order by c.relname`,
  // Keys before what refers to them.
  constraints: `select format('alter table %I add constraint %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid, true)) as text
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = ${ours} and k.contype in ('p', 'u', 'x', 'c', 'f') order by k.contype = 'f', c.relname, k.conname`,
  indexes: `select pg_get_indexdef(i.indexrelid, 0, true) as text from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = ${ours} and c.relkind = 'r' and not exists (select from pg_constraint k where k.conindid = i.indexrelid) order by 1`,
  triggers: `select pg_get_triggerdef(t.oid, true) as text from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = ${ours} and not t.tgisinternal order by 1`,
  positions: `select format('select setval(%L, %s, %L)', quote_ident(sequencename), coalesce(last_value, start_value), last_value is not null) as text
    from pg_sequences where schemaname = current_schema() order by 1`,
  drops: `select format('drop %s %s cascade', kind, name) as text from (
      select 'table' as kind, quote_ident(relname) as name from pg_class where relnamespace = ${ours} and relkind = 'r'
      union all select 'routine', p.oid::regprocedure::text from pg_proc p where p.pronamespace = ${ours} and p.prokind in ('f', 'p')
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
      union all select 'sequence', quote_ident(c.relname) from pg_class c where c.relnamespace = ${ours} and c.relkind = 'S'
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))) all_of_it`,
};

async function listed(client: Client, name: keyof typeof statements): Promise<string[]> {
  return (await client.query<{ text: string }>(statements[name])).rows.map(({ text }) => text);
}

async function definitionsOf(client: Client): Promise<Definitions> {
  const { rows: tables } = await client.query<Table>(`select c.relname as name,
      string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
      coalesce((select string_agg(quote_ident(k.attname), ', ' order by array_position(i.indkey::int[], k.attnum::int))
        from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any(i.indkey)
        where i.indrelid = c.oid and i.indisprimary), string_agg(quote_ident(a.attname) || '::text', ', ' order by a.attnum)) as order
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = ${ours} and c.relkind = 'r' group by c.oid, c.relname order by c.relname`);
  const all = async (...names: (keyof typeof statements)[]): Promise<string[]> => {
    const found = [];
    for (const name of names) found.push(...(await listed(client, name)));
    return found;
  };
  const before = await all("sequences", "functions", "tables");
  const after = await all("constraints", "indexes", "triggers", "positions");
  return { before, tables, after };
}
