/** What the kernel says about processes: memory, ports they listen on, and whom it killed for lack of memory. Linux; elsewhere nothing is known. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { totalmem } from "node:os";

export interface Listening {
  /** Address in the usual notation: `127.0.0.1`, `0.0.0.0`, `::`, `::1`. */
  host: string;
  port: number;
}

/** Memory the processes hold now, in bytes; pages they share count for each. */
export function residentBytes(pids: readonly number[]): number {
  let total = 0;
  for (const pid of pids) total += Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
  return total;
}

/** Memory of the machine in bytes, or of it what this process and those it starts may use together. */
export function machineBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/** What all processes hold of the machine's memory now, in bytes. Nearly free to ask. */
export function takenBytes(): number {
  return machineBytes() - process.availableMemory();
}

/** TCP ports the processes listen on, lowest first. Source: proc_net(5), proc_pid_fd(5). */
export function listeningPorts(pids: readonly number[]): Listening[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  if (inodes.size === 0) return [];
  const found = new Map<string, Listening>();
  for (const table of ["tcp", "tcp6"]) {
    for (const row of read(`/proc/net/${table}`).split("\n").slice(1)) {
      // sl local_address rem_address st … inode; state 0A is LISTEN.
      const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
      if (state !== "0A" || !inodes.has(inode)) continue;
      const [address = "", port = ""] = local.split(":");
      const one = { host: addressOf(address), port: Number.parseInt(port, 16) };
      found.set(`${one.host} ${one.port}`, one);
    }
  }
  return [...found.values()].sort((a, b) => a.port - b.port || a.host.localeCompare(b.host));
}

/** How many processes the kernel has killed for lack of memory since the machine started. */
export function outOfMemoryKills(): number {
  return Number(/^oom_kill (\d+)/m.exec(read("/proc/vmstat"))?.[1] ?? 0);
}

/** The environment a process was started with. Empty for a process that is gone or another user's. */
export function environmentOf(pid: number): Map<string, string> {
  const entries = read(`/proc/${pid}/environ`).split("\0");
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
}

/** Pids of all processes. */
export function allPids(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return []; // Not Linux.
  }
}

function socketsOf(pid: number): string[] {
  let names: string[];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return []; // It ended, or belongs to another user.
  }
  return names.flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? [];
    } catch {
      return []; // Closed in the meantime.
    }
  });
}

/** The kernel writes addresses as hexadecimal words in its own byte order, which is the little end first where we run. */
function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)?.flatMap((word) => word.match(/../g)!.toReversed()) ?? [];
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  const text = bytes.join("").toLowerCase();
  if (/^0{20}ffff/.test(text)) return addressOf(hex.slice(24));
  if (/^0{32}$/.test(text)) return "::";
  if (/^0{31}1$/.test(text)) return "::1";
  return text.match(/.{4}/g)!.join(":");
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // Gone, or nothing we may read.
  }
}
