/** The two homes of a store. What must be so on both is said once: `describe.each(databases)`. */
import { afterAll, beforeAll } from "vitest";
import type { DatabaseKind } from "../../src/store/migrations.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

export interface Database {
  kind: DatabaseKind;
  /** Call in a `describe`. What it answers gives the options of a new, empty store, also of an engine. */
  use(): () => Promise<{ databaseUrl?: string }>;
}

export const databases: Database[] = [
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
