/** `landfall cancel [id]`. */
import { resultOf } from "../carry.ts";
import { deploymentOf } from "../project.ts";
import type { Registry } from "../registry.ts";

export function cancel({ program, does }: Registry): void {
  program
    .command("cancel")
    .description("Cancel a deployment that is not done.")
    .argument("[id]", "deployment (default: the one that runs here)")
    .action(
      does(async (context, { args: [id] }) => {
        const engine = await context.engine();
        const view = await deploymentOf(context, engine, id, (one) => one.finishedAt === null);
        await engine.cancel(view.id);
        const after = await engine.deployment(view.id);
        if (context.json) context.result(JSON.stringify(resultOf(after)));
        else context.say(after.state === "cancelled" ? `Cancelled ${view.id}.` : `${view.id} is being cancelled.`);
      }),
    );
}
