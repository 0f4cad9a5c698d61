/** Accounts on platforms, the platforms themselves, and where one can deploy to. */
import { z } from "zod";
import { instant, open } from "./base.ts";

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
};
