/**
 * The edge beside Caddy and nginx: the same files and the same upstream, each server on one core, load and upstream on the other,
 * the servers measured in turn in every round. Prints medians, ratios and 99th percentiles; ends everything it started.
 * Run: node bench/edge.ts [seconds per measurement] [rounds]
 *
 * What limits the edge: by its profile a third (proxy) to a half (static) of its time goes into the kernel's send calls, most of
 * the rest into Node's HTTP parser and streams, below a tenth into our own code. nginx has no runtime in between and sends large
 * files from the page cache.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEdge } from "../packages/edge/src/server.ts";
import { createRouter, type Route } from "../packages/edge/src/router.ts";
import { createSite } from "../packages/edge/src/site.ts";

const run = promisify(execFile);
const serverCore = "0";
const loadCore = "1";

interface Measurement {
  perSecond: number;
  /** Processor time of the server for each request: what the machine's other work does not change. */
  cpuUs: number;
  p99Ms: number;
  requests: number;
  failed: number;
}

if (process.argv[2] === "serve") await serve(process.argv[3]!, process.argv.slice(4).map(Number));
else await compare(Number(process.argv[2] ?? 3), Number(process.argv[3] ?? 3));

/** Our side of the comparison, in a process of its own: a static site and a proxied one; lines on stdin swap the upstream or stop. */
async function serve(dir: string, ports: number[]): Promise<void> {
  const [port = 0, upstream = 0, other = 0] = ports;
  const blobs = new Map<string, string>();
  const files = new Map(
    ["index.html", "4k.bin", "100k.bin"].map((name) => {
      const bytes = readFileSync(join(dir, "site", name));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      blobs.set(sha256, join(dir, "site", name));
      return [name, { sha256, sizeBytes: bytes.length }];
    }),
  );
  const router = createRouter();
  const site = createSite({ files, rules: { spaFallback: false, cleanUrls: true }, releasedAt: Date.now() });
  const table = (to: number): Route[] => [
    { hosts: ["static.localhost"], release: "rel_static", target: { kind: "static", site } },
    {
      hosts: ["proxy.localhost", "127.0.0.1"],
      release: `rel_${to}`,
      target: { kind: "proxy", upstream: { host: "127.0.0.1", port: to } },
    },
  ];
  router.apply(table(upstream));
  const edge = createEdge({ router, blobPath: (sha256) => blobs.get(sha256)! });
  await edge.listen(port);
  let to = upstream;
  let swaps = 0;
  let swapping: NodeJS.Timeout | undefined;
  process.stdin.on("data", (line) => {
    if (String(line).includes("swap")) {
      swapping = setInterval(() => {
        to = to === upstream ? other : upstream;
        router.apply(table(to));
        swaps += 1;
      }, 25);
    } else if (String(line).includes("stop")) {
      clearInterval(swapping);
      process.stdout.write(`${swaps}\n`);
    }
  });
  process.stdin.on("end", () => process.exit(0));
}

async function compare(seconds: number, rounds: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "edge-bench-"));
  const children: ChildProcess[] = [];
  const start = (argv: string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ["pipe", "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "", HOME: dir, ...env },
    });
    children.push(child);
    return child;
  };
  try {
    const [own, caddy, nginx, upstream, other] = await freePorts(5);
    mkdirSync(join(dir, "site"));
    chmodSync(dir, 0o755); // nginx, started by root, reads as another user.
    writeFileSync(join(dir, "site", "index.html"), "<!doctype html><title>bench</title>");
    writeFileSync(join(dir, "site", "4k.bin"), randomBytes(4096));
    writeFileSync(join(dir, "site", "100k.bin"), randomBytes(100 * 1024));
    writeFileSync(join(dir, "upstream.conf"), upstreamConfig(dir, [upstream!, other!]));
    writeFileSync(join(dir, "nginx.conf"), nginxConfig(dir, nginx!, upstream!));
    writeFileSync(join(dir, "Caddyfile"), caddyConfig(dir, caddy!, upstream!));
    start(pinned(loadCore, "nginx", "-p", dir, "-c", join(dir, "upstream.conf")));
    const nginxChild = start(pinned(serverCore, "nginx", "-p", dir, "-c", join(dir, "nginx.conf")));
    const caddyChild = start(
      pinned(serverCore, "caddy", "run", "--adapter", "caddyfile", "--config", join(dir, "Caddyfile")),
      {
        GOMAXPROCS: "1",
      },
    );
    // Bundled, as it is shipped: reading types away in the process would count as the edge's memory.
    const bundle = join(dir, "edge.mjs");
    const { build } = await import("rolldown");
    await build({
      input: import.meta.filename,
      platform: "node",
      external: ["rolldown"],
      output: { file: bundle, format: "esm", codeSplitting: false },
    });
    const ports = [own, upstream, other].map(String);
    const edge = start(pinned(serverCore, process.execPath, bundle, "serve", dir, ...ports));
    const servers = {
      edge: { port: own!, pid: edge.pid! },
      caddy: { port: caddy!, pid: caddyChild.pid! },
      nginx: { port: nginx!, pid: nginxChild.pid! },
    };
    await Promise.all(Object.values(servers).map(({ port }) => untilAnswers(port)));
    await untilAnswers(upstream!);
    const idleKb = residentKb(servers.edge.pid);

    const jobs = {
      "static 4 kB": ["static", "/4k.bin"],
      "static 100 kB": ["static", "/100k.bin"],
      proxy: ["proxy", "/"],
    };
    // The first second of a server is about its compiler and its caches, not about serving.
    for (const [host, path] of Object.values(jobs)) {
      for (const server of Object.values(servers)) {
        await load({ ...server, host: `${host}.localhost`, path: path!, seconds: 1, connections: 64 });
      }
    }
    const results = new Map<string, Measurement[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [job, [host, path]] of Object.entries(jobs)) {
        for (const [name, server] of Object.entries(servers)) {
          const key = `${job} ${name}`;
          const measured = await load({ ...server, host: `${host}.localhost`, path: path!, seconds, connections: 64 });
          results.set(key, [...(results.get(key) ?? []), measured]);
        }
      }
    }
    const rows = Object.keys(jobs).flatMap((job) => {
      const medians = Object.keys(servers).map((name) => ({ name, ...medianOf(results.get(`${job} ${name}`)!) }));
      const reference = medians.find(({ name }) => name === "caddy")!;
      return medians.map((one) => ({
        job,
        server: one.name,
        "requests/s": Math.round(one.perSecond),
        "of Caddy": (one.perSecond / reference.perSecond).toFixed(2),
        "CPU µs/request": Math.round(one.cpuUs),
        "by CPU": (reference.cpuUs / one.cpuUs).toFixed(2),
        "p99 ms": one.p99Ms.toFixed(1),
        failed: one.failed,
      }));
    });
    const { stdout: caddyVersion } = await run("caddy", ["version"]);
    const { stderr: nginxVersion } = await run("nginx", ["-v"]);
    console.log(`node ${process.version}, Caddy ${caddyVersion.trim()}, ${nginxVersion.trim().replace(/.*: /, "")}`);
    console.table(rows);
    edge.stdin!.write("swap\n");
    let requests = 0;
    let failed = 0;
    for (let attempt = 0; requests < 20_000 && attempt < 10; attempt++) {
      const swapped = await load({ ...servers.edge, host: "proxy.localhost", path: "/", seconds: 3, connections: 48 });
      requests += swapped.requests;
      failed += swapped.failed;
    }
    const swaps = new Promise<string>((resolve) => edge.stdout!.once("data", (text) => resolve(String(text).trim())));
    edge.stdin!.write("stop\n");
    console.log(`switching upstreams under load: ${requests} requests, ${await swaps} switches, ${failed} failed`);
    console.log(`edge memory: ${mb(idleKb)} idle before load, ${mb(residentKb(servers.edge.pid))} after`);
  } finally {
    await Promise.all(children.map((child) => end(child)));
    rmSync(dir, { recursive: true, force: true });
  }
}

async function load(job: {
  port: number;
  pid: number;
  host: string;
  path: string;
  seconds: number;
  connections: number;
}): Promise<Measurement> {
  const wrk = ["wrk", "-t1", `-c${job.connections}`, `-d${job.seconds}s`, "--latency", "-H", `Host: ${job.host}`];
  const [program = "", ...args] = pinned(loadCore, ...wrk, `http://127.0.0.1:${job.port}${job.path}`);
  const before = cpuMicroseconds(job.pid);
  const { stdout } = await run(program, args);
  const cpu = cpuMicroseconds(job.pid) - before;
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const [, value = "0", unit = "ms"] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  const requests = number(/(\d+) requests in/);
  return {
    cpuUs: cpu / requests,
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p99Ms: Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"],
    requests,
    failed: number(/Non-2xx or 3xx responses: (\d+)/) + errors.map(Number).reduce((sum, one) => sum + one, 0),
  };
}

function pinned(core: string, ...argv: string[]): string[] {
  return ["taskset", "-c", core, ...argv];
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function medianOf(all: Measurement[]): Measurement {
  return {
    perSecond: median(all.map((one) => one.perSecond)),
    cpuUs: median(all.map((one) => one.cpuUs)),
    p99Ms: median(all.map((one) => one.p99Ms)),
    requests: all.reduce((sum, one) => sum + one.requests, 0),
    failed: all.reduce((sum, one) => sum + one.failed, 0),
  };
}

function nginxCommon(dir: string, name: string): string {
  return `daemon off; worker_processes 1; pid ${dir}/${name}.pid; error_log ${dir}/${name}.log; events { worker_connections 1024; }`;
}

function upstreamConfig(dir: string, ports: number[]): string {
  const listen = ports.map((port) => `listen 127.0.0.1:${port};`).join(" ");
  return `${nginxCommon(dir, "upstream")} http { access_log off; keepalive_requests 1000000000; default_type text/plain;
    server { ${listen} location / { return 200 "${"x".repeat(1024)}"; } } }`;
}

function nginxConfig(dir: string, port: number, upstream: number): string {
  return `${nginxCommon(dir, "nginx")} http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
    upstream app { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 1000000000; }
    server { listen 127.0.0.1:${port}; server_name static.localhost; root ${dir}/site; }
    server { listen 127.0.0.1:${port}; server_name proxy.localhost;
      location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; } } }`;
}

function caddyConfig(dir: string, port: number, upstream: number): string {
  return `{\n admin off\n auto_https off\n}
http://static.localhost:${port} {\n root * ${dir}/site\n file_server\n}
http://proxy.localhost:${port} {\n reverse_proxy 127.0.0.1:${upstream}\n}\n`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      return typeof address === "object" && address ? address.port : 0;
    }),
  );
}

async function untilAnswers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.arrayBuffer());
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50)); // Not listening yet.
    }
  }
  throw new Error(`nothing answers on port ${port}`);
}

function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
}

/** User and system time of a process and its children so far. */
function cpuMicroseconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return ticks * 10_000 + children.map(cpuMicroseconds).reduce((sum, one) => sum + one, 0);
}

function mb(kb: number): string {
  return `${(kb / 1024).toFixed(0)} MB`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await ended;
  clearTimeout(late);
}
