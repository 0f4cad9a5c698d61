/** What is seen of a program while it runs: its ports and memory as the kernel has them, and the watch that acts on them. */
import type { Clock } from "@landfall/engine/clock";
import { type Group, groupMembers, killGroup, leaderAlive } from "@landfall/engine/process/group";
import type { Exit } from "./diagnosis.ts";
import { type Listening, listeningPorts, residentBytes, takenBytes } from "./processes.ts";

export interface Sight {
  listening: Listening[];
  residentBytes: number;
}

/** Of a program that does not run. */
export const nothing: Sight = { listening: [], residentBytes: 0 };

export interface Sights {
  of(group: Group, port: number | null): Sight;
  /** The program is another, or in another state. */
  forget(): void;
}

/** Once it listens on its port little changes; until then somebody waits for it. */
const goodForMs = { settled: 5_000, starting: 200 };

/** Ports and memory, asked from the kernel again only after a while: with many connections its tables are long. */
export function createSights(clock: Clock): Sights {
  let last: (Sight & { at: number }) | null = null;
  return {
    of(group, port) {
      const isSettled = last?.listening.some((one) => one.port === port) ?? false;
      if (last && clock.now() - last.at < (isSettled ? goodForMs.settled : goodForMs.starting)) return last;
      const pids = groupMembers({ pid: group.pid, born: group.born });
      last = { at: clock.now(), listening: listeningPorts(pids), residentBytes: residentBytes(pids) };
      return last;
    },
    forget() {
      last = null;
    },
  };
}

export interface Watch {
  group: Group;
  clock: Clock;
  signal: AbortSignal;
  /** Nobody tells when it ends: it is no child of this process. */
  isAdopted(): boolean;
  /** Memory it may hold, in bytes. */
  limitBytes: number | undefined;
  /** Called each time. */
  look(): void;
  /** An adopted one has ended; the watch is over. */
  ended(): void;
  /** It held too much, and is ended. */
  overLimit(limit: NonNullable<Exit["overLimit"]>): void;
  /** Keep its log short. */
  trim(): Promise<void>;
  fault(error: unknown): void;
}

const watchEveryMs = 250;
const trimEveryMs = 5_000;

/** Watch one run of a program until the signal, which alone gives it up: a fault (a full disk while trimming) leaves no program unwatched. */
export function watchRun(watch: Watch): void {
  watchOver(watch).catch((error: unknown) => {
    if (watch.signal.aborted) return;
    watch.fault(error);
    watchRun(watch);
  });
}

async function watchOver(watch: Watch): Promise<void> {
  const { group, clock, signal, limitBytes } = watch;
  let trimAt = clock.now() + trimEveryMs;
  while (!signal.aborted) {
    await clock.sleep(watchEveryMs, signal);
    if (watch.isAdopted() && !leaderAlive(group)) return watch.ended();
    watch.look();
    // What one program holds is far more to ask, and never more than all hold together.
    if (limitBytes !== undefined && takenBytes() > limitBytes) {
      const heldBytes = residentBytes(groupMembers(group));
      if (heldBytes > limitBytes) {
        watch.overLimit({ limitBytes, heldBytes });
        await killGroup(group, { graceMs: 0, clock });
      }
    }
    if (clock.now() < trimAt) continue;
    trimAt = clock.now() + trimEveryMs;
    await watch.trim();
  }
}
