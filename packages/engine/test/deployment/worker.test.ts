/** The worker against a platform made for the purpose: deadlines, retries, what really runs deciding the end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

  async function run(operations: Partial<Platform> & Pick<Platform, "deploy">, deploymentTimeoutMs = 60_000) {
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

    it("asks the platform what really runs before it calls a deployment failed for its time", async () => {
      let release = "";
      const view = await run(
        {
          deploy: (context) => {
            release = context.release.id;
            return forever(context);
          },
          status: async () => [{ service: "web", release, state: "ready" }],
        },
        500,
      );
      expect(view).toMatchObject({ state: "success", error: null });
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
    });

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
