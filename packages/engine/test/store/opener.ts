/** A process of its own that opens the store of a data directory and makes a project there. What it needs comes over stdin. */
import { text } from "node:stream/consumers";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/store.ts";

const { home, database } = JSON.parse(await text(process.stdin)) as {
  home: string;
  database: { databaseUrl?: string };
};
await using store = await openStore(home, systemClock, database);
await store.ensureProject("shop");
