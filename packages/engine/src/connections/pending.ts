/** People who were sent to a platform and are not back yet: what must be known when they are, for a while and for one use. */
import { createHash } from "node:crypto";
import { DeployError } from "../error.ts";
import type { Store } from "../store/store.ts";
import type { Departure } from "./oauth.ts";

/** A person who was sent to the platform may take so long. */
const awayMs = 10 * 60_000;
/** A person is at the platform; kept sealed until they come back, or the ticket is granted. */
export interface PendingAuthorization {
  departure?: Departure;
  name?: string;
}

/** Kept under the hash of its state: who reads the store cannot answer in the person's place. Answers when it is over, in ISO 8601. */
export async function keepPending(
  { db, clock, organization, vault }: Store,
  {
    platform,
    state,
    departure,
    name,
  }: { platform: string; state: string; departure?: Departure; name: string | undefined },
): Promise<string> {
  const pending: PendingAuthorization = {
    ...(departure === undefined ? {} : { departure }),
    ...(name === undefined ? {} : { name }),
  };
  const hash = stateHash(state);
  const expires_at = clock.now() + awayMs;
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom("authorization").where("expires_at", "<=", clock.now()).execute();
    const sealed = vault.seal(JSON.stringify(pending), `authorization ${hash}`);
    await tx
      .insertInto("authorization")
      .values({ state: hash, organization_id: organization, platform, sealed, expires_at })
      .execute();
  });
  return new Date(expires_at).toISOString();
}

/** Whether it is there and not over. */
export async function isPending({ db, clock, organization }: Store, platform: string, state: string): Promise<boolean> {
  const row = await db
    .selectFrom("authorization")
    .select("state")
    .where("state", "=", stateHash(state))
    .where("organization_id", "=", organization)
    .where("platform", "=", platform)
    .where("expires_at", ">", clock.now())
    .executeTakeFirst();
  return row !== undefined;
}

/** Taken out before anything is asked: good for one use, also when that fails. Throws AUTH_FAILED. */
export async function takePending(store: Store, platform: string, state: string): Promise<PendingAuthorization> {
  const { db, clock, organization, vault } = store;
  const hash = stateHash(state);
  const row = await db
    .deleteFrom("authorization")
    .where("state", "=", hash)
    .where("organization_id", "=", organization)
    .where("platform", "=", platform)
    .returningAll()
    .executeTakeFirst();
  if (!row || row.expires_at <= clock.now()) throw notPending(platform);
  return JSON.parse(vault.open(row.sealed, `authorization ${hash}`)) as PendingAuthorization;
}

function stateHash(state: string): string {
  return createHash("sha256").update(state).digest("hex");
}

export function notPending(platform: string): DeployError {
  return new DeployError("AUTH_FAILED", {
    what: "This answer belongs to no connection that is being made: it was used already, came too late, or was not asked for here.",
    where: platform,
    next: `Begin again with: landfall connect ${platform}`,
    step: "auth",
  });
}
