import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, vercel, type Simulator, type VercelState } from "../src/index.ts";
import { vercelClient } from "./vercel-client.ts";

let now: number;
let simulator: Simulator<VercelState>;
let client: ReturnType<typeof vercelClient>;
beforeEach(async () => {
  now = Date.parse("2026-08-21T10:00:00Z");
  const tokens = {
    "simulated-token": {},
    "team-token": { scope: { team: "acme" } },
    "project-token": { scope: { project: "mine" } },
    "name-token": { scope: "identity" as const },
    "short-token": { expiresAt: now + 1000 },
  };
  simulator = await createSimulator(vercel({ tokens }), { clock: { now: () => now, sleep: async () => {} } });
  client = vercelClient(simulator);
});
afterEach(() => simulator.close());

const as = (token: string) => vercelClient(simulator, token).call;
const statuses = async (token: string, lines: string[]) =>
  Promise.all(lines.map(async (line) => (await as(token)(line)).status));

describe("a token", () => {
  it("shows who it belongs to", async () => {
    const { json: who } = await client.call("GET /v2/user");
    expect(who.user).toMatchObject({ username: "ada", defaultTeamId: "team_acme000000000000000000" });
    const { json } = await client.call("GET /v2/teams");
    expect(json.teams).toMatchObject([{ slug: "acme", membership: { role: "OWNER" } }]);
    expect((await client.call("GET /v5/user/tokens/current")).json.token.scopes).toMatchObject([{ type: "user" }]);
  });

  it("that is unknown, expired or missing gets 403, and is told which", async () => {
    const invalid = { error: { code: "forbidden", message: "Not authorized", invalidToken: true } };
    const unknown = await as("stolen")("GET /v2/user");
    expect([unknown.status, unknown.json]).toEqual([403, invalid]);
    expect((await as("short-token")("GET /v2/user")).status).toBe(200);
    now += 1000;
    expect((await as("short-token")("GET /v2/user")).json).toEqual(invalid);
    const missing = await client.call("GET /v2/user", { headers: { authorization: "" } });
    expect([missing.status, missing.json.error.missingToken]).toEqual([403, true]);
  });

  it("of a team knows a limited user, and no other team", async () => {
    expect((await as("team-token")("GET /v2/user")).json.user.limited).toBe(true);
    simulator.state.teams.set("team_other", { id: "team_other", slug: "other", name: "Other" });
    expect(
      await statuses("team-token", ["GET /v10/projects?slug=acme", "GET /v10/projects?teamId=team_other"]),
    ).toEqual([200, 403]);
  });

  it("of a project reaches that one alone, and nothing of the user", async () => {
    for (const name of ["mine", "other"]) await client.call("POST /v11/projects", { json: { name } });
    const lines = ["GET /v9/projects/mine", "GET /v9/projects/other", "GET /v2/user", "GET /v2/teams"];
    expect(await statuses("project-token", lines)).toEqual([200, 403, 403, 403]);
    const { json } = await as("project-token")("GET /v10/projects");
    expect(json.projects.map(({ name }: { name: string }) => name)).toEqual(["mine"]);
  });

  it("may know no more than who the user is", async () => {
    await client.call("POST /v11/projects", { json: { name: "mine" } });
    expect(await statuses("name-token", ["GET /v2/user", "GET /v2/teams", "GET /v9/projects/mine"])).toEqual([
      200, 403, 403,
    ]);
    expect((await as("name-token")("GET /v10/projects")).json.projects).toEqual([]);
  });

  it("is made, and ends when it is revoked", async () => {
    const { json } = await client.call("POST /v3/user/tokens", { json: { name: "ci" } });
    const mine = as(json.bearerToken);
    expect((await mine("GET /v2/user")).status).toBe(200);
    expect((await mine("DELETE /v3/user/tokens/current")).json).toEqual({ tokenId: json.token.id });
    expect((await mine("GET /v2/user")).status).toBe(403);
  });
});

describe("a project", () => {
  const create = (name: string, fields: object = {}) =>
    client.call("POST /v11/projects", { json: { name, ...fields } });

  it("is made, found by name and id, changed and removed", async () => {
    const { json: made } = await create("shop", { framework: "vite", outputDirectory: "dist" });
    expect(made).toMatchObject({ name: "shop", framework: "vite", accountId: "team_acme000000000000000000" });
    for (const wanted of ["shop", made.id])
      expect((await client.call(`GET /v9/projects/${wanted}`)).json.id).toBe(made.id);
    const { json: changed } = await client.call("PATCH /v9/projects/shop", {
      json: { name: "store", buildCommand: "make" },
    });
    expect(changed).toMatchObject({ id: made.id, name: "store", buildCommand: "make", outputDirectory: "dist" });
    expect((await client.call("DELETE /v9/projects/store")).status).toBe(204);
    const gone = await client.call("GET /v9/projects/store");
    expect([gone.status, gone.json]).toEqual([404, { error: { code: "not_found", message: "Project not found" } }]);
  });

  it("has a name of its own in its account, and one nobody has below vercel.app", async () => {
    simulator.state.takenHosts.add("shop.vercel.app");
    const { json } = await create("shop");
    expect(json.alias).toMatchObject([{ domain: "shop-alpha.vercel.app" }]);
    const taken = await create("shop");
    expect([taken.status, taken.json.error]).toEqual([
      409,
      { code: "conflict", message: 'Project "shop" already exists, please use a new name.' },
    ]);
    simulator.state.teams.set("team_other", { id: "team_other", slug: "other", name: "Other" });
    const elsewhere = await client.call("POST /v11/projects?slug=other", { json: { name: "shop" } });
    expect(elsewhere.json.alias).toMatchObject([{ domain: "shop-beta.vercel.app" }]);
  });

  it.each(["Shop", "a b", "a---b", "x".repeat(101), ""])("cannot be called %j", async (name) => {
    const { status, json } = await create(name);
    expect([status, json.error.code]).toEqual([400, "bad_request"]);
    expect(json.error.message).toMatch(/^Project names can be up to 100 characters/);
  });

  it("is listed page by page, and searched", async () => {
    for (const name of ["one", "two", "three"]) await create(name);
    const { json: first } = await client.call("GET /v10/projects?limit=2");
    const { json: rest } = await client.call(`GET /v10/projects?limit=2&from=${first.pagination.next}`);
    const names = ({ projects }: { projects: { name: string }[] }) => projects.map(({ name }) => name);
    expect([names(first), names(rest), rest.pagination.next]).toEqual([["three", "two"], ["one"], null]);
    expect(names((await client.call("GET /v10/projects?search=tw")).json)).toEqual(["two"]);
  });
});

describe("limits", () => {
  it("are told with every answer, and with Retry-After when they are reached", async () => {
    simulator.state.limits.requests = { total: 2, windowMs: 60_000 };
    const first = await client.call("GET /v2/user");
    expect([first.headers.get("x-ratelimit-limit"), first.headers.get("x-ratelimit-remaining")]).toEqual(["2", "1"]);
    await client.call("GET /v2/user");
    const { status, headers, json } = await client.call("GET /v2/user");
    expect([status, headers.get("retry-after"), json.error.code]).toEqual([429, "60", "rate_limited"]);
    expect(json.error.limit).toMatchObject({ remaining: 0, total: 2, reset: now / 1000 + 60 });
    now += 60_000;
    expect((await client.call("GET /v2/user")).status).toBe(200);
  });

  it("of the free plan end uploads and deployments of a day", async () => {
    simulator.state.limits.uploadsPerDay = 1;
    simulator.state.limits.deploymentsPerDay = 1;
    await client.create({ "index.html": "1" });
    const upload = await client.upload("2");
    expect([upload.status, upload.json.error.code]).toEqual([429, "api-upload-free"]);
    const { status, json } = await client.call("POST /v13/deployments", { json: { name: "acme", files: [] } });
    expect([status, json.error.code]).toEqual([402, "api-deployments-free-per-day"]);
    now += 24 * 60 * 60 * 1000;
    expect((await client.upload("2")).status).toBe(200);
  });
});

describe("faults", () => {
  it("have this vendor's form of an error", async () => {
    simulator.fail("server-error", { once: true, status: 503 });
    const broken = await client.call("GET /v2/user");
    expect([broken.status, broken.json.error.code]).toEqual([503, "service_unavailable"]);
    simulator.fail("rate-limit", { once: true, retryAfterS: 9 });
    const limited = await client.call("GET /v2/user");
    expect([limited.status, limited.headers.get("retry-after"), limited.json.error.code]).toEqual([
      429,
      "9",
      "rate_limited",
    ]);
    simulator.fail("unauthorized", { once: true });
    const refused = await client.call("GET /v2/user");
    expect([refused.status, refused.json.error]).toMatchObject([403, { code: "forbidden", invalidToken: true }]);
  });

  it("leave twins when an answer is lost and the client asks again", async () => {
    await client.deploy({ "index.html": "1" });
    simulator.fail("reset", { once: true, afterWork: true });
    await expect(client.create({ "index.html": "1" })).rejects.toThrow("fetch failed");
    await client.create({ "index.html": "1" });
    expect(simulator.state.deployments.size).toBe(3);
    expect(simulator.repeated({ path: "/v13/deployments" })).toHaveLength(1);
  });
});

it("names requests that fit no published route or schema", async () => {
  expect((await client.call("GET /v99/nothing")).json.error.code).toBe("not_found");
  await client.call("POST /v11/projects", { json: {} });
  await client.call("POST /v2/files", { body: "x", headers: { "content-type": "text/plain" } });
  expect(simulator.violations.map(({ message }) => message)).toEqual([
    "no route takes GET /v99/nothing",
    "Invalid request: `name`: Invalid input: expected string, received undefined",
    "a file is sent as application/octet-stream",
  ]);
});
