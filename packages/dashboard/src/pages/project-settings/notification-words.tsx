/** Places that are told of deployments, and messages to them, in words. */
import { Badge, type LandfallClient, type Tone } from "@landfall/react";

export type NotificationPlace = Awaited<ReturnType<LandfallClient["notifications"]["list"]>>["places"][number];
export type Notification = NonNullable<NotificationPlace["last"]>;

export const kindWord: Record<NotificationPlace["kind"], string> = {
  webhook: "Webhook",
  slack: "Slack",
  discord: "Discord",
  email: "Email",
};

const stateOf: Record<Notification["state"], { tone: Tone; text: string }> = {
  waiting: { tone: "running", text: "Waiting" },
  delivered: { tone: "success", text: "Delivered" },
  "given-up": { tone: "failure", text: "Given up" },
};

export function DeliveryState({ delivery: { state, event } }: { delivery: Notification }) {
  const { tone, text } = stateOf[state];
  // A test is tried once.
  return <Badge tone={tone}>{event === "test" && state === "given-up" ? "Not taken" : text}</Badge>;
}
