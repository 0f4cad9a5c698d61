/** Values of an organisation: given to the projects they are mapped to, beneath the project's own, and sealed as these are. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { definePlatform, type Engine, openEngine, reportOf } from "../src/index.ts";
import { databases } from "./store/databases.ts";

/** What the last deployment was given. */
let given: Record<string, string> = {};
const remote = definePlatform({
  id: "remote",
  name: "Remote",
  accepts: ["files"],
  runs: ["static"],
  limits: {},
  projectName: { pattern: /./, maxLength: 58 },
  baseUrl: "http://remote.invalid/api",
  siteDomain: "remote.invalid",
  connect: [{ kind: "token", env: ["REMOTE_TOKEN"], help: "http://remote.invalid" }],
  account: async () => ({ id: "account", name: "Ada" }),
  deploy: async ({ pin, project, release: { services } }) => {
    given = Object.assign({}, ...services.map(({ variables }) => variables)) as Record<string, string>;
    await pin({ account: "account", projectId: project });
    return [{ name: services[0]!.plan.name, url: "http://shop.remote.invalid", remoteId: "remote-1" }];
  },
});

describe.each(databases)("shared values on $kind", ({ use }) => {
  const fresh = use();
  const root = mkdtempSync(join(tmpdir(), "landfall-shared-"));
  const path = join(root, "shop");
  const shop = { project: "shop", environment: "production" };
  let engine: Engine;
  beforeAll(async () => {
    mkdirSync(path);
    writeFileSync(join(path, "index.html"), "<p>hello</p>");
    engine = await openEngine({
      home: join(root, "home"),
      edgeCommand: [],
      workerCommand: [process.execPath, "--eval", ""],
      toolPath: [],
      platforms: [remote],
      environment: { REMOTE_TOKEN: "token" },
      ...(await fresh()),
    });
    await engine.variables.set(shop, { OWN: "own" });
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  /** What a new deployment is given, and where its plan says that comes from. */
  async function deployed(environment = "production"): Promise<Record<string, [string, string]>> {
    const source = { kind: "folder" as const, path };
    const prepared = await engine.prepare({ ...shop, environment, source, platform: "remote", force: true });
    const { id } = await engine.accept(prepared);
    await engine.work({ signal: new AbortController().signal, until: "idle" });
    expect(await engine.deployment(id)).toMatchObject({ state: "success", error: null });
    const from = new Map(prepared.plan.services.flatMap((one) => one.variables.map((two) => [two.key, two.from])));
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, [value, from.get(key)!]]));
  }

  it("are listed without what is secret, and checked whole", async () => {
    await engine.shared.set({ MAIL_FROM: "shop@example.com", MAIL_TOKEN: "canary-1" });
    expect((await engine.shared.list()).map(({ key, sensitive, value }) => [key, sensitive, value])).toEqual([
      ["MAIL_FROM", false, "shop@example.com"],
      ["MAIL_TOKEN", true, null],
    ]);
    const wrong = engine.shared.set({ "NO NAME": "x", EMPTY: "" }).catch(reportOf);
    expect(await wrong).toMatchObject({
      code: "INVALID_VARIABLE",
      faults: expect.arrayContaining([expect.objectContaining({ path: "EMPTY" })]),
    });
    expect(await engine.shared.list()).toHaveLength(2);
    const { rows } = await sql`select value from shared_value`.execute(engine.database.db);
    expect(JSON.stringify(rows)).not.toContain("canary-1");
  });

  it("reach the deployments of the environment they are mapped to, under the name said there", async () => {
    await engine.shared.map({ ...shop, key: "MAILER", sharedKey: "MAIL_TOKEN" });
    expect(await deployed()).toEqual({ OWN: ["own", "project"], MAILER: ["canary-1", "shared"] });
    expect(await deployed("preview")).toEqual({});
    await engine.shared.set({ MAIL_TOKEN: "canary-2" });
    expect(await deployed()).toMatchObject({ MAILER: ["canary-2", "shared"] });
    expect((await engine.shared.list())[1]!.mappings).toEqual([{ ...shop, key: "MAILER" }]);
  });

  it("stay behind what the project sets itself", async () => {
    await engine.variables.set(shop, { MAILER: "mine" });
    expect(await deployed()).toMatchObject({ MAILER: ["mine", "project"] });
    const mapped = { key: "MAILER", sharedKey: "MAIL_TOKEN", sensitive: true };
    expect(await engine.shared.mappings(shop)).toEqual([{ ...mapped, overridden: true }]);
    await engine.variables.remove(shop, ["MAILER"]);
    expect(await deployed()).toMatchObject({ MAILER: ["canary-2", "shared"] });
    expect(await engine.shared.mappings(shop)).toEqual([{ ...mapped, overridden: false }]);
  });

  it("are given again when a deployment is made once more, as they are then", async () => {
    const [last] = await engine.deployments({ project: "shop" });
    await engine.shared.set({ MAIL_TOKEN: "canary-3" });
    expect((await engine.effect(last!.id, "redeploy")).variables).toEqual([
      { key: "MAILER", change: "changed", sensitive: true },
    ]);
    await engine.redeploy(last!.id);
    await engine.work({ signal: new AbortController().signal, until: "idle" });
    expect(given).toEqual({ OWN: "own", MAILER: "canary-3" });
  });

  it("open after the key was changed", async () => {
    await engine.rotateKey();
    expect(await deployed()).toMatchObject({ MAILER: ["canary-3", "shared"] });
  });

  it("go when nobody is given them any more", async () => {
    const held = await engine.shared.remove("MAIL_TOKEN").catch(reportOf);
    expect(held).toMatchObject({ code: "CONFLICT", faults: [{ path: "shop, production", message: "as MAILER" }] });
    await engine.shared.unmap({ ...shop, key: "MAILER" });
    await engine.shared.remove("MAIL_TOKEN");
    expect(await deployed()).toEqual({ OWN: ["own", "project"] });
    for (const missing of [
      () => engine.shared.remove("MAIL_TOKEN"),
      () => engine.shared.unmap({ ...shop, key: "MAILER" }),
      () => engine.shared.map({ ...shop, key: "MAILER", sharedKey: "MAIL_TOKEN" }),
      () => engine.shared.map({ ...shop, project: "elsewhere", key: "MAILER", sharedKey: "MAIL_FROM" }),
    ])
      expect(await missing().catch(reportOf)).toMatchObject({ code: "NOT_FOUND" });
    await engine.shared.map({ ...shop, key: "MAILER", sharedKey: "MAIL_FROM" });
    await engine.remove({ project: "shop" });
    expect((await engine.shared.list()).map(({ mappings }) => mappings)).toEqual([[]]);
  });
});
