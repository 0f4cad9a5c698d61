/**
 * How soon accepted work is begun on PostgreSQL: one process accepts, three that have nothing to do wait; from the event that says accepted to
 * the one that says that the first step has begun. With hints, and without, where everybody looks for themselves each second.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { openPostgresPlace } from "../packages/edge/test/crash-many/postgres-place.ts";
import { percentile } from "./landfall.ts";

const workers = 3;
const rounds = 40;

const place = await openPostgresPlace();
const { engine } = place;
const path = mkdtempSync(join(tmpdir(), "landfall-claim-"));
for (let started = 0; started < workers; started++) place.start("worker");

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
  await place[Symbol.asyncDispose]();
  rmSync(path, { recursive: true });
}
