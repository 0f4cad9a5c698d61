/**
 * Kysely over node-postgres. A restart of the server is waited for wherever nothing can be done twice by that: while connecting, for what
 * only reads, and for the beginning of a transaction. Anything else that was under way fails with STORE_UNAVAILABLE.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import type { Client, ClientConfig, Pool, PoolClient, QueryResult, types } from "pg";
import { type Clock, systemClock } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { badAddress, readDatabaseUrl } from "./database-url.ts";
import { removedMeanwhile } from "./removed.ts";
import { hints, type Watching } from "./watch.ts";

/** Of one process. */
const mostConnections = 10;
/** A server that restarts is waited for so long. */
const patienceMs = 20_000;
const againMs = 100;
/** The clocks of machines differ by less without anybody minding; more is made good. */
const negligibleSkewMs = 500;

export interface Postgres<Schema> {
  db: Kysely<Schema>;
  /** The database's time, where the clock is the system's: machines must agree on when a lease is over. */
  clock: Clock;
  watching: Watching;
  close(): Promise<void>;
}

/** Connect. Throws INVALID_CONFIG (no such database, refused), STORE_UNAVAILABLE. */
export async function openPostgres<Schema>(url: string, clock: Clock): Promise<Postgres<Schema>> {
  // Loaded only when used: a command on a database of its own starts without.
  const { default: pg } = await import("pg");
  const settings: ClientConfig = {
    keepAlive: true,
    application_name: "landfall",
    types: { getTypeParser: parserOf(pg.types.getTypeParser) },
    ...(await readDatabaseUrl(url)),
  };
  const pool = new pg.Pool({ ...settings, max: mostConnections, connectionTimeoutMillis: patienceMs });
  // A connection that breaks is told to whoever asks it something, and an idle one leaves the pool; unheard, either would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const skewMs = await skewOf(pool, clock).catch(async (error: unknown) => {
    await pool.end();
    throw refusal(error);
  });
  // What is more in the interface serves cursors and cancelling, which nobody here asks for.
  const open = () => patiently(pool, clock);
  const connect = async () => new Session(await open(), open) as unknown as PostgresPoolClient;
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: { connect, end: () => pool.end(), options: pool.options } }),
  });
  const listener = listenerOf(
    () => new pg.Client(settings),
    (topic) => told.tell(topic),
  );
  const told = hints(clock, listener.begin);
  return {
    db,
    clock: skewMs === 0 ? clock : { now: () => clock.now() + skewMs, sleep: clock.sleep },
    watching: told.watching,
    async close() {
      await listener.close();
      await db.destroy();
    },
  };
}

/** Read as the same values as of SQLite: all our whole numbers are safe ones. */
function parserOf(usual: typeof types.getTypeParser): typeof types.getTypeParser {
  const int8 = 20;
  return ((type: number, format?: "text") =>
    type === int8 ? Number : usual(type, format)) as typeof types.getTypeParser;
}

/** By how much the database's clock is ahead of this machine's. A clock that a caller made is what they say it is. */
async function skewOf(pool: Pool, clock: Clock): Promise<number> {
  const before = clock.now();
  const { rows } = await pool.query<{ now: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  );
  const skew = Math.round(rows[0]!.now - (before + clock.now()) / 2);
  return clock === systemClock && Math.abs(skew) > negligibleSkewMs ? skew : 0;
}

/** A connection, as soon as there is one. Throws STORE_UNAVAILABLE when that takes too long. */
async function patiently(pool: Pool, clock: Clock): Promise<PoolClient> {
  const until = clock.now() + patienceMs;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!isPassing(error) || pool.ending) throw error;
      if (clock.now() > until) throw unavailable(error);
      await clock.sleep(againMs);
    }
  }
}

/** A connection of the pool while somebody has it; a broken one is replaced where nothing is lost with it. */
class Session {
  readonly #open: () => Promise<PoolClient>;
  /** Null when a broken one was given back and there is no other. */
  #client: PoolClient | null;
  #inTransaction = false;
  #isBroken = false;

  constructor(client: PoolClient, open: () => Promise<PoolClient>) {
    this.#client = client;
    this.#open = open;
  }

  async query(
    statement: string,
    parameters: readonly unknown[] = [],
  ): Promise<Pick<QueryResult, "command" | "rowCount" | "rows">> {
    // The server has rolled back what a broken connection had begun.
    if (this.#isBroken && statement === "rollback") return { command: "ROLLBACK", rowCount: 0, rows: [] };
    const mayRepeat = !this.#inTransaction && /^(?:select|begin)\b/i.test(statement);
    for (;;) {
      try {
        const result = await this.#client!.query(statement, parameters.map(storable));
        if (statement === "begin") this.#inTransaction = true;
        if (statement === "commit" || statement === "rollback") this.#inTransaction = false;
        return result;
      } catch (error) {
        // Source: postgresql.org/docs/current/errcodes-appendix.html, foreign_key_violation.
        if (errnoOf(error) === "23503") throw removedMeanwhile(error);
        if (!isPassing(error)) throw error;
        this.#isBroken = !(error as { code?: string }).code?.startsWith("40");
        if (!mayRepeat) throw unavailable(error);
        this.release(true);
        this.#client = await this.#open();
        this.#isBroken = false;
      }
    }
  }

  release(destroy = false): void {
    this.#client?.release(destroy || this.#isBroken);
    this.#client = null;
  }
}

/** PostgreSQL keeps no NUL in a text. */
function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
}

const passingErrnos = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOENT", "ETIMEDOUT", "EAI_AGAIN"]);

/** The server restarts, is full, or had to choose between two transactions; the same may well work in a moment. */
function isPassing(error: unknown): boolean {
  const code = errnoOf(error) ?? "";
  // Source: postgresql.org/docs/current/errcodes-appendix.html, classes 08, 40, 53300 and 57P.
  if (passingErrnos.has(code) || /^(?:08...|40001|40P01|53300|57P0[123])$/.test(code)) return true;
  return (
    error instanceof Error &&
    /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded)/.test(error.message)
  );
}

function unavailable(cause: unknown): DeployError {
  return new DeployError(
    "STORE_UNAVAILABLE",
    {
      what: "The database does not answer.",
      where: "DATABASE_URL",
      next: "Nothing that was accepted is lost. Try again when it is back; see that it runs and can be reached from here.",
      retryAfterMs: 1_000,
    },
    { cause },
  );
}

/** Why it could not be opened. The address is not repeated: it may hold a password. */
function refusal(cause: unknown): DeployError {
  if (isPassing(cause)) return unavailable(cause);
  return badAddress(`The database could not be opened: ${errnoOf(cause) ?? "its address cannot be read"}.`, cause);
}

interface Listener {
  /** Connect, unless that was done. */
  begin(): void;
  close(): Promise<void>;
}

/** Hears what the triggers of migrations.ts tell, over a connection of its own. After a break anything may have been written. */
function listenerOf(open: () => Client, tell: (topic?: string) => void): Listener {
  const ending = new AbortController();
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const client = open();
      const broken = new Promise<void>((resolve) => {
        client.on("error", () => resolve());
        client.on("end", () => resolve());
        ending.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      try {
        client.on("notification", ({ payload }) => tell(payload));
        await client.connect();
        const { rows } = await client.query<{ schema: string }>("select current_schema() as schema");
        await client.query(`listen ${client.escapeIdentifier(`landfall ${rows[0]!.schema}`)}`);
        tell();
        await broken;
      } catch {
        // Not there: everybody looks by themselves meanwhile.
      }
      await client.end().catch(() => {}); // Broken already.
      await delay(againMs, undefined, { signal: ending.signal }).catch(() => {}); // The loop sees the end.
    }
  }

  return {
    begin: () => void (running ??= run()),
    async close() {
      ending.abort();
      await running;
    },
  };
}
