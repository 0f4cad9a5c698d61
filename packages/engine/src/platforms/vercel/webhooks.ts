/**
 * Deliveries of Vercel's webhooks: signed with HMAC-SHA1 over the raw body, sent again until they are taken, so told apart by their id.
 * Source: vercel.com/docs/webhooks/webhooks-api, read 2026-08.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Platform } from "../../platform.ts";

type Webhooks = NonNullable<Platform["webhooks"]>;
type State = ReturnType<Webhooks["read"]>["state"];

/** `deployment.ready` comes before the deployment has its addresses, `deployment.succeeded` after. */
const states: Record<string, State> = {
  "deployment.created": "queued",
  "deployment.build-requested": "building",
  "deployment.ready": "deploying",
  "deployment.succeeded": "ready",
  "deployment.promoted": "ready",
  "deployment.error": "error",
  "deployment.blocked": "error",
  "deployment.checks.failed": "error",
  "deployment.canceled": "canceled",
  "deployment.cleanup": "canceled",
};

interface Delivery {
  id: string;
  type: string;
  payload?: { deployment?: { id?: string }; toDeploymentId?: string };
}

export const webhooks: Webhooks = {
  verify({ headers, body, secret }) {
    const given = Buffer.from(headers["x-vercel-signature"] ?? "", "hex");
    const right = createHmac("sha1", secret).update(body).digest();
    return given.length === right.length && timingSafeEqual(given, right);
  },
  read({ body }) {
    const { id, type, payload } = JSON.parse(body.toString("utf8")) as Delivery;
    if (type === "deployment.rollback") return { id, remoteId: payload?.toDeploymentId ?? null, state: "ready" };
    return { id, remoteId: payload?.deployment?.id ?? null, state: states[type] ?? null };
  },
};
