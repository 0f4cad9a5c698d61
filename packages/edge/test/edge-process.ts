/** An edge as a process of its own: node edge-process.ts <home> [<version> [--take-over]]. One with a version has a standby. */
import { delimiter, join } from "node:path";
import { runEdge } from "../src/daemon.ts";

const [home = "", version] = process.argv.slice(2);
const self = (name: string): string[] => [process.execPath, "--no-warnings", join(import.meta.dirname, name)];
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await runEdge({
  home,
  port: 0,
  toolPath: (process.env["PATH"] ?? "").split(delimiter),
  workerCommand: [...self("worker-process.ts"), home],
  version: version ?? "test",
  ...(version === undefined
    ? {}
    : { standbyCommand: [...self("standby-process.ts"), home, ...self("edge-process.ts"), home, version] }),
  takesOver: process.argv.includes("--take-over"),
  ...(process.env["LANDFALL_DATABASE_URL"] === undefined ? {} : { databaseUrl: process.env["LANDFALL_DATABASE_URL"] }),
  signal: stop.signal,
});
process.exit(0);
