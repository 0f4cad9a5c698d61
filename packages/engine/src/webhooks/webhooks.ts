/**
 * News of hosted platforms: receivers, whose addresses and secrets a person gives to a platform, and what was delivered to them.
 * A delivery is stored before it is answered and told apart by the platform's own id of it. It is a hint: what is true is asked from the
 * platform afterwards, and nothing of a deployment is changed by what a delivery says.
 */
import { createHash, randomBytes } from "node:crypto";
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import { type Platform, platformOf } from "../platform.ts";
import type { DeliveryRow, WebhookRow } from "../store/schema.ts";
import { lookAt, type Looking } from "./look.ts";

/** An address that one platform sends news to. */
export interface WebhookView {
  id: string;
  platform: string;
  name: string;
  createdAt: string;
  /** When something arrived last that was signed as it must be and was new. */
  deliveredAt: string | null;
}

/** News of a platform, as it arrived. */
export interface DeliveryView {
  id: string;
  /** The platform's id of the deployment that is meant, and what it says became of it. */
  remoteId: string | null;
  state: "queued" | "building" | "deploying" | "ready" | "error" | "canceled" | null;
  body: string;
  receivedAt: string;
  /** When the platform was asked because of it; null while that is to come. */
  seenAt: string | null;
  /** Our deployment that is meant. */
  deployment: string | null;
  /** What the platform said when it was asked, in a sentence. */
  outcome: string | null;
}

/** What hosted platforms tell by themselves. A hint: the platform is asked, and what it answers counts. */
export interface Webhooks {
  list(): Promise<WebhookView[]>;
  /** An address for one platform. `secret` is what the platform signs with; absent, one is made and answered, once. Throws INVALID_CONFIG, CONFLICT. */
  create(asked: { platform: string; name?: string; secret?: string }): Promise<WebhookView & { secret: string | null }>;
  /** For a platform that shows its secret only when it knows the address. Throws NOT_FOUND, INVALID_CONFIG. */
  setSecret(id: string, secret: string): Promise<WebhookView>;
  /** With its deliveries. Throws NOT_FOUND. */
  remove(id: string): Promise<void>;
  /**
   * Store what came for a receiver, of whichever organisation, once for each of the platform's own ids; `headers` have lower-case names.
   * `see` asks the platform: to be called after the sender was answered. Throws NOT_FOUND, INVALID_CONFIG (signed, and not readable).
   */
  take(delivery: {
    platform: string;
    receiver: string;
    headers: Record<string, string>;
    body: Buffer;
  }): Promise<{ state: "stored"; see(): Promise<void> } | { state: "known" } | { state: "unsigned" }>;
  /** Newest first. Throws NOT_FOUND. */
  deliveries(id: string, page?: { before?: string; limit?: number }): Promise<DeliveryView[]>;
  /** Act on a delivery once more. Throws NOT_FOUND. */
  replay(id: string, deliveryId: string): Promise<DeliveryView>;
  /** See to deliveries of every organisation whose receiver died before, and forget old ones. To be called now and then. */
  tend(): Promise<void>;
}

/** Of one organisation. */
const mostReceivers = 50;
/** Deliveries are kept so long: until then the same one is known again. */
const keptMs = 30 * 24 * 3_600_000;
/** Kept of one receiver, whatever their age. */
const mostKept = 1_000;
/** Whoever stored a delivery and has not seen to it by then is gone. */
const abandonedMs = 60_000;

const sealedFor = (id: string): string => `webhook ${id}`;

export function webhooksOf(looking: Looking): Webhooks {
  const { store, platforms } = looking;
  const { db, clock, vault, organization } = store;

  async function receiver(id: string): Promise<WebhookRow> {
    const row = await db
      .selectFrom("webhook")
      .selectAll()
      .where("organization_id", "=", organization)
      .where("id", "=", id)
      .executeTakeFirst();
    if (!row) throw missing("webhook");
    return row;
  }

  async function see(row: DeliveryRow, from: Pick<WebhookRow, "organization_id" | "platform">): Promise<DeliveryView> {
    const outcome = await lookAt(looking, { ...from, remoteId: row.remote_id });
    const seen = { seen_at: instant(clock), deployment_id: outcome.deploymentId, outcome: outcome.says };
    await db.updateTable("delivery").set(seen).where("id", "=", row.id).execute();
    return deliveryOf({ ...row, ...seen });
  }

  const webhooks: Webhooks = {
    async list() {
      const rows = await db
        .selectFrom("webhook")
        .selectAll()
        .where("organization_id", "=", organization)
        .orderBy("created_at", "desc")
        .execute();
      return rows.map(viewOf);
    },

    async create({ platform: id, name, secret }) {
      const platform = platformOf(platforms, id);
      if (!platform.webhooks)
        throw new DeployError("INVALID_CONFIG", { what: `${platform.name} sends no news that are signed.`, where: id });
      const given = secret ?? randomBytes(32).toString("hex");
      const row: WebhookRow = {
        // Unguessable, and says nothing of whose it is.
        id: `whk_${randomBytes(24).toString("hex")}`,
        organization_id: organization,
        platform: id,
        name: name ?? platform.name,
        secret: "",
        created_at: instant(clock),
        delivered_at: null,
      };
      await db.transaction().execute(async (tx) => {
        await store.takeTurn(tx, `webhooks of ${organization}`);
        const rows = await tx.selectFrom("webhook").select("id").where("organization_id", "=", organization).execute();
        if (rows.length >= mostReceivers)
          throw new DeployError("CONFLICT", {
            what: `There are ${mostReceivers} webhooks already.`,
            next: "Remove one that is not used.",
          });
        await tx
          .insertInto("webhook")
          .values({ ...row, secret: vault.seal(checkedSecret(given), sealedFor(row.id)) })
          .execute();
      });
      return { ...viewOf(row), secret: secret === undefined ? given : null };
    },

    async setSecret(id, secret) {
      const row = await receiver(id);
      await db.transaction().execute((tx) =>
        tx
          .updateTable("webhook")
          .set({ secret: vault.seal(checkedSecret(secret), sealedFor(id)) })
          .where("id", "=", id)
          .execute(),
      );
      return viewOf(row);
    },

    async remove(id) {
      await receiver(id);
      await db.deleteFrom("webhook").where("id", "=", id).execute();
    },

    async take({ platform: id, receiver: receiverId, headers, body }) {
      const row = await db.selectFrom("webhook").selectAll().where("id", "=", receiverId).executeTakeFirst();
      const platform = platforms.find((one) => one.id === id);
      if (!row || row.platform !== id || !platform?.webhooks) throw missing("webhook");
      const secret = vault.open(row.secret, sealedFor(row.id));
      if (!platform.webhooks.verify({ headers, body, secret })) return { state: "unsigned" };
      const said = readDelivery(platform, { headers, body });
      const delivery: DeliveryRow = {
        id: newId("dlv", clock),
        webhook_id: row.id,
        vendor_id: createHash("sha256").update(said.id).digest("hex"),
        remote_id: said.remoteId,
        state: said.state,
        body,
        received_at: instant(clock),
        seen_at: null,
        deployment_id: null,
        outcome: null,
      };
      const isNew = await db.transaction().execute(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("delivery")
          .values(delivery)
          .onConflict((c) => c.columns(["webhook_id", "vendor_id"]).doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.updateTable("webhook").set({ delivered_at: delivery.received_at }).where("id", "=", row.id).execute();
        return true;
      });
      return isNew ? { state: "stored", see: async () => void (await see(delivery, row)) } : { state: "known" };
    },

    async deliveries(id, { before, limit = 20 } = {}) {
      await receiver(id);
      let query = db.selectFrom("delivery").selectAll().where("webhook_id", "=", id).orderBy("id", "desc").limit(limit);
      if (before !== undefined) query = query.where("id", "<", before);
      return (await query.execute()).map(deliveryOf);
    },

    async replay(id, deliveryId) {
      const from = await receiver(id);
      const row = await db
        .selectFrom("delivery")
        .selectAll()
        .where("webhook_id", "=", id)
        .where("id", "=", deliveryId)
        .executeTakeFirst();
      if (!row) throw missing("delivery");
      return see(row, from);
    },

    async tend() {
      const now = clock.now();
      const at = (ms: number): string => new Date(now - ms).toISOString();
      await db.deleteFrom("delivery").where("received_at", "<", at(keptMs)).execute();
      for (const { id } of await db.selectFrom("webhook").select("id").execute()) {
        const oldest = await db
          .selectFrom("delivery")
          .select("id")
          .where("webhook_id", "=", id)
          .orderBy("id", "desc")
          .offset(mostKept)
          .limit(1)
          .executeTakeFirst();
        if (oldest) await db.deleteFrom("delivery").where("webhook_id", "=", id).where("id", "<=", oldest.id).execute();
      }
      const unseen = await db
        .selectFrom("delivery")
        .innerJoin("webhook", "webhook.id", "delivery.webhook_id")
        .selectAll("delivery")
        .select(["webhook.organization_id", "webhook.platform"])
        .where("delivery.seen_at", "is", null)
        .where("delivery.received_at", "<", at(abandonedMs))
        .orderBy("delivery.id")
        .limit(100)
        .execute();
      for (const row of unseen) await see(row, row);
    },
  };
  return webhooks;
}

/** What a signed body says. Throws INVALID_CONFIG when it cannot be read. */
function readDelivery(platform: Platform, delivery: { headers: Record<string, string>; body: Buffer }) {
  try {
    const { id, remoteId, state } = platform.webhooks!.read(delivery);
    // Of whoever holds the secret; its form is still not ours to trust.
    if (typeof id === "string" && id !== "" && (remoteId === null || typeof remoteId === "string"))
      return { id, remoteId: remoteId?.slice(0, 200) ?? null, state };
  } catch {
    // Not of the form the platform documents: said below.
  }
  throw new DeployError("INVALID_CONFIG", {
    what: `This is no delivery of ${platform.name} that can be read.`,
    where: "body",
  });
}

/** An empty or short secret is none: everybody could sign with it. */
function checkedSecret(secret: string): string {
  if (secret.length >= 16 && secret.length <= 500) return secret;
  throw new DeployError("INVALID_CONFIG", {
    what: "The secret of a webhook has 16 to 500 characters.",
    where: "secret",
    next: "Take the one the platform shows, or leave it out: one is made.",
  });
}

function missing(kind: string): DeployError {
  return new DeployError("NOT_FOUND", { what: `There is no such ${kind}.` });
}

function viewOf({ id, platform, name, created_at, delivered_at }: WebhookRow): WebhookView {
  return { id, platform, name, createdAt: created_at, deliveredAt: delivered_at };
}

function deliveryOf(row: DeliveryRow): DeliveryView {
  return {
    id: row.id,
    remoteId: row.remote_id,
    state: row.state as DeliveryView["state"],
    body: Buffer.from(row.body).toString("utf8"),
    receivedAt: row.received_at,
    seenAt: row.seen_at,
    deployment: row.deployment_id,
    outcome: row.outcome,
  };
}
