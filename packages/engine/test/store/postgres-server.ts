/** A PostgreSQL of one's own for tests: in a temporary directory, over a socket there and nothing else, as a user that is not root. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";

export interface PostgresServer extends AsyncDisposable {
  /** Address of a new, empty schema. */
  url(): Promise<string>;
  /** End it as a crash does (`immediate`) or as an administrator does (`fast`), and start it again on what it left, after `meanwhile`. */
  restart(how: "immediate" | "fast", meanwhile?: () => Promise<void>): Promise<void>;
}

const programs = ["initdb", "postgres"] as const;
const advice = "Install PostgreSQL 15 or later: apt-get install postgresql";

/** Where its programs are: where Debian puts them, or in PATH. */
function programDirectory(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
  return places.find((place) => programs.every((name) => existsSync(join(place, name))));
}

/** What is missing here, and how to get it; null when nothing is. */
export function missingPrograms(): string | null {
  return programDirectory() === undefined ? `${programs.join(" and ")} are not here. ${advice}` : null;
}

/** PostgreSQL does not run as root. */
function user(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const row = readFileSync("/etc/passwd", "utf8").match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m"));
    if (row) return { uid: Number(row[1]), gid: Number(row[2]) };
  }
  throw new Error("There is no user but root to run PostgreSQL as.");
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = programDirectory() ?? "";
  if (bin === "") throw new Error(missingPrograms()!);
  const as = user();
  const root = mkdtempSync(join(tmpdir(), "landfall-pg-"));
  chmodSync(root, 0o755);
  if (as) chownSync(root, as.uid, as.gid);
  const data = join(root, "data");
  const how = { ...as, cwd: root, env: { PATH: bin, LANG: "C.UTF-8" } };
  const initdb = ["-D", data, "-U", "landfall", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
  await promisify(execFile)(join(bin, "initdb"), initdb, how);
  let server: ChildProcess;

  async function start(): Promise<void> {
    const settings = {
      unix_socket_directories: root,
      listen_addresses: "",
      max_connections: "200",
      shared_buffers: "32MB",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    server = spawn(join(bin, "postgres"), ["-D", data, ...args], { ...how, stdio: "ignore" });
    while (!(await answers())) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
      await delay(20);
    }
  }

  const connection = { host: root, user: "landfall", database: "postgres" };

  async function answers(): Promise<boolean> {
    const client = new Client(connection);
    try {
      await client.connect();
      return true;
    } catch {
      return false; // It is starting.
    } finally {
      await client.end();
    }
  }

  // SIGQUIT ends it at once, without writing anything down: what is left is recovered. SIGINT ends sessions first.
  async function stop(signal: "SIGQUIT" | "SIGINT"): Promise<void> {
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  }

  await start();
  return {
    async url() {
      const schema = `t_${randomBytes(6).toString("hex")}`;
      const client = new Client(connection);
      await client.connect();
      await client.query(`create schema ${schema}`);
      await client.end();
      return `postgres://landfall@/postgres?host=${encodeURIComponent(root)}&options=-csearch_path%3D${schema}`;
    },
    async restart(manner, meanwhile) {
      await stop(manner === "immediate" ? "SIGQUIT" : "SIGINT");
      try {
        await meanwhile?.();
      } finally {
        await start();
      }
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGQUIT"); // What it would write down is removed.
      rmSync(root, { recursive: true, force: true });
    },
  };
}
