/** Addresses under which anyone sees a deployment: an unguessable token each, of which the digest is kept. */
import { createHash, randomBytes } from "node:crypto";
import { instant } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { deploymentRow } from "./views.ts";

/** Addresses under which anyone sees a deployment. */
export interface Shares {
  /** A new one, for 30 days; the token is said once and kept as its digest. Throws NOT_FOUND. */
  create(deploymentId: string): Promise<{ token: string; expiresAt: string }>;
  /** End all of the deployment's. Throws NOT_FOUND. */
  remove(deploymentId: string): Promise<void>;
  /** What a token opens, whosever it is; null when nothing. */
  open(token: string): Promise<{ organization: string; deploymentId: string } | null>;
}

const lifetimeMs = 30 * 24 * 3_600_000;

export function sharesOf(store: Store): Shares {
  const { db, clock, organization } = store;
  return {
    async create(deploymentId) {
      const { id } = await deploymentRow(store, deploymentId);
      const token = randomBytes(32).toString("base64url");
      const now = instant(clock);
      const expiresAt = new Date(clock.now() + lifetimeMs).toISOString();
      await db.deleteFrom("share").where("expires_at", "<=", now).execute();
      await db
        .insertInto("share")
        .values({
          digest: digestOf(token),
          deployment_id: id,
          organization_id: organization,
          created_at: now,
          expires_at: expiresAt,
        })
        .execute();
      return { token, expiresAt };
    },
    async remove(deploymentId) {
      const { id } = await deploymentRow(store, deploymentId);
      await db.deleteFrom("share").where("deployment_id", "=", id).execute();
    },
    async open(token) {
      const row = await db
        .selectFrom("share")
        .select(["deployment_id", "organization_id"])
        .where("digest", "=", digestOf(token))
        .where("expires_at", ">", instant(clock))
        .executeTakeFirst();
      return row ? { organization: row.organization_id, deploymentId: row.deployment_id } : null;
    },
  };
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
