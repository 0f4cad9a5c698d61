/** The events of a deployment as they are stored, to its end. */
import { type DeployEvent, isSettled } from "../events.ts";
import type { Store } from "../store/store.ts";
import { readEvents } from "./stored-events.ts";
import { deploymentRow } from "./views.ts";

/** Held while it is read: a chunk of log may have 256 kB, and a reader may be slow. */
const pageOfEvents = 32;
/** Where there are no hints. */
const followPollMs = 15;

/** See Engine.follow. */
export async function* follow(
  store: Store,
  deploymentId: string,
  { from = 1, signal }: { from?: number; signal?: AbortSignal },
): AsyncGenerator<DeployEvent> {
  const { db } = store;
  const { id } = await deploymentRow(store, deploymentId);
  using watch = store.watch(id, { pollMs: followPollMs });
  for (let next = from; ; ) {
    signal?.throwIfAborted();
    const events = await readEvents(db, id, next, pageOfEvents);
    for (const event of events) {
      yield event;
      next = event.seq + 1;
      if (event.type === "state" && isSettled(event.state)) return;
    }
    if (events.length > 0) continue;
    const row = await db.selectFrom("deployment").select(["state", "last_seq"]).where("id", "=", id).executeTakeFirst();
    if (!row || (isSettled(row.state) && next > row.last_seq)) return;
    await watch.changed(signal);
  }
}
