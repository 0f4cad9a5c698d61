/** A process of its own: checks the account of Vercel once. What it needs comes over stdin. */
import { text } from "node:stream/consumers";
import { systemClock } from "../../src/clock.ts";
import { openEngine } from "../../src/index.ts";

const { home, database, environment, laterMs } = JSON.parse(await text(process.stdin)) as {
  home: string;
  database: { databaseUrl?: string };
  environment: Record<string, string>;
  laterMs: number;
};
const clock = { now: () => Date.now() + laterMs, sleep: systemClock.sleep };
const engine = await openEngine({
  ...database,
  home,
  edgeCommand: [],
  workerCommand: [],
  toolPath: [],
  clock,
  environment,
});
await engine.connections.check({ platform: "vercel", force: true });
