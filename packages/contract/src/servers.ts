/** The machines that serve this Landfall. */
import { z } from "zod";
import { instant, nothing, open, possible } from "./base.ts";

const name = z.string().min(1).max(255).describe("A host name.");
const one = z.object({ name });

const server = z
  .object({
    name: z.string(),
    roles: z.array(z.string()).describe("`api`, `worker`, `edge`."),
    version: z.string(),
    edge: z.object({ running: z.boolean(), port: z.number().nullable(), services: z.number() }).nullable(),
    disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable().describe("Of its data directory."),
    runningDeployments: z.number(),
    lastSeenAt: instant,
    drainedSince: instant.nullable().describe("Since when it begins nothing new."),
    actions: z
      .object({ drain: possible, resume: possible, remove: possible })
      .describe("What the caller may do with it now."),
  })
  .meta({ id: "Server" });

export const servers = {
  list: open("read:deployment")
    .route({
      method: "GET",
      path: "/servers",
      tags: ["operations"],
      description:
        "Machines of the last day and those that are drained, the one seen last first. Each notes itself every ten seconds.",
    })
    .output(
      z.object({
        servers: z.array(server),
        add: possible.describe("Whether another machine can work on this database."),
      }),
    ),
  drain: open("update:server")
    .route({
      method: "POST",
      path: "/servers/{name}/drain",
      tags: ["operations"],
      description: "It finishes what it works on and begins nothing new. What it serves goes on being served.",
    })
    .input(one)
    .output(server),
  resume: open("update:server")
    .route({
      method: "POST",
      path: "/servers/{name}/resume",
      tags: ["operations"],
      description: "Take a drained one back.",
    })
    .input(one)
    .output(server),
  remove: open("delete:server")
    .route({
      method: "DELETE",
      path: "/servers/{name}",
      tags: ["operations"],
      description: "Forget one that was not heard of for a minute.",
    })
    .input(one)
    .output(nothing),
};
