/** `landfall whoami [platform]`: whose credential a deployment would use now. */
import type { ConnectionView, Engine } from "@landfall/engine";
import { errorCodes, reportOf } from "@landfall/engine/error";
import { connectionTable } from "../connection-text.ts";
import type { RemoteEngine } from "../remote/engine.ts";
import type { Registry } from "../registry.ts";
import { showError } from "../tell.ts";

export function whoami({ program, does }: Registry): void {
  program
    .command("whoami")
    .description(
      "Say who you are on the server, and ask the platforms whose credentials deployments would use now; status 4 when one does not work.",
    )
    .argument("[platform]", "only this platform")
    .option("--force", "ask, however short ago that was (default: after five minutes)")
    .action(
      does<{ force?: boolean }>(async (context, { args: [platform], flags: { force = false } }) => {
        const engine = await context.engine({ restore: false });
        const used = await usedNow(engine, platform);
        const views: ConnectionView[] = [];
        // Opened with our own credential, which is one more that counts.
        if ("person" in engine && platform === undefined) views.push((engine as RemoteEngine).person);
        // A platform that was named and has none says so itself.
        if (platform !== undefined && used.length === 0) views.push(await engine.connections.check({ platform }));
        const failures: unknown[] = [];
        for (const one of used) {
          const asked = { platform: one.platform, force, ...(one.id === null ? {} : { connection: one.id }) };
          try {
            views.push(await engine.connections.check(asked));
          } catch (error) {
            // A platform that cannot be reached says nothing about the others.
            failures.push(error);
          }
        }
        if (context.json) context.result(JSON.stringify(views));
        else if (used.length === 0 && views.length === 0)
          context.say("No account is connected. Connect one with: landfall connect");
        else if (views.length > 0) context.result(connectionTable(context, views));
        for (const failure of failures) showError(context, failure);
        if (views.some(({ fault }) => fault !== null)) return 4;
        return failures.length > 0 ? errorCodes[reportOf(failures[0]).code].exit : 0;
      }),
    );
}

/** Of each platform the token of the environment, which wins, or else all connections. */
async function usedNow({ connections }: Engine, platform: string | undefined): Promise<ConnectionView[]> {
  const all = (await connections.list()).filter((one) => platform === undefined || one.platform === platform);
  const given = new Set(all.filter(({ id }) => id === null).map((one) => one.platform));
  return all.filter((one) => one.id === null || !given.has(one.platform));
}
