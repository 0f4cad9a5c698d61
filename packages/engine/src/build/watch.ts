/**
 * Watches what a running build uses: memory and number of its processes (Linux), size of its workspace, room on the disk, what it prints.
 * The kernel's own limits are per process or per user; a build is a tree, so it is added up here.
 */
import { readdirSync, readFileSync, statfsSync } from "node:fs";
import { DeployError } from "../error.ts";
import { exec } from "../process/exec.ts";
import type { BuildLimits } from "./limits.ts";

export interface Usage {
  /** Greatest seen. */
  memoryBytes: number;
  processes: number;
}

const megabyte = 1024 ** 2;
const sampleMs = 500;

/**
 * Look at the build every half second until `stop` is called; `exceeded` is called once, with the error that says which limit it was.
 * `pid` answers the leader of the running program, or undefined between two programs.
 */
export function watchBuild(
  { pid, directory, limits }: { pid: () => number | undefined; directory: string; limits: BuildLimits },
  exceeded: (error: DeployError) => void,
): { usage: Usage; stop(): Promise<void> } {
  const usage: Usage = { memoryBytes: 0, processes: 0 };
  let over = false;
  let stopped = false;
  let wake: (() => void) | undefined;
  const report = (error: DeployError): void => {
    if (over || stopped) return;
    over = true;
    exceeded(error);
  };
  const timer = setInterval(() => {
    const leader = pid();
    const free = freeBytes(directory);
    if (free < limits.freeDiskBytes) report(diskFull(free));
    if (leader === undefined || process.platform !== "linux") return;
    const now = treeUsage(leader);
    usage.memoryBytes = Math.max(usage.memoryBytes, now.memoryBytes);
    usage.processes = Math.max(usage.processes, now.processes);
    if (now.memoryBytes > limits.memoryBytes) report(outOfMemory(now.memoryBytes, limits));
    if (now.processes > limits.processes) report(tooManyProcesses(now.processes, limits));
  }, sampleMs);
  const sizing = sizeLoop();
  async function sizeLoop(): Promise<void> {
    // A walk of a large tree costs; it may take a tenth of the time at most.
    for (let pauseMs = sampleMs; ; ) {
      await pause(pauseMs);
      if (stopped) return;
      const start = performance.now();
      const size = await sizeOf(directory);
      if (size > limits.diskBytes) report(tooLarge(size, limits));
      pauseMs = Math.max(2_000, (performance.now() - start) * 10);
    }
  }
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(waiting);
        resolve();
      };
    });
  }
  return {
    usage,
    async stop() {
      stopped = true;
      clearInterval(timer);
      wake?.();
      await sizing;
    },
  };
}

/** Memory and number of the processes that come from `leader`, or are of its session. */
export function treeUsage(leader: number): Usage {
  const processes = new Map<number, { parent: number; session: number; rss: number }>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // proc_pid_stat(5): fields after the name in parentheses; 2 parent, 4 session, 22 resident pages.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      processes.set(pid, { parent: Number(fields[1]), session: Number(fields[3]), rss: Number(fields[21]) });
    } catch {
      // It ended between listing and reading.
    }
  }
  const belongs = (pid: number): boolean => {
    for (let at = pid, depth = 0; at > 1 && depth < 1_000; depth++) {
      const one = processes.get(at);
      if (!one) return false;
      if (at === leader || one.session === leader) return true;
      at = one.parent;
    }
    return false;
  };
  const members = [...processes].filter(([pid]) => belongs(pid));
  const pages = members.reduce((sum, [, one]) => sum + one.rss, 0);
  return { memoryBytes: pages * 4096, processes: members.length };
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

async function sizeOf(directory: string): Promise<number> {
  try {
    // `du` reports files that vanish while it counts on standard error and counts on.
    const { stdout } = await exec(["/usr/bin/du", "-sk", directory], { cwd: "/", env: {}, timeoutMs: 60_000 });
    return Number.parseInt(stdout, 10) * 1024 || 0;
  } catch {
    return 0; // Without `du` the disk is still guarded by the room left on it.
  }
}

function outOfMemory(used: number, limits: BuildLimits): DeployError {
  return new DeployError("BUILD_FAILED", {
    what: `The build used ${megabytes(used)} of memory and may use ${megabytes(limits.memoryBytes)}; it was stopped.`,
    next: "Make it use less (NODE_OPTIONS=--max-old-space-size=…, fewer parallel workers), or raise the memory limit of builds.",
    step: "build",
  });
}

function tooManyProcesses(count: number, limits: BuildLimits): DeployError {
  return new DeployError("BUILD_FAILED", {
    what: `The build ran ${count} processes at once and may run ${limits.processes}; it was stopped.`,
    next: "Look in its scripts for a command that starts itself again, or lower the number of parallel workers.",
    step: "build",
  });
}

function tooLarge(size: number, limits: BuildLimits): DeployError {
  return new DeployError("BUILD_FAILED", {
    what: `The build's workspace grew to ${megabytes(size)} and may have ${megabytes(limits.diskBytes)}; it was stopped.`,
    next: "Look for what it writes (caches, downloads, source maps), or raise the disk limit of builds.",
    step: "build",
  });
}

function diskFull(free: number): DeployError {
  return new DeployError("DISK_FULL", {
    what: `Only ${megabytes(free)} are free on the disk; the build was stopped before it filled it.`,
    next: "Free some room (landfall doctor says what takes it), then deploy again.",
    step: "build",
  });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / megabyte)} MB`;
}
