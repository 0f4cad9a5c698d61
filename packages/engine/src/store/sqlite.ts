/**
 * Kysely over node:sqlite. One connection; calls are synchronous, so a statement never interleaves with another of this process,
 * and a transaction holds the connection until it ends. Several processes may open the same file: WAL, a busy timeout, and
 * `begin immediate`, since a transaction that reads first and writes later could not be retried by SQLite itself.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { DeployError } from "../error.ts";
import { removedMeanwhile } from "./removed.ts";

/** Statements kept prepared; the engine has fewer than this. */
const preparedLimit = 300;

class Connection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      if (this.#prepared.size >= preparedLimit) this.#prepared.clear();
      this.#prepared.set(sql, statement);
    }
    const values = parameters as (string | number | bigint | null | Uint8Array)[];
    try {
      if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] };
      const { changes } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw told(error);
    }
  }

  // oxlint-disable-next-line require-yield -- nothing here streams; rows are few
  async *streamQuery(): AsyncGenerator<never> {
    throw new Error("streaming is not offered by this driver");
  }

  run(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw told(error);
    }
  }
}

/** Somebody has held the file for longer than we wait, or removed what a row is about; anything else as it is. */
function told(error: unknown): unknown {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  // Source: sqlite.org/rescode.html, SQLITE_BUSY in the low byte, SQLITE_CONSTRAINT_FOREIGNKEY.
  if ((code & 0xff) === 5) return unavailable(error);
  return code === 787 ? removedMeanwhile(error) : error;
}

function unavailable(cause: unknown): DeployError {
  return new DeployError(
    "STORE_UNAVAILABLE",
    {
      what: "The database is held by another program.",
      where: "landfall.db",
      next: "Nothing that was accepted is lost. See who holds the file, and try again.",
      retryAfterMs: 1_000,
    },
    { cause },
  );
}

class SqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: Connection;
  #turn: Promise<void> = Promise.resolve();
  #release: (() => void) | null = null;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#connection = new Connection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turn;
    let release!: () => void;
    this.#turn = new Promise((resolve) => (release = resolve));
    await before;
    this.#release = release;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const release = this.#release;
    this.#release = null;
    release?.();
  }

  async beginTransaction(): Promise<void> {
    this.#connection.run("begin immediate");
  }

  async commitTransaction(): Promise<void> {
    this.#connection.run("commit");
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite ends a transaction by itself on some errors (disk full); a second end would hide the first error.
    if (this.#database.isTransaction) this.#connection.run("rollback");
  }

  async destroy(): Promise<void> {
    this.#database.close();
  }
}

/** A transaction here has the whole database: there is no row to lock for it. */
class Compiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(): void {}
}

/** An open file. `stamp` is another text after anything was written to it, here or by another process; asking costs some microseconds. */
export interface OpenSqlite<Schema> {
  db: Kysely<Schema>;
  stamp(): string;
}

/** Open the file (created when absent) with durable settings: WAL, synchronous FULL, foreign keys. */
export function openSqlite<Schema>(path: string): OpenSqlite<Schema> {
  const database = new DatabaseSync(path);
  database.exec("pragma busy_timeout = 10000");
  database.exec("pragma journal_mode = wal");
  database.exec("pragma synchronous = full");
  database.exec("pragma foreign_keys = on");
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(database),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new Compiler(),
  };
  const others = database.prepare("pragma data_version");
  const own = database.prepare("select total_changes() as changes");
  return {
    db: new Kysely<Schema>({ dialect }),
    stamp: () => `${String(others.get()?.["data_version"])} ${String(own.get()?.["changes"])}`,
  };
}
