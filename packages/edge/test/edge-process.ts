/** An edge as a process of its own: node edge-process.ts <home>. */
import { delimiter, join } from "node:path";
import { runEdge } from "../src/daemon.ts";

const home = process.argv[2]!;
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await runEdge({
  home,
  port: 0,
  toolPath: (process.env["PATH"] ?? "").split(delimiter),
  workerCommand: [process.execPath, "--no-warnings", join(import.meta.dirname, "worker-process.ts"), home],
  version: "test",
  ...(process.env["LANDFALL_DATABASE_URL"] === undefined ? {} : { databaseUrl: process.env["LANDFALL_DATABASE_URL"] }),
  signal: stop.signal,
});
process.exit(0);
