/** What happened to variables: kept, shown without secrets, taken back; and settings that two people do not overwrite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine, reportOf } from "../src/index.ts";
import { databases } from "./store/databases.ts";

describe.each(databases)("variables on $kind", ({ use }) => {
  const fresh = use();
  const home = mkdtempSync(join(tmpdir(), "landfall-history-"));
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({
      home,
      edgeCommand: [],
      workerCommand: [],
      toolPath: [],
      ...(await fresh()),
    });
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });
  const shop = { project: "shop", environment: "production" };
  const values = async (): Promise<Record<string, string | null>> =>
    Object.fromEntries((await engine.variables.list({ ...shop, reveal: true })).map(({ key, value }) => [key, value]));

  it("remember each change with who made it, newest first, and secrets without their values", async () => {
    await engine.variables.set(shop, { GREETING: "one\n", API_KEY: "canary-1" }, { by: "Ada" });
    await engine.variables.set(shop, { GREETING: "two" }, { by: "Grace" });
    await engine.variables.set(shop, { GREETING: "two" });
    await engine.variables.remove(shop, ["API_KEY"]);
    const history = await engine.variables.history(shop);
    expect(history.map(({ key, action, value, by }) => [key, action, value, by])).toEqual([
      ["API_KEY", "removed", null, null],
      ["GREETING", "set", "two", "Grace"],
      ["API_KEY", "set", null, "Ada"],
      ["GREETING", "set", "one\n", "Ada"],
    ]);
    expect(await engine.variables.history({ ...shop, key: "GREETING" })).toHaveLength(2);
    expect((await engine.variables.list(shop)).map(({ key, updatedBy }) => [key, updatedBy])).toEqual([
      ["GREETING", "Grace"],
    ]);
  });

  it("are put back as they were before a change, byte for byte, a secret as a secret", async () => {
    const [removed, changed] = await engine.variables.history(shop);
    await engine.variables.revert(shop, removed!.id);
    await engine.variables.revert(shop, changed!.id, { by: "Ada" });
    expect(await values()).toEqual({ API_KEY: "canary-1", GREETING: "one\n" });
    expect((await engine.variables.list(shop)).find(({ key }) => key === "API_KEY")).toMatchObject({
      sensitive: true,
      value: null,
    });
    const first = (await engine.variables.history({ ...shop, key: "GREETING" })).at(-1)!;
    await engine.variables.revert(shop, first.id);
    expect(await values()).toEqual({ API_KEY: "canary-1" });
    const wrong = engine.variables.revert({ project: "shop", environment: "preview" }, first.id).catch(reportOf);
    expect(await wrong).toMatchObject({ code: "NOT_FOUND" });
  });

  it("keep the fifty newest changes of each", async () => {
    for (let round = 0; round < 55; round++) await engine.variables.set(shop, { COUNT: String(round) });
    const history = await engine.variables.history({ ...shop, key: "COUNT", limit: 1_000 });
    expect(history.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, index) => String(54 - index)));
    expect(await engine.variables.history({ ...shop, key: "API_KEY" })).toHaveLength(3);
  });

  it("are sealed again with a new key, history too", async () => {
    await engine.rotateKey();
    const [first] = await engine.variables.history({ ...shop, key: "COUNT" });
    expect(first).toMatchObject({ value: "54" });
  });

  it("are compared by value, and only names are told", async () => {
    await engine.variables.set(
      { project: "shop", environment: "preview" },
      { COUNT: "54", API_KEY: "other", ONLY: "x" },
    );
    const differences = await engine.variables.compare({ ...shop, with: "preview" });
    expect(differences).toEqual([
      { key: "API_KEY", state: "different", sensitive: true },
      { key: "COUNT", state: "same", sensitive: false },
      { key: "ONLY", state: "only-there", sensitive: false },
    ]);
  });

  it("settings of a project are checked whole, and not written over unseen", async () => {
    expect(await engine.settings.get({ project: "shop" })).toEqual({ version: 0, settings: {} });
    const settings = { buildCommand: "npm run build", healthPath: "/health" };
    expect(await engine.settings.set({ project: "shop", settings, expect: 0 })).toEqual({ version: 1, settings });
    const late = engine.settings.set({ project: "shop", settings: {}, expect: 0 }).catch(reportOf);
    expect(await late).toMatchObject({ code: "CONFLICT" });
    const wrong = { healthPath: "//elsewhere", rootDirectory: "../up" };
    const refused = await engine.settings.set({ project: "shop", settings: wrong, expect: 1 }).catch(reportOf);
    expect(refused).toMatchObject({
      code: "INVALID_CONFIG",
      faults: [{ path: "healthPath" }, { path: "rootDirectory" }],
    });
    expect(await engine.settings.get({ project: "shop" })).toEqual({ version: 1, settings });
  });
});
