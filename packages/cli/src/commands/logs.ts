/** `landfall logs`: what the running program prints, or what a build printed. */
import type { DeployEvent } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { deploymentOf, isDeploymentId, projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";
import { safeLine } from "../screen/text.ts";

interface LogFlags {
  follow?: boolean;
  build?: boolean;
  tail?: string;
  search?: string;
  environment: string;
  service?: string;
}

/** Lines shown when nothing else is asked for. */
const usualTail = 200;

export function logs({ program, does }: Registry): void {
  program
    .command("logs")
    .description("Show what the running program prints; with a deployment's id or --build, what building it printed.")
    .argument("[project|id]", "project or deployment (default: this folder's project)")
    .option("-f, --follow", "go on as lines come (a build that runs is always followed)")
    .option("--build", "of the build, of the newest deployment")
    .option("-n, --tail <number>", "only the last so many lines")
    .option("-s, --search <text>", "only lines with this text in them, in any case")
    .option("--environment <name>", "environment of the project", "production")
    .option("--service <name>", "only of this service")
    .action(
      does<LogFlags>(async (context, { args: [named], flags }) => {
        const tail = flags.tail === undefined ? undefined : Number(flags.tail);
        if (tail !== undefined && !(Number.isInteger(tail) && tail >= 0)) {
          throw new DeployError("INVALID_CONFIG", {
            what: "--tail takes a whole number.",
            where: `--tail ${flags.tail}`,
          });
        }
        const engine = await context.engine();
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => stop.abort());
        const show = (entry: { line: string }): void => {
          context.result(context.json ? JSON.stringify(entry) : safeLine(entry.line));
        };
        try {
          if (flags.build === true || (named !== undefined && isDeploymentId(named))) {
            const view = await deploymentOf(context, engine, named);
            const lines = matching(buildLines(engine.follow(view.id, { signal: stop.signal })), flags.search);
            // The end of a build that still runs is not known; it is followed instead.
            if (tail === undefined || view.finishedAt === null) for await (const line of lines) show(line);
            else for (const line of await lastOf(lines, tail)) show(line);
            return;
          }
          const follow = flags.follow === true;
          const entries = engine.runtimeLogs({
            project: projectOf(context, named),
            environment: flags.environment,
            follow,
            // What is searched for may be anywhere.
            ...(flags.search === undefined ? { tail: tail ?? usualTail } : {}),
            signal: stop.signal,
            ...(flags.service === undefined ? {} : { service: flags.service }),
          });
          const found = matching(entries, flags.search);
          if (flags.search === undefined || follow) for await (const entry of found) show(entry);
          else for (const entry of await lastOf(found, tail ?? usualTail)) show(entry);
        } catch (error) {
          // Ctrl-C is how following ends.
          if (!stop.signal.aborted) throw error;
        } finally {
          ignore();
        }
      }),
    );
}

async function* matching<T extends { line: string }>(lines: AsyncIterable<T>, text = ""): AsyncGenerator<T> {
  const wanted = text.toLowerCase();
  for await (const one of lines) if (one.line.toLowerCase().includes(wanted)) yield one;
}

async function* buildLines(
  events: AsyncIterable<DeployEvent>,
): AsyncGenerator<{ step: string; stream: string; line: string }> {
  for await (const event of events) {
    if (event.type !== "log") continue;
    for (const line of event.lines) yield { step: event.step, stream: event.stream, line };
  }
}

async function lastOf<T>(values: AsyncIterable<T>, amount: number): Promise<T[]> {
  const kept: T[] = [];
  for await (const value of values) {
    kept.push(value);
    if (kept.length > amount) kept.shift();
  }
  return kept;
}
