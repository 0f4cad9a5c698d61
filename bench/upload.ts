/**
 * Uploads beside a floor: a program that does nothing but the platform's protocol, with connections kept alive and a fixed number of them.
 * For each platform, size and latency: first, unchanged and one file changed; wall time, processor time, peak memory, requests and bytes.
 * Both run in turn against one simulated platform, which is a process of its own.
 *
 * node bench/upload.ts [platform …] [--rounds 3] [--sizes 50,2000,10000] [--latencies 0,30]
 */
import { fork, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { command, median } from "./landfall.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    sizes: { type: "string", default: "50,2000,10000" },
    latencies: { type: "string", default: "0,30" },
  },
});
const rounds = Number(values.rounds);
const bytesOf: Record<number, number> = { 50: 1_000_000, 2_000: 40_000_000, 10_000: 200_000_000 };

interface Platform {
  id: string;
  vendor: "vercel" | "netlify" | "cloudflare";
  token: string;
  apiPath: string;
}

const all: Platform[] = [
  { id: "vercel", vendor: "vercel", token: "VERCEL_TOKEN", apiPath: "" },
  { id: "netlify", vendor: "netlify", token: "NETLIFY_AUTH_TOKEN", apiPath: "/api/v1" },
  { id: "cloudflare-pages", vendor: "cloudflare", token: "CLOUDFLARE_API_TOKEN", apiPath: "/client/v4" },
  { id: "cloudflare-workers", vendor: "cloudflare", token: "CLOUDFLARE_API_TOKEN", apiPath: "/client/v4" },
];
const platforms = all.filter(({ id }) => positionals.length === 0 || positionals.includes(id));

interface Run {
  wallMs: number;
  cpuMs: number;
  peakMb: number;
  requests: number;
  megabytes: number;
}

interface Simulated extends AsyncDisposable {
  url: string;
  /** Requests and body bytes since the last call. */
  counted(): Promise<{ requests: number; bytes: number }>;
  reset(): Promise<void>;
}

async function simulate(vendor: Platform["vendor"], latencyMs: number): Promise<Simulated> {
  const child = fork(join(import.meta.dirname, "upload/simulator.ts"), [vendor, String(latencyMs)], {
    execArgv: ["--no-warnings"],
  });
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => child.once("message", (message) => resolve(message as T)));
  const url = await answer<string>();
  const ask = <T>(what: string): Promise<T> => {
    const told = answer<T>();
    child.send(what);
    return told;
  };
  return {
    url,
    counted: () => ask("count"),
    reset: () => ask("reset"),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

/** Run to the end; peak memory and processor time are what the kernel says last before that. */
function measured(argv: string[], env: Record<string, string>): Promise<Omit<Run, "requests" | "megabytes">> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(argv[0]!, argv.slice(1), { env, stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    child.stdout.on("data", (chunk: Buffer) => (told += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
    const last = { cpuMs: 0, peakMb: 0 };
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        last.peakMb = Math.max(last.peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
        last.cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
      } catch {
        // It has just ended.
      }
    }, 10);
    child.on("close", (code) => {
      clearInterval(look);
      if (code !== 0) reject(new Error(`${argv.slice(1, 4).join(" ")} ended with ${code}\n${told.slice(-3_000)}`));
      else resolve({ wallMs: performance.now() - startedAt, ...last });
    });
  });
}

function site(directory: string, files: number): void {
  const size = Math.floor(bytesOf[files]! / files);
  const endings = ["js", "css", "html", "png", "svg"];
  for (let index = 0; index < files; index++) {
    const folder = join(directory, `d${index % 50}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `f${index}.${endings[index % 5]}`), noise(index, size));
  }
  writeFileSync(join(directory, "index.html"), "<!doctype html><title>bench</title><p>hello");
}

/** Bytes that do not compress and are the same in every run. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed + 1) * 2_654_435_761;
  for (let at = 0; at + 4 <= length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

type Phase = "first" | "unchanged" | "one changed";
const phases: Phase[] = ["first", "unchanged", "one changed"];

async function compare(platform: Platform, files: number, latencyMs: number, directory: string): Promise<void> {
  const runs: Record<"floor" | "landfall", Record<Phase, Run[]>> = {
    floor: { first: [], unchanged: [], "one changed": [] },
    landfall: { first: [], unchanged: [], "one changed": [] },
  };
  await using simulated = await simulate(platform.vendor, latencyMs);
  const api = `${simulated.url}${platform.apiPath}`;
  for (let round = 0; round < rounds; round++) {
    for (const program of ["floor", "landfall"] as const) {
      await simulated.reset();
      for (const phase of phases) {
        if (phase === "one changed") writeFileSync(join(directory, "index.html"), `changed ${round} ${program}`);
        // A data directory of its own each time, as on a build machine: nothing is known from before.
        const home = mkdtempSync(join(tmpdir(), "landfall-bench-upload-"));
        const env = {
          PATH: process.env["PATH"]!,
          HOME: home,
          LANDFALL_HOME: home,
          [platform.token]: "simulated-token",
          // As the floor, which has it written into it.
          ...(platform.vendor === "cloudflare" ? { CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef" } : {}),
          [`LANDFALL_${platform.id.toUpperCase().replaceAll("-", "_")}_API_URL`]: api,
        };
        const argv =
          program === "floor"
            ? [
                process.execPath,
                "--no-warnings",
                join(import.meta.dirname, "upload/floor.ts"),
                platform.id,
                directory,
                api,
              ]
            : [
                command,
                "deploy",
                directory,
                "--platform",
                platform.id,
                "--prebuilt",
                "--project",
                "bench",
                "--prod",
                "--json",
              ];
        await simulated.counted();
        const run = await measured(argv, env);
        const { requests, bytes } = await simulated.counted();
        runs[program][phase].push({ ...run, requests, megabytes: bytes / 1e6 });
        rmSync(home, { recursive: true, force: true });
      }
    }
  }
  for (const phase of phases) {
    const of = (program: "floor" | "landfall", field: keyof Run): number =>
      median(runs[program][phase].map((run) => run[field]));
    const ratio = of("landfall", "wallMs") / of("floor", "wallMs");
    console.log(
      [
        `${platform.id} ${files} files, ${latencyMs} ms, ${phase}:`.padEnd(52),
        `wall ${Math.round(of("landfall", "wallMs"))} ms, floor ${Math.round(of("floor", "wallMs"))} ms, ratio ${ratio.toFixed(2)};`,
        `cpu ${Math.round(of("landfall", "cpuMs"))}/${Math.round(of("floor", "cpuMs"))} ms;`,
        `peak ${Math.round(of("landfall", "peakMb"))}/${Math.round(of("floor", "peakMb"))} MB;`,
        `requests ${of("landfall", "requests")}/${of("floor", "requests")};`,
        `sent ${of("landfall", "megabytes").toFixed(1)}/${of("floor", "megabytes").toFixed(1)} MB`,
      ].join(" "),
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), "landfall-bench-site-"));
try {
  for (const files of values.sizes.split(",").map(Number)) {
    rmSync(directory, { recursive: true, force: true });
    site(directory, files);
    for (const platform of platforms)
      for (const latencyMs of values.latencies.split(",").map(Number))
        await compare(platform, files, latencyMs, directory);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
