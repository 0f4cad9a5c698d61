import { contract, permissionsOf, proceduresOf, type Permission, roles } from "@landfall/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { onePage } from "./archive.ts";
import { type Answer, type Caller, serverFor, type TestServer } from "./harness.ts";
import { requestFor, type Things } from "./inputs.ts";

/** In everything the first organisation keeps, and in nothing another may see. */
const mark = "acme-only";
/** A name anybody may choose. */
const project = "acme-project";
const procedures = proceduresOf(contract);
const guarded = procedures.filter(({ access }) => access !== "anyone");
const streams = new Set(["deployments.events", "deployments.logs", "live"]);

let server: TestServer;
let owner: Caller;
/** Owner of another organisation, who is nothing in the first. */
let stranger: Caller;
let things: Things;
let addresses = 0;

beforeAll(async () => {
  server = await serverFor({ trustedProxies: ["127.0.0.1"] });
  owner = await server.setUp();
  await owner.client.organizations.rename({ name: mark });
  await owner.client.variables.set({ project, environment: "production", values: { NAME: mark } });
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage(mark),
  });
  const upload = ((await response.json()) as { id: string }).id;
  const deployment = await owner.client.deployments.create({ project, source: { upload }, message: mark });
  await owner.client.shared.set({ values: { SHARED: mark } });
  await owner.client.shared.map({ project, environment: "production", key: "SHARED", sharedKey: "SHARED" });
  const { email } = await server.member(owner, "guest");
  await owner.client.collaborators.set({ project, email, role: "viewer" });
  const key = await owner.client.keys.create({ name: mark, scopes: ["read:project"] });
  const invitation = await owner.client.invitations.create({ email: `${mark}@example.com`, role: "viewer" });
  const sandbox = await owner.client.sandboxes.create({ name: mark });
  await owner.client.sandboxes.write({ id: sandbox.id, files: [{ path: "index.html", text: mark }] });
  const webhook = await owner.client.webhooks.create({ platform: "vercel", name: mark });
  const target = await owner.client.targets.save({ name: mark, platform: "local" });
  const place = await owner.client.notifications.save({
    project,
    kind: "webhook",
    name: mark,
    address: `https://${mark}.invalid/`,
  });
  const { members } = await owner.client.members.list();
  things = {
    project,
    upload,
    deployment: deployment.id,
    key: key.id,
    invitation: invitation.id,
    member: members[0]!.id,
    connection: "con_acmeonly",
    webhook: webhook.id,
    sandbox: sandbox.id,
    target: target.id,
    place: place.id,
  };
  stranger = await elsewhere();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Somebody who owns another organisation: invited as an owner, founded one, removed from the first. */
async function elsewhere(): Promise<Caller> {
  const person = await server.member(owner, "owner");
  await person.client.organizations.create({ name: "elsewhere" });
  const { members } = await owner.client.members.list();
  await owner.client.members.remove({ id: members.find(({ email }) => email === person.email)!.id });
  return person;
}

async function rest(caller: Caller, name: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { method, path, body } = requestFor(procedures.find((one) => one.name === name)!, things);
  return caller.call(method, path, body ?? undefined, headers);
}

async function rpc(caller: Caller, name: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { input } = requestFor(procedures.find((one) => one.name === name)!, things);
  const response = await fetch(`${server.url}/rpc/${name.replaceAll(".", "/")}`, {
    method: "POST",
    headers: { ...caller.headers, "content-type": "application/json", ...headers },
    body: JSON.stringify({ json: input }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text };
}

function socket(caller: Caller, query = ""): Promise<number> {
  const opened = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${things.deployment}${query}`, {
    headers: caller.headers,
  });
  return new Promise((resolve) => {
    opened.once("open", () => {
      opened.terminate();
      resolve(101);
    });
    opened.once("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode!);
    });
    opened.on("error", () => {});
  });
}

const transports = { rest, rpc };

async function stateOfFirst(): Promise<string> {
  const { client } = owner;
  return JSON.stringify([
    await client.projects.list(),
    await client.variables.list({ project, environment: "production" }),
    await client.deployments.get({ id: things.deployment }),
    await client.uploads.get({ id: things.upload }),
    await client.keys.list(),
    await client.members.list(),
    await client.collaborators.list({ project }),
    await client.shared.list(),
    await client.invitations.list(),
    await client.webhooks.list(),
    await client.sandboxes.list(),
    await client.targets.saved(),
    await client.notifications.list({ project }),
    await client.sandboxes.files({ id: things.sandbox }),
    await client.me(),
  ]);
}

describe.each(Object.entries(transports))("by %s", (_transport, send) => {
  it.each(guarded.map(({ name }) => name))("%s is closed to nobody, to ended keys, and to strangers", async (name) => {
    expect((await send(server.anyone, name)).status).toBe(401);
    // From an address of each one's own: who tries too many is refused for that.
    const from = { "x-forwarded-for": `10.0.${addresses >> 8}.${addresses++ & 255}` };
    expect((await send(server.as({ authorization: "Bearer nothing", ...from }), name)).status).toBe(401);
    // As a member of the other organisation by name: refused before anything is looked at.
    expect((await send(stranger, name, { "landfall-organization": "local" })).status).toBe(403);
  });

  it("a stranger sees and changes nothing, by whatever name or id", async () => {
    const before = await stateOfFirst();
    for (const procedure of guarded) {
      if (procedure.name === "live") continue; // Never ends; live.e2e.test.ts says what it tells whom.
      const answer = await send(stranger, procedure.name);
      const told = JSON.stringify(answer.body);
      expect([procedure.name, answer.status < 500]).toEqual([procedure.name, true]);
      expect([procedure.name, told.includes(mark)]).toEqual([procedure.name, false]);
      if (requestFor(procedure, things).isNested)
        expect([procedure.name, answer.status]).toEqual([procedure.name, 404]);
    }
    expect(await stateOfFirst()).toBe(before);
  });

  it("a key without any fitting scope is refused", async () => {
    const key = await server.key(owner, ["read:audit"]);
    for (const { name, access } of guarded) {
      if (access === "signed-in" || access === "read:audit") continue;
      expect([name, (await send(key, name)).status]).toEqual([name, 403]);
    }
  });

  it.each(roles.slice(0, -1))("a %s does what the table says and nothing else", async (role) => {
    const member = await server.member(owner, role);
    for (const { name, access } of guarded) {
      if (access === "signed-in") continue;
      const isAllowed = permissionsOf[role].has(access as Permission);
      // What changes something is tried only where it must be refused.
      if (isAllowed && (!access.startsWith("read:") || streams.has(name))) continue;
      const { status } = await send(member, name);
      expect([name, isAllowed ? status !== 401 && status !== 403 : status === 403]).toEqual([name, true]);
    }
  });
});

it("opens no socket to nobody, strangers, or a key without the scope", async () => {
  expect(await socket(server.anyone)).toBe(401);
  expect(await socket(stranger)).toBe(404);
  expect(await socket(stranger, "?organization=local")).toBe(403);
  expect(await socket(await server.key(owner, ["read:project"]))).toBe(403);
  expect(await socket(await server.key(owner, ["read:deployment"]))).toBe(101);
});

it("takes no archive from nobody, viewers and keys that may not", async () => {
  const viewer = await server.member(owner, "viewer");
  for (const [caller, status] of [
    [server.anyone, 401],
    [viewer, 403],
    [await server.key(owner, ["read:source"]), 403],
  ] as const) {
    const posted = await fetch(`${server.url}/api/sources`, {
      method: "POST",
      headers: caller.headers,
      body: onePage("x"),
    });
    expect(posted.status).toBe(status);
  }
  const put = { method: "PUT", headers: { ...stranger.headers, "content-range": "bytes 0-0/1" }, body: "x" };
  expect((await fetch(`${server.url}/api/sources/${things.upload}`, put)).status).toBe(404);
});
