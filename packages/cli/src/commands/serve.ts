/** `landfall serve`: serves what is deployed and works off deployments, in the foreground. */
import type { Registry } from "../run.ts";
import { workUntilStopped } from "../work.ts";

export function serve({ program, does }: Registry): void {
  program
    .command("serve")
    .description("Serve what is deployed and work off deployments, until it is stopped.")
    .action(
      does(async (context) => {
        const engine = await context.engine();
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => {
          if (!stop.signal.aborted) context.say("Stopping; what is deployed goes on being served.");
          stop.abort();
        });
        try {
          const served = await engine.edge.ensure();
          if (context.json) context.result(JSON.stringify(served));
          else {
            context.say(`Serving on port ${served.port}, data in ${engine.home}. Ctrl-C stops this process.`);
            for (const service of served.services) context.say(`  ${service.url}`);
          }
          await workUntilStopped(() => engine.work({ signal: stop.signal, until: "aborted" }), stop.signal);
        } finally {
          ignore();
        }
      }),
    );
}
