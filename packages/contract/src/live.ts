/** One stream for all a screen shows: what changes in an organisation, and the events of the deployments it follows. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { id, nothing, open } from "./base.ts";
import { deployEvent, states } from "./deployments.ts";

/** A deployment was made, changed its state, got the traffic or lost it, or its picture was taken. Not numbered: whoever comes back reads the lists again. */
const change = z
  .object({
    type: z.literal("change"),
    deploymentId: id,
    project: z.string(),
    environment: z.string(),
    state: z.enum(states),
    live: z.boolean(),
  })
  .meta({ id: "Change" });

/** Sent when no change is missed any more, and every 10 s from then on, so that a connection that died is seen to be dead. */
const beat = z.object({ type: z.literal("beat") });
/** No more events of this deployment will come. */
const ended = z.object({ type: z.literal("ended"), deploymentId: id });

export const live = open("read:deployment", { about: "any" })
  .route({
    method: "GET",
    path: "/live",
    tags: ["deployments"],
    description:
      "Server-sent events: changes of all deployments, and every event of those that are named, each from its `from` on. Numbers are per deployment; a client that was cut off asks again from the one after its last. Read lists after the first `beat`: what changes from then on is told.",
  })
  .input(
    z.object({
      follow: z
        .array(z.object({ id, from: z.coerce.number().int().min(1).max(1e9).optional() }))
        .max(20)
        .optional(),
    }),
  )
  .output(eventIterator(z.union([deployEvent, change, beat, ended]), nothing));
