/** What a running command has at hand. */
import type { Engine, EngineOptions } from "@landfall/engine";
import { DeployError, reportOf } from "@landfall/engine/error";
import { type Links, linksIn } from "./links.ts";
import { type Server, serverFrom } from "./remote/servers.ts";
import { type Paint, paintFor } from "./screen/paint.ts";
import { safeLine } from "./screen/text.ts";
import { engineOptionsFrom, type GlobalFlags, homeFrom, toolPathFrom } from "./settings.ts";
import type { World } from "./world.ts";

export interface Context {
  world: World;
  /** Absolute; relative paths in arguments start here. */
  cwd: string;
  /** JSON on stdout instead of text. */
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  debug: boolean;
  /** Say yes to questions. */
  yes: boolean;
  /** Allow http to a server on another machine. */
  insecure: boolean;
  /** A person can be asked: both ends are a terminal, and neither --json nor --yes was given. */
  canAsk: boolean;
  /** Colours of stdout and of stderr. */
  paint: { out: Paint; err: Paint };
  /** The result: stdout, with the line end. */
  result(text: string): void;
  /** Progress and remarks: stderr, with the line end. Nothing with --quiet. */
  say(text: string): void;
  /** What folders here were deployed as, on the server or on this machine. Throws INVALID_CONFIG. */
  links: Links;
  /** Throws INVALID_CONFIG. */
  options(): EngineOptions;
  /** The server this command works on; null for this machine's own store. Throws INVALID_CONFIG. */
  server(): Server | null;
  /**
   * Opens the engine on first use, of the server or of this machine; `close` ends it. What should run and does not, after a reboot, is
   * brought back first; not with `restore: false`. With `here` it is this machine's, whatever server is chosen. Throws AUTH_FAILED when
   * nobody has logged in to the server.
   */
  engine(options?: { restore?: boolean; here?: boolean }): Promise<Engine>;
  close(): Promise<void>;
}

/** `isServer`: see settings.ts. */
export function contextFor(
  world: World,
  flags: GlobalFlags,
  { cwd, isServer }: { cwd: string; isServer: boolean },
): Context {
  const json = flags.json === true;
  const yes = flags.yes === true;
  const quiet = flags.quiet === true;
  const colors = flags.color !== false && !world.env.NO_COLOR && world.env.TERM !== "dumb";
  let engine: Promise<Engine> | undefined;
  const settings = (flags.setting ?? []).map((setting) => setting.split(/=(.*)/s).slice(0, 2));
  const env = { ...world.env, ...(Object.fromEntries(settings) as Record<string, string>) };
  const options = (): EngineOptions => ({
    ...engineOptionsFrom({ ...world, env, cwd, isServer, ...(flags.home === undefined ? {} : { home: flags.home }) }),
    version: world.version,
  });
  const say = (text: string): void => {
    if (!quiet) world.stderr.write(`${text}\n`);
  };

  const server = (): Server | null => serverFrom({ ...world, env }, flags);
  const home = (): string =>
    homeFrom({ ...world, env, cwd, ...(flags.home === undefined ? {} : { home: flags.home }) });

  async function opened({ restore = true, here = false }: { restore?: boolean; here?: boolean } = {}): Promise<Engine> {
    const first = engine === undefined;
    const there = here ? null : server();
    const one = await (engine ??=
      there === null ? world.openEngine(options()) : world.openRemote(remoteOptions(there)));
    if (first && restore) {
      try {
        await one.restore();
      } catch (error) {
        // The command may well do without; which of them do not, say so themselves.
        say(`! ${safeLine(reportOf(error).what)} ${safeLine(reportOf(error).next ?? "")}`.trimEnd());
      }
    }
    return one;
  }

  function remoteOptions({ url, token, organization }: Server) {
    if (token === null)
      throw new DeployError("AUTH_FAILED", {
        what: "You are not logged in to this server.",
        where: url,
        next: `Log in: landfall login ${url}; a machine sets LANDFALL_TOKEN.`,
      });
    return {
      url,
      token,
      home: home(),
      toolPath: toolPathFrom(env),
      version: world.version,
      ...(organization === undefined ? {} : { organization }),
    };
  }

  return {
    world,
    cwd,
    json,
    quiet,
    yes,
    verbose: flags.verbose === true,
    debug: flags.debug === true,
    insecure: flags.insecure === true,
    canAsk: world.stdin.isTTY === true && world.stderr.isTerminal && !json && !yes && !world.env.CI,
    paint: { out: paintFor(colors && world.stdout.isTerminal), err: paintFor(colors && world.stderr.isTerminal) },
    result: (text) => world.stdout.write(`${text}\n`),
    say,
    get links() {
      return linksIn(home(), server()?.url ?? "local");
    },
    options,
    server,
    engine: opened,
    async close() {
      // An engine that could not be opened has told its reason already.
      const one = await engine?.catch(() => undefined);
      await one?.[Symbol.asyncDispose]();
    },
  };
}
