/** `landfall ls [project]`: deployments. */
import type { DeploymentView } from "@landfall/engine";
import { noProject, projectOf, stateText } from "../project.ts";
import { limitFrom } from "../request.ts";
import type { Registry } from "../registry.ts";
import type { Paint } from "../screen/paint.ts";
import { ago, duration, fittingTable, safeLine } from "../screen/text.ts";

interface LsFlags {
  project?: string;
  environment?: string;
  limit: string;
  all?: boolean;
}

export function ls({ program, does }: Registry): void {
  program
    .command("ls")
    .alias("list")
    .description("List deployments, newest first: of this folder's project, or of all. With --json an array.")
    .argument("[project]", "name of the project")
    .option("-p, --project <name>", "the same")
    .option("--environment <name>", "only of this environment")
    .option("--all", "of all projects")
    .option("-n, --limit <number>", "at most so many", "20")
    .action(
      does<LsFlags>(async (context, { args: [named], flags }) => {
        const limit = limitFrom(flags.limit);
        const engine = await context.engine();
        const known = (await engine.projects()).map((project) => project.name);
        const wanted = named ?? flags.project;
        if (wanted !== undefined && !known.includes(wanted)) throw noProject(wanted, known);
        const here = projectOf(context, undefined);
        const project = flags.all === true ? undefined : (wanted ?? (known.includes(here) ? here : undefined));
        const all = await engine.deployments({
          limit,
          ...(project === undefined ? {} : { project }),
          ...(flags.environment === undefined ? {} : { environment: flags.environment }),
        });
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0) return context.say("No deployments yet.");
        const { paint, world } = context;
        const rows = all.map((one) => [
          one.id,
          one.project,
          one.environment,
          one.platform,
          one.operation,
          `${stateText(one.state, paint.out)}${trafficText(one, paint.out)}`,
          one.durationMs === null ? "" : duration(one.durationMs),
          ago(one.createdAt, world.now()),
          safeLine(one.message ?? ""),
        ]);
        const headings = [
          "ID",
          "PROJECT",
          "ENVIRONMENT",
          "PLATFORM",
          "OPERATION",
          "STATE",
          "TIME",
          "CREATED",
          "MESSAGE",
        ];
        // Only a person minds broken lines; into a pipe goes all there is.
        const columns = world.stdout.isTerminal ? world.stdout.size().columns : Number.POSITIVE_INFINITY;
        const spare = ["MESSAGE", "OPERATION", "TIME", "ENVIRONMENT", "PLATFORM"];
        context.result(fittingTable(headings, rows, { columns, spare }).join("\n"));
      }),
    );
}

/** Whether it is what visitors get. */
function trafficText({ live, stoppedAt }: DeploymentView, paint: Paint): string {
  if (stoppedAt !== null) return paint.warn(" stopped");
  return live ? paint.good(" live") : "";
}
