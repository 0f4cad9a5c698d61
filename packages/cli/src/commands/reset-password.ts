/** `landfall reset-password <email>`: a link to a new password, for whoever has the server's machine. Nobody is locked out of their own server. */
import { DeployError } from "@landfall/engine/error";
import type { Registry } from "../registry.ts";
import { publicUrlFrom } from "../server-address.ts";

interface Flags {
  url?: string;
}

export function resetPassword({ program, does }: Registry): void {
  program
    .command("reset-password")
    .description("Make a link to choose a new password with, on the server's own machine.")
    .argument("<email>", "whose")
    .option("--url <url>", "where people reach the server (default: LANDFALL_PUBLIC_URL or where it listens)")
    .addHelpText(
      "after",
      `
The link is good for one hour and once. The server need not run for it to be made. Run it as the user the server runs as, with the
server's --home, LANDFALL_HOME or DATABASE_URL.`,
    )
    .action(
      does<Flags>(async (context, { args: [email], flags }) => {
        const server = context.server();
        if (server !== null)
          throw new DeployError("INVALID_CONFIG", {
            what: "A link to a new password is made on the server's own machine.",
            where: server.url,
            next: "Run it there, with --server local.",
          });
        const publicUrl = publicUrlFrom(context.world.env, flags.url);
        const engine = await context.engine({ restore: false, here: true });
        const { makeResetLink } = await import("@landfall/server");
        const made = await makeResetLink({ engine, publicUrl, email: email!.trim() });
        if (context.json) return context.result(JSON.stringify(made));
        context.result(made.link);
        return context.say(
          "Send it to the person: it is good for one hour, once. All their sessions end with its use.",
        );
      }),
    );
}
