/**
 * Programs kept running: started in a session of their own, so that they outlive the edge, and adopted by the next edge by pid and
 * moment of birth; restarted when they end, stopped with everything they started.
 */
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Clock, systemClock } from "@landfall/engine/clock";
import { DeployError } from "@landfall/engine/error";
import { type Group, groupAlive, killGroup, leaderAlive } from "@landfall/engine/process/group";
import { type Exit, exitInWords, portWasTaken } from "./diagnosis.ts";
import { freePort } from "./free-port.ts";
import { type Listening, outOfMemoryKills } from "./processes.ts";
import { lastLines, type LogLine, readLines, trimLog } from "@landfall/engine/platforms/local/program-log";
import { CannotStart, endProgram, findProgram, startProgram } from "./program-process.ts";
import {
  isProgramId,
  newRecord,
  type ProgramRecord,
  readRecord,
  recordedIds,
  removeRecord,
  writeRecord,
} from "./program-record.ts";
import { createSights, nothing, type Sight, type Sights, watchRun } from "./program-watch.ts";

/** What to run. An id means the same program for ever: what belongs to a sealed release does not change. */
export interface Program {
  /** Letters, digits, `_`, `.`, `-`. */
  id: string;
  release: string;
  cwd: string;
  /** The whole environment for a port; PORT is added. */
  env: (port: number) => Record<string, string>;
  /** Program and arguments for the environment with its PORT. */
  argv: (env: Record<string, string>) => string[];
}

export interface ProgramStatus {
  id: string;
  release: string;
  /**
   * `starting` until it listens on a port or has run for a second; `backoff` between an end and the next start; `failed` when it
   * cannot be started at all.
   */
  state: "starting" | "running" | "backoff" | "stopped" | "failed";
  pid: number | null;
  /** Given to it in PORT. */
  port: number | null;
  /** Ports it really listens on. A few seconds old at most. */
  listening: Listening[];
  residentBytes: number;
  /** Starts after its own end, since the first. */
  restarts: number;
  /** How it last ended, such as `exited with status 1`. */
  lastExit: string | null;
  /** The end of what it printed. */
  lastLines: string[];
}

export interface Supervisor {
  /** Make sure it runs: adopt it, start it, or leave it alone. Resolves once it has a process or cannot have one. Safe to repeat. */
  ensure(program: Program): Promise<ProgramStatus>;
  /** SIGTERM to all its processes, SIGKILL after `graceMs`; resolves when none is left. Safe to repeat, also for an unknown id. */
  stop(id: string, options: { graceMs: number }): Promise<void>;
  stopAll(options: { graceMs: number }): Promise<void>;
  /** What is known, or null for an id that never ran here. */
  status(id: string): ProgramStatus | null;
  /** Every program that runs or is on record. */
  list(): ProgramStatus[];
  /** What it printed, from an offset on; all of it that is kept without one. Outlives the program. */
  logs(id: string, options?: { fromByte?: number; follow?: boolean; signal?: AbortSignal }): AsyncIterable<LogLine>;
  /** Stop it, and forget record and log. */
  forget(id: string, options: { graceMs: number }): Promise<void>;
  /** Stop watching. Programs go on running; another supervisor on the same directories adopts them. */
  release(): void;
}

export interface SupervisorOptions {
  stateDir: string;
  logDir: string;
  clock?: Clock;
  random?: () => number;
  /** Told after each change of state or port. */
  onChange?: (status: ProgramStatus) => void;
  /** Bytes of log kept for each program; default 16 MB. */
  logKeepBytes?: number;
  /** Memory the processes of one program may hold together, in bytes; above it they are ended and started again. No limit without. */
  memoryLimitBytes?: number;
}

/** A program as this process sees it. */
interface Running {
  program: Program;
  record: ProgramRecord;
  state: ProgramStatus["state"];
  /** Null when it was adopted. */
  child: ChildProcess | null;
  /** Ends in a row without a long run in between. */
  failures: number;
  /** Ends what this process does for it: waiting, watching. */
  watch: AbortController;
  /** Offset in the log where the current run begins. */
  logStart: number;
  memoryKills: number;
  overLimit: Exit["overLimit"];
  sights: Sights;
}

const backoff = { firstMs: 250, longestMs: 30_000, forgivenAfterMs: 60_000 };
/** A program that has run so long without listening may be one that never does (a worker). */
const startedAfterMs = 1_000;

/** Nothing is started or adopted until asked for. One supervisor at a time may use the directories. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { stateDir, logDir, random = Math.random, onChange } = options;
  const clock = options.clock ?? systemClock;
  const keepBytes = options.logKeepBytes ?? 16 * 1024 * 1024;
  const programs = new Map<string, Running>();
  /** One thing at a time for each id. */
  const queues = new Map<string, Promise<unknown>>();
  /** Tells the programs of this data directory from those of another. */
  const place = createHash("sha256").update(resolve(stateDir)).digest("hex").slice(0, 16);
  let isReleased = false;
  for (const path of [stateDir, logDir]) mkdirSync(path, { recursive: true, mode: 0o700 });

  const markOf = (id: string): string => `${id}@${place}`;
  const logOf = (id: string): string => join(logDir, `${id}.log`);

  function enqueue<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (!isProgramId(id)) {
      throw new DeployError("INVALID_CONFIG", { what: `${JSON.stringify(id)} cannot be the id of a program.` });
    }
    const turn = (queues.get(id) ?? Promise.resolve()).then(work, work);
    queues.set(id, turn);
    const over = (): void => {
      if (queues.get(id) === turn) queues.delete(id);
    };
    turn.then(over, over);
    return turn;
  }

  function change(running: Running, state: Running["state"]): void {
    running.state = state;
    running.sights.forget();
    if (programs.get(running.program.id) === running) onChange?.(statusOf(running));
  }

  async function ensure(program: Program): Promise<ProgramStatus> {
    const known = programs.get(program.id);
    if (known && known.state !== "stopped") {
      known.program = program;
      return statusOf(known);
    }
    const record = readRecord(stateDir, program.id) ?? newRecord(program.id, program.release);
    const { group } = record;
    const running: Running = {
      program,
      record,
      state: "starting",
      child: null,
      failures: 0,
      watch: new AbortController(),
      logStart: record.logFloor,
      memoryKills: outOfMemoryKills(),
      overLimit: undefined,
      sights: createSights(clock),
    };
    programs.set(program.id, running);
    // An edge that died between starting a program and writing it down leaves one that only its mark tells of.
    const unrecorded = group ? null : findProgram(markOf(program.id));
    if (unrecorded) Object.assign(record, { ...unrecorded, startedAt: clock.now() });
    if (record.group && leaderAlive(record.group)) adopt(running, record.group);
    else {
      // It ended while nobody watched; what it may have left behind would be in the way.
      if (group) await endProgram(markOf(program.id), { group, graceMs: 1_000, clock });
      record.restarts = 0;
      await start(running);
    }
    return statusOf(running);
  }

  function adopt(running: Running, group: Group): void {
    writeRecord(stateDir, running.record);
    change(running, "running");
    keepWatch(running, group);
  }

  async function start(running: Running): Promise<void> {
    if (isReleased) return;
    const { program, record } = running;
    const { id, cwd } = program;
    const taken = new Set([...programs.values()].flatMap((one) => (one === running ? [] : (one.record.port ?? []))));
    try {
      record.port = await freePort({ preferred: record.port ?? undefined, taken, random });
      const env = { ...program.env(record.port), PORT: String(record.port) };
      running.logStart = statSync(logOf(id), { throwIfNoEntry: false })?.size ?? 0;
      running.memoryKills = outOfMemoryKills();
      running.overLimit = undefined;
      const started = await startProgram({ argv: program.argv(env), cwd, env, logPath: logOf(id), mark: markOf(id) });
      running.child = started.child;
      record.group = started.group;
    } catch (error) {
      return cannotStart(running, error);
    }
    record.startedAt = clock.now();
    writeRecord(stateDir, record);
    const { child } = running;
    running.watch = new AbortController();
    child.once("exit", (code, signal) => {
      if (running.child === child) ended(running, { code, signal, unseen: false });
    });
    change(running, "starting");
    keepWatch(running, record.group);
  }

  /** Trying again would change nothing. */
  function cannotStart(running: Running, error: unknown): void {
    const { record } = running;
    record.group = null;
    record.lastExit = error instanceof CannotStart ? error.words : `could not be started: ${String(error)}`;
    writeRecord(stateDir, record);
    change(running, "failed");
  }

  function keepWatch(running: Running, group: Group): void {
    watchRun({
      group,
      clock,
      signal: running.watch.signal,
      isAdopted: () => running.child === null,
      limitBytes: options.memoryLimitBytes,
      look() {
        if (running.state !== "starting") return;
        const isLate = clock.now() - running.record.startedAt >= startedAfterMs;
        if (isLate || sight(running).listening.length > 0) change(running, "running");
      },
      ended: () => ended(running, { code: null, signal: null, unseen: true }),
      overLimit: (limit) => (running.overLimit = limit),
      trim: () => trim(running),
      fault: (error) => (running.record.lastExit ??= error instanceof Error ? error.message : String(error)),
    });
  }

  async function trim(running: Running): Promise<void> {
    const { record } = running;
    const setFloor = (floor: number): void => {
      record.logFloor = floor;
      writeRecord(stateDir, record);
    };
    await trimLog(logOf(record.id), { keepBytes, floor: record.logFloor, setFloor });
  }

  function ended(running: Running, how: Pick<Exit, "code" | "signal" | "unseen">): void {
    running.watch.abort();
    running.child = null;
    if (isReleased) return;
    const { id } = running.program;
    // In the queue, so that a stop asked for meanwhile comes before or after, not in between.
    enqueue(id, () => restart(running, how)).catch((error: unknown) => cannotStart(running, error));
  }

  async function restart(running: Running, how: Pick<Exit, "code" | "signal" | "unseen">): Promise<void> {
    const { record, program } = running;
    if (programs.get(program.id) !== running || running.state === "stopped" || !record.group) return;
    const { group } = record;
    const leftProcesses = groupAlive(group);
    if (leftProcesses) await killGroup(group, { graceMs: 1_000, clock });
    const lines = lastLines(logOf(program.id), { count: 50, fromByte: running.logStart });
    const memoryWasShort = outOfMemoryKills() > running.memoryKills;
    const { overLimit } = running;
    record.lastExit = exitInWords({
      ...how,
      memoryWasShort,
      leftProcesses,
      lastLines: lines,
      ...(overLimit ? { overLimit } : {}),
    });
    const ranMs = clock.now() - record.startedAt;
    running.failures = ranMs >= backoff.forgivenAfterMs ? 1 : running.failures + 1;
    record.restarts += 1;
    record.group = null;
    if (portWasTaken(lines)) record.port = null;
    writeRecord(stateDir, record);
    running.watch = new AbortController();
    change(running, "backoff");
    const { signal } = running.watch;
    const pauseMs = Math.min(backoff.longestMs, backoff.firstMs * 2 ** (running.failures - 1)) * (0.75 + random() / 2);
    // Outside the queue: waiting must not hold up a stop.
    clock.sleep(pauseMs, signal).then(
      () =>
        enqueue(program.id, async () => {
          if (!signal.aborted && running.state === "backoff") await start(running);
        }).catch((error: unknown) => cannotStart(running, error)),
      () => undefined, // Stopped or released while waiting.
    );
  }

  async function stop(id: string, graceMs: number): Promise<void> {
    const running = programs.get(id);
    const record = running?.record ?? readRecord(stateDir, id);
    if (running) {
      running.watch.abort();
      running.child = null;
      running.state = "stopped";
    }
    await endProgram(markOf(id), { group: record?.group ?? null, graceMs, clock });
    if (!record) return;
    if (record.group) record.lastExit = "was stopped";
    record.group = null;
    writeRecord(stateDir, record);
    if (running) change(running, "stopped");
  }

  function sight({ record, state, sights }: Running): Sight {
    const isUp = record.group !== null && state !== "backoff" && state !== "stopped";
    return isUp ? sights.of(record.group!, record.port) : nothing;
  }

  function statusOf(running: Running): ProgramStatus {
    return statusFrom(running.record, running.state, sight(running));
  }

  function statusFrom(record: ProgramRecord, state: ProgramStatus["state"], seen: Sight): ProgramStatus {
    return {
      id: record.id,
      release: record.release,
      state,
      pid: record.group?.pid ?? null,
      port: record.port,
      listening: seen.listening,
      residentBytes: seen.residentBytes,
      restarts: record.restarts,
      lastExit: record.lastExit,
      lastLines: lastLines(logOf(record.id), { count: 50, fromByte: record.logFloor }),
    };
  }

  function status(id: string): ProgramStatus | null {
    const running = programs.get(id);
    if (running) return statusOf(running);
    const record = isProgramId(id) ? readRecord(stateDir, id) : null;
    if (!record) return null;
    const isAlive = record.group !== null && leaderAlive(record.group);
    return statusFrom(record, isAlive ? "running" : "stopped", nothing);
  }

  const allIds = (): string[] => [...new Set([...programs.keys(), ...recordedIds(stateDir)])];

  return {
    ensure: (program) => enqueue(program.id, () => ensure(program)),
    async stop(id, { graceMs }) {
      // Waiting for the next start ends at once; the rest comes in turn.
      programs.get(id)?.watch.abort();
      await enqueue(id, () => stop(id, graceMs));
    },
    async stopAll({ graceMs }) {
      await Promise.all(allIds().map((id) => this.stop(id, { graceMs })));
    },
    status,
    list: () => allIds().flatMap((id) => status(id) ?? []),
    logs(id, { fromByte, follow, signal } = {}) {
      const floor = (): number => (programs.get(id)?.record ?? readRecord(stateDir, id))?.logFloor ?? 0;
      return readLines(logOf(id), {
        floor,
        clock,
        ...(fromByte === undefined ? {} : { fromByte }),
        ...(follow === undefined ? {} : { follow }),
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async forget(id, { graceMs }) {
      await this.stop(id, { graceMs });
      programs.delete(id);
      removeRecord(stateDir, id);
      rmSync(logOf(id), { force: true });
    },
    release() {
      isReleased = true;
      for (const running of programs.values()) {
        running.watch.abort();
        running.child = null;
      }
    },
  };
}
