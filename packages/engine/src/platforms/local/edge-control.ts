/**
 * How the engine speaks with the edge of its data directory: HTTP over a socket only this user can open. What is to run is in the
 * store; the edge is told to look, and answers what it has applied. When it is not there, it is started.
 */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDetached } from "../../background.ts";
import type { Clock } from "../../clock.ts";
import { errnoOf } from "../../errno.ts";
import { httpRequest } from "../../node-http.ts";
import { DeployError } from "../../error.ts";
import { tryLock } from "../../store/lock.ts";
import { edgeLock, markStopped, serverLock, standbyLock } from "./edge-files.ts";

/** One service as the edge has it. */
export interface EdgeService {
  organization: string;
  projectId: string;
  project: string;
  environment: string;
  service: string;
  release: string;
  kind: string;
  /** Address by host name, and by a port of its own for resolvers that do not know `*.localhost`. Only of what is live. */
  url: string | null;
  portUrl: string | null;
  live: boolean;
  state: "serving" | "starting" | "running" | "backoff" | "stopped" | "failed" | "draining";
  pid: number | null;
  /** Port given to the program in PORT. */
  port: number | null;
  /** Ports its processes really listen on, as the kernel says. */
  listening: { host: string; port: number }[];
  restarts: number;
  lastExit: string | null;
  /** Last lines it printed. */
  lastLines: string[];
}

export interface EdgeReport {
  /** Host name of its machine; an earlier version says none. */
  machine?: string;
  pid: number;
  version: string;
  port: number;
  services: EdgeService[];
}

/** What an edge is asked that is to give its place to another: how that one is started. */
export interface HandOver {
  command: string[];
  /** The whole of it. */
  environment: Record<string, string>;
}

export interface EdgeControl {
  /** Start it if it is not running. One of an earlier version hands over to one of ours; where it cannot, it stays. */
  ensure(): Promise<EdgeReport>;
  /** What it has applied, or null when it is not running. Starts nothing. */
  status(): Promise<EdgeReport | null>;
  /** Read the store again and apply it before answering; starts the edge when it is not running. */
  reconcile(signal?: AbortSignal): Promise<EdgeReport>;
  /** Stop the edge and, when `applications`, what it runs. Resolves when it is gone. */
  stop(options: { applications: boolean }): Promise<void>;
}

/** Path of the control socket; moved to the temporary directory when the data directory's path is too long for a socket (107 bytes). */
export function edgeSocket(home: string): string {
  const path = join(home, "edge.sock");
  if (Buffer.byteLength(path) <= 100) return path;
  return join(tmpdir(), `landfall-${createHash("sha256").update(home).digest("hex").slice(0, 20)}.sock`);
}

const startDeadlineMs = 15_000;
/** What a process that is to end is given: requests under way end in it. */
const stopDeadlineMs = 60_000;
const haltAgainMs = 2_000;
/** Longer than what is drained before, and than what either side waits for. */
const handOverDeadlineMs = 120_000;

/**
 * `environment` is the whole environment of the edge: what finds programs, and nothing of whoever happens to start it. `version` is
 * that of the edge that `command` starts; without, none hands over to it.
 */
export function edgeControl({
  home,
  command,
  environment,
  version,
  clock,
}: {
  home: string;
  command: string[];
  environment: Record<string, string>;
  version?: string;
  clock: Clock;
}): EdgeControl {
  const socketPath = edgeSocket(home);

  function call(
    method: "GET" | "POST",
    path: string,
    { timeoutMs = 30_000, body }: { timeoutMs?: number; body?: HandOver } = {},
  ): Promise<EdgeReport> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        // On a connection of its own: one that the edge has just closed would look as if it were gone.
        { socketPath, method, path, agent: false, timeout: timeoutMs, headers: { host: "edge" } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            if (answer.statusCode === 200) resolve(JSON.parse(text) as EdgeReport);
            else
              reject(
                new DeployError("PLATFORM_UNAVAILABLE", {
                  what: "The edge could not apply what is to run.",
                  where: `${method} ${path} answered ${answer.statusCode}`,
                  evidence: [text.slice(0, 500)],
                }),
              );
          });
        },
      );
      outgoing.on("timeout", () =>
        outgoing.destroy(Object.assign(new Error("the edge did not answer"), { code: "ETIMEDOUT" })),
      );
      outgoing.on("error", reject);
      outgoing.end(body && JSON.stringify(body));
    });
  }

  async function status(): Promise<EdgeReport | null> {
    try {
      return await call("GET", "/status", { timeoutMs: 5_000 });
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async function ensure(): Promise<EdgeReport> {
    const running = await status();
    if (running) return renewed(running);
    // Not startable: the deadline below says so, with the log.
    startDetached(command, { home, log: "edge.log", environment });
    const deadline = clock.now() + startDeadlineMs;
    for (let pauseMs = 10; clock.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, 200)) {
      await clock.sleep(pauseMs);
      const report = await status();
      if (report) return renewed(report); // Another one may have been faster.
    }
    throw new DeployError("PLATFORM_UNAVAILABLE", {
      what: "The edge, which serves what is deployed on this machine, did not start.",
      where: command.join(" "),
      next: `Read ${join(home, "logs", "edge.log")}, or run: landfall doctor`,
    });
  }

  /** Asking again would start it again in vain. */
  let hasRefused = false;

  /** The edge as it is when it is of our version or a later one, else its successor. */
  async function renewed(running: EdgeReport): Promise<EdgeReport> {
    if (version === undefined || running.version === version || hasRefused) return running;
    const { isLater } = await import("./later-version.ts");
    if (!isLater(version, running.version)) return running;
    try {
      await call("POST", "/hand-over", {
        timeoutMs: handOverDeadlineMs,
        body: { command: [...command, "--take-over"], environment },
      });
    } catch {
      hasRefused = true; // Why is in the edge's log. It serves, which is what matters.
    }
    return (await status()) ?? running;
  }

  return {
    ensure,
    status,
    async reconcile(signal) {
      for (;;) {
        signal?.throwIfAborted();
        try {
          return await call("POST", "/reconcile");
        } catch (error) {
          if (!isAbsent(error)) throw error;
          await ensure();
        }
      }
    },
    async stop({ applications }) {
      const halt = async (): Promise<void> => {
        // Before anything else: a standby that finds the edge gone would start it again.
        markStopped(home);
        if ((await status()) === null) return;
        try {
          await call("POST", applications ? "/stop?applications=1" : "/stop", { timeoutMs: 60_000 });
        } catch (error) {
          if (!isAbsent(error)) throw error;
        }
      };
      await halt();
      for (const lock of [edgeLock, serverLock, standbyLock]) await untilFree(lock(home), clock, halt);
    },
  };
}

/** Edge, server and standby hold their locks until they are gone. One that was on its way up when they were stopped is stopped too. */
async function untilFree(path: string, clock: Clock, halt: () => Promise<void>): Promise<void> {
  const began = clock.now();
  for (let haltAt = began + haltAgainMs; ; ) {
    const free = tryLock(path);
    if (free) return free.release();
    const now = clock.now();
    if (now - began > stopDeadlineMs)
      throw new DeployError("PLATFORM_UNAVAILABLE", {
        what: "A process that serves what is deployed on this machine did not end.",
        where: path,
        next: "Look for a running landfall serve and end it, then run: landfall stop",
      });
    if (now > haltAt) {
      await halt();
      haltAt = clock.now() + haltAgainMs;
    }
    await clock.sleep(20);
  }
}

/** The edge is not there, or ended while it was asked. */
function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(errnoOf(error) ?? "");
}
