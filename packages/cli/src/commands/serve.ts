/** `landfall serve`: the one process of a machine: the API, the work on deployments, and a watch over what serves them. */
import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { DeployError } from "@landfall/engine/error";
import { collectWhenIdle } from "../idle-memory.ts";
import type { Registry } from "../registry.ts";
import { workUntilStopped } from "../work.ts";
import { mailServerFrom } from "../mail-settings.ts";
import { isPublicUrl, usualHost, usualPort } from "../server-address.ts";
import type { Context } from "../context.ts";
import type { Engine } from "@landfall/engine";
import type { Assistants } from "@landfall/server";

const roles = ["api", "worker", "edge"] as const;
type ServeRole = (typeof roles)[number];
/** How often the edge is looked after. */
const edgeMs = 10_000;

interface Flags {
  port?: string;
  host?: string;
  url?: string;
  roles?: string;
  trustedProxies?: string;
  allowPrivateSources?: boolean;
}

export function serve({ program, does }: Registry): void {
  program
    .command("serve")
    .description("Serve the API and what is deployed, and work off deployments, until it is stopped.")
    .option("--port <port>", `port of the API (default: LANDFALL_API_PORT or ${usualPort})`)
    .option("--host <address>", `address the API listens on (default: LANDFALL_API_HOST or ${usualHost})`)
    .option("--url <url>", "where people reach the API, for links (default: LANDFALL_PUBLIC_URL or where it listens)")
    .option("--roles <list>", `what this process does, of ${roles.join(",")} (default: all)`)
    .option(
      "--trusted-proxies <list>",
      "addresses and networks of proxies whose X-Forwarded-For is believed: 10.0.0.0/8",
    )
    .option("--allow-private-sources", "let git addresses lead into this machine and its network")
    .action(
      does<Flags>(async (context, { flags }) => {
        const settings = settingsOf(context, flags);
        const engine = await context.engine({ restore: false, here: true });
        const stop = new AbortController();
        const ignore = context.world.onSignal(() => {
          if (!stop.signal.aborted) context.say("Stopping; what is deployed goes on being served.");
          stop.abort();
        });
        using _memory = collectWhenIdle();
        try {
          await using api = settings.roles.has("api") ? await startApi(context, engine, settings) : null;
          // Before the edge is started, so that it starts no other process to look after it: this one does.
          await using _standby = settings.roles.has("edge") ? await standBy(context, stop) : null;
          const edge = settings.roles.has("edge") ? await engine.edge.ensure() : null;
          await using _attending = await engine.servers.attend({
            roles: [...settings.roles],
            version: context.world.version,
          });
          if (context.json)
            context.result(JSON.stringify({ ...edge, api: api?.url ?? null, setupToken: api?.setupToken ?? null }));
          else {
            if (api) context.say(`Dashboard and API at ${api.url}, described at ${api.url}/api/openapi.json.`);
            if (api && settings.mail && settings.publicUrl === undefined)
              context.say(
                `! Links in mail lead to ${api.url}. Say with --url or LANDFALL_PUBLIC_URL where people reach it.`,
              );
            if (api?.setupToken) context.say(setupText(api));
            if (edge) context.say(`Serving on port ${edge.port}, data in ${engine.home}. Ctrl-C stops this process.`);
            for (const service of edge?.services ?? []) context.say(`  ${service.url}`);
          }
          await Promise.all([
            settings.roles.has("worker")
              ? workUntilStopped(() => engine.work({ signal: stop.signal, until: "aborted" }), stop.signal)
              : aborted(stop.signal),
            settings.roles.has("edge") ? watchEdge(context, engine, stop) : undefined,
          ]);
        } finally {
          ignore();
        }
      }),
    );
}

function setupText({ url, setupToken }: { url: string; setupToken: string | null }): string {
  return `
Nobody is here yet. The first person opens this address, which works once:

  ${url}/setup#${setupToken}

or, without a browser:

  curl ${url}/api/setup -H 'content-type: application/json' \\
    -d '{"token":"${setupToken}","name":"…","email":"…","password":"…"}'
`;
}

/** The server is loaded here and by nothing else: no other command pays for it. */
async function startApi(context: Context, engine: Engine, settings: ReturnType<typeof settingsOf>) {
  const { startServer } = await import("@landfall/server");
  const { host, port, publicUrl, trustedProxies, allowPrivateSources, mail, limits, browser } = settings;
  try {
    return await startServer({
      engine,
      host,
      port,
      version: context.world.version,
      trustedProxies,
      allowPrivateSources,
      ...(context.world.dashboard === null ? {} : { dashboard: context.world.dashboard }),
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...(mail === null ? {} : { mail }),
      ...(browser === undefined ? {} : { browser }),
      ...limits,
      assistants: assistantsOf(context),
      log: (line) => context.say(line),
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw error;
    throw new DeployError(
      "CONFLICT",
      {
        what: code === "EADDRINUSE" ? `Port ${port} is taken.` : `Nobody may listen on ${host}, port ${port}, here.`,
        next: "Choose another one with --port or --host.",
      },
      { cause: error },
    );
  }
}

/** The tools of coding assistants, loaded when the first one asks. */
function assistantsOf(context: Context): Assistants {
  const { home, toolPath } = context.options();
  const { version } = context.world;
  let loaded: Promise<Assistants> | undefined;
  return async (...asked) => {
    loaded ??= import("../mcp/http.ts").then(({ mcpOverHttp }) => mcpOverHttp({ home, toolPath, version }));
    return (await loaded)(...asked);
  };
}

/** Starts the edge again within a second when it dies; where another server does that already, nothing. Disposing ends it. */
async function standBy(context: Context, stop: AbortController): Promise<AsyncDisposable> {
  const { runStandby } = await import("@landfall/edge/standby");
  const { markWanted } = await import("@landfall/engine/platforms/local/edge-files");
  const { backgroundEnvironment } = await import("@landfall/engine/background");
  const options = context.options();
  const { home, edgeCommand } = options;
  markWanted(home);
  // Ours has secrets that are no business of the edge.
  const environment = backgroundEnvironment(options);
  const ended = runStandby({ home, edgeCommand, environment, isServer: true, signal: stop.signal }).then(() =>
    endWhenStopped(context, stop),
  );
  return {
    // Also where serving could not begin, and nobody has said stop.
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** Bring it back when it is gone; that it cannot be is said, and tried again. */
async function watchEdge(context: Context, engine: Engine, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    await context.world.sleep(edgeMs, stop.signal).catch(() => {}); // An abort ends the pause; it is looked at below.
    await endWhenStopped(context, stop);
    if (stop.signal.aborted) return;
    try {
      await engine.edge.ensure();
    } catch (error) {
      context.say(`! The edge does not answer: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** `landfall stop` ends serving here too: one that went on would bring the edge back. */
async function endWhenStopped(context: Context, stop: AbortController): Promise<void> {
  const { wasStopped } = await import("@landfall/engine/platforms/local/edge-files");
  if (stop.signal.aborted || !wasStopped(context.options().home)) return;
  context.say("Stopped with: landfall stop.");
  stop.abort();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isAbsolute(path) && statSync(path).isFile();
  } catch {
    return false; // Not there, or not ours to run: neither can be started.
  }
}

/** Flags and environment, checked whole. Throws INVALID_CONFIG with every fault. */
function settingsOf({ world: { env } }: Context, flags: Flags) {
  const faults: { path: string; message: string }[] = [];
  const asked = (flags.roles ?? roles.join(",")).split(",").map((role) => role.trim());
  for (const role of asked)
    if (!(roles as readonly string[]).includes(role))
      faults.push({ path: "--roles", message: `${JSON.stringify(role)} is none of ${roles.join(", ")}` });
  const number = (path: string, text: string, most: number): number => {
    if (!/^\d{1,5}$/.test(text) || Number(text) > most)
      faults.push({ path, message: `must be a whole number up to ${most}` });
    return Number(text);
  };
  const port = number("--port", flags.port ?? (env["LANDFALL_API_PORT"] || usualPort), 65_535);
  const { GITHUB_CLIENT_ID: githubId, GITHUB_CLIENT_SECRET: githubSecret } = env;
  const { MAX_DEPLOYMENTS_PER_HOUR: deployments, MAX_WRITES_PER_MINUTE: writes, REDIS_URL: redisUrl } = env;
  const mail = mailServerFrom(env, faults);
  const limits = {
    ...(deployments ? { deploymentsPerHour: number("MAX_DEPLOYMENTS_PER_HOUR", deployments, 99_999) } : {}),
    ...(writes ? { writesPerMinute: number("MAX_WRITES_PER_MINUTE", writes, 99_999) } : {}),
    ...(redisUrl ? { redisUrl } : {}),
    ...(githubId && githubSecret ? { github: { id: githubId, secret: githubSecret } } : {}),
  };
  const browser = env["LANDFALL_BROWSER"] || undefined;
  if (browser !== undefined && !isProgram(browser))
    faults.push({ path: "LANDFALL_BROWSER", message: "must be the absolute path of Chromium or Chrome" });
  const publicUrl = flags.url ?? (env["LANDFALL_PUBLIC_URL"] || undefined);
  if (publicUrl !== undefined && !isPublicUrl(publicUrl))
    faults.push({ path: "--url", message: "must be an address without a path, such as https://landfall.example.com" });
  if (faults.length > 0)
    throw new DeployError("INVALID_CONFIG", {
      what: "landfall serve cannot start so.",
      faults,
      next: "Mend what is named here.",
    });
  return {
    roles: new Set(asked as ServeRole[]),
    host: flags.host ?? (env["LANDFALL_API_HOST"] || usualHost),
    port,
    trustedProxies: flags.trustedProxies?.split(",").map((one) => one.trim()) ?? [],
    limits,
    publicUrl,
    mail,
    browser,
    allowPrivateSources: flags.allowPrivateSources === true,
  };
}
