/** The processes of several machines, run as an operator runs them: two that serve the API and three that work, on one PostgreSQL. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createSimulator, netlify, type NetlifyState } from "@landfall/simulators";
import { freePort } from "../../../../bench/landfall.ts";
import { type PostgresServer, startPostgres } from "../../../engine/test/store/postgres-server.ts";

export interface Machines extends AsyncDisposable {
  /** Addresses of the two that serve the API, whether they are there at the moment or not. */
  urls: readonly string[];
  setupToken: string;
  database: PostgresServer;
  /** What the simulated Netlify has, and what opens it. */
  netlify: NetlifyState;
  netlifyToken: string;
  names: readonly string[];
  /** SIGKILL; it comes back by itself. False when it was away already. */
  kill(name: string): boolean;
  /** How processes ended that nobody killed, in words. */
  readonly surprises: string[];
}

const bin = join(import.meta.dirname, "../../../cli/bin/landfall.js");
/** How a process ends that finds no database while it starts: whoever looks after it starts it again. */
const tryAgain = 75;

export async function openMachines(): Promise<Machines> {
  const database = await startPostgres();
  const netlifyToken = "netlify-token";
  const simulator = await createSimulator(
    netlify({ tokens: { [netlifyToken]: { email: "ada@example.com", teams: ["acme"] } } }),
  );
  const home = mkdtempSync(join(tmpdir(), "landfall-many-"));
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    LANDFALL_HOME: home,
    LANDFALL_PORT: String(await freePort()),
    DATABASE_URL: await database.url(),
    LANDFALL_NETLIFY_API_URL: `${simulator.url}/api/v1`,
    LANDFALL_NETLIFY_SITES_URL: simulator.url.replace("127.0.0.1", "netlify.localhost"),
    MAX_DEPLOYMENTS_PER_HOUR: "99999",
    MAX_WRITES_PER_MINUTE: "99999",
  };
  const ports = [await freePort(), await freePort()];
  const commands: Record<string, string[]> = {
    "first API": ["serve", "--roles", "api", "--port", String(ports[0]), "--json"],
    "second API": ["serve", "--roles", "api", "--port", String(ports[1]), "--json"],
    "first worker": ["serve", "--roles", "worker"],
    "second worker": ["serve", "--roles", "worker"],
    "third worker": ["serve", "--roles", "worker"],
  };
  const processes = new Map<string, ChildProcess>();
  const surprises: string[] = [];
  let isEnding = false;

  function start(name: string): ChildProcess {
    const child = spawn(process.execPath, [bin, ...commands[name]!], { env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.resume();
    let last = "";
    child.stderr.on("data", (data: Buffer) => (last = `${last}${data.toString()}`.slice(-500)));
    processes.set(name, child);
    child.once("exit", (code) => {
      if (code !== null && code !== tryAgain) surprises.push(`The ${name} ended with ${code}: ${last}`);
      if (!isEnding) start(name);
    });
    return child;
  }

  const [first, ...others] = Object.keys(commands);
  const [said] = (await once(createInterface({ input: start(first!).stdout! }), "line")) as [string];
  const { setupToken } = JSON.parse(said) as { setupToken: string };
  for (const name of others) start(name);

  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    setupToken,
    database,
    netlify: simulator.state,
    netlifyToken,
    names: Object.keys(commands),
    surprises,
    kill: (name) => processes.get(name)!.kill("SIGKILL"),
    async [Symbol.asyncDispose]() {
      isEnding = true;
      await Promise.all([...processes.values()].map(killed));
      await promisify(execFile)(process.execPath, [bin, "stop"], { env });
      await simulator.close();
      await database[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Killed, and gone. */
async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
