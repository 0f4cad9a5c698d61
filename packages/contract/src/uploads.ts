/** Archives on their way to a deployment. The bytes travel outside the contract, streamed: POST and PUT /api/sources. */
import { z } from "zod";
import { id, instant, nothing, open } from "./base.ts";

/** An archive the server holds for a while. */
export const upload = z
  .object({
    id,
    receivedBytes: z.number(),
    sizeBytes: z.number().nullable().describe("Null until it is known."),
    sha256: z.string().nullable().describe("Lower-case hex; null until it is complete."),
    complete: z.boolean(),
    expiresAt: instant,
  })
  .meta({ id: "Upload" });

/** An archive that will come in parts. */
export const uploadAnnouncement = z.object({
  sizeBytes: z.number().int().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

export const uploads = {
  get: open("create:source", { about: "any" })
    .route({
      method: "GET",
      path: "/sources/{id}",
      tags: ["sources"],
      description: "How far an upload is; a client that was cut off goes on at `receivedBytes`.",
    })
    .input(z.object({ id }))
    .output(upload),
  remove: open("create:source", { about: "any" })
    .route({ method: "DELETE", path: "/sources/{id}", tags: ["sources"] })
    .input(z.object({ id }))
    .output(nothing),
};
