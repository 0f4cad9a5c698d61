/**
 * A worker as a process of its own, until there is nothing left to do: node worker-process.ts <home> [deployment step].
 * With a step it kills itself as soon as that step of that deployment is on record as finished.
 */
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { openEngine } from "@landfall/engine";

const home = process.argv[2]!;
const self = (name: string): string[] => [process.execPath, "--no-warnings", join(import.meta.dirname, name), home];
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await using engine = await openEngine({
  home,
  edgeCommand: self("edge-process.ts"),
  workerCommand: self("worker-process.ts"),
  environment: JSON.parse(readFileSync(`${home}.environment.json`, "utf8")) as Record<string, string>,
  toolPath: (process.env["PATH"] ?? "").split(delimiter),
  ...(process.env["LANDFALL_DATABASE_URL"] === undefined ? {} : { databaseUrl: process.env["LANDFALL_DATABASE_URL"] }),
});
const [, , , deployment, step] = process.argv;
if (deployment !== undefined && step !== undefined) {
  // In a thread of its own: the work goes from step to step without a pause in which a timer could fire.
  const watch = `
    const { DatabaseSync } = require("node:sqlite");
    const { workerData: { path, deployment, step } } = require("node:worker_threads");
    const look = new DatabaseSync(path, { readOnly: true }).prepare("select 1 from step where deployment_id = ? and name = ? and status = 'finished'");
    while (!look.get(deployment, step)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    process.kill(process.pid, "SIGKILL");`;
  const thread = new Worker(watch, { eval: true, workerData: { path: join(home, "landfall.db"), deployment, step } });
  await new Promise((resolve) => thread.once("online", resolve));
}
await engine.work({ signal: stop.signal, until: "idle" });
// After the last step little is left to do; the end must not come before the kill.
if (step !== undefined) await delay(2_000);
process.exit(0);
