/** `landfall logout [url]`: forget a login, and end its session at the server. */
import { DeployError } from "@landfall/engine/error";
import { forgetLogin, loginsFile, originOf, readLogins } from "../remote/servers.ts";
import type { Registry } from "../registry.ts";
import { safeLine } from "../screen/text.ts";

export function logout({ program, does }: Registry): void {
  program
    .command("logout")
    .description("Log out of a server; commands work on this machine again.")
    .argument("[url]", "its address (default: the server commands work on)")
    .action(
      does(async (context, { args: [named] }) => {
        const file = loginsFile(context.world);
        const kept = readLogins(file);
        const url = named === undefined ? (context.server()?.url ?? kept.current) : originOf(named);
        const login = url === null ? undefined : kept.logins[url];
        if (url === null || login === undefined)
          throw new DeployError("NOT_FOUND", {
            what: url === null ? "You are logged in nowhere." : "You are not logged in to this server.",
            ...(url === null ? {} : { where: url }),
            next: "A token of LANDFALL_TOKEN is not kept here: unset it.",
          });
        // Forgotten first: a server that is away must not keep anybody logged in.
        forgetLogin(file, url);
        const { endSession } = await import("../remote/device.ts");
        const isEnded = await endSession(url, login.token).catch(() => false);
        if (context.json) return context.result(JSON.stringify({ url, ended: isEnded }));
        context.say(`Logged out of ${safeLine(url)}.`);
        if (isEnded) return undefined;
        return context.say(
          login.token.startsWith("lf_")
            ? "The API key is still good there; to end it, remove it on the server."
            : "The server could not be told; the session ends there by itself in 30 days.",
        );
      }),
    );
}
