/**
 * kill -9 at random moments: the command that deploys, the edge, or the build, during deployments of a server and of a static site.
 * Every accepted deployment must end by itself, no finished step may run again, one release be live, and only the old or the new
 * version be served. Prints what was counted, how long it took until work went on, and exits with 1 when anything of it was not so.
 *
 * node bench/crash.ts [rounds=100] [seed=1]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openEngine } from "@landfall/engine";
import { get } from "@landfall/engine/deployment/ask";
import { median, openLandfall, percentile } from "./landfall.ts";

const rounds = Number(process.argv[2] ?? 100);
let seed = Number(process.argv[3] ?? 1);
/** Small and repeatable (mulberry32): a bad round can be run again. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const endWithinMs = 60_000;
const sources = mkdtempSync(join(tmpdir(), "landfall-crash-"));

function write(kind: "server" | "static", version: number): string {
  const directory = join(sources, kind);
  mkdirSync(directory, { recursive: true });
  const page = `console.log("building"); setTimeout(() => { const fs = require("fs"); fs.mkdirSync("dist", { recursive: true }); fs.writeFileSync("dist/index.html", "version ${version}"); }, 400);`;
  writeFileSync(join(directory, "make.cjs"), page);
  const scripts = kind === "static" ? { build: "node make.cjs" } : { build: "node make.cjs", start: "node server.js" };
  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({ name: kind, version: "1.0.0", type: "module", scripts }),
  );
  if (kind === "server") {
    writeFileSync(
      join(directory, "server.js"),
      `import { createServer } from "node:http";\ncreateServer((q, r) => r.end("version ${version}")).listen(process.env.PORT ?? 3000);\n`,
    );
  } else writeFileSync(join(directory, "landfall.json"), JSON.stringify({ kind: "static", outputDir: "dist" }));
  return directory;
}

/** Processes of the builds of this data directory, and of no other's. */
function builders(home: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, "latin1");
      const isOurs = environment.includes("\0LANDFALL_BUILD=") && environment.includes(`=${home}/builds/`);
      return isOurs ? [Number(name)] : [];
    } catch {
      return []; // Gone, or not ours.
    }
  });
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false; // It ended by itself just before.
  }
}

/** Numbers of the events stored by now. */
async function seqsSoFar(id: string): Promise<number[]> {
  const seqs: number[] = [];
  const signal = AbortSignal.timeout(30);
  try {
    for await (const event of engine.follow(id, { signal })) seqs.push(event.seq);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return seqs;
}

interface Round {
  kind: "server" | "static";
  target: string;
  killed: boolean;
  accepted: boolean;
  state: string;
  resumeMs: number | null;
  faults: string[];
}

await using landfall = await openLandfall();
const engine = await openEngine({ home: landfall.home, edgeCommand: [], workerCommand: [], toolPath: [] });

async function round(number: number): Promise<Round> {
  const kind = number % 2 === 0 ? "static" : "server";
  const faults: string[] = [];
  const before = await engine.deployments({ project: kind, limit: 1 });
  const lastVersion = await ask(kind);
  // Now and then nothing has changed: the release that is live is taken.
  const version = number % 5 === 0 && lastVersion !== null ? Number(lastVersion.split(" ")[1]) : number;
  const child = landfall.start("deploy", write(kind, version), "--project", kind, "--json");
  const target = ["engine", "edge", "builder", "engine and edge"][Math.floor(random() * 4)]!;
  await sleep(random() * 2_500);
  let killed = false;
  const killedAt = performance.now();
  if (target.includes("engine") && child.pid !== undefined && child.exitCode === null) killed = kill(child.pid);
  if (target.includes("edge")) {
    const { pid } = await engine.edge.status();
    if (pid !== null) killed = kill(pid) || killed;
  }
  if (target === "builder") for (const pid of builders(landfall.home)) killed = kill(pid) || killed;
  const seen = new Set<string>();
  let resumeMs: number | null = null;
  // Both gone: as after a reboot, the first command brings everything back.
  if (target === "engine and edge") await landfall.run("ls");
  const deadline = performance.now() + endWithinMs;
  let state = "none";
  let id: string | null = null;
  let seqAtKill = -1;
  for (;;) {
    const [latest] = await engine.deployments({ project: kind, limit: 1 });
    const own = latest && latest.id !== before[0]?.id ? latest : null;
    if (own) {
      id = own.id;
      state = own.state;
      const events = await seqsSoFar(own.id);
      if (events.some((seq, index) => seq !== index + 1)) faults.push(`events of ${own.id} have a gap`);
      if (seqAtKill === -1) seqAtKill = events.length;
      else if (resumeMs === null && events.length > seqAtKill) resumeMs = performance.now() - killedAt;
      if (["success", "failed", "cancelled"].includes(state)) break;
    } else if (child.exitCode !== null || child.signalCode !== null) break;
    const now = await ask(kind);
    if (now !== null) seen.add(now);
    if (performance.now() > deadline) {
      faults.push(`${id ?? "deployment"} did not end: ${state}`);
      break;
    }
    await sleep(50);
  }
  await new Promise<void>((resolve) =>
    child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve()),
  );
  for (const text of seen) if (text !== lastVersion && text !== `version ${version}`) faults.push(`served ${text}`);
  const settled = performance.now() + 10_000;
  const expected = state === "success" ? `version ${version}` : lastVersion;
  for (;;) {
    if (expected === null || (await ask(kind)) === expected) break;
    if (performance.now() > settled) {
      faults.push(`ended ${state}, but ${await ask(kind)} is served and not ${expected}`);
      break;
    }
    await sleep(50);
  }
  if (id) {
    const view = await engine.deployment(id);
    const finished = new Map<string, number>();
    for await (const event of engine.follow(id)) {
      if (event.type === "step" && (event.status === "finished" || event.status === "reused"))
        finished.set(event.step, (finished.get(event.step) ?? 0) + 1);
    }
    for (const [step, count] of finished) if (count > 1) faults.push(`step ${step} of ${id} finished ${count} times`);
    if (state === "failed") faults.push(`${id} failed: ${view.error?.code} ${view.error?.what}`);
    const { services } = await engine.edge.status();
    const live = services.filter((service) => service.project === kind);
    if (state === "success" && (live.length !== 1 || live[0]!.release !== view.releaseId))
      faults.push(`live: ${live.map((one) => one.release).join(", ")}`);
  }
  return { kind, target, killed, accepted: id !== null, state, resumeMs, faults };
}

/** The version served now, or null when nothing answers. */
async function ask(kind: string): Promise<string | null> {
  try {
    const base = `http://${kind}.localhost:${landfall.environment["LANDFALL_PORT"]}`;
    const answer = await get(base, "/", AbortSignal.timeout(2_000));
    return answer.status === 200 ? answer.body.toString() : null;
  } catch {
    return null;
  }
}

try {
  for (const kind of ["server", "static"] as const) await landfall.json("deploy", write(kind, 0), "--project", kind);
  const all: Round[] = [];
  for (let number = 1; number <= rounds; number++) {
    const one = await round(number);
    all.push(one);
    if (process.env["VERBOSE"]) console.log(number, JSON.stringify(one));
    if (one.faults.length > 0) console.log(`round ${number} (${one.kind}, ${one.target}): ${one.faults.join("; ")}`);
  }
  const accepted = all.filter((one) => one.accepted);
  const resumed = accepted.flatMap((one) => (one.killed && one.resumeMs !== null ? [one.resumeMs] : []));
  const count = (state: string): number => accepted.filter((one) => one.state === state).length;
  console.log(
    `${rounds} rounds, ${all.filter((one) => one.killed).length} kills (engine ${all.filter((one) => one.killed && one.target === "engine").length}, edge ${all.filter((one) => one.killed && one.target === "edge").length}, both ${all.filter((one) => one.killed && one.target === "engine and edge").length}, builder ${all.filter((one) => one.killed && one.target === "builder").length}); ` +
      `${accepted.length} accepted: ${count("success")} success, ${count("failed")} failed, ${count("cancelled")} cancelled; ` +
      `work went on after ${(median(resumed) / 1_000).toFixed(2)} s (p95 ${(percentile(resumed, 0.95) / 1_000).toFixed(2)} s, max ${(Math.max(...resumed) / 1_000).toFixed(2)} s); ` +
      `${all.filter((one) => one.faults.length > 0).length} rounds with faults`,
  );
  if (all.some((one) => one.faults.length > 0)) process.exitCode = 1;
} finally {
  await engine[Symbol.asyncDispose]();
  rmSync(sources, { recursive: true, force: true });
}
