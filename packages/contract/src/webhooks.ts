/** News of hosted platforms: the addresses they send it to, and what arrived. The deliveries themselves come to POST /api/webhooks/{platform}/{id}. */
import { z } from "zod";
import { cursor, id, instant, limit, nextCursor, nothing, open } from "./base.ts";

const webhook = z
  .object({
    id,
    platform: z.string(),
    name: z.string(),
    url: z.string().describe("The address to give to the platform."),
    createdAt: instant,
    deliveredAt: instant.nullable().describe("When something new and rightly signed arrived last."),
  })
  .meta({ id: "Webhook" });

const delivery = z
  .object({
    id,
    remoteId: z.string().nullable().describe("The platform's id of the deployment that is meant."),
    state: z.enum(["queued", "building", "deploying", "ready", "error", "canceled"]).nullable(),
    body: z.string(),
    receivedAt: instant,
    seenAt: instant.nullable().describe("When the platform was asked because of it."),
    deployment: z.string().nullable(),
    outcome: z.string().nullable().describe("What the platform answered when it was asked."),
  })
  .meta({ id: "Delivery" });

const one = z.object({ id });
/** What the platform signs with. */
const secret = z.string().min(16).max(500);

export const webhooks = {
  list: open("read:webhook")
    .route({ method: "GET", path: "/webhooks", tags: ["webhooks"] })
    .output(z.object({ webhooks: z.array(webhook) })),
  create: open("create:webhook")
    .route({
      method: "POST",
      path: "/webhooks",
      successStatus: 201,
      tags: ["webhooks"],
      description: "An address for one platform. A secret that is made here is in this answer and nowhere else.",
    })
    .input(
      z.strictObject({
        platform: z.string().min(1).max(100),
        name: z.string().trim().min(1).max(100).optional(),
        secret: secret.optional(),
      }),
    )
    .output(webhook.extend({ secret: z.string().nullable() })),
  setSecret: open("update:webhook")
    .route({
      method: "PUT",
      path: "/webhooks/{id}/secret",
      tags: ["webhooks"],
      description: "For platforms that show their secret only when they know the address.",
    })
    .input(z.strictObject({ id, secret }))
    .output(webhook),
  remove: open("delete:webhook")
    .route({ method: "DELETE", path: "/webhooks/{id}", tags: ["webhooks"] })
    .input(one)
    .output(nothing),
  deliveries: open("read:webhook")
    .route({ method: "GET", path: "/webhooks/{id}/deliveries", tags: ["webhooks"] })
    .input(z.object({ id, limit, cursor }))
    .output(z.object({ deliveries: z.array(delivery), nextCursor })),
  replay: open("update:webhook")
    .route({
      method: "POST",
      path: "/webhooks/{id}/deliveries/{delivery}/replay",
      tags: ["webhooks"],
      description: "Ask the platform once more because of it.",
    })
    .input(z.object({ id, delivery: id }))
    .output(delivery),
};
