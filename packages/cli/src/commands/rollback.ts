/** `landfall rollback [project] [id]`: the traffic back to an earlier release. */
import { carry, type WaitFlags, withWaitFlags } from "../carry.ts";
import { isDeploymentId, projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";

export function rollback({ program, does }: Registry): void {
  withWaitFlags(
    program
      .command("rollback")
      .description("Give the traffic back to an earlier release.")
      .argument("[project]", "name of the project (default: this folder's)")
      .argument("[id]", "deployment to go back to (default: what was live before)")
      .option("--environment <name>", "environment of the project", "production"),
  ).action(
    does<WaitFlags & { environment: string }>(async (context, { args: [first, second], flags }) => {
      const engine = await context.engine();
      // `rollback <id>` is what other tools take; an id cannot be mistaken for a project.
      const to = second ?? (first !== undefined && isDeploymentId(first) ? first : undefined);
      const named = to === first ? undefined : first;
      const goal = to === undefined ? undefined : await engine.deployment(to);
      const accepted = await engine.rollback({
        project: named ?? goal?.project ?? projectOf(context, undefined),
        environment: goal?.environment ?? flags.environment,
        ...(goal === undefined ? {} : { to: goal.id }),
      });
      return carry(context, engine, accepted, flags);
    }),
  );
}
