/** What detection found, as it is sent. Mirrors the engine's types; a test of the server holds them together. */
import { z } from "zod";

const variable = z.object({
  key: z.string(),
  required: z.boolean(),
  sensitive: z.boolean(),
  public: z.boolean(),
  class: z.enum(["build", "run"]),
  description: z.string().optional(),
  example: z.string().optional(),
  validation: z.string().optional(),
  foundIn: z.array(z.string()),
  because: z.string().optional(),
});

const kind = z.enum(["static", "server", "worker", "container", "compose", "package", "monorepo"]);

const facts = {
  kind,
  runtime: z.string(),
  runtimeVersion: z.string().optional(),
  framework: z.string().optional(),
  packageManager: z.string().optional(),
  installCommand: z.string().optional(),
  buildCommand: z.string().optional(),
  startCommand: z.string().optional(),
  releaseCommand: z.string().optional(),
  processes: z.array(z.object({ name: z.string(), startCommand: z.string() })).optional(),
  outputDir: z.string().optional(),
  adapter: z.string().optional(),
  port: z.number().optional(),
  database: z.array(z.string()),
  env: z.array(variable),
};

/** One fact and why it is believed. */
export const evidence = z.object({
  field: z.string(),
  value: z.string(),
  rule: z.string(),
  at: z.string(),
  confidence: z.number(),
});

/** See Detection of the engine, without the directory of the server's disk. */
export const detection = z
  .object({
    ...facts,
    services: z.array(
      z.object({ ...facts, path: z.string(), name: z.string(), dependsOn: z.array(z.string()).optional() }),
    ),
    evidence: z.array(evidence),
    candidates: z.array(
      z.object({ framework: z.string().optional(), runtime: z.string(), kind, confidence: z.number() }),
    ),
    warnings: z.array(z.object({ at: z.string(), message: z.string() })),
  })
  .meta({ id: "Detection" });
