/**
 * Process groups: which processes belong to a program we started, whether any is left, and how to end them all.
 * A group is named by its leader's pid together with the moment the leader was born, because a pid is used again after a while.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { type Clock, systemClock } from "../clock.ts";
import { errnoOf } from "../errno.ts";

/** A program and everything it started. Plain data: it may be stored and used by another process, also after a reboot. */
export interface Group {
  /** Pid of the leader, which is the id of its process group and session as well. */
  pid: number;
  /** The moment the leader was born, with the boot it was born in; only compared. Empty when the leader was gone already. */
  born: string;
  /** `NAME=value`: every process with this entry in its environment belongs too, also one that left group and session (Linux). */
  mark?: string;
}

interface Process {
  pid: number;
  parent: number;
  group: number;
  session: number;
  ended: boolean;
  born: string;
}

/** The group whose leader is `pid`. Call it right after the start, while the pid is certainly the leader's. */
export function groupOf(pid: number, mark?: string): Group {
  const born = processOf(pid)?.born ?? "";
  return mark === undefined ? { pid, born } : { pid, born, mark };
}

/** Whether any process of the group is running. Processes that ended and were not yet reaped by their parent count as gone. */
export function groupAlive(group: Group): boolean {
  if (group.mark === undefined && !leaderGroupExists(group)) return false;
  return membersOf(group, new Set()).length > 0;
}

/** Pids of the processes of the group that are running. */
export function groupMembers(group: Group): number[] {
  return membersOf(group, new Set());
}

/** Whether the leader itself is running, whatever became of its children. */
export function leaderAlive(group: Group): boolean {
  const leader = processOf(group.pid);
  return leader !== undefined && !leader.ended && leader.born === group.born;
}

/**
 * End every process of the group: SIGTERM, after `graceMs` SIGKILL, and resolve when none is left. Safe to repeat; a group that is
 * gone, or whose pid belongs to somebody else by now, is left alone. Descendants that moved to a group of their own are found by
 * their parents, or by the mark.
 */
export async function killGroup(group: Group, options: { graceMs?: number; clock?: Clock } = {}): Promise<void> {
  const { graceMs = 2_000, clock = systemClock } = options;
  // Children of a member stay known after the member died and they were given to init.
  const known = new Set<number>();
  const start = clock.now();
  let pauseMs = 2;
  let terminated = new Set<number>();
  for (;;) {
    const members = membersOf(group, known);
    if (members.length === 0) return;
    const late = clock.now() - start >= graceMs;
    for (const pid of members) {
      known.add(pid);
      if (late) send(pid, "SIGKILL");
      else if (!terminated.has(pid)) send(pid, "SIGTERM");
    }
    terminated = new Set([...terminated, ...members]);
    await clock.sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, 50);
  }
}

function send(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between listing and signalling; the next look tells.
  }
}

/** Cheap first question, answered by one system call: is there a process group of this number at all, and is it still ours? */
function leaderGroupExists(group: Group): boolean {
  try {
    process.kill(-group.pid, 0);
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return false;
  }
  return true;
}

function membersOf(group: Group, known: ReadonlySet<number>): number[] {
  const processes = listProcesses();
  const leader = processes.find((one) => one.pid === group.pid);
  // The kernel gives a pid out again only when no process, group or session bears it: another leader means ours are all gone.
  const reused =
    group.born === "" || bootOf(group.born) !== boot() || (leader !== undefined && leader.born !== group.born);
  const members = new Set<number>();
  for (const one of processes) {
    if (one.pid === process.pid) continue;
    const byNumber = !reused && (one.group === group.pid || one.session === group.pid || known.has(one.pid));
    if (byNumber || (group.mark !== undefined && !one.ended && hasMark(one.pid, group.mark))) members.add(one.pid);
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const one of processes) {
      if (members.has(one.parent) && !members.has(one.pid)) {
        members.add(one.pid);
        grown = true;
      }
    }
  }
  return processes.filter((one) => members.has(one.pid) && !one.ended).map((one) => one.pid);
}

function hasMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(mark);
  } catch {
    return false; // Another user's process, or one that just ended: not ours to end.
  }
}

function bootOf(born: string): string {
  return born.slice(0, born.indexOf("/"));
}

let knownBoot: string | undefined;

/** Names this boot of the machine; pids and birth ticks mean nothing across a reboot. */
function boot(): string {
  if (knownBoot === undefined) {
    try {
      knownBoot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    } catch {
      knownBoot = "none"; // Not Linux: `ps` gives wall-clock birth times, which differ across boots by themselves.
    }
  }
  return knownBoot;
}

function listProcesses(): Process[] {
  if (process.platform !== "linux") return listByPs();
  const processes: Process[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const one = processOf(pid);
    if (one) processes.push(one);
  }
  return processes;
}

/** One process, or undefined when there is none of this pid. */
function processOf(pid: number): Process | undefined {
  if (process.platform !== "linux") return listByPs().find((one) => one.pid === pid);
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined; // No such process.
  }
  // The name, in parentheses, may itself hold spaces and parentheses: fields are counted from the last one. proc_pid_stat(5).
  const [state, parent, group, session, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    ended: state === "Z" || state === "X",
    born: `${boot()}/${rest[15]}`,
  };
}

function listByPs(): Process[] {
  const text = execFileSync("/bin/ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,lstart="], {
    encoding: "utf8",
    env: { LC_ALL: "C" },
  });
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [pid, parent, group, state, ...born] = line.trim().split(/\s+/);
      return {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: Number(group),
        ended: state!.startsWith("Z"),
        born: `${boot()}/${born.join(" ")}`,
      };
    });
}
