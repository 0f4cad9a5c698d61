/** The machines that serve this Landfall. */
import { z } from "zod";
import { instant, open } from "./base.ts";

export const servers = {
  list: open("read:deployment")
    .route({
      method: "GET",
      path: "/servers",
      tags: ["operations"],
      description: "Machines of the last day, the one seen last first. Each notes itself every ten seconds.",
    })
    .output(
      z.object({
        servers: z.array(
          z.object({
            name: z.string(),
            roles: z.array(z.string()).describe("`api`, `worker`, `edge`."),
            version: z.string(),
            edge: z.object({ running: z.boolean(), port: z.number().nullable(), services: z.number() }).nullable(),
            disk: z
              .object({ freeBytes: z.number(), totalBytes: z.number() })
              .nullable()
              .describe("Of its data directory."),
            runningDeployments: z.number(),
            lastSeenAt: instant,
          }),
        ),
      }),
    ),
};
