/**
 * What is lost when everything dies: deployments to a simulated Netlify and to this machine on one PostgreSQL, asked for over HTTP, two
 * processes that serve the API, three that work, one of them killed every 1.2 s or so, the database restarted twice.
 * `node bench/crash-many.ts [deployments] [seed]`
 */
import { crashMany } from "../packages/server/test/crash-many/matrix.ts";
import { percentile } from "./landfall.ts";

const count = Number(process.argv[2] ?? 100);
let seed = Number(process.argv[3] ?? 1);
/** Small and repeatable (mulberry32): a bad run can be run again. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const started = performance.now();
const { faults, kills, restarts, repeats, takeovers, longestPauseMs, waitsMs } = await crashMany({ count, random });
for (const fault of faults) console.log(fault);
console.log(
  `${count} deployments in ${Math.round((performance.now() - started) / 1_000)} s, ${kills} kills, PostgreSQL restarted ${restarts} times, ` +
    `${repeats} requests sent again: ${faults.length} faults; ${takeovers} takeovers, nothing heard of one for at most ${(longestPauseMs / 1_000).toFixed(1)} s; ` +
    `first step after ${percentile(waitsMs, 0.5)} ms (p95 ${percentile(waitsMs, 0.95)} ms)`,
);
if (faults.length > 0) process.exitCode = 1;
