/** `landfall disconnect`: end a connection here, and at the platform where it can be. */
import { DeployError } from "@landfall/engine/error";
import { accountText } from "../connection-text.ts";
import type { Registry } from "../registry.ts";

export function disconnect({ program, does }: Registry): void {
  program
    .command("disconnect")
    .description("End a connection: forget it, and revoke it at the platform where that can be done.")
    .argument("<connection>", "name or id of the connection, or its platform")
    .action(
      does(async (context, { args: [which] }) => {
        const engine = await context.engine({ restore: false });
        const given = (await engine.connections.list()).find((one) => one.id === null && one.name === which);
        if (given)
          throw new DeployError("INVALID_CONFIG", {
            what: `${given.name} is a variable of this shell and not kept by Landfall.`,
            next: `Unset it: unset ${given.name}`,
          });
        const ended = await engine.connections.disconnect(which!);
        if (context.json) return context.result(JSON.stringify(ended));
        const { connection, revoked } = ended;
        context.say(`Disconnected ${connection.platform}: ${accountText(connection)}.`);
        if (revoked) return context.say("The access was revoked there too.");
        const platform = engine.platforms.find(({ id }) => id === connection.platform);
        const help = platform?.connect?.find((way) => way.kind === "token")?.help;
        context.say(
          `What was forgotten here is still good there. To end it, delete it${help ? ` at ${help}` : " at the platform"}.`,
        );
      }),
    );
}
