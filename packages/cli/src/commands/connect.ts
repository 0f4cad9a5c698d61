/** `landfall connect [platform]`: an account for deployments, by token or in the browser. A token is never an argument. */
import type { ConnectionView, Engine, Platform } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { accountText, troubleOf } from "../connection-text.ts";
import type { Context } from "../context.ts";
import { defined } from "../request.ts";
import type { Registry } from "../registry.ts";
import { ask } from "../screen/prompt.ts";
import { safeLine } from "../screen/text.ts";
import { tokenFrom } from "../token-file.ts";

interface Flags {
  tokenFile?: string;
  name?: string;
  /** False with --no-browser. */
  browser?: boolean;
  port?: string;
}

/** A ticket is looked at so often. */
const lookMs = 1_000;

export function connect({ program, does }: Registry): void {
  program
    .command("connect")
    .description("Connect an account of a platform: in the browser, or with a token.")
    .argument("[platform]", "id of the platform, as in: landfall platforms")
    .option("--token-file <file>", "read the token from a file, - for stdin")
    .option("--name <name>", "what to call it, when there are several accounts")
    .option("--no-browser", "print the address to open instead of opening it")
    .option(
      "--port <port>",
      "port of this machine the browser comes back to, where one is registered (default: a free one)",
    )
    .action(
      does<Flags>(async (context, { args: [named], flags }) => {
        const engine = await context.engine({ restore: false });
        const platform = await platformFor(context, engine, named);
        const connected = await connectWith({ context, engine, platform, flags });
        if (context.json) return context.result(JSON.stringify(connected));
        context.say(`Connected ${platform.name}: ${accountText(connected)}.`);
        const trouble = troubleOf(connected);
        if (trouble !== null) context.say(`${context.paint.err.warn("!")} ${safeLine(trouble)}`);
        if (connected.expiresAt !== null && !connected.renews)
          context.say(`It ends on ${connected.expiresAt.slice(0, 10)}.`);
      }),
    );
}

async function platformFor(context: Context, engine: Engine, named: string | undefined): Promise<Platform> {
  const all = engine.platforms.filter((platform) => platform.connect !== undefined);
  const ids = all.map(({ id }) => id).join(", ");
  const asked = named ?? (context.canAsk ? await ask(context.world, `Platform, one of ${ids}: `) : null);
  if (asked === null)
    throw new DeployError("INVALID_CONFIG", {
      what: "Which platform is to be connected?",
      next: `Name one of: ${ids}.`,
    });
  const found = all.find(({ id }) => id === asked.trim());
  if (found) return found;
  throw new DeployError("INVALID_CONFIG", {
    what: `There is no account to connect of ${JSON.stringify(asked.slice(0, 80))}.`,
    next: `Platforms with accounts: ${ids}.`,
  });
}

interface Work {
  context: Context;
  engine: Engine;
  platform: Platform;
  flags: Flags;
}

async function connectWith(work: Work): Promise<ConnectionView> {
  const { context, engine, platform, flags } = work;
  const { connections } = engine;
  const [byBrowser] = connections.ways({ platform: platform.id }).filter((kind) => kind !== "token");
  const given = (await connections.list()).find((one) => one.id === null && one.platform === platform.id);
  const withToken = (token: string): Promise<ConnectionView> =>
    connections.connect({ platform: platform.id, token, ...defined({ name: flags.name }) });

  if (flags.tokenFile !== undefined) return withToken(await tokenFrom(context, flags.tokenFile));
  if (flags.browser === false || given === undefined) {
    if (byBrowser && (flags.browser === false || context.canAsk))
      return byBrowser === "ticket" ? grantTicket(work) : comeBack(work);
  }
  if (given !== undefined) {
    context.say(`The token is taken from ${given.name}.`);
    return withToken(context.world.env[given.name] ?? "");
  }
  if (context.canAsk) return withToken(await typedToken(context, platform));
  throw new DeployError("INVALID_CONFIG", {
    what: `There is no token for ${platform.name}, and nobody is here to type one.`,
    where: platform.id,
    // A server gets no token of this shell by itself.
    next: `${tokenHelp(platform)} Then${context.server() === null ? ` set ${variableOf(platform)}, or` : ""}: landfall connect ${platform.id} --token-file FILE (- for stdin)`,
    step: "auth",
  });
}

async function typedToken({ world, say }: Context, platform: Platform): Promise<string> {
  say(tokenHelp(platform));
  const typed = await ask(world, `Token of ${platform.name} (not shown while you type): `, { hidden: true });
  if (typed !== null) return typed;
  throw new DeployError("CANCELLED", { what: "Nothing was connected." });
}

function tokenHelp({ connect: ways = [] }: Platform): string {
  const help = ways.flatMap((way) => (way.kind === "token" ? [way.help] : []))[0];
  return help === undefined ? "Create a token." : `Create a token at ${help}.`;
}

function variableOf({ connect: ways = [] }: Platform): string {
  return ways.flatMap((way) => (way.kind === "token" ? way.env : []))[0] ?? "its variable";
}

/** The person allows access, and the browser comes back here. */
async function comeBack({ context, engine, platform: { id, name }, flags }: Work): Promise<ConnectionView> {
  const port = Number(flags.port ?? 0);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new DeployError("INVALID_CONFIG", {
      what: "--port takes a number up to 65535.",
      where: `--port ${flags.port}`,
    });
  const { openLoopback } = await import("../loopback.ts");
  await using loopback = await openLoopback(port);
  const { redirectUri } = loopback;
  const asked = await engine.connections.authorize({ platform: id, redirectUri, ...defined({ name: flags.name }) });
  await show(context, { url: asked.url, name, flags });
  const timeoutMs = Date.parse(asked.expiresAt) - context.world.now();
  return await loopback.visit(asked.state, (query) => engine.connections.callback({ platform: id, query }), timeoutMs);
}

/** The person grants a ticket; we look every second. */
async function grantTicket({ context, engine, platform: { id, name }, flags }: Work): Promise<ConnectionView> {
  const asked = await engine.connections.ticket({ platform: id, ...defined({ name: flags.name }) });
  await show(context, { url: asked.url, name, flags });
  for (;;) {
    const connected = await engine.connections.granted({ platform: id, state: asked.state });
    if (connected) return connected;
    await context.world.sleep(lookMs);
  }
}

async function show({ world, say, paint }: Context, { url, name, flags }: { url: string; name: string; flags: Flags }) {
  const opened = flags.browser !== false && (await world.openBrowser(url));
  say(`${opened ? `Allow access at ${name}, in the browser` : `Open this address to allow access at ${name}`}:\n`);
  // Also with --quiet: without it nothing can go on.
  world.stderr.write(`  ${paint.err.link(url)}\n\n`);
}
