/** `landfall simulate`: stand-ins of hosted platforms and of hosts of repositories on this machine, so that anybody can try without an account. */
import { DeployError } from "@landfall/engine/error";
import type * as Simulators from "@landfall/simulators";
import type { Context } from "../context.ts";
import type { Registry } from "../registry.ts";
import { untilSignal } from "../work.ts";

interface Vendor {
  /** One that stays, so that it can be set once. */
  port: number;
  /** The variable its token is read from; null where a token comes with the request. */
  token: string | null;
  /** Where the API begins below the address, as at the vendor. */
  apiPath: string;
  /** Its platforms, each with the domain its sites answer below; null where it has none. */
  sites: Record<string, string | null>;
  start(simulators: typeof Simulators, port: number): Promise<AsyncDisposable & { url: string }>;
}

const vendors: Record<string, Vendor> = {
  vercel: {
    port: 9101,
    token: "VERCEL_TOKEN",
    apiPath: "",
    sites: { vercel: "vercel.localhost" },
    start: ({ createSimulator, vercel }, port) => createSimulator(vercel({ buildMs: 800 }), { port }),
  },
  netlify: {
    port: 9102,
    token: "NETLIFY_AUTH_TOKEN",
    apiPath: "/api/v1",
    sites: { netlify: "netlify.localhost" },
    start: ({ createSimulator, netlify }, port) => createSimulator(netlify(), { port }),
  },
  cloudflare: {
    port: 9103,
    token: "CLOUDFLARE_API_TOKEN",
    apiPath: "/client/v4",
    sites: { "cloudflare-pages": "pages.localhost", "cloudflare-workers": "workers.localhost" },
    start: ({ createSimulator, cloudflare }, port) => createSimulator(cloudflare(), { port }),
  },
  // Sandboxes are exported there, by a server.
  github: {
    port: 9104,
    token: null,
    apiPath: "",
    sites: { github: null },
    start: ({ createSimulator, github }, port) => createSimulator(github(), { port }),
  },
  gitlab: {
    port: 9105,
    token: null,
    apiPath: "/api/v4",
    sites: { gitlab: null },
    start: ({ createSimulator, gitlab }, port) => createSimulator(gitlab(), { port }),
  },
};

export function simulate({ program, does }: Registry): void {
  program
    .command("simulate")
    .description("Run stand-ins of hosted platforms on this machine, to try without an account.")
    .argument("[vendor...]", `of ${Object.keys(vendors).join(", ")} (default: all)`)
    .addHelpText(
      "after",
      "\nIt prints what to set in another terminal. What is deployed there is gone when it is stopped.\nTo export sandboxes to github and gitlab: landfall serve --allow-private-sources, and the token simulated-token",
    )
    .action(
      does(async (context, { args }) => {
        const named = (args[0] ?? []) as unknown as string[];
        await run(context, named.length > 0 ? named : Object.keys(vendors));
      }),
    );
}

async function run(context: Context, names: string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.hasOwn(vendors, name));
  if (unknown.length > 0) {
    throw new DeployError("INVALID_CONFIG", {
      what: `There is no stand-in for ${unknown.join(", ")}.`,
      next: `Choose of: ${Object.keys(vendors).join(", ")}.`,
    });
  }
  const simulators = await import("@landfall/simulators");
  const running: AsyncDisposable[] = [];
  const settings: Record<string, string> = {};
  try {
    for (const name of names) {
      const { port, token, apiPath, sites, start } = vendors[name]!;
      const simulator = await start(simulators, port).catch((error: unknown) => taken(port, error));
      running.push(simulator);
      if (token !== null) settings[token] = "simulated-token";
      for (const [platform, domain] of Object.entries(sites)) {
        const prefix = `LANDFALL_${platform.toUpperCase().replaceAll("-", "_")}`;
        settings[`${prefix}_API_URL`] = `${simulator.url}${apiPath}`;
        if (domain !== null) settings[`${prefix}_SITES_URL`] = `http://${domain}:${port}`;
      }
    }
    if (context.json) context.result(JSON.stringify(settings));
    else {
      const lines = Object.entries(settings).map(([key, value]) => `export ${key}=${value}`);
      context.say(`Simulating ${names.join(", ")}; Ctrl-C stops it. To deploy there, in another terminal:\n`);
      context.result(lines.join("\n"));
    }
    await untilSignal(context.world);
  } finally {
    for (const simulator of running) await simulator[Symbol.asyncDispose]();
  }
}

function taken(port: number, cause: unknown): never {
  throw new DeployError(
    "CONFLICT",
    {
      what: `Port ${port} is taken.`,
      next: "Stop what listens there; it may be another `landfall simulate`.",
    },
    { cause },
  );
}
