/** `landfall redeploy [id]`: the same files once more. */
import { carry, type WaitFlags, withWaitFlags } from "../carry.ts";
import { deploymentOf } from "../project.ts";
import type { Registry } from "../registry.ts";

export function redeploy({ program, does }: Registry): void {
  withWaitFlags(
    program
      .command("redeploy")
      .alias("restart")
      .description("Deploy the same files once more, with today's variables; programs start anew, and nothing is cut.")
      .argument("[id]", "deployment (default: the last successful one here)"),
  ).action(
    does<WaitFlags>(async (context, { args: [id], flags }) => {
      const engine = await context.engine();
      const earlier = await deploymentOf(
        context,
        engine,
        id,
        (view) => view.releaseId !== null && view.state === "success",
      );
      return carry(context, engine, await engine.redeploy(earlier.id), flags);
    }),
  );
}
