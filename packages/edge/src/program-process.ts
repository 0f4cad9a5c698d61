/** One program as processes: how it is started so that it needs nobody, found again, and ended with everything it started. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import type { Clock } from "@landfall/engine/clock";
import { errnoOf } from "@landfall/engine/errno";
import { type Group, groupAlive, groupMembers, groupOf, killGroup } from "@landfall/engine/process/group";
import { allPids, environmentOf } from "./processes.ts";

/** Variable every program gets, by which it and what it starts are known. */
const markName = "LANDFALL_INSTANCE";

export interface Start {
  argv: string[];
  cwd: string;
  /** The whole environment but for the mark. */
  env: Record<string, string>;
  /** File its output is appended to. */
  logPath: string;
  /** Value of the mark; one program has one for ever. */
  mark: string;
}

/** A program that could not be started; `words` say why, such as `could not be started: node is not installed`. */
export class CannotStart extends Error {
  readonly words: string;

  constructor(words: string, cause: unknown) {
    super(words, { cause });
    this.words = words;
  }
}

/**
 * Start a program in a session of its own, writing to its log by itself: it outlives this process. Throws CannotStart for what
 * would fail again: a missing program or directory, no permission, impossible arguments.
 */
export async function startProgram(start: Start): Promise<{ child: ChildProcess; group: Group }> {
  const { argv, cwd, env, logPath, mark } = start;
  const [file = "", ...args] = argv;
  const log = openSync(logPath, "a", 0o600);
  try {
    const stdio = ["ignore", log, log] as const;
    const child = spawn(file, args, {
      cwd,
      env: { ...env, [markName]: mark },
      shell: false,
      detached: true,
      stdio: [...stdio],
    });
    if (child.pid === undefined) throw await new Promise<unknown>((tell) => child.once("error", tell));
    child.on("error", () => undefined); // A signal that could not be sent; the end is what counts.
    child.unref();
    return { child, group: groupOf(child.pid, `${markName}=${mark}`) };
  } catch (error) {
    throw new CannotStart(`could not be started${reasonOf(error, file, cwd)}`, error);
  } finally {
    closeSync(log);
  }
}

/** The running program with this mark, and the port it was given. For one that was started and never written down. */
export function findProgram(mark: string): { group: Group; port: number | null } | null {
  for (const pid of allPids()) {
    const environment = environmentOf(pid);
    if (environment.get(markName) !== mark) continue;
    const group = groupOf(pid, `${markName}=${mark}`);
    // Only what was started by us leads a group; what that started is in it.
    if (!groupMembers({ pid, born: group.born }).includes(pid)) continue;
    return { group, port: Number(environment.get("PORT")) || null };
  }
  return null;
}

/**
 * Ask all its processes to end, insist after `graceMs`, and resolve when none is left, wherever it hid. `group` is null when it is
 * not on record. Looking at every process of the machine, which the mark needs, is left for the end.
 */
export async function endProgram(
  mark: string,
  options: { group: Group | null; graceMs: number; clock: Clock },
): Promise<void> {
  const { graceMs, clock } = options;
  const { pid, born } = options.group ?? { pid: 0, born: "" };
  const deadline = clock.now() + graceMs;
  if (born !== "" && groupAlive({ pid, born })) {
    terminate(pid);
    for (let pauseMs = 5; groupAlive({ pid, born }) && clock.now() < deadline; pauseMs = Math.min(pauseMs * 2, 100)) {
      await clock.sleep(pauseMs);
    }
  }
  const left = Math.max(deadline - clock.now(), 0);
  await killGroup({ pid, born, mark: `${markName}=${mark}` }, { graceMs: Math.min(left, 2_000), clock });
}

function terminate(pid: number): void {
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It ended before the signal came.
  }
}

function reasonOf(error: unknown, file: string, cwd: string): string {
  const code = errnoOf(error);
  if (code === "EACCES") return `: ${file} may not be executed`;
  if (code !== "ENOENT") return code === undefined ? "" : ` (${code})`;
  return statSync(cwd, { throwIfNoEntry: false })
    ? `: ${file} is not installed`
    : `: its directory ${cwd} is not there`;
}
