/** One PostgreSQL and a simulated Netlify, an engine over both, and processes that accept and work beside it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Engine } from "@landfall/engine";
import type { NetlifyState } from "@landfall/simulators";
import { type PostgresServer, startPostgres } from "../../../engine/test/store/postgres-server.ts";
import { openHostedPlace } from "../hosted-place.ts";

export interface PostgresPlace extends AsyncDisposable {
  engine: Engine;
  server: PostgresServer;
  /** What Netlify has. */
  netlify: NetlifyState;
  /** Start a process of process.ts: a worker, or one that accepts `count` deployments, made in `folder`. Its stdout is a pipe. */
  start(role: "worker" | { folder: string; count: number }): ChildProcess;
}

export async function openPostgresPlace(): Promise<PostgresPlace> {
  const server = await startPostgres();
  const databaseUrl = await server.url();
  const place = await openHostedPlace("netlify", { databaseUrl });
  const program = join(import.meta.dirname, "process.ts");
  const children = new Set<ChildProcess>();
  return {
    engine: place.engine,
    server,
    netlify: place.remote!.simulator.state as NetlifyState,
    start(role) {
      const args = role === "worker" ? [role, place.home] : ["acceptor", place.home, role.folder, String(role.count)];
      const child = spawn(process.execPath, ["--no-warnings", program, ...args], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { PATH: process.env["PATH"], DATABASE_URL: databaseUrl },
      });
      children.add(child);
      child.once("exit", () => children.delete(child));
      return child;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map(killed));
      await place[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Killed, and gone. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
