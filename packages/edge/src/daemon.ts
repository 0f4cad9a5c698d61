/**
 * The edge of a data directory as a process: what is to run is read from the store, applied to router and supervisor, and read again
 * whenever the store changes or somebody asks. It holds no truth of its own, so it may die at any moment; the next one adopts the
 * programs and routes as before.
 */
import { rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { sql } from "kysely";
import { systemClock } from "@landfall/engine/clock";
import { backgroundEnvironment, startDetached } from "@landfall/engine/background";
import { DeployError, reportOf } from "@landfall/engine/error";
import { hasOrphans } from "@landfall/engine/deployment/claim";
import { isDue, overdueMs } from "@landfall/engine/notifications/delivering";
import { createServer } from "@landfall/engine/node-http";
import { type EdgeReport, edgeSocket, type HandOver } from "@landfall/engine/platforms/local/edge-control";
import { announcing } from "@landfall/engine/platforms/local/elsewhere";
import { type LogsAsked, relaying } from "@landfall/engine/platforms/local/log-relay";
import { programLogs } from "@landfall/engine/platforms/local/program";
import type { BlobStoreOptions } from "@landfall/engine/snapshot/s3";
import {
  edgeLock,
  markHandedOver,
  markStopped,
  markWanted,
  successorLock,
  wasStoppedMeanwhile,
} from "@landfall/engine/platforms/local/edge-files";
import { printedHere } from "@landfall/engine/runtime-logs";
import { holdLock, isHeld } from "@landfall/engine/store/lock";
import { openStore } from "@landfall/engine/store/store";
import { createDesired } from "./desired.ts";
import { machineBytes } from "./processes.ts";
import { type Predecessor, predecessorOf, startSuccessor, type Successor } from "./handover.ts";
import { createRouter } from "./router.ts";
import { createEdge } from "./server.ts";
import { keepStandby } from "./standby.ts";
import { createSupervisor } from "./supervisor.ts";

export interface EdgeProcessOptions {
  home: string;
  /** Asked for first; another free one is taken and remembered when it is not to be had. */
  port: number;
  /** Where programs are looked for. */
  toolPath: string[];
  /** As in EngineOptions. */
  encryptionKey?: string;
  /** As in EngineOptions. */
  databaseUrl?: string;
  /** As in EngineOptions. */
  blobStore?: BlobStoreOptions;
  /** Program and arguments that work off deployments nobody works on. */
  workerCommand: string[];
  /** Program and arguments of the standby that starts the edge again when it dies; none is kept without. */
  standbyCommand?: string[];
  version: string;
  /** Started by an edge of an earlier version, to take its place. */
  takesOver?: boolean;
  /** Ends the process in order: requests under way are answered, programs go on and are adopted by the next edge. */
  signal: AbortSignal;
}

const lookEveryMs = 250;
const orphansEveryMs = 1_000;
const closeGraceMs = 10_000;
/** Who asks what is served while it begins waits so long for the answer. */
const firstLookMs = 3_000;
/** After handing over: so long connections wait for another request, and what was begun goes on. */
const settleMs = 2_000;
const longestMs = 300_000;
/** So long its data directory has to be away before the edge takes it for removed. */
const removedAfterMs = 5_000;
/** One program that takes all memory would stop everything else long before the kernel ends it. */
const mostOfMachine = 0.75;

/** Run until the signal; returns false at once when another edge has this data directory. */
export async function runEdge(options: EdgeProcessOptions): Promise<boolean> {
  const { home, signal } = options;
  const clock = systemClock;
  const expected = options.takesOver ? holdLock(successorLock(home)) : null;
  if (!expected && isHeld(successorLock(home))) return false;
  const predecessor = expected ? await whenLetGo(options) : null;
  const lock = wasStoppedMeanwhile(home) ? null : holdLock(edgeLock(home));
  expected?.release();
  if (!lock) return false;
  markWanted(home);
  await using store = await openStore(home, clock, options);
  const router = createRouter({ clock });
  const edge = createEdge({
    router,
    clock,
    blobPath: (sha256) => store.blobs.fetch(sha256),
    cacheDirectory: join(home, "compressed"),
    ...(predecessor ? { promised: predecessor.ports } : {}),
  });
  // Since the machines that share the database were told what runs here.
  let hasChanged = true;
  const supervisor = createSupervisor({
    stateDir: join(home, "instances"),
    logDir: programLogs(home),
    clock,
    memoryLimitBytes: machineBytes() * mostOfMachine,
    // A program may get another port when it is started again; the route follows.
    onChange: (status) => {
      hasChanged = true;
      if (status.state === "running") void reconcile().catch(complain);
    },
  });
  const stopping = new AbortController();
  const ending = AbortSignal.any([signal, stopping.signal]);

  const port = predecessor ? predecessor.port : await listenSomewhere(options, store, edge);
  const desired = createDesired({ store, router, edge, supervisor, port, toolPath: options.toolPath, complain });

  // One look at a time; who asks during a look gets the next one, which sees what was written before the question.
  let current: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  // Nothing is applied any more: what is being stopped would be started again.
  let isLeaving = false;
  function reconcile(): Promise<void> {
    if (isLeaving) return Promise.resolve();
    if (!current) {
      current = desired.apply().finally(() => {
        current = null;
        hasChanged = true;
      });
      return current;
    }
    following ??= current
      .catch(() => {}) // Told to who asked for that look.
      .then(() => {
        following = null;
        return reconcile();
      });
    return following;
  }

  const report = (): EdgeReport => ({
    machine: hostname(),
    pid: process.pid,
    version: options.version,
    port,
    services: desired.services(),
  });
  const firstLook = Promise.withResolvers<void>();
  /** Since somebody asked it to hand over: to whom, and who waits for that. */
  const handingOver: { to: Promise<Successor> | null; waiting: ServerResponse[] } = { to: null, waiting: [] };

  /** When it throws, nothing has changed. */
  async function prepareHandOver(request: IncomingMessage): Promise<Successor> {
    const asked = JSON.parse(await text(request)) as HandOver;
    await desired.drained();
    const next = await startSuccessor(home, asked);
    isLeaving = true;
    await current?.catch(complain);
    return next;
  }

  const control = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://edge");
    const handle = async (): Promise<void> => {
      if (url.pathname === "/hand-over") {
        handingOver.to ??= prepareHandOver(request);
        await handingOver.to.catch((error: unknown) => {
          handingOver.to = null;
          complain(error);
          throw error;
        });
        handingOver.waiting.push(response);
        stopping.abort();
        return;
      }
      if (url.pathname === "/status")
        await Promise.race([firstLook.promise, clock.sleep(firstLookMs, ending).catch(() => {})]);
      if (url.pathname === "/reconcile") {
        // It would change nothing any more; who is cut off asks again, and then the successor.
        if (isLeaving && handingOver.to) return void response.destroy();
        await reconcile();
      }
      if (url.pathname === "/stop") {
        isLeaving = true;
        await current?.catch(complain);
        if (url.searchParams.has("applications")) await supervisor.stopAll({ graceMs: 10_000 });
        answer(response, 200, report());
        stopping.abort();
        return;
      }
      answer(response, 200, report());
    };
    handle().catch((error: unknown) => answer(response, 500, reportOf(error)));
  });
  const socket = edgeSocket(home);
  rmSync(socket, { force: true }); // We hold the lock: what is there was left by one that died.
  await new Promise<void>((resolve, reject) => control.once("error", reject).listen(socket, resolve));

  const announced = announcing(store);
  const read = (asked: LogsAsked, until: AbortSignal) => printedHere(store, asked, until);
  const relays = relaying({ store, read, complain });
  if (predecessor) {
    // It serves for as long as nothing is known here.
    await reconcile();
    for await (const one of predecessor.sockets()) await edge.adopt(one);
    predecessor.serving();
  } else await reconcile().catch(complain);
  firstLook.resolve();
  let seen = await dataVersion(store);
  let applied = 0;
  let lastOrphans = 0;
  const standby = options.standbyCommand ? keepStandby(home, options.standbyCommand) : null;
  const own = lockFile(home);
  let lastThere = clock.now();
  while (!ending.aborted) {
    await clock.sleep(lookEveryMs, ending).catch(() => {}); // The end is looked at above.
    if (ending.aborted) break;
    // Before the database is asked, which is gone with the directory.
    if (lockFile(home) === own) lastThere = clock.now();
    else if (clock.now() - lastThere >= removedAfterMs) {
      // Nobody could reach it any more, and the next edge of this directory wants its port.
      isLeaving = true;
      await supervisor.stopAll({ graceMs: closeGraceMs });
      break;
    }
    try {
      const asked = await announced.asked();
      const now = await dataVersion(store);
      if (now !== seen || asked !== applied) {
        seen = now;
        await reconcile();
        applied = asked;
      }
      const changed = hasChanged;
      hasChanged = false;
      await announced.say(report, { changed, applied });
      await relays.look();
      if (clock.now() - lastOrphans >= orphansEveryMs) {
        lastOrphans = clock.now();
        standby?.look();
        if ((await hasOrphans(store)) || (await isDue(store, { mail: false, forMs: overdueMs }))) startWorker(options);
      }
    } catch (error) {
      complain(error);
    }
  }

  const successor = await handingOver.to?.catch(() => null); // Told to who asked for it.
  if (!successor && lockFile(home) === own) markStopped(home);
  await relays[Symbol.asyncDispose]();
  await announced[Symbol.asyncDispose]();
  control.close();
  if (successor) {
    supervisor.release();
    lock.release();
    await successor.take(port, edge.sockets());
    markHandedOver(home);
    const closed = edge.close({ graceMs: longestMs, settleMs });
    await clock.sleep(settleMs);
    for (const response of handingOver.waiting) answer(response, 200, report());
    await closed;
  } else {
    await standby?.close();
    control.closeAllConnections();
    rmSync(socket, { force: true });
    await edge.close({ graceMs: closeGraceMs });
    supervisor.release();
  }
  await desired.close();
  return true;
}

/** Shows first that it can open what is there: until then the other one serves. */
async function whenLetGo(options: EdgeProcessOptions): Promise<Predecessor> {
  await using _trial = await openStore(options.home, systemClock, options);
  return predecessorOf(process);
}

/** Which file the lock is; another one, or none, where the data directory was removed. */
function lockFile(home: string): number | undefined {
  return statSync(edgeLock(home), { throwIfNoEntry: false })?.ino;
}

/** To the edge's log; the loop goes on, since the data path must outlive whatever went wrong. */
function complain(error: unknown): void {
  const report = reportOf(error);
  process.stderr.write(`${new Date().toISOString()} ${report.code} ${report.what} ${report.where ?? ""}\n`);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

type Store = Awaited<ReturnType<typeof openStore>>;

/** Changes when another process has written what is served here. */
async function dataVersion({ db, kind }: Store): Promise<string> {
  if (kind === "sqlite") {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
    return String(rows[0]!.data_version);
  }
  const live = db
    .selectFrom("live")
    .select(["release_id", "stopped_at"])
    .where("platform", "=", "local")
    .orderBy("release_id");
  const instances = db.selectFrom("instance").select(["id", "desired"]).orderBy("id");
  const guards = db.selectFrom("project_protection").select(["project_id", "version"]).orderBy("project_id");
  return JSON.stringify([await live.execute(), await instances.execute(), await guards.execute()]);
}

/** The port this data directory had before, the one asked for, or any. */
async function listenSomewhere(
  { port }: EdgeProcessOptions,
  store: Store,
  edge: ReturnType<typeof createEdge>,
): Promise<number> {
  const known = Number((await store.setting("edge/port")) ?? 0);
  for (const wanted of [known, port].filter((one) => one > 0)) {
    try {
      return await listen(wanted);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error; // Taken, or not ours to have: the next one.
    }
  }
  return listen(0);

  async function listen(wanted: number): Promise<number> {
    const got = await edge.listen(wanted, "127.0.0.1");
    if (got !== known) await store.putSetting("edge/port", String(got));
    return got;
  }
}

function startWorker(options: EdgeProcessOptions): void {
  const environment = backgroundEnvironment(options);
  startDetached(options.workerCommand, { home: options.home, log: "worker.log", environment, failed: complain });
}
