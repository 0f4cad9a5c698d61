/**
 * What `landfall serve` does under many: the list of a thousand projects, and a hundred deployments asked for at once on one machine.
 * Everything over HTTP, as a product would. node bench/server.ts [projects, default 1000] [deployments, default 100]
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { onePage } from "../packages/server/test/archive.ts";
import { freePort, openLandfall, percentile } from "./landfall.ts";

const [projects = 1_000, deployments = 100] = process.argv.slice(2).map(Number);
const lists = 200;
const patienceMs = 300_000;

interface Event {
  at: string;
  type: string;
  state?: string;
}

await using landfall = await openLandfall();
Object.assign(landfall.environment, {
  MAX_DEPLOYMENTS_PER_HOUR: "99999",
  MAX_WRITES_PER_MINUTE: "99999",
  DEPLOYER_MAX_CONCURRENT_DEPLOYMENTS: String(deployments),
});
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const server = landfall.start("serve", "--port", String(port), "--json");
server.stderr!.resume();

/** Resident, of the process that answers. */
const residentMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) / 1024;

async function call<T>(path: string, headers: Record<string, string>, body?: unknown): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    headers: { "content-type": body instanceof Uint8Array ? "application/x-tar" : "application/json", ...headers },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

async function openKey(setupToken: string): Promise<{ authorization: string }> {
  const person = { name: "Owner", email: "owner@example.com", password: "correct horse battery" };
  await call("/setup", {}, { ...person, token: setupToken });
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify(person),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  const scopes = ["create:source", "create:project", "read:project", "create:deployment", "read:deployment"];
  const { key } = await call<{ key: string }>("/keys", { cookie, origin: url }, { name: "bench", scopes });
  return { authorization: `Bearer ${key}` };
}

async function eventsOf(id: string, key: { authorization: string }): Promise<Event[]> {
  const response = await fetch(`${url}/api/deployments/${id}/events`, {
    headers: key,
    signal: AbortSignal.timeout(patienceMs),
  });
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => JSON.parse(line.slice("data: ".length)) as Event);
}

try {
  const [said] = (await once(createInterface({ input: server.stdout! }), "line")) as [string];
  const key = await openKey((JSON.parse(said) as { setupToken: string }).setupToken);
  console.log(`${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}`);

  for (let number = 0; number < projects; number++) await call("/projects", key, { name: `project-${number}` });
  const took: number[] = [];
  for (let round = 0; round < lists; round++) {
    const start = performance.now();
    const answer = await call<{ projects: unknown[] }>("/projects", key);
    took.push(performance.now() - start);
    if (answer.projects.length !== projects) throw new Error(`${answer.projects.length} projects are listed`);
  }
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  console.log(
    `list of ${projects} projects: median ${ms(percentile(took, 0.5))}, p95 ${ms(percentile(took, 0.95))} (limit 50)`,
  );

  const uploads = await Promise.all(
    Array.from({ length: deployments }, (_, number) =>
      call<{ id: string }>("/sources", key, onePage(`<!doctype html><p>page ${number}`)),
    ),
  );
  const start = performance.now();
  const accepted: number[] = [];
  const ended = await Promise.all(
    uploads.map(async ({ id: upload }, number) => {
      const asked = performance.now();
      const { id } = await call<{ id: string }>("/deployments", key, {
        project: `project-${number}`,
        source: { upload },
        prebuilt: true,
      });
      accepted.push(performance.now() - asked);
      return eventsOf(id, key);
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const begun = ended.map((events) => {
    const first = events.find(({ type }) => type === "step");
    return Date.parse(first!.at) - Date.parse(events[0]!.at);
  });
  const succeeded = ended.filter((events) => events.some(({ state }) => state === "success")).length;
  console.log(
    `${deployments} deployments asked for at once: ${succeeded} succeeded, all in ${seconds.toFixed(1)} s; ` +
      `accepted after ${ms(percentile(accepted, 0.5))} (p95 ${ms(percentile(accepted, 0.95))}), ` +
      `first step ${ms(percentile(begun, 0.5))} after that (p95 ${ms(percentile(begun, 0.95))}); server ${Math.round(residentMb())} MB`,
  );
  if (succeeded < deployments) process.exitCode = 1;
} finally {
  server.kill("SIGTERM");
  await once(server, "exit");
}
