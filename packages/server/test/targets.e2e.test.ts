import type { Kysely } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";
import { openVendors, type Vendors } from "./vendors.ts";

let vendors: Vendors;
let server: TestServer;
let owner: Caller;
let upload: string;

beforeAll(async () => {
  vendors = await openVendors();
  server = await serverFor({}, vendors.environment);
  owner = await server.setUp();
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("here"),
  });
  upload = ((await response.json()) as { id: string }).id;
}, 60_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await vendors[Symbol.asyncDispose]();
});

let work: string;
let home: string;
beforeEach(async () => {
  for (const { id } of (await owner.client.targets.saved()).targets) await owner.client.targets.remove({ id });
  for (const { id } of (await owner.client.connections.list()).connections)
    await owner.client.connections.disconnect({ connection: id! });
  const { state } = vendors.vercel;
  const [token] = state.tokens.keys();
  work = (await owner.client.connections.connect({ platform: "vercel", token: token!, name: "work" })).id!;
  const [person] = vendors.netlify.state.tokens.keys();
  home = (await owner.client.connections.connect({ platform: "netlify", token: person!, name: "home" })).id!;
});

const planned = (more: Record<string, unknown>) =>
  owner.call("POST", "/plan", { project: "site", prebuilt: true, source: { upload }, ...more });

describe("a saved target", () => {
  it("is kept under its name, changed, and removed", async () => {
    const made = await owner.client.targets.save({
      name: "production-site",
      platform: "vercel",
      connection: "work",
      target: { account: "team_1", projectName: "site" },
    });
    expect(made).toMatchObject({
      name: "production-site",
      platform: "vercel",
      connection: work,
      target: { account: "team_1", projectName: "site" },
      isDefault: false,
    });
    expect((await owner.client.targets.saved()).targets).toEqual([made]);
    const changed = await owner.client.targets.update({ id: made.id, name: "shop", target: null });
    expect(changed).toEqual({ ...made, name: "shop", target: null });
    await owner.client.targets.remove({ id: made.id });
    expect((await owner.client.targets.saved()).targets).toEqual([]);
    expect((await owner.call("DELETE", `/targets/${made.id}`)).status).toBe(404);
  });

  it("is refused with a name that is taken or none, a connection that is not there, an account where there are none", async () => {
    await owner.client.targets.save({ name: "one", platform: "vercel" });
    const save = async (body: object) => (await owner.call("POST", "/targets", body)).body.code as string;
    expect(await save({ name: "one", platform: "netlify" })).toBe("CONFLICT");
    expect(await save({ name: "a;id", platform: "vercel" })).toBe("INVALID_CONFIG");
    expect(await save({ name: "two", platform: "nowhere" })).toBe("INVALID_CONFIG");
    // A connection of another platform is none of this one.
    expect(await save({ name: "two", platform: "vercel", connection: "home" })).toBe("NOT_FOUND");
    expect(await save({ name: "two", platform: "local", target: { account: "x" } })).toBe("INVALID_CONFIG");
    expect(await save({ name: "two", platform: "vercel", organization: "other" })).toBe("INVALID_CONFIG");
    expect((await owner.client.targets.saved()).targets).toHaveLength(1);
  });

  it("is the default of its platform alone", async () => {
    const one = await owner.client.targets.save({ name: "one", platform: "vercel", isDefault: true });
    const other = await owner.client.targets.save({ name: "other", platform: "netlify", isDefault: true });
    const next = await owner.client.targets.save({ name: "next", platform: "vercel", isDefault: true });
    const defaults = (await owner.client.targets.saved()).targets.filter(({ isDefault }) => isDefault);
    expect(defaults.map(({ id }) => id).toSorted()).toEqual([other.id, next.id].toSorted());
    await owner.client.targets.update({ id: one.id, isDefault: true });
    const [still] = (await owner.client.targets.saved()).targets.filter(
      ({ isDefault, platform }) => isDefault && platform === "vercel",
    );
    expect(still!.id).toBe(one.id);
  });

  it("is changed by who may change connections, and seen by all", async () => {
    const { id } = await owner.client.targets.save({ name: "one", platform: "vercel" });
    const developer = await server.member(owner, "developer");
    expect((await developer.call("GET", "/targets/saved")).body.targets).toHaveLength(1);
    expect((await developer.call("POST", "/targets", { name: "two", platform: "vercel" })).status).toBe(403);
    expect((await developer.call("PATCH", `/targets/${id}`, { isDefault: true })).status).toBe(403);
    expect((await developer.call("DELETE", `/targets/${id}`)).status).toBe(403);
    const viewer = await server.member(owner, "viewer");
    expect((await viewer.call("POST", `/targets/${id}/test`)).status).toBe(403);
    expect((await developer.call("POST", `/targets/${id}/test`)).body.ok).toBe(true);
  });
});

describe("a deployment", () => {
  it("goes where the target says that it names, by name or id", async () => {
    const { id } = await owner.client.targets.save({
      name: "shop",
      platform: "netlify",
      connection: "home",
      target: { projectName: "my-shop" },
    });
    for (const savedTarget of ["shop", id]) {
      const { status, body } = await planned({ savedTarget });
      expect([status, body.plan.platform, body.plan.target]).toEqual([200, "netlify", { projectName: "my-shop" }]);
    }
    expect((await planned({ savedTarget: "no-such" })).body.code).toBe("NOT_FOUND");
    const both = await planned({ savedTarget: "shop", connection: "home", platform: "vercel" });
    expect(both.body.code).toBe("INVALID_CONFIG");
    expect(both.body.data.faults.map(({ path }: { path: string }) => path)).toEqual(["connection", "platform"]);
    expect((await planned({ savedTarget: "shop", platform: "netlify" })).status).toBe(200);
  });

  it("uses the target's connection, also where there are several", async () => {
    const { tokens } = vendors.netlify.state;
    tokens.set("nfp_of_somebody_else", { ...[...tokens.values()][0]!, id: "somebody-else", email: "else@example.com" });
    const token = "nfp_of_somebody_else";
    const { id } = await owner.client.connections.connect({ platform: "netlify", token, name: "second" });
    expect(id).not.toBe(home);
    await owner.client.targets.save({ name: "shop", platform: "netlify", connection: "second" });
    const asked = { project: "shop", prebuilt: true, source: { upload } };
    expect((await owner.call("POST", "/deployments", { ...asked, platform: "netlify" })).body.code).toBe("CONFLICT");
    const made = await owner.client.deployments.create({ ...asked, savedTarget: "shop" });
    const rows = server.engine.database.db as unknown as Kysely<{
      deployment: { id: string; connection_id: string; state: string };
    }>;
    const row = await rows
      .selectFrom("deployment")
      .select("connection_id")
      .where("id", "=", made.id)
      .executeTakeFirst();
    expect([made.platform, row!.connection_id]).toEqual(["netlify", id]);
    // So does the same once more, and a way back.
    await rows.updateTable("deployment").set({ state: "failed" }).where("id", "=", made.id).execute();
    const again = await owner.client.deployments.redeploy({ id: made.id });
    const next = await rows.selectFrom("deployment").selectAll().where("id", "=", again.id).executeTakeFirst();
    expect([again.id === made.id, next!.connection_id]).toEqual([false, id]);
  });

  it("that says nothing goes to the platform's default", async () => {
    await owner.client.targets.save({
      name: "usual",
      platform: "netlify",
      connection: "home",
      target: { projectName: "usual-site" },
      isDefault: true,
    });
    expect((await planned({ platform: "netlify" })).body.plan.target).toEqual({ projectName: "usual-site" });
    // It says where itself.
    expect((await planned({ platform: "netlify", target: { projectName: "other" } })).body.plan.target).toEqual({
      projectName: "other",
    });
    expect((await planned({ platform: "vercel" })).body.plan.target).not.toMatchObject({ projectName: "usual-site" });
    expect((await planned({})).body.plan.platform).toBe("local");
  });

  it("names no target of another organisation", async () => {
    const { id } = await owner.client.targets.save({ name: "mine", platform: "netlify" });
    const { id: organization } = await owner.client.organizations.create({ name: "Other" });
    const there = server.as({ ...owner.headers, "landfall-organization": organization });
    expect((await there.call("GET", "/targets/saved")).body.targets).toEqual([]);
    for (const [method, path] of [
      ["PATCH", `/targets/${id}`],
      ["DELETE", `/targets/${id}`],
      ["POST", `/targets/${id}/test`],
    ] as const)
      expect((await there.call(method, path, method === "PATCH" ? { name: "x" } : undefined)).status).toBe(404);
  });
});

describe("trying a target out", () => {
  const tried = async (asked: Parameters<Caller["client"]["targets"]["save"]>[0]) => {
    const { id } = await owner.client.targets.save(asked);
    return owner.client.targets.test({ id });
  };

  it("says whose account answers, and that the project is there", async () => {
    expect(await tried({ name: "here", platform: "local" })).toMatchObject({ ok: true, error: null });
    const good = await tried({ name: "good", platform: "netlify", connection: "home" });
    expect(good).toMatchObject({ ok: true, error: null });
    expect(good.detail).toMatch(/^Netlify answers for .+\.$/);
  });

  it("says which account or project is not there", async () => {
    const account = await tried({ name: "a", platform: "vercel", target: { account: "team_nobody" } });
    expect(account).toMatchObject({ ok: false, error: { code: "NOT_FOUND", where: "vercel, account" } });
    const project = await tried({ name: "b", platform: "netlify", target: { projectId: "no-such-site" } });
    expect(project).toMatchObject({ ok: false, error: { code: "NOT_FOUND", where: "netlify, project" } });
    expect(project.detail).toContain("no-such-site");
  });

  it("says that the access was ended, or the connection is gone", async () => {
    const { id } = await owner.client.targets.save({ name: "c", platform: "netlify", connection: "home" });
    const kept = new Map(vendors.netlify.state.tokens);
    vendors.netlify.state.tokens.clear();
    expect(await owner.client.targets.test({ id })).toMatchObject({ ok: false, error: { code: "AUTH_FAILED" } });
    for (const [token, person] of kept) vendors.netlify.state.tokens.set(token, person);
    expect(await owner.client.targets.test({ id })).toMatchObject({ ok: true });
    await owner.client.connections.disconnect({ connection: home });
    expect(await owner.client.targets.test({ id })).toMatchObject({ ok: false, error: { code: "NOT_FOUND" } });
  });
});
