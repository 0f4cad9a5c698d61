/** An engine over a new directory, one hosted platform, and its simulator: what the tests of every vendor begin with. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Simulator } from "@landfall/simulators";
import { expect } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import { openClient } from "../../src/connections/access.ts";
import { tokenCredential } from "../../src/connections/credential.ts";
import { get } from "../../src/deployment/ask.ts";
import { type DeployEvent, type DeploymentView, type DeployRequest, type Engine, openEngine } from "../../src/index.ts";
import type { ApiContext, Platform } from "../../src/platform.ts";

export type Files = Record<string, string | Buffer>;

export interface HostedPlace<State> extends AsyncDisposable {
  engine: Engine;
  simulator: Simulator<State>;
  /** Address of the simulator as a domain: sites are below it. */
  sitesUrl: string;
  /** Path of a folder with these files, a new one or the one of this name. */
  folder(files: Files, name?: string): string;
  /** Accept files, or a folder, and carry them to the end. */
  deploy(files: Files | string, more?: Partial<DeployRequest>): Promise<DeploymentView>;
  finish(id: string): Promise<DeploymentView>;
  events(id: string): Promise<DeployEvent[]>;
  notes(id: string): Promise<string[]>;
  /** What a visitor gets. */
  visit(url: string | null, path?: string): Promise<{ status: number; body: string; headers: Record<string, unknown> }>;
  /** For operations that are called by themselves. */
  context(more?: Partial<ApiContext>): ApiContext & { environment: string };
}

export interface HostedSetup<State> {
  platform: Platform;
  simulator: Simulator<State>;
  /** Where the API begins below the simulator's address. */
  apiPath: string;
  /** Variable that holds the credential. */
  token: string;
  project: string;
  environment?: Record<string, string>;
  clock?: Clock;
}

export async function openHostedPlace<State>({
  platform,
  simulator,
  apiPath,
  token,
  project,
  environment = {},
  clock = systemClock,
}: HostedSetup<State>): Promise<HostedPlace<State>> {
  const root = mkdtempSync(join(tmpdir(), `landfall-${platform.id}-`));
  const apiUrl = simulator.url + apiPath;
  const sitesUrl = simulator.url.replace("127.0.0.1", `${platform.id}.localhost`);
  const prefix = `LANDFALL_${platform.id.toUpperCase().replaceAll("-", "_")}`;
  const engine = await openEngine({
    home: join(root, "data"),
    edgeCommand: [],
    workerCommand: [process.execPath, "-e", ""],
    toolPath: [],
    platforms: [platform],
    environment: {
      [token]: "simulated-token",
      [`${prefix}_API_URL`]: apiUrl,
      [`${prefix}_SITES_URL`]: sitesUrl,
      ...environment,
    },
    clock,
  });
  const api = openClient({ platform, access: { apiUrl }, credential: tokenCredential("simulated-token"), clock });
  let folders = 0;

  const place: HostedPlace<State> = {
    engine,
    simulator,
    sitesUrl,
    folder(files, name = `folder-${++folders}`) {
      const folder = join(root, name);
      rmSync(folder, { recursive: true, force: true });
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      return folder;
    },
    async deploy(files, more = {}) {
      const path = typeof files === "string" ? files : place.folder(files);
      const asked = {
        source: { kind: "folder" as const, path },
        platform: platform.id,
        project,
        prebuilt: true,
        ...more,
      };
      const prepared = await engine.prepare(asked);
      expect(prepared.problems).toEqual([]);
      return place.finish((await engine.accept(prepared)).id);
    },
    async finish(id) {
      await engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
      return engine.deployment(id);
    },
    events: (id) => Array.fromAsync(engine.follow(id)),
    async notes(id) {
      return (await place.events(id)).flatMap((event) => (event.type === "note" ? [event.message] : []));
    },
    async visit(url, path = "/") {
      const { status, body, headers } = await get(url!, path, AbortSignal.timeout(10_000));
      return { status, body: body.toString(), headers };
    },
    context: (more = {}) => ({
      api,
      target: {},
      project,
      environment: "production",
      signal: AbortSignal.timeout(30_000),
      clock,
      ...more,
    }),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await simulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return place;
}
