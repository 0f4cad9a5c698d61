/**
 * What Landfall costs when nothing happens, and how soon it is there: memory of edge and standby with two live services; the first
 * answer when everything was down; `landfall --version` beside `npm --version`; from acceptance to the first step.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bin, type Landfall, median, openLandfall, percentile } from "./landfall.ts";

const coldStarts = 5;
const versionRounds = 15;
const acceptances = 30;
/** Time a process has to give back what its start needed. */
const settleMs = 5_000;
const patienceMs = 30_000;

function writeProjects(scratch: string): { page: string; server: string } {
  const [page, server] = [join(scratch, "page"), join(scratch, "server")];
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), "<!doctype html><title>Page</title><h1>Here</h1>");
  mkdirSync(server);
  const scripts = { start: "node server.js" };
  writeFileSync(join(server, "package.json"), JSON.stringify({ name: "server", type: "module", scripts }));
  writeFileSync(
    join(server, "server.js"),
    'import { createServer } from "node:http";\ncreateServer((_request, response) => response.end("here")).listen(process.env.PORT);\n',
  );
  return { page, server };
}

/** Processes of a data directory, as the kernel names them. */
function processesOf(home: string): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return /^\d+$/.test(name) && command.includes(home) ? [{ pid: Number(name), command }] : [];
    } catch {
      return []; // It has ended.
    }
  });
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

async function until<T>(what: string, find: () => T | Promise<T>, everyMs = 5): Promise<NonNullable<T>> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMs / 1_000} s`);
    await sleep(everyMs);
  }
}

/** Whether the page answers under its name. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = get(
      { host: "127.0.0.1", port, path: "/", headers: { host: "page.localhost" }, agent: false },
      (answer) => {
        answer.resume();
        answer.once("close", () => resolve(answer.statusCode === 200));
      },
    );
    outgoing.on("error", () => resolve(false));
  });
}

async function measureMemory(landfall: Landfall): Promise<void> {
  await until("a standby", () => processesOf(landfall.home).find(({ command }) => /standby\.js /.test(command)), 100);
  await sleep(settleMs);
  const alone = ours(landfall).map(({ pid }) => residentMb(pid));
  await landfall.run("stop", "--yes");
  const serving = landfall.start("serve", "--port", "0");
  try {
    await until("landfall serve", async () => answers(Number(landfall.environment["LANDFALL_PORT"])));
    await sleep(settleMs);
    const [serve, ...edge] = [serving.pid!, ...ours(landfall).map(({ pid }) => pid)].map(residentMb);
    const told = (sizes: number[]): string => {
      const sum = sizes.reduce((total, size) => total + size, 0);
      return `${sizes.map((size) => size.toFixed(0)).join(" + ")} = ${sum.toFixed(0)} MB (${(sum / 200).toFixed(2)} of 200 MB)`;
    };
    console.log(
      `idle memory, two live services: edge and standby ${told(alone)}; server and edge ${told([serve!, ...edge])}`,
    );
  } finally {
    await end(serving);
  }
}

/** Processes in the background that are Landfall's own, not the applications. */
function ours(landfall: Landfall): ReturnType<typeof processesOf> {
  return processesOf(landfall.home).filter(({ command }) => / edge /.test(command));
}

async function end(child: ReturnType<Landfall["start"]>): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** From the start of `landfall serve`, everything being down, to the first answer of what was live. */
async function serveAgain(landfall: Landfall): Promise<number> {
  await landfall.run("stop", "--yes");
  const port = Number(landfall.environment["LANDFALL_PORT"]);
  await until("the end of the edge", async () => processesOf(landfall.home).length === 0 && !(await answers(port)));
  const started = performance.now();
  const serving = landfall.start("serve");
  try {
    await until("an answer", () => answers(port));
    return performance.now() - started;
  } finally {
    await end(serving);
  }
}

/** From `landfall deploy` of a page into a data directory that is not there yet to its first answer. */
async function deployFirst(page: string): Promise<number> {
  await using landfall = await openLandfall();
  const started = performance.now();
  const deployed = landfall.json("deploy", page, "--prebuilt", "--project", "page");
  await until("an answer", () => answers(Number(landfall.environment["LANDFALL_PORT"])));
  const ms = performance.now() - started;
  await deployed;
  return ms;
}

/** `npm --version` and `landfall --version` in turn, as a person calls them, and a Node that has nothing to do. */
async function measureVersion(landfall: Landfall): Promise<void> {
  const npm = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "npm"))
    .find((path) => realpathOf(path) !== null);
  if (npm === undefined) {
    console.log("landfall --version: no npm to compare with");
    return;
  }
  const time = async (...argv: [string, ...string[]]): Promise<number> => {
    const started = performance.now();
    await new Promise<void>((resolve, reject) => {
      const [program, ...args] = argv;
      execFile(program, args, { env: landfall.environment }, (error) => (error ? reject(error) : resolve()));
    });
    return performance.now() - started;
  };
  const nothing = join(scratch, "nothing.js");
  writeFileSync(nothing, "");
  const ms = { landfall: [] as number[], npm: [] as number[], node: [] as number[] };
  for (let round = 0; round < versionRounds; round++) {
    ms.landfall.push(await time(bin, "--version"));
    ms.npm.push(await time(npm, "--version"));
    ms.node.push(await time(process.execPath, nothing));
  }
  const [own, theirs, least] = [median(ms.landfall), median(ms.npm), median(ms.node)];
  console.log(
    `--version: landfall ${own.toFixed(0)} ms, npm ${theirs.toFixed(0)} ms, ratio ${(own / theirs).toFixed(2)} (target 0.25); Node with an empty program ${least.toFixed(0)} ms, ratio ${(least / theirs).toFixed(2)}`,
  );
}

function realpathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

async function measureAcceptance(landfall: Landfall, page: string): Promise<void> {
  const waits: number[] = [];
  for (let number = 0; number < acceptances; number++) {
    writeFileSync(join(page, "number.txt"), String(number));
    const { id } = await landfall.json<{ id: string }>("deploy", page, "--prebuilt", "--project", "page");
    const { events } = await landfall.json<{ events: { type: string; at: string }[] }>("inspect", id);
    const step = events.find(({ type }) => type === "step");
    // The first event is written with the acceptance.
    waits.push(Date.parse(step!.at) - Date.parse(events[0]!.at));
  }
  const p95 = percentile(waits, 0.95);
  console.log(
    `accepted → first step, ${acceptances} deploys: median ${median(waits)} ms, p95 ${p95} ms (${(p95 / 200).toFixed(2)} of 200 ms)`,
  );
}

function report(what: string, ms: number[], targetMs: number): void {
  const middle = median(ms);
  console.log(
    `${what}: median ${middle.toFixed(0)} ms of ${ms.map((one) => one.toFixed(0)).join(", ")} (${(middle / targetMs).toFixed(2)} of ${targetMs} ms)`,
  );
}

const scratch = mkdtempSync(join(tmpdir(), "landfall-idle-"));
const load = loadavg()[0]!.toFixed(1);
try {
  const { page, server } = writeProjects(scratch);
  await using landfall = await openLandfall();
  await landfall.json("deploy", page, "--prebuilt", "--project", "page");
  await landfall.json("deploy", server, "--project", "server");
  await measureMemory(landfall);
  await measureAcceptance(landfall, page);
  await measureVersion(landfall);
  const again: number[] = [];
  const first: number[] = [];
  for (let round = 0; round < coldStarts; round++) {
    again.push(await serveAgain(landfall));
    first.push(await deployFirst(page));
  }
  report("cold start, landfall serve → first answer", again, 1_500);
  report("cold start, first deploy of a page into nothing → first answer", first, 1_500);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(
  `${availableParallelism()} cores, load ${load} before and ${loadavg()[0]!.toFixed(1)} after, node ${process.version}`,
);
