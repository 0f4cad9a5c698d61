/**
 * Notifications of Cloudflare about Pages deployments. Nothing is signed: the destination's secret comes along as it is.
 * Source: https://developers.cloudflare.com/notifications, read 2026-08-22.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Platform } from "../../platform.ts";

type State = ReturnType<NonNullable<Platform["webhooks"]>["read"]>["state"];

const stateOf: Record<string, State> = {
  EVENT_DEPLOYMENT_STARTED: "building",
  EVENT_DEPLOYMENT_SUCCESS: "ready",
  EVENT_DEPLOYMENT_FAILED: "error",
};

interface Notification {
  data?: { event?: string; deployment_id?: string };
}

export const webhooks: NonNullable<Platform["webhooks"]> = {
  verify: ({ headers, secret }) => isSame(headers["cf-webhook-auth"] ?? "", secret),
  read({ body }) {
    const { data = {} } = JSON.parse(body.toString("utf8")) as Notification;
    // There is no id of a delivery: the same text is the same message.
    const id = createHash("sha256").update(body).digest("hex");
    return { id, remoteId: data.deployment_id ?? null, state: stateOf[data.event ?? ""] ?? null };
  },
};

/** Compared by digests, which have the same length whatever was sent. */
function isSame(given: string, due: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(due));
}
