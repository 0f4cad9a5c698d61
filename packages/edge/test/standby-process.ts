/** A standby as a process of its own: node standby-process.ts <home> <command of the edge...>. */
import { runStandby } from "../src/standby.ts";

const [home = "", ...edgeCommand] = process.argv.slice(2);
await runStandby({ home, edgeCommand, signal: new AbortController().signal });
