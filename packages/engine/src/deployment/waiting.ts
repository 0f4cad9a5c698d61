/** Why nobody begins a deployment that waits, where that is to be told: every machine that could is drained. */
import { hostname } from "node:os";
import { isSettled } from "../events.ts";
import { drainedMachines, livingMachines } from "../machines.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { machineOf } from "./owner.ts";

const drained =
  "Every machine that could work on it is drained. Whoever runs this Landfall takes one back: landfall servers resume";

type Waiting = Pick<DeploymentRow, "id" | "state" | "platform" | "lease_owner" | "lease_until">;

/** Sentences by the ids of deployments; none for those that are worked on, have ended, or will be begun when a machine is free. */
export async function reasonsToWait(
  { db, kind, clock }: Pick<Store, "db" | "kind" | "clock">,
  rows: Waiting[],
): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  const open = rows.filter(({ state }) => !isSettled(state));
  if (open.length === 0) return reasons;
  const off = await drainedMachines(db);
  if (off.size === 0) return reasons;
  const living = await livingMachines(db, clock);
  const having = (role: string): string[] => [...living.keys()].filter((name) => living.get(name)!.has(role));
  const serving = new Set(having("edge"));
  const working = having("worker");
  for (const { id, platform, lease_owner: owner, lease_until: until } of open) {
    // As claims are made: see claim.ts. A data directory has one machine, which starts a worker when there is something to do.
    const able =
      kind === "sqlite"
        ? [hostname()]
        : platform === "local" && serving.size > 0
          ? working.filter((name) => serving.has(name))
          : working;
    // One that has begun it carries it on.
    const isHeld = owner !== null && (until >= clock.now() || able.includes(machineOf(owner)));
    if (!isHeld && able.length > 0 && able.every((name) => off.has(name))) reasons.set(id, drained);
  }
  return reasons;
}
