/** `landfall edge`: the edge of a data directory, in the foreground. Started by the engine. */
import type { Registry } from "../run.ts";

/** Asked for first; the edge takes another when it is not free. */
const usualPort = 8080;

export function edge({ program, does }: Registry): void {
  program
    .command("edge", { hidden: true })
    .description("Run the edge of a data directory in the foreground.")
    .action(
      does(async (context) => {
        const { home, edgePort = usualPort, toolPath, workerCommand } = context.options();
        const { runEdge } = await import("@landfall/edge");
        const { version } = context.world;
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => stop.abort());
        try {
          const ran = await runEdge({ home, port: edgePort, toolPath, workerCommand, version, signal: stop.signal });
          if (!ran) context.say("Another edge serves this data directory.");
        } finally {
          ignore();
        }
      }),
    );
}
