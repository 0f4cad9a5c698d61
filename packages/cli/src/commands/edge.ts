/** `landfall edge`: the edge of a data directory, in the foreground. Started by the engine. */
import type { Registry } from "../run.ts";

/** Asked for first; the edge takes another when it is not free. */
const usualPort = 8080;

export function edge({ program, does }: Registry): void {
  program
    .command("edge", { hidden: true })
    .description("Run the edge of a data directory in the foreground.")
    .option("--standby", "only start the edge again when it dies")
    .action(
      does<{ standby?: boolean }>(async (context, { flags }) => {
        const {
          home,
          edgePort = usualPort,
          edgeCommand,
          toolPath,
          workerCommand,
          encryptionKey,
          databaseUrl,
          blobStore,
        } = context.options();
        const { version } = context.world;
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => stop.abort());
        try {
          if (flags.standby === true) {
            // Loaded alone: it stays in memory for as long as the edge runs.
            const { runStandby } = await import("@landfall/edge/standby");
            await runStandby({ home, edgeCommand, signal: stop.signal });
            return;
          }
          const { runEdge } = await import("@landfall/edge");
          const standbyCommand = [...edgeCommand, "--standby"];
          const ran = await runEdge({
            home,
            port: edgePort,
            toolPath,
            workerCommand,
            standbyCommand,
            version,
            ...(encryptionKey === undefined ? {} : { encryptionKey }),
            ...(databaseUrl === undefined ? {} : { databaseUrl }),
            ...(blobStore === undefined ? {} : { blobStore }),
            signal: stop.signal,
          });
          if (!ran) context.say("Another edge serves this data directory.");
        } finally {
          ignore();
        }
      }),
    );
}
