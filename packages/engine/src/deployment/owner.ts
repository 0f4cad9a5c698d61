/** Who works: a process, named so that another process on the same machine can tell whether it still lives. */
import { hostname } from "node:os";
import { groupOf, leaderAlive } from "../process/group.ts";

let own: string | undefined;

/** `host pid birth`; the birth tells a process from a later one with the same pid. */
export function thisOwner(): string {
  own ??= `${hostname()} ${process.pid} ${groupOf(process.pid).born}`;
  return own;
}

/** True only when it is certain: same machine, and no such process runs any more. */
export function ownerIsDead(owner: string): boolean {
  const [host, pid, ...born] = owner.split(" ");
  return host === hostname() && !leaderAlive({ pid: Number(pid), born: born.join(" ") });
}
