/** `landfall promote <id>`: a preview's release becomes production's. */
import { carry, type WaitFlags, withWaitFlags } from "../carry.ts";
import type { Registry } from "../registry.ts";

export function promote({ program, does }: Registry): void {
  withWaitFlags(
    program
      .command("promote")
      .description("Make a preview's release production's, byte for byte.")
      .argument("<id>", "deployment of the preview")
      .option("--environment <name>", "environment that gets it", "production"),
  ).action(
    does<WaitFlags & { environment: string }>(async (context, { args: [id], flags }) => {
      const engine = await context.engine();
      const preview = await engine.deployment(id!);
      return carry(context, engine, await engine.promote(preview.id, flags.environment), flags);
    }),
  );
}
