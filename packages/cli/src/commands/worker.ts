/** `landfall worker`: works off deployments in the background. Started by the engine. */
import { collectWhenIdle } from "../idle-memory.ts";
import type { Registry } from "../registry.ts";
import { workUntilStopped } from "../work.ts";

export function worker({ program, does }: Registry): void {
  program
    .command("worker", { hidden: true })
    .description("Work off accepted deployments.")
    .option("--until-idle", "end when there are none left")
    .action(
      does<{ untilIdle?: boolean }>(async (context, { flags }) => {
        const engine = await context.engine({ restore: false, here: true });
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => stop.abort());
        using _memory = collectWhenIdle();
        try {
          const until = flags.untilIdle === true ? "idle" : "aborted";
          await using _attending = await engine.servers.attend({ roles: ["worker"], version: context.world.version });
          await workUntilStopped(() => engine.work({ signal: stop.signal, until }), stop.signal);
        } finally {
          ignore();
        }
      }),
    );
}
