/**
 * A worker as a process of its own, until there is nothing left to do: node worker-process.ts <home> [deployment step].
 * With a step it kills itself as soon as that step of that deployment is on record as finished.
 */
import { delimiter, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openEngine } from "@landfall/engine";

const home = process.argv[2]!;
const self = (name: string): string[] => [process.execPath, "--no-warnings", join(import.meta.dirname, name), home];
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await using engine = await openEngine({
  home,
  edgeCommand: self("edge-process.ts"),
  workerCommand: self("worker-process.ts"),
  toolPath: (process.env["PATH"] ?? "").split(delimiter),
});
const [, , , deployment, step] = process.argv;
if (deployment !== undefined && step !== undefined) {
  const look = new DatabaseSync(join(home, "landfall.db"), { readOnly: true }).prepare(
    "select 1 from step where deployment_id = ? and name = ? and status = 'finished'",
  );
  setInterval(() => look.get(deployment, step) && process.kill(process.pid, "SIGKILL"), 1);
}
await engine.work({ signal: stop.signal, until: "idle" });
process.exit(0);
