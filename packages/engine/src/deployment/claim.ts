/**
 * Who works on a deployment: whoever has claimed it, for as long as the lease is renewed. Each claim has a number, the fence, which every
 * write of its owner names: when somebody else has claimed since, the write changes nothing and LEASE_LOST is thrown.
 */
import { hostname } from "node:os";
import type { Kysely } from "kysely";
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import { drainedMachines, livingMachines } from "../machines.ts";
import type { DeploymentRow, Schema } from "../store/schema.ts";
import { isStoreAway, type Store } from "../store/store.ts";
import { machineOf, ownerIsDead } from "./owner.ts";

/** An owner says that it lives so often, and reads whether it is to cancel. */
export const heartbeatMs = 1_000;
/** A lease not renewed for so long may be taken over even when nobody can tell that its owner is dead (it is on another machine, or hangs). */
export const leaseMs = 10_000;

/** States in which a deployment is still to be worked on. */
export const openStates = ["pending", "building", "uploading", "deploying", "verifying"] as const;

const giveBackAgainMs = 200;

type Claimable = Pick<Store, "db" | "kind" | "clock">;

export interface Claim {
  row: DeploymentRow;
  owner: string;
  fence: number;
  /** True when an earlier owner had begun: a takeover. */
  takenOver: boolean;
}

/**
 * Claim the oldest open deployment that nobody works on, or null. Of one project and environment only the oldest open one is
 * offered, so deployments never overtake each other there; of several organisations, whose fewest are worked on comes first. What is to run
 * on another machine is left to it; where this one is drained, it is offered only what was begun here. `only` narrows it to that deployment and those it waits for.
 */
export async function claimNext(
  store: Claimable,
  { owner, only, busy }: { owner: string; only?: string | undefined; busy: ReadonlySet<string> },
): Promise<Claim | null> {
  const { db, clock } = store;
  const open = await db
    .selectFrom("deployment")
    .select(["id", "organization_id", "project_id", "environment", "platform", "lease_owner", "lease_until"])
    .where("state", "in", [...openStates])
    .orderBy("id")
    .execute();
  const wanted = only ? open.find((row) => row.id === only) : undefined;
  if (only && !wanted) return null;
  const places = new Set<string>();
  const free: typeof open = [];
  const shares = new Map<string, number>();
  for (const row of open) {
    const place = `${row.project_id}/${row.environment}`;
    const isFirst = !places.has(place);
    places.add(place);
    if (!isFirst) continue;
    const isFree = row.lease_owner === null || row.lease_until < clock.now() || ownerIsDead(row.lease_owner);
    if (busy.has(row.id) || !isFree) shares.set(row.organization_id, (shares.get(row.organization_id) ?? 0) + 1);
    else if (!wanted || place === `${wanted.project_id}/${wanted.environment}`) free.push(row);
  }
  const shareOf = (row: { organization_id: string }): number => shares.get(row.organization_id) ?? 0;
  const isOthers = await leftToOthers(store, free);
  for (const row of free.sort((a, b) => shareOf(a) - shareOf(b))) {
    if (isOthers(row)) continue;
    const claimed = await db
      .updateTable("deployment")
      .set((eb) => ({ lease_owner: owner, lease_until: clock.now() + leaseMs, fence: eb("fence", "+", 1) }))
      .where("id", "=", row.id)
      .where("state", "in", [...openStates])
      .where("lease_until", "=", row.lease_until)
      .where((eb) =>
        row.lease_owner === null ? eb("lease_owner", "is", null) : eb("lease_owner", "=", row.lease_owner),
      )
      .returningAll()
      .executeTakeFirst();
    if (claimed) return { row: claimed, owner, fence: claimed.fence, takenOver: row.lease_owner !== null };
  }
  return null;
}

/** Whether any deployment is still to be worked on (by anybody). */
export async function hasOpen(db: Kysely<Schema>, only?: string): Promise<boolean> {
  let query = db
    .selectFrom("deployment")
    .select("id")
    .where("state", "in", [...openStates])
    .limit(1);
  if (only) query = query.where("id", "=", only);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Whether a deployment waits that nobody works on: its owner died, is not heard of any more, or went before it was begun. */
export async function hasOrphans(store: Claimable): Promise<boolean> {
  const { db, clock } = store;
  const rows = await db
    .selectFrom("deployment")
    .select(["platform", "lease_owner", "lease_until", "created_at"])
    .where("state", "in", [...openStates])
    .execute();
  // One just accepted is about to be claimed by who accepted it.
  const late = new Date(clock.now() - 1_500).toISOString();
  const isOthers = await leftToOthers(store, rows);
  return rows.some(
    (row) =>
      !isOthers(row) &&
      (row.lease_owner === null
        ? row.created_at < late
        : row.lease_until < clock.now() || ownerIsDead(row.lease_owner)),
  );
}

type Offered = Pick<DeploymentRow, "platform" | "lease_owner">;

/**
 * Whether a deployment is not for this machine. It is to run on another: it is for `local`, and those that serve are others (a data
 * directory has one machine). Or this one is drained, and another began it or nobody has.
 */
async function leftToOthers(store: Claimable, rows: Offered[]): Promise<(row: Offered) => boolean> {
  if (rows.length === 0) return () => false;
  const { kind, db, clock } = store;
  const here = hostname();
  const beginsNothing = await isDrained(store);
  const living =
    kind !== "sqlite" && rows.some(({ platform }) => platform === "local") ? await livingMachines(db, clock) : null;
  const serving = [...(living ?? [])].filter(([, roles]) => roles.has("edge")).map(([name]) => name);
  const isElsewhere = serving.length > 0 && !serving.includes(here);
  return ({ platform, lease_owner: owner }) =>
    (platform === "local" && isElsewhere) || (beginsNothing && (owner === null || machineOf(owner) !== here));
}

/** Whether this machine begins nothing new. */
export async function isDrained({ db }: Pick<Store, "db">): Promise<boolean> {
  return (await drainedMachines(db)).has(hostname());
}

/** Renew the lease; tells whether a cancel was asked for. Throws LEASE_LOST. */
export async function renew(db: Kysely<Schema>, claim: Claim, clock: Clock): Promise<{ cancelRequested: boolean }> {
  const row = await db
    .updateTable("deployment")
    .set({ lease_until: clock.now() + leaseMs })
    .where("id", "=", claim.row.id)
    .where("fence", "=", claim.fence)
    .returning("cancel_requested")
    .executeTakeFirst();
  if (!row) throw leaseLost(claim.row.id);
  return { cancelRequested: row.cancel_requested !== 0 };
}

/** Let others claim soon; changes nothing when somebody has claimed already. A store that is away is waited for while the lease lasts. */
export async function giveBack({ db, clock }: Pick<Store, "db" | "clock">, claim: Claim): Promise<void> {
  const until = clock.now() + leaseMs;
  do {
    try {
      await db
        .updateTable("deployment")
        .set({ lease_owner: null, lease_until: clock.now() })
        .where("id", "=", claim.row.id)
        .where("fence", "=", claim.fence)
        .execute();
      return;
    } catch (error) {
      if (!isStoreAway(error)) return; // The store is what failed; the lease ends by itself.
      await clock.sleep(giveBackAgainMs);
    }
  } while (clock.now() < until);
}

export function leaseLost(deploymentId: string): DeployError {
  return new DeployError("LEASE_LOST", {
    what: "Another process has taken this deployment over.",
    where: deploymentId,
    next: `Follow it with: landfall inspect ${deploymentId}`,
  });
}

export function isLeaseLost(error: unknown): boolean {
  return error instanceof DeployError && error.code === "LEASE_LOST";
}
