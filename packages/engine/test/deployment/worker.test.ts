/** The worker against a platform made for the purpose: deadlines, retries, what really runs deciding the end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import {
  DeployError,
  type DeployContext,
  type DeployedService,
  definePlatform,
  type Engine,
  openEngine,
  type Platform,
} from "../../src/index.ts";
import { databases } from "../store/databases.ts";

describe.each(databases)("on $kind", ({ use }) => {
  const fresh = use();
  let home: string;
  let engine: Engine;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "landfall-worker-"));
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  const forever = ({ signal }: DeployContext): Promise<never> =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("interrupted"))));

  async function run(
    operations: Partial<Platform> & Pick<Platform, "deploy">,
    deploymentTimeoutMs = 60_000,
    clock: Clock = systemClock,
  ) {
    const platform = definePlatform({
      id: "remote",
      name: "Remote",
      accepts: ["files"],
      runs: ["static"],
      limits: {},
      projectName: { pattern: /./, maxLength: 58 },
      ...operations,
    });
    engine = await openEngine({
      ...(await fresh()),
      home: join(home, "data"),
      edgeCommand: [],
      workerCommand: [],
      toolPath: [],
      deploymentTimeoutMs,
      clock,
      platforms: [platform],
    });
    const site = join(home, "site");
    mkdirSync(site);
    writeFileSync(join(site, "index.html"), "<p>hello</p>");
    const { id } = await engine.accept(
      await engine.prepare({ source: { kind: "folder", path: site }, platform: "remote", prebuilt: true }),
    );
    await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle" });
    return engine.deployment(id);
  }

  const nothing: DeployedService[] = [];

  it("does not count the time a platform asked to wait, which it may ask for longer than a deployment is given", async () => {
    let now = Date.now();
    const clock = {
      now: () => now,
      async sleep(ms: number, signal?: AbortSignal) {
        if (ms < 60_000) return systemClock.sleep(ms, signal);
        now += ms;
      },
    };
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { "retry-after": "240" });
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const view = await run(
        {
          baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          async deploy({ api, deploymentId, signal }) {
            await api.call({ method: "GET", path: "/", signal });
            // Until its time was looked at.
            const leaseUntil = async (): Promise<number> => {
              const { rows } = await sql<{ lease_until: number }>`
                select lease_until from deployment where id = ${deploymentId}`.execute(engine.database.db);
              return rows[0]!.lease_until;
            };
            await expect.poll(leaseUntil, { timeout: 10_000 }).toBeGreaterThan(now);
            return nothing;
          },
        },
        100_000,
        clock,
      );
      expect([asked, view.state, view.error]).toEqual([2, "success", null]);
    } finally {
      server.close();
    }
  });

  describe("the worker", () => {
    it("ends a deployment whose time is over as failed when the platform does not run it, and has it abandoned", async () => {
      const abandoned: string[] = [];
      const view = await run(
        {
          deploy: forever,
          status: async () => [],
          abandon: async ({ deploymentId }) => void abandoned.push(deploymentId),
        },
        500,
      );
      expect(view).toMatchObject({
        state: "failed",
        error: { code: "TIMEOUT", next: expect.stringContaining("DEPLOYMENT_TIMEOUT_MS") },
      });
      expect(abandoned).toEqual([view.id]);
    });

    it("ends a deployment for its time when the platform cannot be asked what runs", async () => {
      const view = await run(
        {
          deploy: forever,
          async status() {
            throw new DeployError("PLATFORM_UNAVAILABLE", { what: "Remote does not work at the moment." });
          },
        },
        500,
      );
      expect(view).toMatchObject({ state: "failed", error: { code: "TIMEOUT" } });
    });

    it("says of a step that was ended while it paused why it was", async () => {
      const { id, state } = await run({
        async deploy({ step, clock, signal, deploymentId }) {
          await step("wait", async () => {
            const { db } = engine.database;
            await sql`update deployment set cancel_requested = 1 where id = ${deploymentId}`.execute(db);
            await clock.sleep(60_000, signal);
          });
          return nothing;
        },
      });
      expect(state).toBe("cancelled");
      const events = await Array.fromAsync(engine.follow(id));
      expect(events).toContainEqual(
        expect.objectContaining({ step: "wait", status: "failed", detail: "Cancelled by a person." }),
      );
    });

    it("asks the platform what really runs before it calls a deployment failed for its time", async () => {
      let release = "";
      const view = await run(
        {
          deploy: (context) => {
            release = context.release.id;
            return forever(context);
          },
          status: async () => [{ service: "web", release, state: "ready" }],
          served: async () => (release === "" ? null : [{ name: "web", url: "http://found.example" }]),
        },
        500,
      );
      expect(view).toMatchObject({ state: "success", error: null, live: true, url: "http://found.example" });
    });

    it("keeps the addresses of what is live when its time is over while they are verified", async () => {
      const silent = createServer(() => {}); // Takes every question and answers none.
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      let release = "";
      try {
        const view = await run(
          {
            async deploy(context) {
              release = context.release.id;
              return [{ name: "web", url }];
            },
            status: async () => [{ service: "web", release, state: "ready" }],
          },
          500,
        );
        expect(view).toMatchObject({ state: "success", error: null, live: true, url });
      } finally {
        silent.closeAllConnections();
        silent.close();
      }
    });

    it("tries a step again that failed for a passing reason, and gives up after three", async () => {
      let calls = 0;
      const passing = () =>
        Promise.reject(new DeployError("UPLOAD_FAILED", { what: `The connection broke (${++calls}).` }));
      const view = await run({ deploy: async ({ step }) => (await step("upload", passing), nothing) });
      expect(calls).toBe(3);
      expect(view).toMatchObject({
        state: "failed",
        error: { code: "UPLOAD_FAILED", what: "The connection broke (3)." },
      });
      expect(view.steps.find((step) => step.name === "upload")).toMatchObject({ attempt: 3, status: "failed" });
    }, 30_000); // Three seconds of it are pauses.

    it("ends as failed with the code of whatever a platform throws, known or not", async () => {
      const view = await run({ deploy: () => Promise.reject(new TypeError("undefined is not a function")) });
      expect(view).toMatchObject({ state: "failed", error: { code: "INTERNAL" } });
    });
  });

  it("refuses a platform that is not there before anything is kept", async () => {
    engine = await openEngine({
      ...(await fresh()),
      home: join(home, "data"),
      edgeCommand: [],
      workerCommand: [],
      toolPath: [],
    });
    await expect(engine.prepare({ source: { kind: "folder", path: home }, platform: "nowhere" })).rejects.toMatchObject(
      {
        code: "INVALID_CONFIG",
        text: { next: expect.stringContaining("Choose one of: local") },
      },
    );
    expect(await engine.deployments()).toEqual([]);
  });
});
