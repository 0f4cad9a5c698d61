/** `landfall whoami [platform]`: whose credential a deployment would use now. */
import type { ConnectionView, Engine } from "@landfall/engine";
import { connectionTable } from "../connection-text.ts";
import type { Registry } from "../run.ts";

export function whoami({ program, does }: Registry): void {
  program
    .command("whoami")
    .description("Ask the platforms whose credentials deployments would use now; status 4 when one does not work.")
    .argument("[platform]", "only this platform")
    .option("--force", "ask, however short ago that was (default: after five minutes)")
    .action(
      does<{ force?: boolean }>(async (context, { args: [platform], flags: { force = false } }) => {
        const engine = await context.engine({ restore: false });
        const used = await usedNow(engine, platform);
        const views: ConnectionView[] = [];
        // A platform that was named and has none says so itself.
        if (platform !== undefined && used.length === 0) views.push(await engine.connections.check({ platform }));
        for (const { id, platform: of } of used)
          views.push(
            await engine.connections.check({ platform: of, force, ...(id === null ? {} : { connection: id }) }),
          );
        if (context.json) context.result(JSON.stringify(views));
        else if (views.length === 0) context.say("No account is connected. Connect one with: landfall connect");
        else context.result(connectionTable(context, views));
        return views.some(({ fault }) => fault !== null) ? 4 : 0;
      }),
    );
}

/** Of each platform the token of the environment, which wins, or else all connections. */
async function usedNow({ connections }: Engine, platform: string | undefined): Promise<ConnectionView[]> {
  const all = (await connections.list()).filter((one) => platform === undefined || one.platform === platform);
  const given = new Set(all.filter(({ id }) => id === null).map((one) => one.platform));
  return all.filter((one) => one.id === null || !given.has(one.platform));
}
