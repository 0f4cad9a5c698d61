/** An engine over a new directory, whose Cloudflare is the simulator. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  cloudflare,
  type CloudflareOptions,
  type CloudflareState,
  createSimulator,
  type Simulator,
} from "@landfall/simulators";
import { expect } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { type Client, openClient } from "../../../src/connections/access.ts";
import { tokenCredential } from "../../../src/connections/credential.ts";
import { get } from "../../../src/deployment/ask.ts";
import { type DeploymentView, type DeployRequest, type Engine, openEngine } from "../../../src/index.ts";
import type { ApiContext, Platform } from "../../../src/platform.ts";

export type Files = Record<string, string | Buffer>;

export const accountId = "0123456789abcdef0123456789abcdef";

export interface Place extends AsyncDisposable {
  engine: Engine;
  simulator: Simulator<CloudflareState>;
  folder(files: Files): string;
  /** Accept and carry to the end. */
  deploy(files: Files, more?: Partial<DeployRequest>): Promise<DeploymentView>;
  finish(id: string): Promise<DeploymentView>;
  notes(id: string): Promise<string[]>;
  /** What a visitor gets. */
  visit(url: string | null, path?: string): Promise<{ status: number; body: string; headers: Record<string, unknown> }>;
  /** `METHOD /path?query` of what was asked of the API since the last call, without the account, ids as `:id`. */
  calls(): string[];
  /** For operations that are called by themselves. */
  context(more?: Partial<ApiContext>): ApiContext & { environment: string };
}

export async function openPlace(
  platform: Platform,
  { environment = {}, ...options }: CloudflareOptions & { environment?: Record<string, string> } = {},
): Promise<Place> {
  const simulator = await createSimulator(cloudflare(options));
  const root = mkdtempSync(join(tmpdir(), "landfall-cloudflare-"));
  const apiUrl = `${simulator.url}/client/v4`;
  const prefix = `LANDFALL_${platform.id.toUpperCase().replaceAll("-", "_")}`;
  const engine = await openEngine({
    home: join(root, "data"),
    edgeCommand: [],
    workerCommand: [process.execPath, "-e", ""],
    toolPath: [],
    platforms: [platform],
    environment: {
      CLOUDFLARE_API_TOKEN: "simulated-token",
      [`${prefix}_API_URL`]: apiUrl,
      [`${prefix}_SITES_URL`]: simulator.url.replace("127.0.0.1", "cloudflare.localhost"),
      ...environment,
    },
  });
  const client: Client = openClient({
    platform,
    access: { apiUrl },
    credential: tokenCredential("simulated-token"),
    clock: systemClock,
  });
  let folders = 0;
  let told = 0;

  function folder(files: Files): string {
    const home = join(root, `site-${++folders}`);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
    return home;
  }

  async function finish(id: string): Promise<DeploymentView> {
    await engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
    return engine.deployment(id);
  }

  return {
    engine,
    simulator,
    folder,
    finish,
    async deploy(files, more = {}) {
      const prepared = await engine.prepare({
        source: { kind: "folder", path: folder(files) },
        platform: platform.id,
        project: "demo",
        prebuilt: true,
        ...more,
      });
      expect(prepared.problems).toEqual([]);
      return finish((await engine.accept(prepared)).id);
    },
    async notes(id) {
      const events = await Array.fromAsync(engine.follow(id));
      return events.flatMap((event) => (event.type === "note" ? [event.message] : []));
    },
    async visit(url, path = "/") {
      const answer = await get(url!, path, AbortSignal.timeout(10_000));
      return { status: answer.status, body: answer.body.toString(), headers: answer.headers };
    },
    calls() {
      const since = simulator.journal.slice(told);
      told = simulator.journal.length;
      return since.flatMap(({ method, path, query }) =>
        path.startsWith("/client/v4/")
          ? [
              `${method} ${path.slice(10)}${query && `?${query}`}`
                .replace(`/accounts/${accountId}`, "")
                .replace(ids, ":id"),
            ]
          : [],
      );
    },
    context: (more = {}) => ({
      api: client,
      target: {},
      project: "demo",
      environment: "production",
      signal: AbortSignal.timeout(30_000),
      clock: systemClock,
      ...more,
    }),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await simulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const ids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Nothing differs from the vendor's schema, and nothing was made or sent twice. Questions that are asked by POST may be. */
export function expectClean({ simulator }: Place): void {
  expect(simulator.violations).toEqual([]);
  const twice = simulator.repeated().filter(([one]) => !/check-missing|upsert-hashes|upload-session/.test(one!.path));
  expect(twice).toEqual([]);
}

/** An answer of Cloudflare's as a fault gives it. */
export function envelope(result: unknown, ...errors: { code: number; message: string }[]): object {
  return { success: errors.length === 0, errors, messages: [], result };
}
