/**
 * How soon accepted work is begun on PostgreSQL: one process accepts, three that have nothing to do wait; from the event that says accepted to
 * the one that says that the first step has begun. With hints, and without, where everybody looks for themselves each second.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { openHostedPlace } from "../packages/edge/test/hosted-place.ts";
import { startPostgres } from "../packages/engine/test/store/postgres-server.ts";
import { bin, percentile } from "./landfall.ts";

const workers = 3;
const rounds = 40;

await using database = await startPostgres();
const databaseUrl = await database.url();
const place = await openHostedPlace("netlify", { databaseUrl });
const { engine, home } = place;
const platform = JSON.parse(readFileSync(`${home}.environment.json`, "utf8")) as Record<string, string>;
const env = { ...platform, PATH: process.env["PATH"], LANDFALL_HOME: home, DATABASE_URL: databaseUrl };
const path = mkdtempSync(join(tmpdir(), "landfall-claim-"));
const working = Array.from({ length: workers }, () =>
  spawn(process.execPath, [bin, "worker"], { env, stdio: ["ignore", "ignore", "inherit"] }),
);

async function measure(): Promise<{ claimed: number[]; begun: number[] }> {
  const [claimed, begun]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    writeFileSync(join(path, "index.html"), `<p>${Math.random()}</p>`);
    const source = { kind: "folder" as const, path };
    const { id } = await engine.accept(
      await engine.prepare({ source, project: `p${round}`, platform: "netlify", prebuilt: true }),
    );
    const events = await Array.fromAsync(engine.follow(id));
    const first = events.find(({ type }) => type === "step")!;
    const { createdAt, startedAt } = await engine.deployment(id);
    claimed.push(Date.parse(startedAt!) - Date.parse(createdAt));
    begun.push(Date.parse(first.at) - Date.parse(events[0]!.at));
    // At any moment of the second between two looks.
    await delay(Math.random() * 300);
  }
  return { claimed, begun };
}

try {
  await measure(); // Everybody has started.
  const hinted = await measure();
  await sql`drop trigger deployment_told on deployment`.execute(engine.database.db);
  const looked = await measure();
  const text = (waits: number[]) =>
    `median ${percentile(waits, 0.5)} ms, p95 ${percentile(waits, 0.95)} ms, most ${Math.max(...waits)} ms`;
  const line = (name: string, { claimed, begun }: typeof hinted) =>
    `${name}: claimed after ${text(claimed)}; first step after ${text(begun)}`;
  console.log(
    `${workers} workers, ${rounds} deployments each, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}`,
  );
  console.log(line("with hints", hinted));
  console.log(line("without", looked));
} finally {
  for (const child of working) {
    const ended = once(child, "exit");
    child.kill();
    await ended;
  }
  await place[Symbol.asyncDispose]();
  rmSync(path, { recursive: true });
}
