/** Shared values through the API: for administrators of the organisation, told to a project by name alone. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

const shop = { project: "shop", environment: "production" };
const secret = "canary-41b7";

let server: TestServer;
let owner: Caller;
beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  await owner.client.projects.create({ name: "shop" });
});
afterAll(() => server[Symbol.asyncDispose]());

it("are set and mapped by administrators, and are in the plan of the project", async () => {
  const admin = await server.member(owner, "admin");
  const { values } = await admin.client.shared.set({ values: { MAIL_TOKEN: secret } });
  expect(values).toMatchObject([{ key: "MAIL_TOKEN", sensitive: true, value: null, mappings: [] }]);
  await admin.client.shared.map({ ...shop, key: "MAILER", sharedKey: "MAIL_TOKEN" });
  const body = onePage("hello");
  const sent = await fetch(`${server.url}/api/sources`, { method: "POST", headers: admin.headers, body });
  const { id: upload } = (await sent.json()) as { id: string };
  const { plan, problems } = await admin.client.plan({ project: "shop", source: { upload } });
  expect(problems).toEqual([]);
  expect(plan.services[0]!.variables).toMatchObject([{ key: "MAILER", from: "shared" }]);
  expect(JSON.stringify(plan)).not.toContain(secret);
  expect((await admin.call("DELETE", "/shared-values/MAIL_TOKEN")).status).toBe(409);
});

it("are nothing a developer, or an administrator of one project, hands out", async () => {
  const developer = await server.member(owner, "developer");
  const guest = await server.member(owner, "guest");
  await owner.client.collaborators.set({ project: "shop", email: guest.email, role: "admin" });
  const path = "/projects/shop/environments/production/shared-values";
  for (const caller of [developer, guest]) {
    expect((await caller.call("GET", "/shared-values")).status).toBe(403);
    expect((await caller.call("PUT", `${path}/STOLEN`, { sharedKey: "MAIL_TOKEN" })).status).toBe(403);
    expect((await caller.call("DELETE", `${path}/MAILER`)).status).toBe(403);
    expect((await caller.call("GET", path)).body).toEqual({
      mappings: [{ key: "MAILER", sharedKey: "MAIL_TOKEN", sensitive: true, overridden: false }],
    });
  }
});

it("are in the record of changes by name, and nowhere by value", async () => {
  const { entries } = await owner.client.audit.list({ action: "shared" });
  expect(entries.map(({ action, target }) => [action, target])).toEqual([
    ["shared.map", "project=shop environment=production key=MAILER sharedKey=MAIL_TOKEN"],
    ["shared.set", "variables=MAIL_TOKEN"],
  ]);
  expect(server.logged.join("\n")).not.toContain(secret);
});
