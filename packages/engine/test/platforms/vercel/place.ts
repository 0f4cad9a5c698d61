/** An engine and a simulated Vercel, with folders to deploy. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createSimulator,
  type Simulator,
  vercel as vendor,
  type VercelOptions,
  type VercelState,
} from "@landfall/simulators";
import { systemClock } from "../../../src/clock.ts";
import { type Client, openClient } from "../../../src/connections/access.ts";
import { tokenCredential } from "../../../src/connections/credential.ts";
import { get } from "../../../src/deployment/ask.ts";
import {
  type DeployEvent,
  type DeploymentView,
  type DeployRequest,
  type Engine,
  openEngine,
} from "../../../src/index.ts";
import type { ApiContext } from "../../../src/platform.ts";
import { vercel } from "../../../src/platforms/vercel/vercel.ts";

export type Files = Record<string, string | Buffer>;

export interface Place extends AsyncDisposable {
  simulator: Simulator<VercelState>;
  engine: Engine;
  /** Path of a new folder with these files. */
  folder(files: Files): string;
  /** Accept and carry to the end. */
  deploy(files: Files, more?: Partial<DeployRequest>): Promise<DeploymentView>;
  finish(id: string): Promise<DeploymentView>;
  /** What a visitor gets. */
  get(url: string | null, path: string): Promise<{ status: number; body: string; headers: Record<string, unknown> }>;
  /** `METHOD /path` of what was asked of the API since the last call, repeats of one in a row once. */
  calls(): string[];
  events(id: string): Promise<DeployEvent[]>;
  notes(id: string): Promise<string[]>;
  /** For operations that are called by themselves. */
  context(more?: Partial<ApiContext>): ApiContext & { environment: string };
}

export async function openPlace(options: VercelOptions = {}, environment: Record<string, string> = {}): Promise<Place> {
  const simulator = await createSimulator(vendor(options));
  const root = mkdtempSync(join(tmpdir(), "landfall-vercel-"));
  const engine = await openEngine({
    home: join(root, "data"),
    edgeCommand: [],
    workerCommand: ["/bin/true"],
    toolPath: [],
    platforms: [vercel],
    environment: {
      VERCEL_TOKEN: "simulated-token",
      LANDFALL_VERCEL_API_URL: simulator.url,
      LANDFALL_VERCEL_SITES_URL: simulator.url.replace("127.0.0.1", "vercel.localhost"),
      ...environment,
    },
  });
  const clients: Client[] = [];
  let folders = 0;
  let told = 0;

  const place: Place = {
    simulator,
    engine,
    folder(files) {
      const path = join(root, `folder-${++folders}`);
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), content);
      }
      return path;
    },
    async deploy(files, more = {}) {
      const source = { kind: "folder" as const, path: place.folder(files) };
      const asked = { source, platform: "vercel", project: "shop", prebuilt: true, ...more };
      return place.finish((await engine.accept(await engine.prepare(asked))).id);
    },
    async finish(id) {
      await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle", only: id });
      return engine.deployment(id);
    },
    async get(url, path) {
      const { status, body, headers } = await get(url!, path, AbortSignal.timeout(5_000));
      return { status, body: body.toString(), headers };
    },
    calls() {
      const asked = simulator.journal
        .slice(told)
        .filter(({ headers }) => headers["host"]?.startsWith("127."))
        .map(({ method, path }) => `${method} ${path.replace(/(prj|dpl)_\w+/, "$1")}`);
      told = simulator.journal.length;
      return asked.filter((line, at) => line !== asked[at - 1]);
    },
    events: (id) => Array.fromAsync(engine.follow(id)),
    async notes(id) {
      return (await place.events(id)).flatMap((event) => (event.type === "note" ? [event.message] : []));
    },
    context(more = {}) {
      const api = openClient({
        platform: vercel,
        access: { apiUrl: simulator.url },
        credential: tokenCredential("simulated-token"),
        clock: systemClock,
      });
      clients.push(api);
      return {
        api,
        target: {},
        project: "shop",
        environment: "production",
        signal: AbortSignal.timeout(30_000),
        clock: systemClock,
        ...more,
      };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
      await simulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return place;
}
