/** A deployment as anyone sees it who was given its address. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { nothing, open } from "./base.ts";
import { deployEvent, deployment } from "./deployments.ts";

const token = z.string().min(1).max(200).describe("The last part of the address.");

export const shares = {
  get: open("anyone")
    .route({ method: "GET", path: "/shares/{token}", tags: ["deployments"] })
    .input(z.object({ token }))
    .output(
      z.object({
        deployment: deployment.pick({
          id: true,
          project: true,
          environment: true,
          platform: true,
          state: true,
          url: true,
          error: true,
          createdAt: true,
          startedAt: true,
          finishedAt: true,
          durationMs: true,
          steps: true,
          services: true,
          commit: true,
        }),
      }),
    ),
  events: open("anyone")
    .route({
      method: "GET",
      path: "/shares/{token}/events",
      tags: ["deployments"],
      description: "As the events of a deployment.",
    })
    .input(z.object({ token, from: z.coerce.number().int().min(1).max(1e9).optional() }))
    .output(eventIterator(deployEvent, nothing)),
};
