/** Webhooks: who wants to hear of what, and the deliveries that wait to be sent. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { notFound, read, requireAccount, type Call, type Endpoint } from "./call.ts";
import { type Project, unique, type VercelDelivery, type VercelState, type Webhook } from "./state.ts";

/** What can be subscribed to, of what a simulator makes happen. Source: vercel.com/docs/webhooks/webhooks-api. */
const events = [
  "deployment.created",
  "deployment.build-requested",
  "deployment.ready",
  "deployment.succeeded",
  "deployment.promoted",
  "deployment.error",
  "deployment.blocked",
  "deployment.canceled",
  "deployment.rollback",
  "deployment.cleanup",
  "deployment.checks.failed",
  "deployment.checks.succeeded",
  "project.created",
  "project.removed",
  "project.renamed",
  "project.domain.created",
  "project.domain.updated",
  "project.domain.deleted",
  "project.domain.verified",
  "project.domain.unverified",
  "project.domain.moved",
  "project.env-variable.created",
  "project.env-variable.updated",
  "project.env-variable.deleted",
  "domain.certificate.add",
  "domain.certificate.add.failed",
  "domain.certificate.renew",
  "domain.dns.records.changed",
] as const;

const createRequest = z.looseObject({
  url: z.url({ protocol: /^https?$/ }),
  events: z.array(z.enum(events)).min(1),
  projectIds: z.array(z.string()).min(1).max(50).default([]),
});

export const webhookEndpoints: Record<string, Endpoint> = {
  "POST /v1/webhooks": (call) => {
    requireAccount(call);
    const { url, events: wanted, projectIds } = read(call.request, createRequest);
    const id = `account_hook_${unique(call.state, 24)}`;
    const webhook: Webhook = {
      id,
      url,
      events: wanted,
      projectIds,
      secret: unique(call.state, 32),
      ownerId: call.owner.id,
      createdAt: call.now,
    };
    call.state.webhooks.set(id, webhook);
    return { json: { ...webhook, updatedAt: call.now } };
  },

  "GET /v1/webhooks": (call) => ({ json: [...call.state.webhooks.values()].filter(isOwn(call)).map(withoutSecret) }),

  "GET /v1/webhooks/:id": (call) => {
    const webhook = call.state.webhooks.get(call.request.param("id"));
    return webhook && isOwn(call)(webhook) ? { json: withoutSecret(webhook) } : notFound("Webhook");
  },

  "DELETE /v1/webhooks/:id": (call) => {
    const webhook = call.state.webhooks.get(call.request.param("id"));
    if (!webhook || !isOwn(call)(webhook)) return notFound("Webhook");
    call.state.webhooks.delete(webhook.id);
    return { status: 204 };
  },
};

const isOwn =
  ({ owner }: Call) =>
  ({ ownerId }: { ownerId: string }) =>
    ownerId === owner.id;

/** The secret is shown once, when the webhook is made. */
function withoutSecret({ id, url, events: wanted, ownerId, projectIds, createdAt }: Webhook) {
  return { id, url, events: wanted, ownerId, projectIds, createdAt, updatedAt: createdAt };
}

/** Something happened in a project: a delivery for everyone who asked to hear of it. */
export function notify(
  { state, now }: { state: VercelState; now: number },
  { type, project, payload }: { type: string; project: Project; payload: Record<string, unknown> },
): void {
  for (const { id, url, secret, ownerId, projectIds, ...webhook } of state.webhooks.values()) {
    if (ownerId !== project.accountId || !webhook.events.includes(type)) continue;
    if (projectIds.length > 0 && !projectIds.includes(project.id)) continue;
    const who = { team: { id: project.accountId }, user: { id: state.user.id } };
    const event = { id: unique(state, 24), type, createdAt: now, region: null, payload: { ...who, ...payload } };
    const body = JSON.stringify(event);
    const signature = createHmac("sha1", secret).update(body).digest("hex");
    const headers = { "content-type": "application/json", "x-vercel-signature": signature };
    state.outbox.push({ webhookId: id, url, headers, body });
  }
}

/**
 * Send the deliveries that wait in `state.outbox`, in their order, and empty it. Answers with the status each got, 0 when nobody
 * answered. A delivery put back into the outbox is sent again with the same id, as after a lost answer.
 */
export async function deliverVercelWebhooks(
  state: VercelState,
): Promise<{ delivery: VercelDelivery; status: number }[]> {
  const sent: { delivery: VercelDelivery; status: number }[] = [];
  for (const delivery of state.outbox.splice(0)) {
    const { url, headers, body } = delivery;
    const status = await fetch(url, { method: "POST", headers, body }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0, // The receiver is not there: what the vendor would try again later.
    );
    sent.push({ delivery, status });
  }
  return sent;
}
