/**
 * Failed requests during deployments, rollbacks and upgrades of Landfall itself, at constant load: 20 changes of a server and 20 of a static
 * site, then two upgrades, while clients with kept-alive connections ask 500 times a second. Prints requests, failures, and how long a warm
 * rollback and an upgrade take.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median, openLandfall, percentile } from "./landfall.ts";

const changes = Number(process.argv[2] ?? 20);
/** Of each kind, when there is time for them. */
const fewestRequests = Number(process.argv[3] ?? 15_500);
const perSecond = 500;
const upgrades = 2;

interface Load {
  requests(): number;
  stop(): Promise<{
    requests: number;
    failed: number;
    reasons: Map<string, number>;
    ms: number[];
    versions: Set<string>;
  }>;
}

/** Ask `perSecond` times a second, whatever the answers take: a slow answer does not slow the load. */
function load(url: URL): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const reasons = new Map<string, number>();
  const ms: number[] = [];
  const versions = new Set<string>();
  let requests = 0;
  let open = 0;
  let failed = 0;
  const fail = (reason: string): void => {
    failed += 1;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  };
  const ask = (): void => {
    requests += 1;
    open += 1;
    const started = performance.now();
    const outgoing = get(
      { host: "127.0.0.1", port: url.port, path: "/", headers: { host: url.host }, agent, timeout: 20_000 },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (body += chunk));
        answer.on("error", (error) => fail(error.message));
        answer.on("close", () => {
          open -= 1;
          ms.push(performance.now() - started);
          if (answer.statusCode !== 200) fail(`status ${answer.statusCode}`);
          else versions.add(/version (\d+)/.exec(body)?.[1] ?? "?");
        });
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
    outgoing.on("error", (error) => {
      open -= 1;
      fail(error.message);
    });
  };
  const start = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - start) / 1_000) * perSecond;
    while (requests < due) ask();
  }, 5);
  return {
    requests: () => requests,
    async stop() {
      clearInterval(timer);
      while (open > 0) await sleep(10);
      agent.destroy();
      return { requests, failed, reasons, ms, versions };
    },
  };
}

const sources = mkdtempSync(join(tmpdir(), "landfall-switch-"));
function write(kind: "server" | "static", version: number): string {
  const directory = join(sources, kind);
  mkdirSync(directory, { recursive: true });
  if (kind === "static")
    writeFileSync(join(directory, "index.html"), `<!doctype html><title>v</title>version ${version}`);
  else {
    writeFileSync(
      join(directory, "package.json"),
      JSON.stringify({ name: "server", version: "1.0.0", type: "module", scripts: { start: "node server.js" } }),
    );
    writeFileSync(
      join(directory, "server.js"),
      `import { createServer } from "node:http";\ncreateServer((request, response) => setTimeout(() => response.end("version ${version}"), 5)).listen(process.env.PORT ?? 3000);\n`,
    );
  }
  return directory;
}

await using landfall = await openLandfall();
let major = 100;
try {
  for (const kind of ["server", "static"] as const) {
    const first = await landfall.json<{ services: { url: string }[]; url: string }>(
      "deploy",
      write(kind, 0),
      "--project",
      kind,
    );
    const url = new URL(first.url);
    const running = load(url);
    const deploys: number[] = [];
    const rollbacks: number[] = [];
    for (let number = 1; number <= changes; number++) {
      const started = performance.now();
      if (number % 4 === 0) {
        await landfall.json("rollback", kind);
        rollbacks.push(performance.now() - started);
      } else {
        await landfall.json("deploy", write(kind, number), "--project", kind);
        deploys.push(performance.now() - started);
      }
      await sleep(500);
    }
    const upgraded: number[] = [];
    while (upgraded.length < upgrades) {
      const started = performance.now();
      await landfall.upgrade(`${++major}.0.0`);
      upgraded.push(performance.now() - started);
    }
    while (running.requests() < fewestRequests) await sleep(50);
    const { requests, failed, reasons, ms, versions } = await running.stop();
    console.log(
      `${kind}: ${requests} requests, ${failed} failed${failed > 0 ? ` (${[...reasons].map(([reason, count]) => `${reason} ×${count}`).join(", ")})` : ""}; ` +
        `${deploys.length} deploys (median ${(median(deploys) / 1_000).toFixed(2)} s), ${rollbacks.length} rollbacks (median ${(median(rollbacks) / 1_000).toFixed(2)} s, max ${(Math.max(...rollbacks) / 1_000).toFixed(2)} s), ` +
        `${upgrades} upgrades (median ${(median(upgraded) / 1_000).toFixed(2)} s); ` +
        `answers p50 ${percentile(ms, 0.5).toFixed(1)} ms, p99 ${percentile(ms, 0.99).toFixed(1)} ms; ${versions.size} versions seen`,
    );
    if (failed > 0) process.exitCode = 1;
  }
} finally {
  rmSync(sources, { recursive: true, force: true });
}
