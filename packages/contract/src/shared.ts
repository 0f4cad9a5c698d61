/** Values of an organisation that several projects are given, each under a name of its own. */
import { z } from "zod";
import { instant, name, nothing, open } from "./base.ts";

const key = z.string().min(1).max(300);
const sharedValue = z
  .object({
    key: z.string(),
    sensitive: z.boolean(),
    value: z.string().nullable().describe("Null for a sensitive one: nobody reads it back."),
    updatedAt: instant,
    mappings: z
      .array(z.object({ project: z.string(), environment: z.string(), key: z.string() }))
      .describe("Where deployments are given it."),
  })
  .meta({ id: "SharedValue" });
const place = z.strictObject({ project: name, environment: name });

export const shared = {
  list: open("read:shared")
    .route({ method: "GET", path: "/shared-values", tags: ["variables"] })
    .output(z.object({ values: z.array(sharedValue) })),
  set: open("update:shared")
    .route({
      method: "PUT",
      path: "/shared-values",
      tags: ["variables"],
      description: "Each takes effect with the next deployment of the projects it is mapped to.",
    })
    .input(
      z.strictObject({
        values: z.record(z.string(), z.string()),
        sensitive: z.boolean().optional().describe("Absent: told by the name."),
      }),
    )
    .output(z.object({ values: z.array(sharedValue) })),
  remove: open("delete:shared")
    .route({
      method: "DELETE",
      path: "/shared-values/{key}",
      tags: ["variables"],
      description: "Refused while a project is given it.",
    })
    .input(z.strictObject({ key }))
    .output(nothing),
  mappings: open("read:variable", { about: "project" })
    .route({
      method: "GET",
      path: "/projects/{project}/environments/{environment}/shared-values",
      tags: ["variables"],
      description: "Which variables of a project's environment have a shared value.",
    })
    .input(place)
    .output(
      z.object({
        mappings: z.array(
          z.object({
            key: z.string(),
            sharedKey: z.string(),
            sensitive: z.boolean(),
            overridden: z.boolean().describe("The project sets a value of its own."),
          }),
        ),
      }),
    ),
  map: open("update:shared")
    .route({
      method: "PUT",
      path: "/projects/{project}/environments/{environment}/shared-values/{key}",
      tags: ["variables"],
      description: "Give a project's variable the shared value, unless the project sets its own.",
    })
    .input(place.extend({ key, sharedKey: key }))
    .output(nothing),
  unmap: open("update:shared")
    .route({
      method: "DELETE",
      path: "/projects/{project}/environments/{environment}/shared-values/{key}",
      tags: ["variables"],
    })
    .input(place.extend({ key }))
    .output(nothing),
};
