/** An engine over a new directory, whose Netlify is the simulator. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createSimulator,
  type Definition,
  netlify,
  type NetlifyOptions,
  type NetlifyState,
  type Simulator,
} from "@landfall/simulators";
import { expect } from "vitest";
import type { Clock } from "../../../src/clock.ts";
import { get } from "../../../src/deployment/ask.ts";
import {
  type DeployEvent,
  type DeploymentView,
  type DeployRequest,
  type Engine,
  openEngine,
} from "../../../src/index.ts";
import { openApi } from "../../../src/http/api.ts";
import { netlify as platform } from "../../../src/platforms/netlify.ts";
import type { ApiContext } from "../../../src/platform.ts";
import { secret } from "../../../src/secret.ts";

export interface Place extends AsyncDisposable {
  engine: Engine;
  simulator: Simulator<NetlifyState>;
  /** Address of the simulator as a domain: sites are below it. */
  sitesUrl: string;
  /** A folder with these files. */
  folder(files: Record<string, string | Buffer>, name?: string): string;
  /** Deploy a folder to its end. */
  deploy(files: Record<string, string | Buffer> | string, more?: Partial<DeployRequest>): Promise<DeploymentView>;
  finish(id: string): Promise<DeploymentView>;
  events(id: string): Promise<DeployEvent[]>;
  text(url: string, path?: string): Promise<string>;
  /** What an operation outside of a deployment gets. */
  context(project?: string): ApiContext;
  /** Methods and paths that were asked of the API, ids as `:id`. */
  asked(): string[];
}

export interface PlaceOptions extends NetlifyOptions {
  environment?: Record<string, string>;
  clock?: Clock;
  /** Another Netlify than the simulated one: what facts leave open. */
  change?(vendor: Definition<NetlifyState>): Definition<NetlifyState>;
}

/** What is longer is not slept: the clock is set on. */
const longestSleepMs = 20;

/** The system's clock, on which long waits are over at once, for all who wait. */
export function hastyClock(): Clock & { waits: number[] } {
  let aheadMs = 0;
  const waits: number[] = [];
  const now = () => Date.now() + aheadMs;
  return {
    waits,
    now,
    async sleep(ms, signal) {
      const until = now() + ms;
      if (ms > longestSleepMs) waits.push(ms);
      await new Promise((resolve) => setTimeout(resolve, Math.min(ms, longestSleepMs)));
      aheadMs = Math.max(aheadMs, until - Date.now());
      signal?.throwIfAborted();
    },
  };
}

export async function openPlace({
  environment = {},
  clock,
  change = (vendor) => vendor,
  ...options
}: PlaceOptions = {}): Promise<Place> {
  const simulator = await createSimulator(change(netlify(options)), clock ? { clock } : {});
  const home = mkdtempSync(join(tmpdir(), "landfall-netlify-"));
  const sitesUrl = `http://netlify.localhost:${new URL(simulator.url).port}`;
  const engine = await openEngine({
    home: join(home, "data"),
    edgeCommand: [],
    workerCommand: [process.execPath, "-e", ""],
    toolPath: [],
    platforms: [platform],
    environment: {
      NETLIFY_AUTH_TOKEN: "simulated-token",
      LANDFALL_NETLIFY_API_URL: simulator.url,
      LANDFALL_NETLIFY_SITES_URL: sitesUrl,
      ...environment,
    },
    ...(clock ? { clock } : {}),
  });
  const api = openApi({
    id: "netlify",
    name: "Netlify",
    url: `${simulator.url}/api/v1`,
    moved: true,
    credential: async () => secret("simulated-token"),
    readError: platform.readError,
    reconnect: "Run: landfall connect netlify.",
    clock: clock ?? { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  });
  let folders = 0;

  function folder(files: Record<string, string | Buffer>, name = `folder-${++folders}`): string {
    const root = join(home, name);
    rmSync(root, { recursive: true, force: true });
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return root;
  }

  async function finish(id: string): Promise<DeploymentView> {
    await engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
    return engine.deployment(id);
  }

  return {
    engine,
    simulator,
    sitesUrl,
    folder,
    finish,
    async deploy(files, more = {}) {
      const path = typeof files === "string" ? files : folder(files);
      const prepared = await engine.prepare({
        source: { kind: "folder", path },
        platform: "netlify",
        project: "demo",
        prebuilt: true,
        ...more,
      });
      expect(prepared.problems).toEqual([]);
      return finish((await engine.accept(prepared)).id);
    },
    events: (id) => Array.fromAsync(engine.follow(id)),
    text: async (url, path = "/") => (await get(url, path, AbortSignal.timeout(10_000))).body.toString(),
    context: (project = "demo") => ({
      api,
      target: {},
      project,
      signal: AbortSignal.timeout(30_000),
      clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    }),
    asked: () =>
      simulator.journal
        .filter(({ path }) => path.startsWith("/api/v1/"))
        .map(
          ({ method, path }) =>
            `${method} ${path.slice(7).replace(/[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, ":id")}`,
        ),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await simulator.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Nothing differs from the vendor's schema, and nothing was done twice. */
export function expectClean({ simulator }: Place): void {
  expect(simulator.violations).toEqual([]);
  expect(simulator.repeated()).toEqual([]);
}

export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
