/** What the tools plan and deploy are asked for. */
import type { DeployRequest } from "@landfall/engine";
import { z } from "zod";
import { defined, lastProject } from "../request.ts";
import { sourceBelow } from "./source.ts";
import { given, type Workplace } from "./tool.ts";

export const deployInput = z.object({
  source: z
    .string()
    .default(".")
    .describe("folder or archive below the root folder, or a git address such as https://host/repo.git#branch:folder"),
  project: z
    .string()
    .optional()
    .describe("default: from landfall.json, else as it was deployed last, else the folder's name"),
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
  { place }: Workplace,
  { source: named = ".", ...rest }: Partial<z.output<typeof deployInput>>,
): DeployRequest {
  const source = sourceBelow(place.cwd, named);
  const project = rest.project ?? lastProject(source, { links: place.links, prebuilt: rest.prebuilt === true });
  return { ...defined({ ...rest, project }), source };
}
