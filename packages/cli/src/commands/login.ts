/** `landfall login [url]`: the commands work on this server from now on. In the browser, or with a key that is there already. */
import { DeployError } from "@landfall/engine/error";
import type { Context } from "../context.ts";
import { keepLogin, loginsFile, originOf, refuseUnsafe } from "../remote/servers.ts";
import { defined } from "../request.ts";
import type { Registry } from "../registry.ts";
import { safeLine } from "../screen/text.ts";
import { homeFrom, toolPathFrom } from "../settings.ts";
import { tokenFrom } from "../token-file.ts";

interface Flags {
  tokenFile?: string;
  organization?: string;
  /** False with --no-browser. */
  browser?: boolean;
}

export function login({ program, does }: Registry): void {
  program
    .command("login")
    .description("Log in to a server; commands work on it until: landfall logout.")
    .argument("[url]", "its address (default: LANDFALL_URL, or the server of the last login)")
    .option("--token-file <file>", "read an API key from a file, - for stdin, instead of asking in the browser")
    .option("--organization <name>", "which of your organisations (default: the first)")
    .option("--no-browser", "print the address to open instead of opening it")
    .action(
      does<Flags>(async (context, { args: [named], flags }) => {
        const { world, insecure } = context;
        const url = named === undefined ? chosen(context) : originOf(named);
        refuseUnsafe(url, insecure);
        const token =
          flags.tokenFile === undefined
            ? await tokenByBrowser(context, url, flags)
            : (await tokenFrom(context, flags.tokenFile)).trim();
        const options = {
          url,
          token,
          home: homeFrom({ ...world, cwd: context.cwd }),
          toolPath: toolPathFrom(world.env),
          version: world.version,
        };
        // It must open the server before it is kept.
        const first = await world.openRemote(options);
        const all = await first.organizations();
        const organization =
          flags.organization === undefined ? undefined : organizationOf(all, { named: flags.organization, url });
        const { person } =
          organization === undefined ? first : await world.openRemote({ ...options, organization: organization.id });
        keepLogin(loginsFile(world), url, {
          token,
          ...defined({ organization: organization?.id, insecure: insecure || undefined }),
        });
        if (context.json) return context.result(JSON.stringify({ url, account: person.account }));
        context.say(`Logged in to ${url}: ${safeLine(person.account?.name ?? "")}.`);
        if (all.length > 1 && organization === undefined)
          context.say(`You are in ${all.map(({ name }) => safeLine(name)).join(", ")}; choose with --organization.`);
        return context.say("Commands work on it from now on; on this machine's own store with --server local.");
      }),
    );
}

function chosen(context: Context): string {
  const url = context.server()?.url;
  if (url !== undefined) return url;
  throw new DeployError("INVALID_CONFIG", {
    what: "Which server?",
    next: "Name its address: landfall login https://landfall.example.com",
  });
}

function organizationOf(
  all: { id: string; name: string }[],
  { named, url }: { named: string; url: string },
): { id: string } {
  const found = all.filter(({ id, name }) => id === named || name === named);
  if (found.length === 1) return found[0]!;
  throw new DeployError(found.length === 0 ? "NOT_FOUND" : "CONFLICT", {
    what:
      found.length === 0
        ? `You are in no organisation ${JSON.stringify(named.slice(0, 100))}.`
        : `There are ${found.length} organisations of this name.`,
    where: url,
    next: `Name one of: ${all.map(({ id, name }) => `${name} (${id})`).join(", ")}.`,
  });
}

/** The person says yes in a browser, here or on another device; meanwhile we ask. */
async function tokenByBrowser(context: Context, url: string, flags: Flags): Promise<string> {
  const { world, paint, say } = context;
  if (world.env["CI"])
    throw new DeployError("INVALID_CONFIG", {
      what: "Nobody is here to log in with a browser.",
      where: url,
      next: "Set LANDFALL_URL and LANDFALL_TOKEN, or give an API key: landfall login --token-file FILE (- for stdin)",
    });
  const { askForCode, untilApproved } = await import("../remote/device.ts");
  const code = await askForCode(url);
  const opened = flags.browser !== false && world.stderr.isTerminal && (await world.openBrowser(code.address));
  say(`${opened ? "Allow the login in the browser" : "Open this address, here or on another device"}:\n`);
  // Also with --quiet: without it nothing can go on.
  world.stderr.write(`  ${paint.err.link(safeLine(code.address))}\n\n`);
  world.stderr.write(`  Code: ${paint.err.strong(safeLine(code.userCode))}\n\n`);
  return untilApproved(url, code, { sleep: world.sleep, now: world.now });
}
