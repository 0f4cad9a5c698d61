/** Places that are told how a project's deployments ended, and what they were told. */
import { z } from "zod";
import { cursor, id, instant, limit, name, nextCursor, nothing, open } from "./base.ts";

const kind = z.enum(["webhook", "slack", "discord", "email"]);
const event = z.enum(["succeeded", "failed", "cancelled"]);
const environments = z.enum(["production", "all"]);

const notification = z
  .object({
    id: z.string().describe("The same with every try; a webhook is sent it as webhook-id."),
    event: z.enum([...event.options, "test"]),
    deployment: z.string().nullable(),
    state: z.enum(["waiting", "delivered", "given-up"]),
    attempts: z.number().int(),
    status: z.number().int().nullable().describe("Of the last answer over HTTP."),
    outcome: z.string().nullable().describe("What came of the last try, in a sentence."),
    createdAt: instant,
    triedAt: instant.nullable(),
    nextTryAt: instant.nullable(),
  })
  .meta({ id: "Notification" });

const place = z
  .object({
    id,
    name: z.string(),
    kind,
    leadsTo: z.string().describe("The host of its URL, which is a secret and never shown; or its mail address."),
    events: z.array(event),
    environments,
    createdAt: instant,
    last: notification.nullable(),
  })
  .meta({ id: "NotificationPlace" });

const address = z.string().trim().min(1).max(2000);
const title = z.string().trim().min(1).max(80);
const events = z.array(event).min(1).max(3);

const one = z.object({ project: name, id });

const ownEvents = z.array(z.enum(["succeeded", "failed"]));
const own = z
  .object({
    events: ownEvents,
    address: z.string().describe("Where it goes: the caller's own."),
    sendsMail: z.boolean().describe("Whether mail is sent from here at all."),
  })
  .meta({ id: "OwnNotifications" });

/** What the caller is told by mail of deployments they started themselves, in the organisation. */
export const ownNotifications = {
  get: open("read:notification", { about: "any" })
    .route({ method: "GET", path: "/me/notifications", tags: ["notifications"] })
    .output(own),
  save: open("update:notification", { about: "any" })
    .route({
      method: "PUT",
      path: "/me/notifications",
      tags: ["notifications"],
      description: "How deployments that the caller started must end for them to be mailed; none is never.",
    })
    .input(z.strictObject({ events: ownEvents.max(2) }))
    .output(own),
};

export const notifications = {
  list: open("read:notification", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/notifications", tags: ["notifications"] })
    .input(z.object({ project: name }))
    .output(z.object({ places: z.array(place) })),
  save: open("create:notification", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/notifications",
      successStatus: 201,
      tags: ["notifications"],
      description:
        "A place that is told how deployments ended. What messages to a webhook are signed with is in this answer and nowhere else.",
    })
    .input(
      z.strictObject({
        project: name,
        kind,
        address: address.describe("An https URL, or a mail address."),
        name: title.optional().describe("Absent: what it leads to."),
        events: events.optional().describe("Absent: succeeded and failed."),
        environments: environments.optional().describe("Absent: production."),
      }),
    )
    .output(place.extend({ secret: z.string().nullable() })),
  update: open("update:notification", { about: "project" })
    .route({
      method: "PATCH",
      path: "/projects/{project}/notifications/{id}",
      tags: ["notifications"],
      description:
        "What is absent stays: so does an address, which nobody can read back, and what messages are signed with.",
    })
    .input(
      z.strictObject({
        ...one.shape,
        address: address.optional(),
        name: title.optional(),
        events: events.optional(),
        environments: environments.optional(),
      }),
    )
    .output(place),
  remove: open("delete:notification", { about: "project" })
    .route({ method: "DELETE", path: "/projects/{project}/notifications/{id}", tags: ["notifications"] })
    .input(one)
    .output(nothing),
  test: open("update:notification", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/notifications/{id}/test",
      tags: ["notifications"],
      description: "Send it a message now, once.",
    })
    .input(one)
    .output(z.object({ ok: z.boolean(), status: z.number().int().nullable(), detail: z.string() })),
  deliveries: open("read:notification", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/notifications/{id}/deliveries", tags: ["notifications"] })
    .input(one.extend({ limit, cursor }))
    .output(z.object({ deliveries: z.array(notification), nextCursor })),
  resend: open("update:notification", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/notifications/{id}/deliveries/{delivery}/resend",
      tags: ["notifications"],
      description: "One more try, now, of a message that is given up, waits or was taken. It keeps its id.",
    })
    .input(one.extend({ delivery: id }))
    .output(notification),
};
