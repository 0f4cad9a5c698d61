/** The three vendors simulated, a data directory, and engines on it: as many as there are processes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cloudflare,
  type CloudflareState,
  createSimulator,
  netlify,
  type NetlifyState,
  type Simulator,
  vercel,
  type VercelState,
} from "@landfall/simulators";
import { systemClock } from "../../src/clock.ts";
import { type Engine, type EngineOptions, openEngine } from "../../src/index.ts";

/** Where a person is sent back to; nobody listens there: the tests read the address itself. */
export const redirectUri = "http://127.0.0.1:47011/callback";

export interface Place extends AsyncDisposable {
  home: string;
  database: Pick<EngineOptions, "databaseUrl">;
  engine: Engine;
  vendors: { vercel: Simulator<VercelState>; netlify: Simulator<NetlifyState>; cloudflare: Simulator<CloudflareState> };
  /** What the engine's caller has in its environment. */
  environment: Record<string, string>;
  /** Another engine on the same data directory. */
  open(more?: Partial<EngineOptions>): Promise<Engine>;
  /** Later, for engines and vendors. */
  pass(ms: number): void;
  /** The way of a person who says yes, or what the vendor was told to answer: the query they come back with. */
  allow(url: string): Promise<URLSearchParams>;
  /** Connected in the browser. */
  connect(platform: string, name?: string): ReturnType<Engine["connections"]["callback"]>;
  /** A folder with one page. */
  site(): string;
  /** Files of the data directory in which the text is. */
  filesWith(text: string): string[];
}

/** `database` as for the engine. */
export async function openPlace(database: Pick<EngineOptions, "databaseUrl"> = {}): Promise<Place> {
  let laterMs = 0;
  const clock = { now: () => Date.now() + laterMs, sleep: systemClock.sleep };
  const vendors = {
    vercel: await createSimulator(vercel(), { clock }),
    netlify: await createSimulator(netlify(), { clock }),
    cloudflare: await createSimulator(
      cloudflare({
        oauthClients: [
          {
            client_id: "simulated-client",
            client_secret: "simulated-secret",
            client_name: "Landfall",
            account: "0123456789abcdef0123456789abcdef",
            grant_types: ["authorization_code", "refresh_token"],
            redirect_uris: [redirectUri],
            scopes: ["page.write", "account-settings.read", "user-details.read", "offline_access"],
            token_endpoint_auth_method: "client_secret_post",
          },
        ],
      }),
      { clock },
    ),
  };
  const root = mkdtempSync(join(tmpdir(), "landfall-connections-"));
  const home = join(root, "data");
  const environment: Record<string, string> = {
    LANDFALL_VERCEL_API_URL: vendors.vercel.url,
    LANDFALL_VERCEL_SITES_URL: vendors.vercel.url.replace("127.0.0.1", "vercel.localhost"),
    LANDFALL_NETLIFY_API_URL: `${vendors.netlify.url}/api/v1`,
    LANDFALL_CLOUDFLARE_PAGES_API_URL: `${vendors.cloudflare.url}/client/v4`,
  };
  for (const prefix of ["VERCEL", "LANDFALL_NETLIFY", "CLOUDFLARE"]) {
    environment[`${prefix}_CLIENT_ID`] = "simulated-client";
    environment[`${prefix}_CLIENT_SECRET`] = "simulated-secret";
  }
  const engines: Engine[] = [];
  const open = async (more: Partial<EngineOptions> = {}): Promise<Engine> => {
    const started = { edgeCommand: [], workerCommand: [], toolPath: [] };
    const engine = await openEngine({ home, ...started, ...database, clock, environment, ...more });
    engines.push(engine);
    return engine;
  };
  const engine = await open();
  const place: Place = {
    home,
    database,
    engine,
    vendors,
    environment,
    open,
    pass: (ms) => void (laterMs += ms),
    async allow(url) {
      const answer = await fetch(url, { redirect: "manual" });
      return new URL(answer.headers.get("location")!).searchParams;
    },
    async connect(platform, name) {
      const { url } = await engine.connections.authorize({ platform, redirectUri, ...(name ? { name } : {}) });
      return engine.connections.callback({ platform, query: await place.allow(url) });
    },
    site() {
      const folder = join(root, "site");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "index.html"), "<p>hello</p>");
      return folder;
    },
    filesWith: (text) =>
      readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => readFileSync(path).includes(text)),
    async [Symbol.asyncDispose]() {
      for (const one of engines) await one[Symbol.asyncDispose]();
      for (const one of Object.values(vendors)) await one.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return place;
}
