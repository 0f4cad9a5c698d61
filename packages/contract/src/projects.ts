/** Projects with their environments, previews, variables and domains. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { id, instant, name, nothing, open } from "./base.ts";
import { deployment } from "./deployments.ts";

const environment = z
  .object({
    name: z.string(),
    url: z.string().nullable(),
    liveDeployment: z.string().nullable(),
    platform: z
      .string()
      .nullable()
      .describe("Where that runs; null for a caller who may not read the project's deployments."),
    stoppedAt: instant
      .nullable()
      .describe("Since when somebody has stopped what is live here; null while it is served."),
    lastDeployment: z.string().nullable(),
    lastState: z
      .enum(["pending", "building", "uploading", "deploying", "verifying", "success", "failed", "cancelled"])
      .nullable(),
  })
  .meta({ id: "Environment" });

const project = z
  .object({
    name: z.string(),
    createdAt: instant,
    platforms: z
      .array(z.string())
      .describe("Where something of it has the traffic; none for a caller who may not read its deployments."),
    last: deployment
      .pick({
        id: true,
        environment: true,
        platform: true,
        state: true,
        message: true,
        source: true,
        commit: true,
        createdAt: true,
      })
      .nullable()
      .describe(
        "Its newest deployment, of all environments; null without one, and for a caller who may not read its deployments.",
      ),
    environments: z.array(environment),
  })
  .meta({ id: "Project" });

const variable = z
  .object({
    key: z.string(),
    environment: z.string(),
    sensitive: z.boolean(),
    value: z.string().nullable().describe("Null for a sensitive one: nobody reads it back."),
    updatedAt: instant,
    updatedBy: z.string().nullable().describe("Who changed it last; null when nobody is known."),
  })
  .meta({ id: "Variable" });

const variableChange = z
  .object({
    id,
    key: z.string(),
    environment: z.string(),
    action: z.enum(["set", "removed"]),
    sensitive: z.boolean(),
    value: z.string().nullable().describe("Null for a sensitive one, and when it was removed."),
    at: instant,
    by: z.string().nullable(),
  })
  .meta({ id: "VariableChange" });

const command = z.string().max(4000).optional();
const settings = z
  .strictObject({
    rootDirectory: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe("Folder inside an archive or a repository, such as apps/web."),
    framework: z.string().min(1).max(100).optional(),
    installCommand: command,
    buildCommand: command,
    startCommand: command,
    releaseCommand: command,
    outputDir: z.string().min(1).max(1000).optional(),
    healthPath: z.string().max(501).optional(),
    platform: z.string().min(1).max(100).optional(),
    savedTarget: z.string().min(1).max(200).optional(),
  })
  .meta({ id: "ProjectSettings" });
const versionedSettings = z.object({ version: z.number().int().describe("Grows with every change."), settings });

const scope = z
  .enum(["off", "preview", "all"])
  .describe("What visitors need a password for: nothing, all but production, everything.");
const protection = z
  .object({
    version: z.number().int().describe("Grows with every change."),
    scope,
    updatedAt: instant.nullable(),
    elsewhere: z
      .array(
        z.object({
          platform: z.string(),
          name: z.string(),
          where: z.string().describe("Where it is set there, in a sentence."),
          help: z.string().describe("The vendor's page about it."),
        }),
      )
      .describe("Hosted platforms the project is deployed to, which keep strangers out themselves."),
  })
  .meta({ id: "Protection" });

const record = z.object({ type: z.string(), name: z.string(), value: z.string(), purpose: z.string() });

const domain = z
  .object({
    name: z.string(),
    project: z.string(),
    platform: z.string(),
    verified: z.boolean(),
    live: z.boolean(),
    ready: z.boolean().describe("Visitors arrive, over a certificate that holds."),
    fault: z.string().optional(),
    records: z.array(
      z.object({ record, found: z.array(z.string()), state: z.enum(["right", "missing", "wrong", "unknown"]) }),
    ),
    certificate: z.object({
      platform: z.enum(["pending", "issued", "failed", "unknown"]),
      shown: z.object({
        state: z.enum(["valid", "invalid", "none"]),
        issuer: z.string().optional(),
        expiresAt: instant.optional(),
        fault: z.string().optional(),
      }),
    }),
    obstacles: z.array(z.string()),
    counterpart: z.string().nullable(),
  })
  .meta({ id: "Domain" });

/** A service that has the traffic, as it runs now. */
const running = z
  .object({
    project: z.string(),
    environment: z.string(),
    service: z.string(),
    release: z.string(),
    kind: z.string(),
    url: z.string(),
    state: z.string(),
    restarts: z.number(),
  })
  .meta({ id: "RunningService" });

const runtimeLine = z.object({
  service: z.string(),
  release: z.string(),
  at: instant.nullable(),
  stream: z.enum(["stdout", "stderr"]),
  line: z.string(),
});

const inProject = z.object({ project: name });
const inEnvironment = z.object({ project: name, environment: name });
const domainName = z.string().min(1).max(300);

export const projects = {
  list: open("read:project", { about: "any" })
    .route({ method: "GET", path: "/projects", tags: ["projects"] })
    .output(z.object({ projects: z.array(project) })),
  get: open("read:project", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}", tags: ["projects"] })
    .input(inProject)
    .output(project),
  create: open("create:project", { idempotent: true })
    .route({ method: "POST", path: "/projects", successStatus: 201, tags: ["projects"] })
    .input(z.object({ name }))
    .output(project),
  remove: open("delete:project", { about: "project" })
    .route({ method: "DELETE", path: "/projects/{project}", tags: ["projects"] })
    .input(inProject)
    .output(nothing),
  settings: {
    get: open("read:project", { about: "project" })
      .route({
        method: "GET",
        path: "/projects/{project}/settings",
        tags: ["projects"],
        description:
          "What the project's deployments begin with: below what a deployment or its landfall.json says, above what is detected.",
      })
      .input(inProject)
      .output(versionedSettings),
    set: open("update:deployment", { about: "project" })
      .route({ method: "PUT", path: "/projects/{project}/settings", tags: ["projects"] })
      .input(inProject.extend({ settings, expect: z.number().int().min(0).describe("The version that was read.") }))
      .output(versionedSettings),
  },
  protection: {
    get: open("read:project", { about: "project" })
      .route({
        method: "GET",
        path: "/projects/{project}/protection",
        tags: ["projects"],
        description: "The password on what Landfall's own machines serve of the project. It is never shown.",
      })
      .input(inProject)
      .output(protection),
    set: open("update:project", { about: "project" })
      .route({
        method: "PUT",
        path: "/projects/{project}/protection",
        tags: ["projects"],
        description: "In force when it is answered, without a deployment.",
      })
      .input(
        z.strictObject({
          ...inProject.shape,
          scope,
          password: z
            .string()
            .max(200)
            .optional()
            .describe("8 to 200 characters. Absent: the one there is. With `off` it is forgotten."),
          expect: z.number().int().min(0).describe("The version that was read."),
        }),
      )
      .output(protection),
  },
  running: open("read:deployment", { about: "any" })
    .route({
      method: "GET",
      path: "/running",
      tags: ["projects"],
      description:
        "What runs now on the server's own machine, or on the one that serves where that is another, of all projects.",
    })
    .output(
      z.object({
        running: z.boolean().describe("Anything is served at all."),
        machine: z.string().nullable().describe("Host name of the machine that serves."),
        services: z.array(running),
      }),
    ),
};

export const environments = {
  list: open("read:environment", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/environments", tags: ["projects"] })
    .input(inProject)
    .output(z.object({ environments: z.array(environment) })),
  rollback: open("create:deployment", { about: "project", idempotent: true })
    .route({
      method: "POST",
      path: "/projects/{project}/environments/{environment}/rollback",
      successStatus: 202,
      tags: ["projects"],
      description: "Give the traffic back to the release that had it before.",
    })
    .input(inEnvironment.extend({ platform: z.string().max(100).optional() }))
    .output(deployment),
  stop: open("update:deployment", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/environments/{environment}/stop",
      tags: ["projects"],
      description:
        "Take what runs on the server's own machines offline, until it is started or another deployment goes live: visitors get 503, requests under way are finished, programs end.",
    })
    .input(inEnvironment)
    .output(nothing),
  start: open("update:deployment", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/environments/{environment}/start",
      tags: ["projects"],
      description: "Bring what was stopped back, the same release; answers when it is healthy.",
    })
    .input(inEnvironment)
    .output(nothing),
  logs: open("read:deployment", { about: "project" })
    .route({
      method: "GET",
      path: "/projects/{project}/environments/{environment}/logs",
      tags: ["projects"],
      description:
        "Lines the running programs printed. The event `done` says that no more will come; with `follow` they go on, and are not numbered.",
    })
    .input(
      inEnvironment.extend({
        service: z.string().max(200).optional(),
        release: z.string().max(100).optional(),
        follow: z.union([z.boolean(), z.stringbool()]).optional(),
        tail: z.coerce.number().int().min(0).max(100_000).optional().describe("Only the last so many lines."),
      }),
    )
    .output(eventIterator(runtimeLine, nothing)),
  remove: open("delete:environment", { about: "project" })
    .route({ method: "DELETE", path: "/projects/{project}/environments/{environment}", tags: ["projects"] })
    .input(inEnvironment)
    .output(nothing),
};

/** Every environment but production. */
export const previews = {
  list: open("read:environment", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/previews", tags: ["projects"] })
    .input(inProject)
    .output(z.object({ previews: z.array(environment) })),
  remove: open("delete:environment", { about: "project" })
    .route({ method: "DELETE", path: "/projects/{project}/previews/{environment}", tags: ["projects"] })
    .input(inEnvironment)
    .output(nothing),
};

export const variables = {
  list: open("read:variable", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/environments/{environment}/variables", tags: ["variables"] })
    .input(inEnvironment)
    .output(z.object({ variables: z.array(variable) })),
  set: open("update:variable", { about: "project" })
    .route({ method: "PUT", path: "/projects/{project}/environments/{environment}/variables", tags: ["variables"] })
    .input(
      inEnvironment.extend({
        values: z.record(z.string(), z.string()),
        sensitive: z.boolean().optional().describe("Absent: told by the name."),
        allowEmpty: z.boolean().optional(),
      }),
    )
    .output(z.object({ variables: z.array(variable) })),
  remove: open("delete:variable", { about: "project" })
    .route({
      method: "DELETE",
      path: "/projects/{project}/environments/{environment}/variables/{key}",
      tags: ["variables"],
    })
    .input(inEnvironment.extend({ key: z.string().min(1).max(300) }))
    .output(nothing),
  history: open("read:variable", { about: "project" })
    .route({
      method: "GET",
      path: "/projects/{project}/environments/{environment}/variable-changes",
      tags: ["variables"],
      description: "Newest first; the fifty newest changes of each variable are kept.",
    })
    .input(inEnvironment.extend({ key: z.string().min(1).max(300).optional() }))
    .output(z.object({ changes: z.array(variableChange) })),
  revert: open("update:variable", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/environments/{environment}/variable-changes/{id}/revert",
      tags: ["variables"],
      description: "Put back what was there before this change.",
    })
    .input(inEnvironment.extend({ id }))
    .output(z.object({ key: z.string() })),
  import: open("update:variable", { about: "project" })
    .route({
      method: "POST",
      path: "/projects/{project}/environments/{environment}/variables/import",
      tags: ["variables"],
      description: "A .env file, byte for byte: all of it or, with every fault and its line, nothing.",
    })
    .input(inEnvironment.extend({ text: z.string().max(2_000_000), allowEmpty: z.boolean().optional() }))
    .output(z.object({ set: z.array(z.string()) })),
  export: open("read:variable", { about: "project" })
    .route({
      method: "GET",
      path: "/projects/{project}/environments/{environment}/variables/export",
      tags: ["variables"],
      description: "What may be read back, as a .env file, and the names of the secrets that are left out.",
    })
    .input(inEnvironment)
    .output(z.object({ text: z.string(), left: z.array(z.string()) })),
  compare: open("read:variable", { about: "project" })
    .route({
      method: "GET",
      path: "/projects/{project}/environments/{environment}/variables/compare",
      tags: ["variables"],
    })
    .input(inEnvironment.extend({ with: name }))
    .output(
      z.object({
        differences: z.array(
          z.object({
            key: z.string(),
            state: z.enum(["only-here", "only-there", "different", "same"]),
            sensitive: z.boolean(),
          }),
        ),
      }),
    ),
};

const place = { project: name, platform: z.string().max(100).optional() };

export const domains = {
  list: open("read:domain", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/domains", tags: ["domains"] })
    .input(
      z.object({
        ...place,
        check: z
          .union([z.boolean(), z.stringbool()])
          .optional()
          .describe(
            "Default true. `false`: as the platform knows them, at once; nothing is found yet, and none is ready.",
          ),
      }),
    )
    .output(z.object({ domains: z.array(domain) })),
  add: open("create:domain", { about: "project" })
    .route({ method: "POST", path: "/projects/{project}/domains", successStatus: 201, tags: ["domains"] })
    .input(z.object({ ...place, name: domainName }))
    .output(domain),
  check: open("read:domain", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/domains/{name}", tags: ["domains"] })
    .input(z.object({ ...place, name: domainName }))
    .output(domain),
  remove: open("delete:domain", { about: "project" })
    .route({ method: "DELETE", path: "/projects/{project}/domains/{name}", tags: ["domains"] })
    .input(z.object({ ...place, name: domainName }))
    .output(nothing),
};
