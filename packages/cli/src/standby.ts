/**
 * The standby, a program of its own: it stays in memory for as long as the edge runs, and so brings nothing it does not need.
 * Started by the edge: the data directory, then the command that starts an edge.
 */
import { runStandby } from "@landfall/edge/standby";

const [home, ...edgeCommand] = process.argv.slice(2);
if (home === undefined || edgeCommand.length === 0) throw new Error("usage: standby <data directory> <command...>");
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
await runStandby({ home, edgeCommand, signal: stop.signal });
