/** Which project and environment a command about variables means. */
import type { Command } from "commander";
import type { Context } from "../../context.ts";
import { projectOf } from "../../project.ts";

export interface TargetFlags {
  project?: string;
  environment: string;
}

/** The flags that say so. */
export function withTarget(command: Command): Command {
  return command
    .option("-p, --project <name>", "name of the project (default: this folder's)")
    .option("--environment <name>", "environment of it", "production");
}

export function targetOf(context: Context, flags: TargetFlags): { project: string; environment: string } {
  return { project: projectOf(context, flags.project), environment: flags.environment };
}

/** For a sentence. */
export function targetText(context: Context, flags: TargetFlags): string {
  return `${projectOf(context, flags.project)} · ${flags.environment}`;
}
