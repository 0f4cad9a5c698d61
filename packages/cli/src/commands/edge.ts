/** `landfall edge`: the edge of a data directory, in the foreground. Started by the engine. */
import { loadEdge } from "../load.ts";
import type { Registry } from "../run.ts";

export function edge({ program, does }: Registry): void {
  program
    .command("edge", { hidden: true })
    .description("Run the edge of a data directory in the foreground.")
    .action(
      does(async (context) => {
        const { home, edgePort } = context.options();
        const { runEdge } = await loadEdge();
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => stop.abort());
        try {
          await runEdge({ home, signal: stop.signal, ...(edgePort === undefined ? {} : { port: edgePort }) });
        } finally {
          ignore();
        }
      }),
    );
}
