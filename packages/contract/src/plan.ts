/** The plan of a deployment, as it is sent: pure data, without values of variables. Mirrors the engine's types. */
import { z } from "zod";
import { evidence } from "./detection.ts";

const artifactKind = z.string();
const command = z.object({ argv: z.array(z.string()) });

/** Where a project lives on a hosted platform. */
export const target = z.object({
  account: z.string().optional(),
  projectId: z.string().optional(),
  projectName: z.string().optional(),
});

const servicePlan = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(["static", "server", "worker", "container"]),
  framework: z.string().optional(),
  runtime: z.string(),
  runtimeVersion: z.string().optional(),
  route: z.array(z.object({ from: artifactKind, to: artifactKind, by: z.string() })),
  accepts: artifactKind,
  build: z
    .object({
      install: z.array(command).optional(),
      build: z.array(command).optional(),
      outputDir: z.string(),
      packageManager: z.string().optional(),
      lockfile: z.string().optional(),
      adapter: z.object({ name: z.string(), instead: z.string() }).optional(),
      timeoutMs: z.number(),
    })
    .optional(),
  remoteBuild: z
    .object({
      framework: z.string().nullable(),
      installCommand: z.string().optional(),
      buildCommand: z.string().optional(),
      outputDir: z.string().optional(),
    })
    .optional(),
  start: command.optional(),
  before: z.array(command).optional(),
  filesOf: z.string().optional(),
  alsoStarts: z.array(command).optional(),
  port: z.number().optional(),
  variables: z.array(
    z.object({
      key: z.string(),
      required: z.boolean(),
      sensitive: z.boolean(),
      public: z.boolean(),
      class: z.enum(["build", "run"]),
      validation: z.string().optional(),
      from: z.enum(["project", "shared", "command-line", "file", "generated", "default", "missing"]),
      foundIn: z.array(z.string()),
      because: z.string().optional(),
    }),
  ),
  hosts: z.array(z.string()),
  check: z.object({ path: z.string(), timeoutMs: z.number() }),
  dependsOn: z.array(z.string()),
  operations: z.array(z.string()),
});

export const plan = z
  .object({
    version: z.literal(1),
    project: z.string(),
    environment: z.string(),
    platform: z.string(),
    source: z.object({
      kind: z.enum(["folder", "archive", "git"]),
      description: z.string(),
      commit: z.string().optional(),
      snapshot: z.string(),
      files: z.number(),
      sizeBytes: z.number(),
    }),
    target: target.optional(),
    services: z.array(servicePlan),
    notes: z.array(z.object({ level: z.enum(["info", "warning"]), message: z.string() })),
    evidence: z.array(evidence),
  })
  .meta({ id: "Plan" });
