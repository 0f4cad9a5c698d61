import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, vercel, type Simulator, type VercelState } from "../src/index.ts";
import { vercelClient, type Called } from "./vercel-client.ts";

let simulator: Simulator<VercelState>;
let client: ReturnType<typeof vercelClient>;
beforeEach(async () => {
  simulator = await createSimulator(vercel());
  client = vercelClient(simulator);
  await client.call("POST /v11/projects", { json: { name: "acme" } });
});
afterEach(() => simulator.close());

const plain = { key: "GREETING", value: "hello", type: "plain", target: ["production", "preview"] };
const add = (json: unknown, query = "") => client.call(`POST /v10/projects/acme/env${query}`, { json });
const list = async (query = ""): Promise<Called["json"][]> =>
  (await client.call(`GET /v10/projects/acme/env${query}`)).json.envs;

describe("variables", () => {
  it("are added one by one or together, changed and removed", async () => {
    const one = await add(plain);
    expect([one.status, one.json.failed]).toEqual([201, []]);
    expect(one.json.created).toMatchObject({ key: "GREETING", value: "hello", type: "plain" });
    const { json } = await add([
      { ...plain, key: "A" },
      { ...plain, key: "B" },
    ]);
    expect(json.created.map(({ key }: { key: string }) => key)).toEqual(["A", "B"]);
    const { id } = one.json.created;
    await client.call(`PATCH /v9/projects/acme/env/${id}`, { json: { value: "bye" } });
    expect((await client.call(`GET /v1/projects/acme/env/${id}`)).json.value).toBe("bye");
    await client.call(`DELETE /v9/projects/acme/env/${id}`);
    expect((await client.call(`GET /v1/projects/acme/env/${id}`)).status).toBe(404);
    const ids = json.created.map((each: { id: string }) => each.id);
    expect((await client.call("DELETE /v1/projects/acme/env", { json: { ids } })).json).toEqual({ deleted: 2, ids });
    expect(await list()).toEqual([]);
  });

  it("are shown as far as their type allows", async () => {
    await add([
      { ...plain, key: "ENCRYPTED", value: "hidden", type: "encrypted" },
      { ...plain, key: "SENSITIVE", value: "gone", type: "sensitive" },
    ]);
    const values = async (query = "") => (await list(query)).map(({ value }) => value);
    const [sealed, nothing] = await values();
    expect([sealed === "hidden", nothing]).toEqual([false, ""]);
    expect(await values("?decrypt=true")).toEqual(["hidden", ""]);
    const [, { id }] = (await list()) as [unknown, { id: string }];
    expect((await client.call(`GET /v1/projects/acme/env/${id}`)).json).toMatchObject({ decrypted: false, value: "" });
  });

  it("conflict where key, branch and environment meet, unless they may replace", async () => {
    await add(plain);
    const twice = await add({ ...plain, target: ["preview"] });
    expect([twice.status, twice.json.error]).toMatchObject([400, { code: "ENV_CONFLICT", envVarKey: "GREETING" }]);
    expect((await add({ ...plain, target: ["development"] })).status).toBe(201);
    expect((await add({ ...plain, target: ["preview"], gitBranch: "main" })).status).toBe(201);
    const before = (await list())[0]!.id;
    const replaced = await add({ ...plain, value: "new" }, "?upsert=true");
    expect([replaced.status, replaced.json.created.id, replaced.json.created.value]).toEqual([201, before, "new"]);
    expect(await list()).toHaveLength(3);
  });

  it("are taken as far as they can be: 201 with what failed", async () => {
    await add(plain);
    const { status, json } = await add([plain, { ...plain, key: "OTHER" }, { ...plain, key: "1ST" }]);
    expect([status, json.created]).toMatchObject([201, [{ key: "OTHER" }]]);
    expect(json.failed.map(({ error }: { error: { code: string } }) => error.code)).toEqual([
      "ENV_CONFLICT",
      "KEY_INVALID_CHARACTERS",
    ]);
  });

  it.each([
    ["KEY_INVALID_LENGTH", { key: "" }],
    ["RESERVED_ENV_VARIABLE", { key: "AWS_REGION" }],
    ["MISSING_TARGET", { target: [] }],
    ["VALUE_INVALID_LENGTH", { value: "x".repeat(65_537) }],
    ["BAD_REQUEST", { gitBranch: "main" }],
    ["BAD_REQUEST", { type: "sensitive", target: ["development"] }],
    ["bad_request", { type: undefined }],
    ["bad_request", { target: ["staging"] }],
  ])("are refused with %s: %o", async (code, fields) => {
    const { status, json } = await add({ ...plain, ...fields });
    expect([status, json.error.code]).toEqual([400, code]);
  });

  it("are written by one at a time: whoever comes meanwhile is refused", async () => {
    const [project] = simulator.state.projects.values();
    const first = add({ ...plain, key: "A" });
    while (!project!.writingVariables) await new Promise((resolve) => setImmediate(resolve));
    expect((await first).status).toBe(201);
    expect(project!.writingVariables).toBe(false);
    // Held by the test, so that it does not matter how long a second request takes to arrive.
    project!.writingVariables = true;
    const second = await add({ ...plain, key: "B" });
    expect([second.status, second.json.error.message]).toEqual([400, expect.stringContaining("ongoing")]);
    project!.writingVariables = false;
    expect((await add({ ...plain, key: "B" })).status).toBe(201);
  });

  it("reach deployments made afterwards, those of their environment and branch", async () => {
    const given = (id: string) => simulator.state.deployments.get(id)!.variables;
    const first = await client.deploy({ "index.html": "1" });
    await add([
      { ...plain, key: "WHERE", value: "production", target: ["production"] },
      { ...plain, key: "WHERE", value: "main", target: ["preview"], gitBranch: "main" },
      { ...plain, key: "WHERE", value: "preview", target: ["preview"] },
    ]);
    const live = await client.deploy({ "index.html": "1" }, { target: "production", env: { EXTRA: "1" } });
    const branch = await client.deploy({ "index.html": "1" }, { gitMetadata: { commitRef: "main" } });
    const preview = await client.deploy({ "index.html": "1" });
    expect([first, live, branch, preview].map(({ id }) => given(id))).toEqual([
      {},
      { WHERE: "production", EXTRA: "1" },
      { WHERE: "main" },
      { WHERE: "preview" },
    ]);
    expect(live.env).toEqual(["EXTRA"]);
    expect((await client.call("GET /v3/env/pull/acme/production")).json.env).toEqual({ WHERE: "production" });
  });
});
