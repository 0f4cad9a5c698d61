/** landfall.json: the one optional file of ours. What can be detected stays out of it; what is in it wins over detection. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";

const overrides = {
  framework: z.string().describe("Slug of the framework, such as astro."),
  installCommand: z.string().describe("Installs dependencies; empty for none."),
  buildCommand: z.string().describe("Builds; empty for none."),
  startCommand: z.string().describe("Starts the server. May use $PORT."),
  releaseCommand: z.string().describe("Run once per release before it starts, such as a migration; empty for none."),
  outputDir: z.string().describe("Directory with the static result, relative to the service."),
  port: z.int().min(1).max(65_535).describe("Port the program listens on when PORT is not set."),
  kind: z.enum(["static", "server", "worker"]),
  spaFallback: z.boolean().describe("Answer unknown paths with index.html."),
  healthPath: z
    .string()
    // What begins with two slashes is another host to whoever reads it as an address.
    .regex(/^\/(?![/\\])[\x21-\x7e]{0,500}$/, "a path such as /health, without spaces")
    .describe("Path the probe asks for. Default /."),
};

const serviceConfig = z.strictObject(overrides).partial();

export const configSchema = z
  .strictObject({
    $schema: z.string(),
    name: z.string().describe("Name of the project."),
    platform: z.string().describe("Platform id, such as local."),
    ...overrides,
    services: z.record(z.string(), serviceConfig).describe("Overrides by name or path of a service of a monorepo."),
  })
  .partial()
  .describe("Configuration of Landfall for one project.");

export type Config = z.infer<typeof configSchema>;
export type ServiceConfig = z.infer<typeof serviceConfig>;

/** Read `landfall.json` of a directory; null when there is none. Throws INVALID_CONFIG with every fault and its path. */
export function readConfig(directory: string): Config | null {
  let text: string;
  try {
    text = readFileSync(join(directory, "landfall.json"), "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) {
    throw new DeployError("INVALID_CONFIG", {
      what: "landfall.json is not valid JSON.",
      where: "landfall.json",
      next: "Mend the places named here.",
      faults: errors.map(({ offset, error }) => ({
        path: `line ${text.slice(0, offset).split("\n").length}`,
        message: printParseErrorCode(error),
      })),
    });
  }
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  throw new DeployError("INVALID_CONFIG", {
    what: "landfall.json has values that cannot be used.",
    where: "landfall.json",
    next: "Mend the fields named here; docs/landfall.schema.json describes them all.",
    faults: result.error.issues.map((issue) => ({ path: issue.path.join(".") || "(top)", message: issue.message })),
  });
}
