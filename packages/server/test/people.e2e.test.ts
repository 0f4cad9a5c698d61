import type { Kysely } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { onePage } from "./archive.ts";
import { type Caller, password, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
beforeEach(async () => {
  server = await serverFor();
});
afterEach(() => server[Symbol.asyncDispose]());

const person = { name: "Somebody", email: "somebody@example.com", password };

/** A deployment that never ends, to have a stream that stays open: nobody works on it here. */
async function openDeployment(owner: Caller): Promise<string> {
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("x"),
  });
  const { id } = (await response.json()) as { id: string };
  const { body } = await owner.call("POST", "/deployments", {
    project: "site",
    source: { upload: id },
    prebuilt: true,
  });
  return body.id as string;
}

/** Opens the deployment's stream both ways; resolves, per way, with how it ended. */
function watched(
  id: string,
  caller: Caller,
): { ended: Promise<{ socket: number; sse: string }>; opened: Promise<unknown> } {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${id}`, { headers: caller.headers });
  const first = new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  const answer = fetch(`${server.url}/api/deployments/${id}/events`, { headers: caller.headers });
  const read = answer.then((response) => response.text());
  return {
    opened: Promise.all([first, answer]),
    ended: Promise.all([closed, read]).then(([code, text]) => ({ socket: code, sse: text })),
  };
}

describe("the first person", () => {
  it("needs the token that was printed, once; afterwards the page is gone", async () => {
    expect((await server.anyone.call("GET", "/setup")).body).toEqual({
      needed: true,
      signInWith: ["password"],
      sendsMail: false,
    });
    const wrong = await server.anyone.call("POST", "/setup", { ...person, token: "guess" });
    expect([wrong.status, wrong.body.code]).toEqual([404, "NOT_FOUND"]);
    const both = await Promise.all(
      ["one@example.com", "two@example.com"].map((email) =>
        server.anyone.call("POST", "/setup", { ...person, email, token: server.setupToken }),
      ),
    );
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 404]));
    expect((await server.anyone.call("POST", "/setup", { ...person, token: server.setupToken })).status).toBe(404);
    expect((await server.anyone.call("GET", "/setup")).body).toEqual({
      needed: false,
      signInWith: ["password"],
      sendsMail: false,
    });
  });

  it("keeps the token when the account could not be made", async () => {
    expect(
      (await server.anyone.call("POST", "/setup", { ...person, password: "short", token: server.setupToken })).status,
    ).toBe(400);
    expect((await server.anyone.call("POST", "/setup", { ...person, token: server.setupToken })).status).toBe(201);
  });

  it("begins again where it was interrupted after the account was made", async () => {
    const db = server.engine.database.db as unknown as Kysely<{ organization: Record<string, string> }>;
    const inTheWay = { id: "local", name: "in the way", created_at: "" };
    await db.insertInto("organization").values(inTheWay).execute();
    const setUp = async () =>
      (await server.anyone.call("POST", "/setup", { ...person, token: server.setupToken })).status;
    expect(await setUp()).toBe(500);
    await db.deleteFrom("organization").execute();
    expect(await setUp()).toBe(201);
    expect(await setUp()).toBe(404);
  });

  it("is the only way in besides an invitation", async () => {
    await server.setUp();
    for (const path of [
      "/auth/sign-up/email",
      "/auth/organization/create",
      "/auth/admin/create-user",
      "/auth/ok",
      "/auth/reference",
    ])
      expect([path, (await server.anyone.call("POST", path, person)).status]).toEqual([path, 404]);
  });
});

describe("invitations", () => {
  it("are for their recipient, once", async () => {
    const owner = await server.setUp();
    const other = await server.member(owner, "viewer");
    const { token, link } = await owner.client.invitations.create({ email: person.email, role: "developer" });
    expect(link).toBe(`${server.url}/invitation#${token}`);
    const stolen = await other.call("POST", "/invitations/accept", { token });
    expect([stolen.status, stolen.body.code]).toEqual([403, "INSUFFICIENT_PERMISSIONS"]);
    await server.anyone.client.invitations.accept({ token, name: "Somebody", password });
    expect((await server.anyone.call("POST", "/invitations/accept", { token, name: "Else", password })).status).toBe(
      404,
    );
    const somebody = await server.signIn(person.email);
    expect((await somebody.call("GET", "/me")).body.organization.role).toBe("developer");
  });

  it("are good no more after they were taken back", async () => {
    const owner = await server.setUp();
    const { id, token } = await owner.client.invitations.create({ email: person.email, role: "viewer" });
    await owner.client.invitations.cancel({ id });
    expect(
      (await server.anyone.call("POST", "/invitations/accept", { token, name: "Somebody", password })).status,
    ).toBe(404);
  });

  it("and roles go no higher than one's own, by whatever field", async () => {
    const owner = await server.setUp();
    const admin = await server.member(owner, "admin");
    const developer = await server.member(owner, "developer");
    expect((await admin.call("POST", "/invitations", { email: "x@example.com", role: "owner" })).status).toBe(403);
    expect((await developer.call("POST", "/invitations", { email: "x@example.com", role: "viewer" })).status).toBe(403);
    const { members } = await owner.client.members.list();
    const [first, own] = [members.find(({ role }) => role === "owner")!, members.find(({ role }) => role === "admin")!];
    expect((await admin.call("PUT", `/members/${own.id}/role`, { role: "owner" })).status).toBe(403);
    expect((await admin.call("DELETE", `/members/${first.id}`)).status).toBe(403);
    expect((await owner.call("PUT", `/members/${first.id}/role`, { role: "viewer" })).status).toBe(409);
    for (const body of [
      { name: "x", role: "owner" },
      { name: "x", id: "other" },
      { name: "x", isAdmin: true },
    ])
      expect((await admin.call("PATCH", "/organization", body)).status).toBe(400);
  });
});

describe("API keys", () => {
  it("do what their scopes say and no more, by REST and by RPC", async () => {
    const owner = await server.setUp();
    const key = await server.key(owner, ["read:project"]);
    expect((await key.call("GET", "/projects")).status).toBe(200);
    await expect(key.client.projects.list()).resolves.toEqual({ projects: [] });
    for (const [method, path, body] of [
      ["POST", "/projects", { name: "x" }],
      ["POST", "/plan", { project: "x", source: { upload: "upl_x" } }],
      ["POST", "/detect", { source: { upload: "upl_x" } }],
      ["GET", "/deployments", undefined],
      ["POST", "/keys", { name: "more", scopes: ["create:project"] }],
    ] as const)
      expect([path, (await key.call(method, path, body)).status]).toEqual([path, 403]);
    await expect(key.client.projects.create({ name: "x" })).rejects.toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
  });

  it("are never wider than their owner", async () => {
    const owner = await server.setUp();
    const viewer = await server.member(owner, "viewer");
    expect((await viewer.call("POST", "/keys", { name: "wide", scopes: ["create:deployment"] })).status).toBe(403);
    const developer = await server.member(owner, "developer");
    const key = await server.key(developer, ["create:project", "read:project"]);
    const { members } = await owner.client.members.list();
    await owner.client.members.setRole({
      id: members.find(({ email }) => email === developer.email)!.id,
      role: "viewer",
    });
    expect((await key.call("POST", "/projects", { name: "x" })).status).toBe(403);
    expect((await key.call("GET", "/projects")).status).toBe(200);
  });

  it("end, and are shown once", async () => {
    const owner = await server.setUp();
    const made = await owner.client.keys.create({ name: "ci", scopes: ["read:project"], expiresInDays: 1 });
    expect(made.key).toMatch(/^lf_[\w-]{43}$/);
    const { keys } = await owner.client.keys.list();
    expect(keys).toMatchObject([{ id: made.id, name: "ci", start: made.key.slice(0, 11), scopes: ["read:project"] }]);
    expect(JSON.stringify(keys)).not.toContain(made.key);
    const key = server.as({ authorization: `Bearer ${made.key}` });
    expect((await key.call("GET", "/me")).body.via).toBe("key");
    await owner.client.keys.remove({ id: made.id });
    expect((await key.call("GET", "/me")).status).toBe(401);
    expect(server.logged.join("\n")).not.toContain(made.key);
  });
});

describe("what opened a stream ends it", () => {
  it.each([
    [
      "signing out",
      4401,
      async (_owner: Caller, member: Caller) => void (await member.call("POST", "/auth/sign-out", {})),
    ],
    [
      "losing the membership",
      4401,
      async (owner: Caller, member: Caller & { email: string }) => {
        const { members } = await owner.client.members.list();
        await owner.client.members.remove({ id: members.find(({ email }) => email === member.email)!.id });
      },
    ],
    [
      "a new password",
      4401,
      async (_owner: Caller, member: Caller & { email: string }) => {
        const elsewhere = await server.signIn(member.email);
        const changed = { currentPassword: password, newPassword: "another good password" };
        expect((await elsewhere.call("POST", "/auth/change-password", changed)).status).toBe(200);
      },
    ],
  ])("%s", async (_what, code, end) => {
    const owner = await server.setUp();
    const member = await server.member(owner, "developer");
    const id = await openDeployment(owner);
    const { opened, ended } = watched(id, member);
    await opened;
    const began = performance.now();
    await end(owner, member);
    const { socket, sse } = await ended;
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(socket).toBe(code);
    expect(sse).toContain("event: error");
    expect(sse).toContain("UNAUTHORIZED");
    expect((await member.call("GET", "/me")).status).toBe(401);
  });

  it("taking a key back", async () => {
    const owner = await server.setUp();
    const id = await openDeployment(owner);
    const key = await server.key(owner, ["read:deployment"]);
    const { opened, ended } = watched(id, key);
    await opened;
    const { keys } = await owner.client.keys.list();
    await owner.client.keys.remove({ id: keys[0]!.id });
    expect((await ended).socket).toBe(4401);
  });
});

describe("other sites", () => {
  it("change nothing with a person's cookie, and open no socket", async () => {
    const owner = await server.setUp();
    const { cookie } = owner.headers;
    const foreign = server.as({ cookie: cookie!, origin: "https://evil.example" });
    expect((await foreign.call("POST", "/projects", { name: "x" })).status).toBe(403);
    expect((await server.as({ cookie: cookie! }).call("POST", "/projects", { name: "x" })).status).toBe(403);
    expect(
      (await server.as({ cookie: cookie!, "sec-fetch-site": "cross-site" }).call("POST", "/projects", { name: "x" }))
        .status,
    ).toBe(403);
    const login = await server.anyone.call(
      "POST",
      "/auth/sign-in/email",
      { email: "owner@example.com", password },
      { origin: "https://evil.example" },
    );
    expect(login.status).toBe(403);
    const id = await openDeployment(owner);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${id}`, {
      headers: foreign.headers,
    });
    await expect(new Promise((_resolve, reject) => socket.once("error", reject))).rejects.toThrow("403");
  });

  it("get nothing from a Host header: links are built from the configured address", async () => {
    const owner = await server.setUp();
    const made = await owner.call(
      "POST",
      "/invitations",
      { email: "x@example.com", role: "viewer" },
      { "x-forwarded-host": "evil.example" },
    );
    expect(made.body.link).toMatch(new RegExp(`^${server.url}/`));
    const code = await server.anyone.call(
      "POST",
      "/auth/device/code",
      { client_id: "landfall-cli" },
      { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
    );
    expect(code.body.verification_uri).toBe(`${server.url}/device`);
  });
});

describe("guessing", () => {
  it("of a password ends after ten tries, whatever address is claimed; with Retry-After", async () => {
    await server.setUp();
    const attempt = (index: number) =>
      server.anyone.call(
        "POST",
        "/auth/sign-in/email",
        { email: "owner@example.com", password: `wrong password ${index}` },
        { "x-forwarded-for": `203.0.113.${index}` },
      );
    const answers = [];
    for (let index = 0; index < 12; index++) answers.push(await attempt(index));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect(Number(answers.at(-1)!.headers.get("retry-after"))).toBeGreaterThan(0);
    const right = await server.anyone.call("POST", "/auth/sign-in/email", { email: "owner@example.com", password });
    expect(right.status).toBe(429);
  });

  it("of tokens, codes and keys ends too", async () => {
    await server.setUp();
    const statuses = [];
    for (let index = 0; index < 202; index++)
      statuses.push((await server.as({ authorization: `Bearer lf_${index}` }).call("GET", "/me")).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.at(-1)).toBe(429);
  });
});

it("signs a command line in by a code that a person approves in the browser", async () => {
  const owner = await server.setUp();
  const { body: code } = await server.anyone.call("POST", "/auth/device/code", { client_id: "landfall-cli" });
  expect((await server.anyone.call("POST", "/auth/device/code", { client_id: "stranger" })).status).toBe(400);
  const redeem = () =>
    server.anyone.call("POST", "/auth/device/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: code.device_code,
      client_id: "landfall-cli",
    });
  expect((await server.anyone.call("POST", "/auth/device/approve", { userCode: code.user_code })).status).toBe(401);
  await owner.call("GET", `/auth/device?user_code=${code.user_code}`);
  expect((await owner.call("POST", "/auth/device/approve", { userCode: code.user_code })).status).toBe(200);
  const { status, body } = await redeem();
  expect(status).toBe(200);
  const cli = server.as({ authorization: `Bearer ${body.access_token}` });
  await expect(cli.client.me()).resolves.toMatchObject({ via: "session", user: { email: "owner@example.com" } });
});
