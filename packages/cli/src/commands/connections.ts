/** `landfall connections`: the accounts deployments can use. */
import { connectionTable } from "../connection-text.ts";
import type { Registry } from "../registry.ts";

export function connections({ program, does }: Registry): void {
  program
    .command("connections")
    .description("List the connected accounts, and tokens of this shell; asks no platform.")
    .action(
      does(async (context) => {
        const engine = await context.engine({ restore: false });
        const all = await engine.connections.list();
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0) return context.say("No account is connected. Connect one with: landfall connect");
        context.result(connectionTable(context, all));
      }),
    );
}
