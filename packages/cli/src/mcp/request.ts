/** What the tools plan and deploy are asked for. */
import type { DeployRequest } from "@landfall/engine";
import { z } from "zod";
import { defined } from "../request.ts";
import { sourceBelow } from "./source.ts";
import { given, type Workplace } from "./tool.ts";

export const deployInput = z.object({
  source: z
    .string()
    .default(".")
    .describe("folder or archive below the root folder, or a git address such as https://host/repo.git#branch:folder"),
  project: z.string().optional().describe("default: from landfall.json, package.json or the folder's name"),
  environment: given.environment,
  platform: given.platform.describe(
    "id of a platform, as the tool platforms lists them; default: where the project was deployed last, else local",
  ),
  connection: z.string().optional().describe("which connected account, of several"),
  prebuilt: z.boolean().default(false).describe("take the source as it is and build nothing"),
  force: z.boolean().default(false).describe("build and start again although nothing has changed"),
  message: z.string().max(500).optional().describe("remark kept with the deployment"),
});

/** Throws INVALID_SOURCE. */
export function requestOf(
  { root }: Workplace,
  { source, ...rest }: Partial<z.output<typeof deployInput>>,
): DeployRequest {
  return { source: sourceBelow(root, source ?? "."), ...defined(rest) };
}
