/** Looking at the processes of the machine. */
import { readdirSync, readFileSync } from "node:fs";

/** How many processes have the text in their command line, in any namespace. */
export function running(text: string): number {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(text) &&
          !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
        );
      } catch {
        return false;
      }
    }).length;
}
