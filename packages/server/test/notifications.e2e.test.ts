/** Places that are told of deployments, through the API: who may, what is sent, what is never shown. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSigned, openReceiver, type Receiver } from "../../engine/test/receiver.ts";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";
import { openPostOffice, type PostOffice } from "./post-office.ts";

const project = "shop";
const canary = "canary-in-an-address";
let receiver: Receiver;
let server: TestServer;
let owner: Caller;

const open = async (...settings: Parameters<typeof serverFor>): Promise<void> => {
  server = await serverFor(...settings);
  owner = await server.setUp();
  await owner.client.projects.create({ name: project });
};
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** To its end. */
async function deploy(caller = owner, buildCommand = ""): Promise<string> {
  const source = { method: "POST", headers: caller.headers, body: onePage("here") };
  const { id: upload } = (await (await fetch(`${server.url}/api/sources`, source)).json()) as { id: string };
  const overrides = { kind: "static" as const, buildCommand, outputDir: "." };
  const { id } = await caller.client.deployments.create({ project, source: { upload }, overrides });
  await server.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle" });
  return id;
}
const save = (address: string, caller = owner) =>
  caller.call("POST", `/projects/${project}/notifications`, { kind: "webhook", address });
const state = async (id: string) =>
  (await owner.client.notifications.deliveries({ project, id })).deliveries.map((one) => one.state);

describe("a webhook", () => {
  beforeEach(() => open({}, {}, { privateNotifications: true }));

  it("is told what was deployed, signed with a secret that is shown once, and of the page that shows it", async () => {
    const { status, body: made } = await save(receiver.url(`/${canary}`));
    expect(status).toBe(201);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const id = await deploy();
    await expect.poll(() => state(made.id), { timeout: 10_000 }).toEqual(["delivered"]);
    expect(receiver.got.map(({ path }) => path)).toEqual([`/${canary}`]);
    expect(isSigned(receiver.got[0]!, made.secret)).toBe(true);
    const said = JSON.parse(receiver.got[0]!.body);
    expect(said).toMatchObject({
      type: "deployment.succeeded",
      data: { project, deployment: id, startedBy: "Owner", page: `${server.url}/p/${project}/deployments/${id}` },
    });
    const tried = await owner.call("POST", `/projects/${project}/notifications/${made.id}/test`);
    expect(tried.body).toEqual({ ok: true, status: 204, detail: "It answered 204." });
    const { body: page } = await owner.call("GET", `/projects/${project}/notifications/${made.id}/deliveries?limit=1`);
    expect(page.deliveries).toMatchObject([{ event: "test", state: "delivered" }]);
    const { deliveries: rest, nextCursor } = await owner.client.notifications.deliveries({
      project,
      id: made.id,
      cursor: page.nextCursor,
    });
    expect([rest.length, nextCursor]).toEqual([1, null]);

    const shown = JSON.stringify([
      await owner.client.notifications.list({ project }),
      await owner.client.audit.list({}),
      await owner.client.deployments.get({ id }),
      server.logged,
    ]);
    const { entries } = await owner.client.audit.list({ action: "notifications" });
    expect(entries.map(({ action, target }) => [action, target])).toEqual([
      ["notifications.test", `project=${project} id=${made.id}`],
      ["notifications.save", expect.stringContaining(`project=${project}`)],
    ]);
    for (const secret of [canary, made.secret, made.secret.slice(6)]) {
      expect(shown).not.toContain(secret);
      for (const file of readdirSync(server.home, { recursive: true, withFileTypes: true }))
        if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(secret)).toBe(false);
    }
    expect((await owner.call("DELETE", `/projects/${project}/notifications/${made.id}`)).status).toBe(200);
    expect((await owner.client.notifications.list({ project })).places).toEqual([]);
    expect((await owner.call("DELETE", `/projects/${project}/notifications/${made.id}`)).status).toBe(404);
  });

  it("is changed without its secrets being given again, and sent again what it did not take", async () => {
    const { body: made } = await save(receiver.url(`/${canary}`));
    const path = `/projects/${project}/notifications/${made.id}`;
    const { secret: _secret, ...before } = made;
    const renamed = await owner.call("PATCH", path, { name: "ours", environments: "all" });
    expect([renamed.status, renamed.body]).toEqual([200, { ...before, name: "ours", environments: "all" }]);
    receiver.answer = (response) => void response.writeHead(410).end();
    await deploy();
    await expect.poll(() => state(made.id), { timeout: 10_000 }).toEqual(["given-up"]);
    receiver.answer = (response) => void response.writeHead(204).end();
    expect((await owner.call("PATCH", path, { address: receiver.url("/moved") })).status).toBe(200);
    const { deliveries } = await owner.client.notifications.deliveries({ project, id: made.id });
    const again = await owner.call("POST", `${path}/deliveries/${deliveries[0]!.id}/resend`);
    expect([again.status, again.body.state]).toEqual([200, "waiting"]);
    await expect.poll(() => state(made.id), { timeout: 10_000 }).toEqual(["delivered"]);
    expect(receiver.got.map((got) => [got.path, isSigned(got, made.secret)])).toEqual([
      [`/${canary}`, true],
      ["/moved", true],
    ]);
    const { status, body } = await owner.call("PATCH", path, { address: "http://canary.example.com" });
    expect([status, body.data.faults]).toEqual([400, [{ path: "address", message: "must begin with https://" }]]);
    expect((await owner.call("PATCH", path, { kind: "slack" })).status).toBe(400);
    const viewer = await server.member(owner, "viewer");
    expect((await viewer.call("PATCH", path, { name: "theirs" })).status).toBe(403);
    expect((await viewer.call("POST", `${path}/deliveries/${deliveries[0]!.id}/resend`)).status).toBe(403);
    const recorded = await owner.client.audit.list({ action: "notifications.resend" });
    expect(recorded.entries.map(({ target }) => target)).toEqual([
      `project=${project} id=${made.id} delivery=${deliveries[0]!.id}`,
    ]);
    expect(JSON.stringify([(await owner.client.audit.list({})).entries, server.logged])).not.toMatch(/canary|moved/);
  });

  it("that was not told when the server ended is told by the next one", async () => {
    const { body: made } = await save(receiver.url());
    receiver.answer = () => {}; // It hangs, and the server ends before it answers.
    await deploy().catch(() => {});
    await expect.poll(() => receiver.got.length, { timeout: 10_000 }).toBeGreaterThan(0);
    receiver.answer = (response) => void response.writeHead(200).end();
    await server.restart();
    // It may wait for its next try.
    await expect.poll(() => state(made.id), { timeout: 40_000 }).toEqual(["delivered"]);
    expect(new Set(receiver.got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  it("is added by who develops the project, seen by who sees it, and belongs to its project alone", async () => {
    const viewer = await server.member(owner, "viewer");
    const guest = await server.member(owner, "guest");
    expect((await save(receiver.url(), viewer)).status).toBe(403);
    expect((await save(receiver.url(), guest)).status).toBe(403);
    await owner.client.collaborators.set({ project, email: guest.email, role: "developer" });
    const { status, body: made } = await save(receiver.url(), guest);
    expect(status).toBe(201);
    expect((await viewer.client.notifications.list({ project })).places).toMatchObject([{ id: made.id, last: null }]);
    expect((await viewer.call("POST", `/projects/${project}/notifications/${made.id}/test`)).status).toBe(403);
    await owner.client.projects.create({ name: "other" });
    expect((await owner.call("POST", `/projects/other/notifications/${made.id}/test`)).status).toBe(404);
    expect(receiver.got).toEqual([]);
  });
});

it("leads nowhere inside, unless the server was started so", async () => {
  await open();
  for (const address of [
    receiver.url(),
    "https://10.1.2.3/",
    "https://169.254.169.254/latest",
    "https://[::1]/",
    "x",
  ]) {
    const { status, body } = await save(address);
    expect([address, status, body.code, body.data.faults[0].path]).toEqual([address, 400, "INVALID_CONFIG", "address"]);
    expect(JSON.stringify(body)).not.toContain(address.length > 1 ? address : "no such text");
  }
  const { body: made } = await save(`https://localhost:${new URL(receiver.url()).port}/`);
  const { body } = await owner.call("POST", `/projects/${project}/notifications/${made.id}/test`);
  expect(body).toEqual({
    ok: false,
    status: null,
    detail: "Its address is on the server's own machine or in a private network.",
  });
  expect(receiver.got).toEqual([]);
});

describe("a mailbox", () => {
  let post: PostOffice;
  beforeEach(async () => {
    post = await openPostOffice();
  });
  afterEach(() => post[Symbol.asyncDispose]());
  const mailbox = { project, kind: "email" as const, address: "team@example.com", events: ["succeeded" as const] };

  it("is told by mail, with links; what the mail server says is told, and nothing else of it", async () => {
    await open({ mail: post.mail });
    const { id, secret, leadsTo } = await owner.client.notifications.save(mailbox);
    expect([secret, leadsTo]).toEqual([null, "team@example.com"]);
    const deployment = await deploy();
    const letter = await post.letterTo("team@example.com");
    expect(letter.subject).toBe("shop: a deployment of production succeeded.");
    expect(letter.text).toContain("Started by Owner.");
    expect(letter.html).toContain(`<a href="${server.url}/p/${project}/deployments/${deployment}">`);
    await expect.poll(() => state(id), { timeout: 10_000 }).toEqual(["delivered"]);
    post.refuse({ responseCode: 451, message: "later" });
    expect(await owner.client.notifications.test({ project, id })).toEqual({
      ok: false,
      status: null,
      detail: "The mail server answered 451.",
    });
  });

  it("is refused where no mail is sent, with what to set", async () => {
    await open();
    const { status, body } = await owner.call("POST", `/projects/${project}/notifications`, mailbox);
    expect([status, body.data.faults[0].message]).toEqual([400, expect.stringContaining("LANDFALL_SMTP_URL")]);
  });
});

describe("deployments of one's own", () => {
  let post: PostOffice;
  beforeEach(async () => {
    post = await openPostOffice();
  });
  afterEach(() => post[Symbol.asyncDispose]());

  /** Of deployments; invitations come by mail too. */
  const told = () =>
    post.received.filter(({ subject }) => subject.startsWith(project)).map(({ to, subject }) => [...to, subject]);

  it("are told by mail to who started them, as each person chose, and to nobody else", async () => {
    await open({ mail: post.mail });
    const other = await server.member(owner, "developer");
    expect(await owner.client.ownNotifications.get({})).toMatchObject({ events: [], sendsMail: true });
    const { email } = (await owner.client.me({})).user;
    expect(await owner.client.ownNotifications.save({ events: ["failed"] })).toEqual({
      events: ["failed"],
      address: email,
      sendsMail: true,
    });
    await other.client.ownNotifications.save({ events: ["failed", "succeeded"] });
    await deploy(owner);
    await deploy(other);
    await post.letterTo(other.email, /succeeded/);
    const failed = await deploy(owner, "node none.mjs");
    expect((await post.letterTo(email, /failed/)).html).toContain(`/p/${project}/deployments/${failed}">`);
    await other.client.ownNotifications.save({ events: ["failed"] });
    await deploy(other);
    await deploy(other, "node none.mjs");
    await post.letterTo(other.email, /failed/);
    expect(told()).toEqual([
      [other.email, "shop: a deployment of production succeeded."],
      [email, "shop: a deployment of production failed."],
      [other.email, "shop: a deployment of production failed."],
    ]);
    // It is no place of the project's.
    expect((await owner.client.notifications.list({ project })).places).toEqual([]);
    expect(await owner.client.ownNotifications.get({})).toMatchObject({ events: ["failed"] });
  });

  it("are told once to a mailbox that the project tells too", async () => {
    await open({ mail: post.mail });
    const { email } = (await owner.client.me({})).user;
    await owner.client.ownNotifications.save({ events: ["succeeded"] });
    const { id } = await owner.client.notifications.save({ project, kind: "email", address: email });
    await deploy();
    await expect.poll(() => state(id), { timeout: 10_000 }).toEqual(["delivered"]);
    await owner.client.notifications.remove({ project, id });
    await deploy(owner, "node -e 0");
    await expect.poll(() => told().length, { timeout: 10_000 }).toBe(2);
  });

  it("are chosen by who may be told of a project, and by nobody where no mail is sent", async () => {
    await open();
    const guest = await server.member(owner, "guest");
    expect((await guest.call("PUT", "/me/notifications", { events: ["failed"] })).status).toBe(403);
    await owner.client.collaborators.set({ project, email: guest.email, role: "developer" });
    const { status, body } = await guest.call("PUT", "/me/notifications", { events: ["failed"] });
    expect([status, body.data.faults[0].message]).toEqual([400, expect.stringContaining("LANDFALL_SMTP_URL")]);
    expect((await guest.call("PUT", "/me/notifications", { events: [] })).body).toMatchObject({
      events: [],
      address: guest.email,
      sendsMail: false,
    });
  });

  it("are told to nobody who is not in the organisation any more", async () => {
    await open({ mail: post.mail });
    const other = await server.member(owner, "developer");
    await other.client.ownNotifications.save({ events: ["succeeded"] });
    const again = await server.member(owner, "developer");
    await again.client.ownNotifications.save({ events: ["succeeded"] });
    const source = { method: "POST", headers: other.headers, body: onePage("here") };
    const { id: upload } = (await (await fetch(`${server.url}/api/sources`, source)).json()) as { id: string };
    await other.client.deployments.create({ project, source: { upload } });
    const { members } = await owner.client.members.list();
    await owner.client.members.remove({ id: members.find(({ email }) => email === other.email)!.id });
    await server.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle" });
    await deploy(again, "node -e 0");
    await post.letterTo(again.email, /succeeded/);
    expect(told()).toEqual([[again.email, "shop: a deployment of production succeeded."]]);
  });
});
