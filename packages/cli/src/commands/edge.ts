/** `landfall edge`: the edge of a data directory, in the foreground. Started by the engine. */
import { fileURLToPath } from "node:url";
import { collectWhenIdle } from "../idle-memory.ts";
import type { Registry } from "../registry.ts";

/** Built beside what this is in. */
const standbyProgram = fileURLToPath(new URL("./standby.js", import.meta.url));
/** Asked for first; the edge takes another when it is not free. */
const usualPort = 8080;

export function edge({ program, does }: Registry): void {
  program
    .command("edge", { hidden: true })
    .description("Run the edge of a data directory in the foreground.")
    .option("--take-over", "take the place of the edge that starts this one")
    .action(
      does<{ takeOver?: boolean }>(async (context, { flags }) => {
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
        using _memory = collectWhenIdle();
        try {
          const { runEdge } = await import("@landfall/edge");
          const standbyCommand = [process.execPath, standbyProgram, home, ...edgeCommand];
          const ran = await runEdge({
            home,
            port: edgePort,
            toolPath,
            workerCommand,
            standbyCommand,
            version,
            takesOver: flags.takeOver === true,
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
