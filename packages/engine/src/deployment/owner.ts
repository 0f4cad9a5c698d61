/** Who works: a process, named so that another process on the same machine can tell whether it still lives. */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { groupOf, leaderAlive } from "../process/group.ts";

let own: string | undefined;
let machine: string | undefined;

/** `machine pid birth`; the birth tells a process from a later one with the same pid. */
export function thisOwner(): string {
  own ??= `${thisMachine()} ${process.pid} ${groupOf(process.pid).born}`;
  return own;
}

/**
 * True only when it is certain: same machine, and no such process runs any more. Of other machines nothing is certain: there the lease
 * decides.
 */
export function ownerIsDead(owner: string): boolean {
  const [where, pid, ...born] = owner.split(" ");
  return where === thisMachine() && !leaderAlive({ pid: Number(pid), born: born.join(" ") });
}

/** Host name of the machine of an owner. */
export function machineOf(owner: string): string {
  return owner.split("~", 1)[0]!;
}

/** The part of the world whose processes can be seen from here: this boot of this kernel, in this namespace of pids. Containers have each their own. */
export function thisMachine(): string {
  if (machine === undefined) {
    const seen = [
      () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
      () => readlinkSync("/proc/self/ns/pid"),
    ].map((look) => {
      try {
        return look();
      } catch {
        return ""; // Not Linux: the host's name says which machine it is.
      }
    });
    const digest = createHash("sha256")
      .update([hostname(), ...seen].join("\n"))
      .digest("hex");
    machine = `${hostname()}~${digest.slice(0, 16)}`;
  }
  return machine;
}
