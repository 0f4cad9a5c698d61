/** History of variables, files of them, comparison, and settings of a project, over HTTP. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
const root = mkdtempSync(join(tmpdir(), "landfall-more-"));
const at = "/projects/shop/environments/production";
beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

it("takes a .env file byte for byte, gives back what may be read, and names the line of a fault", async () => {
  const text = `GREETING='two\n lines # no comment'\nexport NAME="a\\tb"\nAPI_KEY=canary-77\n`;
  expect((await owner.call("POST", `${at}/variables/import`, { text })).body).toEqual({
    set: ["GREETING", "NAME", "API_KEY"],
  });
  const { body } = await owner.call("GET", `${at}/variables/export`);
  expect(body.left).toEqual(["API_KEY"]);
  expect(body.text).toBe(`GREETING='two\n lines # no comment'\nNAME='a\tb'\n`);
  const broken = await owner.call("POST", `${at}/variables/import`, { text: "GOOD=1\nno variable\n" });
  expect(broken.status).toBe(422);
  expect(broken.body.data.faults).toMatchObject([{ path: "line 2" }]);
  const { variables } = await owner.client.variables.list({ project: "shop", environment: "production" });
  expect(variables.map(({ key }) => key)).toEqual(["API_KEY", "GREETING", "NAME"]);
});

it("tells who changed what, and takes a change back", async () => {
  const shop = { project: "shop", environment: "production" };
  const developer = await server.member(owner, "developer");
  await developer.client.variables.set({ ...shop, values: { GREETING: "hello" } });
  const { body } = await owner.call("GET", `${at}/variable-changes?key=GREETING`);
  expect(body.changes).toMatchObject([
    { action: "set", value: "hello", by: "developer" },
    { action: "set", value: "two\n lines # no comment", by: "Owner" },
  ]);
  const reverted = await owner.call("POST", `${at}/variable-changes/${body.changes[0].id}/revert`, {});
  expect(reverted.body).toEqual({ key: "GREETING" });
  const { variables } = await owner.client.variables.list(shop);
  expect(variables.find(({ key }) => key === "GREETING")).toMatchObject({
    value: "two\n lines # no comment",
    updatedBy: "Owner",
  });
  const all = await owner.client.variables.history(shop);
  expect(JSON.stringify(all)).not.toContain("canary-77");
  const viewer = await server.member(owner, "viewer");
  expect((await viewer.call("POST", `${at}/variable-changes/${body.changes[0].id}/revert`, {})).status).toBe(403);
});

it("compares environments without a value in the answer", async () => {
  await owner.client.variables.set({
    project: "shop",
    environment: "staging",
    values: { NAME: "a\tb", API_KEY: "else" },
  });
  const { body } = await owner.call("GET", `${at}/variables/compare?with=staging`);
  expect(body.differences).toEqual([
    { key: "API_KEY", state: "different", sensitive: true },
    { key: "GREETING", state: "only-here", sensitive: false },
    { key: "NAME", state: "same", sensitive: false },
  ]);
});

it("begins every deployment with the project's settings; what the source or the request says wins", async () => {
  const { version } = await owner.client.projects.settings.get({ project: "shop" });
  const settings = { rootDirectory: "apps/web", buildCommand: "node build.js", outputDir: "public" };
  await owner.client.projects.settings.set({ project: "shop", settings, expect: version });
  const late = await owner.call("PUT", "/projects/shop/settings", { settings: {}, expect: version });
  expect(late.status).toBe(409);
  const wrong = await owner.call("PUT", "/projects/shop/settings", {
    settings: { healthPath: "no slash" },
    expect: version + 1,
  });
  expect(wrong.body.data.faults).toMatchObject([{ path: "healthPath" }]);

  const files = {
    "README.md": "a monorepo",
    "apps/web/package.json": `{"name":"web","scripts":{"build":"vite build"}}`,
    "apps/web/index.html": "<p>web",
  };
  const plain = await planned(files);
  expect(plain.build).toMatchObject({ build: [{ argv: ["node", "build.js"] }], outputDir: "public" });
  const own = await planned({ ...files, "apps/web/landfall.json": `{"outputDir":"out"}` });
  expect(own.build).toMatchObject({ build: [{ argv: ["node", "build.js"] }], outputDir: "out" });
  const said = await planned(files, { buildCommand: "node other.js" });
  expect(said.build).toMatchObject({ build: [{ argv: ["node", "other.js"] }] });
});

async function planned(files: Record<string, string>, overrides?: { buildCommand: string }) {
  const folder = mkdtempSync(join(root, "source-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  execFileSync("tar", ["-czf", `${folder}.tgz`, "-C", folder, "."]);
  const sent = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: readFileSync(`${folder}.tgz`),
  });
  const { id: upload } = (await sent.json()) as { id: string };
  const { plan } = await owner.client.plan({
    project: "shop",
    source: { upload },
    ...(overrides ? { overrides } : {}),
  });
  return plan.services[0]!;
}

it("tells of each project how its newest deployment is, to who may read deployments", async () => {
  await owner.client.projects.create({ name: "pier" });
  const posted = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("boards"),
  });
  const { id: upload } = (await posted.json()) as { id: string };
  const commit = { sha: "a".repeat(40), message: "Boards", branch: "main", author: "Ada" };
  const source = { upload, commit };
  await owner.client.deployments.create({ project: "mole", environment: "preview", source });
  const { id, createdAt } = await owner.client.deployments.create({ project: "mole", message: "Stones", source });
  const { projects } = await owner.client.projects.list();
  const told = new Map(projects.map(({ name, last, platforms }) => [name, { last, platforms }]));
  expect(told.get("pier")).toEqual({ last: null, platforms: [] });
  expect(told.get("mole")).toEqual({
    platforms: [],
    last: {
      id,
      environment: "production",
      platform: "local",
      state: "pending",
      message: "Stones",
      source: "an upload",
      commit,
      createdAt,
    },
  });
  const key = await server.key(owner, ["read:project"]);
  for (const one of (await key.client.projects.list()).projects)
    expect(one).toMatchObject({ last: null, platforms: [] });
});
