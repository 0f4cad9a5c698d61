/** A password on what is served, through the API: in force at once, seen by verification, kept nowhere in the clear. */
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

const project = "shop";
const secret = "canary of the harbour";
let server: TestServer;
let owner: Caller;
beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
});
afterAll(() => server[Symbol.asyncDispose]());

/** To its end; answers its view. */
async function deploy(text: string, environment?: string) {
  const source = { method: "POST", headers: owner.headers, body: onePage(text) };
  const { id: upload } = (await (await fetch(`${server.url}/api/sources`, source)).json()) as { id: string };
  const asked = { project, source: { upload }, ...(environment === undefined ? {} : { environment }) };
  const { id } = await owner.client.deployments.create({ ...asked, force: true });
  await server.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle" });
  return owner.client.deployments.get({ id });
}

/** As a visitor asks for it; names under `localhost` are this machine. */
function visit(url: string, password?: string): Promise<{ status: number; body: string }> {
  const { host, port, pathname } = new URL(url);
  const authorization = password === undefined ? {} : { authorization: `Basic ${btoa(`me:${password}`)}` };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: pathname, headers: { host, ...authorization } });
    asked.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode!, body }));
    });
    asked.on("error", reject).end();
  });
}

const path = `/projects/${project}/protection`;

it("is in force when it is answered, for previews or for all, and deployments succeed behind it", async () => {
  const live = await deploy("first");
  const preview = await deploy("look", "pr-1");
  const [front, side] = [live.services[0]!, preview.services[0]!];
  expect((await visit(front.url)).status).toBe(200);
  expect(await owner.client.projects.protection.get({ project })).toEqual({
    version: 0,
    scope: "off",
    updatedAt: null,
    elsewhere: [],
  });
  const set = await owner.call("PUT", path, { scope: "preview", password: secret, expect: 0 });
  expect([set.status, set.body]).toEqual([200, { ...set.body, version: 1, scope: "preview", elsewhere: [] }]);
  for (const url of [side.url, ...(side.alsoAt ?? [])]) expect((await visit(url)).status).toBe(401);
  expect((await visit(front.url)).status).toBe(200);
  expect(await visit(side.url, secret)).toEqual({ status: 200, body: expect.stringContaining("look") });

  expect((await owner.call("PUT", path, { scope: "all", expect: 1 })).status, "the password stays").toBe(200);
  for (const url of [front.url, ...(front.alsoAt ?? [])]) expect((await visit(url)).status).toBe(401);
  expect((await visit(front.url, secret)).status).toBe(200);
  const second = await deploy("second");
  expect(second.state).toBe("success");
  expect(await visit(front.url, secret)).toEqual({ status: 200, body: expect.stringContaining("second") });
  const shot = await server.engine.screenshots.takeNext({ browser: "/none", signal: AbortSignal.timeout(30_000) });
  expect(shot).toBeTruthy();
  for (let next = shot; next; )
    if (next.deploymentId === second.id) {
      expect(next.reason).toBe("it is shown to nobody without its password");
      break;
    } else next = await server.engine.screenshots.takeNext({ browser: "/none", signal: AbortSignal.timeout(30_000) });
  const items = await owner.client.deployments.checklist({ id: second.id });
  expect(items.filter(({ state }) => state === "warning")).toEqual([]);

  // The one that comes back asks as the one before did.
  await server.engine.edge.stop();
  await server.engine.edge.ensure();
  await expect
    .poll(
      () =>
        visit(front.url)
          .then(({ status }) => status)
          .catch(() => 0),
      { timeout: 20_000 },
    )
    .toBe(401);
  expect((await visit(front.url, secret)).status).toBe(200);

  expect((await owner.call("PUT", path, { scope: "off", expect: 2 })).status).toBe(200);
  expect((await visit(front.url)).status).toBe(200);
  const forgotten = await owner.call("PUT", path, { scope: "all", expect: 3 });
  expect([forgotten.status, forgotten.body.data.faults[0].path]).toEqual([400, "password"]);
}, 120_000);

it("is the platform's own where the project is hosted, which says where it is set", async () => {
  const db = server.engine.database.db as Kysely<{ target: Target; project: { id: string; name: string } }>;
  const { id } = await db.selectFrom("project").select("id").where("name", "=", project).executeTakeFirstOrThrow();
  // As a deployment there leaves it.
  const pinned = { account: null, remote_id: "prj_1", remote_name: "shop", pinned_at: "2026-01-01T00:00:00.000Z" };
  await db
    .insertInto("target")
    .values({ project_id: id, platform: "vercel", ...pinned })
    .execute();
  expect((await owner.client.projects.protection.get({ project })).elsewhere).toEqual([
    {
      platform: "vercel",
      name: "Vercel",
      where: "In the project on Vercel: Settings, Deployment Protection.",
      help: "https://vercel.com/docs/deployment-protection",
    },
  ]);
});

interface Target {
  project_id: string;
  platform: string;
  account: string | null;
  remote_id: string;
  remote_name: string;
  pinned_at: string;
}

it("is changed by administrators, by one at a time, and its password is nowhere in the clear", async () => {
  const { version: expected } = await owner.client.projects.protection.get({ project });
  const wrong = { scope: "all", expect: expected };
  for (const password of ["short", "with\na line", "x".repeat(201)]) {
    const { status, body } = await owner.call("PUT", path, { ...wrong, password });
    expect([password.length, status]).toEqual([password.length, 400]);
    expect(JSON.stringify(body)).not.toContain(password);
  }
  const right = { ...wrong, password: secret };
  const developer = await server.member(owner, "developer");
  expect((await developer.call("PUT", path, right)).status).toBe(403);
  expect((await developer.call("GET", path)).status).toBe(200);
  const admin = await server.member(owner, "admin");
  expect((await admin.call("PUT", path, right)).status).toBe(200);
  expect((await admin.call("PUT", path, right)).status, "it was changed meanwhile").toBe(409);
  await deploy("third");

  const { entries } = await owner.client.audit.list({ action: "projects.protection" });
  expect(entries[0]).toMatchObject({ target: `project=${project} scope=all`, actor: admin.email });
  const shown = JSON.stringify([
    entries,
    server.logged,
    await owner.client.projects.protection.get({ project }),
    await owner.client.deployments.list({}),
  ]);
  expect(shown).not.toContain(secret);
  for (const file of readdirSync(server.home, { recursive: true, withFileTypes: true }))
    if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(secret), file.name).toBe(false);
}, 120_000);
