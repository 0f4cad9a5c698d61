/** Pictures of what deployments put online: one each, taken after the end, which they neither wait for nor fail by. */
import { lookup } from "node:dns/promises";
import type { Platform } from "../platform.ts";
import { instant } from "../clock.ts";
import { getHead, isLocalName } from "../deployment/ask.ts";
import { deploymentRow, liveDeployment } from "../deployment/views.ts";
import { DeployError } from "../error.ts";
import { isProtected } from "../protection/protection.ts";
import { isSpecial } from "../special-address.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import type { Site } from "./site-proxy.ts";

export interface Screenshots {
  /** Why none can be taken on this machine, in a clause; null when they can. */
  obstacle(): Promise<string | null>;
  /**
   * Take the picture of one deployment, of whichever organisation, that came online lately, has the traffic, and was not asked for a picture
   * before, by anybody. Answers which, and why there is none; null when there is no such deployment. Throws when aborted.
   */
  takeNext(how: {
    browser: string;
    signal: AbortSignal;
  }): Promise<{ deploymentId: string; reason: string | null } | null>;
  /** The picture, a PNG. Throws NOT_FOUND. */
  read(deploymentId: string): Promise<Buffer>;
}

/** Of one that ended longer ago there is none: what its address shows may be something else by now. */
const latelyMs = 10 * 60_000;
/** So many of the newest are looked at. */
const looked = 100;

export function screenshotsOf({
  store,
  platforms,
  toolPath,
}: {
  store: Store;
  platforms: Platform[];
  toolPath: readonly string[];
}): Screenshots {
  const { db, clock, blobs, home } = store;

  async function next(): Promise<DeploymentRow | null> {
    const since = new Date(clock.now() - latelyMs).toISOString();
    const newest = await db
      .selectFrom("deployment")
      .leftJoin("screenshot", "screenshot.deployment_id", "deployment.id")
      .select(["deployment.id", "state", "url", "finished_at", "screenshot.asked_at"])
      .orderBy("deployment.id", "desc")
      .limit(looked)
      .execute();
    for (const { id, state, url, finished_at, asked_at } of newest.toReversed()) {
      if (state !== "success" || url === null || asked_at !== null || finished_at === null || finished_at < since)
        continue;
      const row = await db.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row || (await liveDeployment(db, row)) !== id) continue;
      const claimed = await db
        .insertInto("screenshot")
        .values({ deployment_id: id, sha256: null, size_bytes: null, asked_at: instant(clock) })
        .onConflict((conflict) => conflict.column("deployment_id").doNothing())
        .executeTakeFirst();
      if (claimed.numInsertedOrUpdatedRows === 1n) return row;
    }
    return null;
  }

  /** Why there is none; null when there is one. */
  async function take(
    row: DeploymentRow,
    { browser, signal }: { browser: string; signal: AbortSignal },
  ): Promise<string | null> {
    const url = new URL(row.url!);
    const isHosted = platforms.find(({ id }) => id === row.platform)?.baseUrl !== undefined;
    const address = isLocalName(url.hostname) ? "127.0.0.1" : (await lookup(url.hostname)).address;
    if (isHosted && (isLocalName(url.hostname) || isSpecial(address)))
      return "its address is not in the public network";
    if (!isHosted && (await isProtected(store, { projectId: row.project_id, environment: row.environment })))
      return "it is shown to nobody without its password";
    const { status, headers } = await getHead(url.href, "/", signal);
    const type = String(headers["content-type"] ?? "no type");
    if (status < 200 || status > 299 || !/^text\/html\b/i.test(type))
      return `GET / answers ${status} with ${type}, no page`;
    // Loaded when it is needed: no other command pays for it.
    const { photograph } = await import("./browser.ts");
    const site: Site = { url, address };
    const picture = await photograph(site, { browser, home, toolPath, signal });
    if ((await liveDeployment(db, row)) !== row.id) return "another deployment has the traffic by now";
    const blob = await blobs.put(picture);
    await blobs.flush([blob]);
    await db
      .updateTable("screenshot")
      .set({ sha256: blob.sha256, size_bytes: blob.sizeBytes })
      .where("deployment_id", "=", row.id)
      .execute();
    return null;
  }

  return {
    obstacle: async () => (await import("./browser.ts")).obstacleFor(toolPath),

    async takeNext(how) {
      const row = await next();
      if (row === null) return null;
      try {
        return { deploymentId: row.id, reason: await take(row, how) };
      } catch (error) {
        how.signal.throwIfAborted();
        return { deploymentId: row.id, reason: error instanceof Error ? error.message : String(error) };
      }
    },

    async read(deploymentId) {
      const { id } = await deploymentRow(store, deploymentId);
      const row = await db.selectFrom("screenshot").select("sha256").where("deployment_id", "=", id).executeTakeFirst();
      if (!row?.sha256)
        throw new DeployError("NOT_FOUND", {
          what: `There is no picture of what ${id} put online.`,
          where: "deployment id",
          next: "Its view says whether there is one.",
        });
      return Buffer.concat(await Array.fromAsync(blobs.read(row.sha256)));
    },
  };
}
