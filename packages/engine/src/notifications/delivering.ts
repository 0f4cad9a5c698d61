/**
 * Telling places what is to be told. Any number of processes may do so on one store: a message is claimed by moving the time at which it
 * is due to the end of a lease, so whoever dies in between is followed by the next. A place is told one thing at a time, and none waits for another.
 */
import type { Kysely } from "kysely";
import { instant } from "../clock.ts";
import { ownerIsDead, thisOwner } from "../deployment/owner.ts";
import { DeployError } from "../error.ts";
import type { NotificationPlaceRow, NotificationRow, Schema } from "../store/schema.ts";
import { isStoreAway, type Store } from "../store/store.ts";
import type { NotificationKind } from "./place.ts";
import type { Outcome } from "./post.ts";
import { sealedFor } from "./sealed.ts";
import { type Message, send, type Sending } from "./send.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** Before the second try, the third, and so on: about a day. */
export const retryMs = [
  10_000,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  8 * hourMs,
  8 * hourMs,
];
/** Longer than a try may take; see post.ts, and the limits of mail. */
export const leaseMs = 90_000;
/** Places told at the same time by one process. */
const mostAtOnce = 16;
const pollMs = 500;
/** While the database does not answer. */
const storeAwayMs = 1_000;
/** A receiver that asks to be left alone is, for so long at most. */
const mostPatienceMs = 8 * hourMs;

export interface Delivering extends Omit<Sending, "clock"> {
  store: Store;
}

/** Goes on until the signal, or until `until` is over and then nothing is due. */
export async function deliver(
  inside: Delivering,
  { signal, until }: { signal: AbortSignal; until: Promise<void> | null },
): Promise<void> {
  const { store } = inside;
  const { clock } = store;
  const running = new Map<string, Promise<void>>();
  let isOver = false;
  const over = until?.then(() => (isOver = true));
  using watch = store.watch("work", { pollMs, atLatestMs: pollMs });
  while (!signal.aborted) {
    try {
      const claimed = running.size < mostAtOnce ? await claimNext(inside, [...running.keys()]) : null;
      if (claimed) {
        const { place_id: place } = claimed;
        running.set(
          place,
          tell(inside, claimed, signal).finally(() => running.delete(place)),
        );
        continue;
      }
      if (isOver && running.size === 0) break;
      const pause = watch.changed(signal).catch(() => {}); // An abort ends the pause; the loop sees it.
      await Promise.race([pause, ...running.values(), ...(over && !isOver ? [over] : [])]);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      await clock.sleep(storeAwayMs, signal).catch(() => {}); // As above.
    }
  }
  await Promise.all(running.values());
}

/** Whether something is due that nobody tries, for so long already; without `mail`, what goes by mail does not count. */
export async function isDue(
  store: Pick<Store, "db" | "clock">,
  { mail, forMs }: { mail: boolean; forMs: number },
): Promise<boolean> {
  await leaveByDead(store);
  return (await dueQuery(store, { mail, forMs }).limit(1).executeTakeFirst()) !== undefined;
}

/** What a process of this machine was trying when it died is due at once; of other machines, the lease decides. */
async function leaveByDead({ db, clock }: Pick<Store, "db" | "clock">): Promise<void> {
  const now = clock.now();
  const trying = await db
    .selectFrom("notification")
    .select("owner")
    .distinct()
    .where("state", "=", "waiting")
    .where("next_at", ">", now)
    .where("owner", "is not", null)
    .execute();
  for (const { owner } of trying) {
    if (owner === null || !ownerIsDead(owner)) continue;
    await db
      .updateTable("notification")
      .set({ owner: null, next_at: now })
      .where("state", "=", "waiting")
      .where("owner", "=", owner)
      .execute();
  }
}

/** Whoever is there takes up what is due within this; after it, somebody has to be started. */
export const overdueMs = 5_000;

/** Of places that are not being told anything. */
function dueQuery({ db, clock }: Pick<Store, "db" | "clock">, { mail, forMs = 0 }: { mail: boolean; forMs?: number }) {
  const now = clock.now();
  const busy = db
    .selectFrom("notification")
    .select("place_id")
    .where("state", "=", "waiting")
    .where("owner", "is not", null)
    .where("next_at", ">", now);
  const due = db
    .selectFrom("notification")
    .where("state", "=", "waiting")
    .where("next_at", "<=", now - forMs)
    .where("place_id", "not in", busy)
    .select((eb) => ["place_id", eb.fn.min("id").as("id")])
    .groupBy("place_id");
  const mailboxes = db.selectFrom("notification_place").select("id").where("kind", "=", "email");
  return mail ? due : due.where("place_id", "not in", mailboxes);
}

type Claimed = NotificationRow & { place: NotificationPlaceRow };

/** The oldest message that is due, of a place that is not told anything now. */
async function claimNext({ store, mail }: Delivering, busy: readonly string[]): Promise<Claimed | null> {
  const { db, clock } = store;
  await leaveByDead(store);
  let query = dueQuery(store, { mail: mail !== null });
  if (busy.length > 0) query = query.where("place_id", "not in", busy);
  for (const { id } of await query.orderBy("id").limit(mostAtOnce).execute()) {
    const row = await db.selectFrom("notification").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row || row.state !== "waiting" || row.next_at > clock.now()) continue;
    const place = await db
      .selectFrom("notification_place")
      .selectAll()
      .where("id", "=", row.place_id)
      .executeTakeFirst();
    if (!place) continue; // Removed this moment.
    const claimed = await db
      .updateTable("notification")
      .set({ attempts: row.attempts + 1, next_at: clock.now() + leaseMs, owner: thisOwner(), tried_at: instant(clock) })
      .where("id", "=", id)
      .where("state", "=", "waiting")
      .where("attempts", "=", row.attempts)
      .returningAll()
      .executeTakeFirst();
    if (claimed) return { ...claimed, place };
  }
  return null;
}

/** Rejects only when the store is what failed; then the lease ends by itself. */
async function tell(inside: Delivering, claimed: Claimed, signal: AbortSignal): Promise<void> {
  const { db, clock } = inside.store;
  try {
    const outcome = await tried(inside, claimed, signal);
    await settle(db, claimed, after(outcome, claimed, clock.now()));
  } catch (error) {
    if (isStoreAway(error)) return;
    if (!signal.aborted) throw error;
    // This process ends before it is known whether the message was taken: the next one sends it again.
    await settle(db, claimed, { next_at: clock.now() }).catch(() => {}); // Then the lease ends by itself.
  }
}

async function tried({ store, ...sending }: Delivering, row: Claimed, signal: AbortSignal): Promise<Outcome> {
  try {
    return await send({ ...sending, clock: store.clock }, messageOf(store, row.place, row), signal);
  } catch (error) {
    signal.throwIfAborted();
    // What nobody expected may have anything in it.
    const words = error instanceof DeployError ? error.text.what : "It could not be sent: Landfall itself failed.";
    return { ok: false, status: null, isFinal: false, words };
  }
}

/** Opened for sending. Throws INTERNAL (it was sealed with a key that is gone). */
export function messageOf(
  { vault }: Pick<Store, "vault">,
  { id, kind, address, secret }: NotificationPlaceRow,
  message: Pick<NotificationRow, "id" | "body">,
): Message {
  return {
    id: message.id,
    body: message.body,
    kind: kind as NotificationKind,
    address: vault.open(address, sealedFor.address(id)),
    secret: secret === null ? null : vault.open(secret, sealedFor.secret(id)),
  };
}

type Change = Partial<Pick<NotificationRow, "state" | "next_at" | "status" | "outcome">>;

/** What a try leaves: delivered, to be tried again, or given up. */
function after({ ok, status, words, isFinal, retryAfterMs = 0 }: Outcome, row: NotificationRow, now: number): Change {
  if (ok) return { state: "delivered", status, outcome: words };
  const wait = retryMs[row.attempts - 1];
  if (isFinal || wait === undefined) {
    const why = isFinal ? "" : ` After ${row.attempts} tries it is given up.`;
    return { state: "given-up", status, outcome: words + why };
  }
  return { next_at: now + Math.max(wait, Math.min(retryAfterMs, mostPatienceMs)), status, outcome: words };
}

/** Somebody who claimed later is not written over. */
async function settle(db: Kysely<Schema>, { id, attempts }: NotificationRow, change: Change): Promise<void> {
  await db
    .updateTable("notification")
    .set({ ...change, owner: null })
    .where("id", "=", id)
    .where("attempts", "=", attempts)
    .execute();
}
