/** What a server does by itself: what is old is removed, access to accounts is renewed, pictures are taken, places are told of deployments. */
import { setTimeout as delay } from "node:timers/promises";
import { takePictures } from "./pictures.ts";
import type { Services } from "./services.ts";

const tidyMs = 3_600_000;
/** How often accounts are looked at whose access is to be renewed. */
const renewMs = 60_000;
/** After places could not be told because something here failed. */
const tellAgainMs = 10_000;
const idempotencyKeptMs = 24 * 3_600_000;

/** Begin at once with tidying, and go on until disposed. Nothing new begins from then on; it is over when the server is stopping. */
export function doChores(services: Services): AsyncDisposable {
  const { browser } = services.options;
  const chores = [setInterval(() => void tidied(services), tidyMs), setInterval(() => void renewed(services), renewMs)];
  for (const chore of chores) chore.unref();
  void tidied(services);
  const pictures = browser === undefined ? null : takePictures(services, browser);
  const telling = tell(services);
  return {
    async [Symbol.asyncDispose]() {
      chores.forEach(clearInterval);
      await pictures?.[Symbol.asyncDispose]();
      await telling;
    },
  };
}

async function tidied({ engine, uploads, limits, db, log }: Services): Promise<void> {
  try {
    await uploads.forget();
    await engine.webhooks.tend();
    await engine.notifications.tend();
    await engine.sandboxes.tend();
    await limits.tidy();
    const before = new Date(Date.now() - idempotencyKeptMs).toISOString();
    await db.deleteFrom("idempotency").where("created_at", "<", before).execute();
  } catch (error) {
    log.warn({ err: error }, "What is old could not be removed; it is tried again in an hour");
  }
}

async function renewed({ engine, log }: Services): Promise<void> {
  try {
    await engine.connections.tend();
  } catch (error) {
    log.warn({ err: error }, "Access to accounts could not be renewed; it is tried again in a minute");
  }
}

/** Until the server stops. */
async function tell({ engine, publicUrl, log, stopping }: Services): Promise<void> {
  while (!stopping.aborted) {
    try {
      await engine.notifications.pagesAre(publicUrl);
      await engine.notifications.deliver({ signal: stopping, until: "aborted" });
    } catch (error) {
      log.warn({ err: error }, "Places could not be told of deployments; it is tried again in a moment");
      await delay(tellAgainMs, undefined, { signal: stopping, ref: false }).catch(() => {}); // The end is looked at above.
    }
  }
}
