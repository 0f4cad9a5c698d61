/** The two homes of a store. What must be so on both is said once: `describe.each(databases)`. */
import { afterAll, beforeAll, describe, it } from "vitest";
import type { DatabaseKind } from "../../src/store/migration.ts";
import { missingPrograms, type PostgresServer, startPostgres } from "./postgres-server.ts";

export interface Database {
  kind: DatabaseKind;
  /** Call in a `describe`. What it answers gives the options of a new, empty store, also of an engine. */
  use(): () => Promise<{ databaseUrl?: string }>;
}

const both: Database[] = [
  { kind: "sqlite", use: () => async () => ({}) },
  {
    kind: "postgres",
    use() {
      let server: PostgresServer;
      beforeAll(async () => {
        server = await startPostgres();
      }, 60_000);
      afterAll(() => server[Symbol.asyncDispose]());
      return async () => ({ databaseUrl: await server.url() });
    },
  },
];

const missing = missingPrograms();
// On a machine without PostgreSQL the other half is still worth running; what decides whether a change lands has both.
if (missing !== null && !process.env["CI"]) console.warn(`Not tested on PostgreSQL: ${missing}`);

/** Both; without PostgreSQL only SQLite, which is said, and is an error where CI is set. */
export const databases = missing !== null && !process.env["CI"] ? both.filter(({ kind }) => kind === "sqlite") : both;

/** Tests of PostgreSQL alone. Where it is not, and need not be, one test says what is missing. */
export function onPostgres(name: string, tests: () => void): void {
  if (databases.some(({ kind }) => kind === "postgres")) describe(`${name} on postgres`, { timeout: 60_000 }, tests);
  else it(`${name} on postgres are not tested here: ${missing}`, () => {});
}
