/** Accounts on platforms, the platforms themselves, and where one can deploy to: at all, and as it was saved under a name. */
import { z } from "zod";
import { id, instant, nothing, open } from "./base.ts";
import { errorReport } from "./errors.ts";
import { target } from "./plan.ts";

const platformId = z.string().min(1).max(100);

const account = z.object({
  id: z.string(),
  name: z.string(),
  teams: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
  missingScopes: z.array(z.string()).optional(),
  expiresAt: instant.optional(),
});

/** An account on a platform that deployments may use. Its credential is never sent. */
export const connection = z
  .object({
    id: z.string().nullable(),
    platform: z.string(),
    name: z.string(),
    method: z.enum(["token", "oauth2", "environment"]),
    account: account.nullable(),
    renews: z.boolean(),
    expiresAt: instant.nullable(),
    fault: z.string().nullable(),
    checkedAt: instant.nullable(),
    createdAt: instant.nullable(),
  })
  .meta({ id: "Connection" });

export const connections = {
  list: open("read:connection")
    .route({ method: "GET", path: "/connections", tags: ["connections"] })
    .output(z.object({ connections: z.array(connection) })),
  connect: open("create:connection")
    .route({ method: "POST", path: "/connections/{platform}", successStatus: 201, tags: ["connections"] })
    .input(
      z.object({
        platform: platformId,
        token: z.string().min(1).max(10_000),
        name: z.string().min(1).max(200).optional(),
      }),
    )
    .output(connection),
  authorize: open("create:connection")
    .route({
      method: "POST",
      path: "/connections/{platform}/authorize",
      tags: ["connections"],
      description: "Where to send a person who is to allow access. The platform sends them back to our callback.",
    })
    .input(z.object({ platform: platformId, name: z.string().min(1).max(200).optional() }))
    .output(z.object({ url: z.string(), expiresAt: instant })),
  callback: open("create:connection")
    .route({
      method: "GET",
      path: "/connections/{platform}/callback",
      tags: ["connections"],
      description: "Where platforms send people back to; only for whoever asked to be sent there.",
    })
    .input(
      z.looseObject({
        platform: platformId,
        state: z.string().max(1000).optional(),
        code: z.string().max(4000).optional(),
      }),
    )
    .output(connection),
  status: open("read:connection")
    .route({ method: "GET", path: "/connections/{platform}/status", tags: ["connections"] })
    .input(
      z.object({
        platform: platformId,
        connection: z.string().max(200).optional(),
        force: z
          .union([z.boolean(), z.stringbool()])
          .optional()
          .describe("Ask the platform, however short ago that was."),
      }),
    )
    .output(connection),
  disconnect: open("delete:connection")
    .route({ method: "DELETE", path: "/connections/{connection}", tags: ["connections"] })
    .input(z.object({ connection: z.string().min(1).max(200) }))
    .output(z.object({ connection, revoked: z.boolean() })),
};

export const platforms = {
  list: open("signed-in")
    .route({ method: "GET", path: "/platforms", tags: ["connections"] })
    .output(
      z.object({
        platforms: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            runs: z.array(z.string()).describe("Kinds of services it can run."),
            accepts: z.array(z.string()),
            /** How an account is connected, best first; empty: none is needed. */
            connect: z.array(z.string()),
            operations: z.array(z.string()),
            hosted: z.boolean().describe("It is somebody else's; not the server's own machine."),
            token: z
              .object({ env: z.array(z.string()), help: z.string() })
              .nullable()
              .describe("How its tokens are called, and where a person makes one."),
          }),
        ),
      }),
    ),
};

/** A place to deploy to, under a name: a platform, the connection that opens it, and where on it. */
const savedTarget = z
  .object({
    id,
    name: z.string(),
    platform: z.string(),
    connection: z.string().nullable().describe("Id of the connection; null: the platform's only one."),
    target: target.nullable(),
    isDefault: z.boolean().describe("Deployments to the platform that say nothing else go there."),
    createdAt: instant,
  })
  .meta({ id: "SavedTarget" });

const targetName = z.string().trim().min(1).max(58);
const place = z.object({
  connection: z.string().min(1).max(200).nullable().optional().describe("Id or name."),
  target: z
    .strictObject({
      account: z.string().min(1).max(200).optional(),
      projectId: z.string().min(1).max(200).optional(),
      projectName: z.string().min(1).max(200).optional(),
    })
    .nullable()
    .optional(),
  isDefault: z.boolean().optional(),
});

export const targets = {
  list: open("read:connection")
    .route({
      method: "GET",
      path: "/targets",
      tags: ["connections"],
      description: "Where this organisation can deploy to now.",
    })
    .output(
      z.object({
        targets: z.array(
          z.object({
            platform: z.string(),
            name: z.string(),
            connection: z.string().nullable(),
            fault: z.string().nullable(),
          }),
        ),
      }),
    ),
  saved: open("read:connection")
    .route({ method: "GET", path: "/targets/saved", tags: ["connections"] })
    .output(z.object({ targets: z.array(savedTarget) })),
  save: open("create:connection")
    .route({
      method: "POST",
      path: "/targets",
      successStatus: 201,
      tags: ["connections"],
      description: "A deployment names it as `savedTarget`.",
    })
    .input(z.strictObject({ name: targetName, platform: platformId, ...place.shape }))
    .output(savedTarget),
  update: open("update:connection")
    .route({ method: "PATCH", path: "/targets/{id}", tags: ["connections"] })
    .input(z.strictObject({ id, name: targetName.optional(), ...place.shape }))
    .output(savedTarget),
  remove: open("delete:connection")
    .route({ method: "DELETE", path: "/targets/{id}", tags: ["connections"] })
    .input(z.object({ id }))
    .output(nothing),
  test: open("create:deployment", { unrecorded: true })
    .route({
      method: "POST",
      path: "/targets/{id}/test",
      tags: ["connections"],
      description: "Whether a deployment would get in there now: the platform is asked. Changes nothing.",
    })
    .input(z.object({ id }))
    .output(z.object({ ok: z.boolean(), detail: z.string(), error: errorReport.nullable() })),
};
