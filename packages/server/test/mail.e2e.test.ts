/** Mail through the front door: invitations, and new passwords for who has forgotten theirs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { makeResetLink } from "../src/reset-link.ts";
import { onePage } from "./archive.ts";
import { type Answer, type Caller, password, serverFor, type TestServer } from "./harness.ts";
import { mailPassword, openPostOffice, type PostOffice } from "./post-office.ts";

const ada = "ada@example.com";
const newPassword = "a quite different one";
let post: PostOffice;
let server: TestServer;
beforeEach(async () => {
  post = await openPostOffice();
  server = await serverFor({ mail: post.mail });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await post[Symbol.asyncDispose]();
});

/** Ada, a member who was invited by mail. */
async function invited(owner: Caller): Promise<Caller> {
  await owner.client.invitations.create({ email: ada, role: "developer" });
  const { link } = await post.letterTo(ada);
  await server.anyone.client.invitations.accept({ token: link.split("#")[1]!, name: "Ada", password });
  return server.signIn(ada);
}
const ask = (email: string): Promise<Answer> => server.anyone.call("POST", "/auth/request-password-reset", { email });
const choose = (link: string, secret = newPassword): Promise<Answer> =>
  server.anyone.call("POST", "/auth/reset-password", { token: tokenOf(link), newPassword: secret });
const tokenOf = (link: string): string => new URL(link).hash.slice(1).split(":")[0]!;

/** What the log says of mail, once it has said this often something. */
async function told(count: number): Promise<Record<string, unknown>[]> {
  const lines = () =>
    server.logged.map((line) => JSON.parse(line) as Record<string, unknown>).filter((one) => "mail" in one);
  await expect.poll(() => lines().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
  return lines();
}

describe("an invitation", () => {
  it("goes to the recipient, who accepts it, and its link to whoever invites", async () => {
    const owner = await server.setUp();
    const made = await owner.client.invitations.create({ email: ada, role: "developer" });
    expect(made.isMailed).toBe(true);
    const letter = await post.letterTo(ada);
    expect(letter.subject).toBe("Owner invites you to My organisation on Landfall");
    expect(letter.link).toBe(made.link);
    expect(letter.html).toContain(`<a href="${made.link}">`);
    expect(letter.html).not.toMatch(/<img|src=|<style|<script/);
    await server.anyone.client.invitations.accept({ token: made.token, name: "Ada", password });
    expect((await (await server.signIn(ada)).client.me()).organization?.role).toBe("developer");
  });

  it("has names in it as text on one line: they begin no header and no markup", async () => {
    const owner = await server.setUp();
    const evil = "Acme\r\nBcc: victim@example.com\r\n\r\n<b>\u202Eevil</b>";
    await owner.client.organizations.rename({ name: evil });
    await owner.client.invitations.create({ email: ada, role: "viewer" });
    const { to, headers, subject, text, html } = await post.letterTo(ada);
    expect(to).toEqual([ada]);
    expect(headers.filter((one) => /^bcc/i.test(one))).toEqual([]);
    expect(subject).toBe("Owner invites you to Acme Bcc: victim@example.com <b> evil</b> on Landfall");
    expect(text.split("\n")[0]).toContain("Acme Bcc: victim@example.com <b> evil</b>");
    expect(html).toContain("&lt;b&gt; evil&lt;/b&gt;");
    expect(html).not.toContain("<b>");
  });

  it("is made while the mail server is away, which the log says, and mailed when it is back", async () => {
    const owner = await server.setUp();
    const { port } = post.mail;
    await post[Symbol.asyncDispose]();
    const began = performance.now();
    const made = await owner.client.invitations.create({ email: ada, role: "viewer" });
    expect(performance.now() - began).toBeLessThan(1_000);
    const [failure] = await told(1);
    expect(failure).toMatchObject({ level: "warn", mail: "invitation", attempt: 1, code: "ESOCKET" });
    expect(failure!["msg"]).toBe("A mail could not be sent; it is tried again in 2 s");
    post = await openPostOffice({ port });
    expect((await post.letterTo(ada)).link).toBe(made.link);
    expect((await told(2))[1]).toMatchObject({ level: "info", mail: "invitation", attempt: 2 });
  });

  it("that the mail server refuses for good is given up; the log repeats neither its words nor the address", async () => {
    const owner = await server.setUp();
    post.refuse({ responseCode: 550, message: "no such box, and your password is" });
    const { token } = await owner.client.invitations.create({ email: ada, role: "viewer" });
    const [failure] = await told(1);
    expect(failure).toMatchObject({ level: "warn", answer: 550, msg: "A mail could not be sent; it is given up" });
    const log = server.logged.join("\n");
    for (const secret of [ada, token, "no such box"]) expect(log).not.toContain(secret);
  });
});

describe("a forgotten password", () => {
  it("is replaced once by the link that was mailed; the old one, and the link, open nothing more", async () => {
    const member = await invited(await server.setUp());
    const key = await server.key(member, ["read:project"]);
    expect(await ask(ada)).toMatchObject({ status: 200 });
    const { link, subject } = await post.letterTo(ada, /new password/);
    expect(subject).toBe("Choose a new password for Landfall");
    expect(link).toMatch(new RegExp(`^${server.url}/reset-password#[\\w-]{20,}:ada%40example\\.com$`));
    expect((await choose(link, "short")).status).toBe(400);
    expect((await choose(link)).status).toBe(200);
    expect((await choose(link)).status).toBe(400);
    await expect(server.signIn(ada)).rejects.toThrow("401");
    await server.signIn(ada, newPassword);
    expect((await member.call("GET", "/me")).status).toBe(401);
    const changed = await post.letterTo(ada, /was changed/);
    expect(changed.text).toContain(`The password of ${ada}`);
    // A key is a credential of its own.
    expect((await key.call("GET", "/projects")).status).toBe(200);
  });

  it("ends what is open by a session, what was asked for besides, and a terminal on its way in", async () => {
    const owner = await server.setUp();
    const member = await invited(owner);
    const code = await server.anyone.call("POST", "/auth/device/code", { client_id: "landfall-cli" });
    await member.call("GET", `/auth/device?user_code=${code.body.user_code}`);
    expect((await member.call("POST", "/auth/device/approve", { userCode: code.body.user_code })).status).toBe(200);
    const id = await openDeployment(owner);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${id}`, {
      headers: member.headers,
    });
    await new Promise((resolve) => socket.once("message", resolve));
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    const read = fetch(`${server.url}/api/deployments/${id}/events`, { headers: member.headers }).then((one) =>
      one.text(),
    );

    await ask(ada);
    const first = (await post.letterTo(ada, /new password/)).link;
    const letters = post.received.length;
    await ask(ada);
    await expect.poll(() => post.received.length).toBe(letters + 1);
    const second = post.received.at(-1)!.link;
    expect(tokenOf(second)).not.toBe(tokenOf(first));
    expect((await choose(second)).status).toBe(200);

    expect(await closed).toBe(4401);
    expect(await read).toContain("UNAUTHORIZED");
    expect((await choose(first)).status).toBe(400);
    const waiting = await server.anyone.call("POST", "/auth/device/token", {
      client_id: "landfall-cli",
      device_code: code.body.device_code,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    });
    expect(waiting.status).toBe(400);
    const { entries } = await owner.client.audit.list({ action: "password" });
    expect(entries).toMatchObject([{ actor: ada, action: "password.reset", via: "anyone", address: "127.0.0.1" }]);
  });

  it("is answered alike for an address nobody has, in the same time, and nothing is sent there", async () => {
    await invited(await server.setUp());
    const timed = async (email: string): Promise<{ status: number; body: unknown; ms: number }> => {
      const began = performance.now();
      const { status, body } = await ask(email);
      return { status, body, ms: performance.now() - began };
    };
    const letters = post.received.length;
    const [known, unknown] = [await timed(ada), await timed("nobody@example.com")];
    expect({ ...unknown, ms: 0 }).toEqual({ ...known, ms: 0 });
    for (const { ms } of [known, unknown]) expect(ms).toBeGreaterThanOrEqual(295);
    await post.letterTo(ada, /new password/);
    expect(post.received.length).toBe(letters + 1);
    expect(server.logged.join("\n")).not.toContain("nobody@example.com");
  });

  it("is too late after an hour", async () => {
    await invited(await server.setUp());
    await ask(ada);
    const { link } = await post.letterTo(ada, /new password/);
    const { db } = server.engine.database;
    const row = await db
      .selectFrom("verification" as never)
      .selectAll()
      .executeTakeFirstOrThrow();
    const { identifier, expiresAt } = row as { identifier: string; expiresAt: string };
    // What opens an account is not kept.
    expect(identifier).not.toContain(tokenOf(link));
    const left = Date.parse(expiresAt) - Date.now();
    expect(left).toBeGreaterThan(3_590_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    await db
      .updateTable("verification" as never)
      .set({ expiresAt: new Date(Date.now() - 1000).toISOString() } as never)
      .execute();
    expect((await choose(link)).status).toBe(400);
    await server.signIn(ada);
  });

  it("may be asked for five times an hour, for an account that is there and for one that is not", async () => {
    await server.setUp();
    for (const email of ["owner@example.com", "nobody@example.com"]) {
      const statuses = [];
      for (let index = 0; index < 6; index++) statuses.push((await ask(email)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    }
  });

  it("is not changed for another site, nor by guessing", async () => {
    await server.setUp();
    const evil = { origin: "https://evil.example" };
    for (const path of ["request-password-reset", "reset-password"])
      expect((await server.anyone.call("POST", `/auth/${path}`, { email: ada, token: "x" }, evil)).status).toBe(403);
    expect((await server.anyone.call("GET", "/auth/reset-password/x?callbackURL=/")).status).toBe(404);
    const statuses = [];
    for (let index = 0; index < 201; index++)
      statuses.push(
        (await server.anyone.call("POST", "/auth/reset-password", { token: `${index}`, newPassword })).status,
      );
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429]);
  });

  it("lets in again who had tried the old one too often", async () => {
    await invited(await server.setUp());
    const wrong = { email: ada, password: "not this one either" };
    for (let index = 0; index < 11; index++) await server.anyone.call("POST", "/auth/sign-in/email", wrong);
    await expect(server.signIn(ada)).rejects.toThrow("429");
    await ask(ada);
    await choose((await post.letterTo(ada, /new password/)).link);
    await server.signIn(ada, newPassword);
  });
});

it("tells who changes their password so, and ends the links that were asked for before", async () => {
  const member = await invited(await server.setUp());
  await ask(ada);
  const { link } = await post.letterTo(ada, /new password/);
  const changed = await member.call("POST", "/auth/change-password", { currentPassword: password, newPassword });
  expect(changed.status).toBe(200);
  await post.letterTo(ada, /was changed/);
  expect((await choose(link, "yet another one")).status).toBe(400);
});

it("without mail nothing is asked for; a link is made on the server's machine, and works once", async () => {
  await using quiet = await serverFor();
  await quiet.setUp();
  const at = { engine: quiet.engine, publicUrl: quiet.url };
  expect((await quiet.anyone.call("GET", "/setup")).body.sendsMail).toBe(false);
  const asked = await quiet.anyone.call("POST", "/auth/request-password-reset", { email: "owner@example.com" });
  expect(asked.status).toBe(404);
  await expect(makeResetLink({ ...at, email: "nobody@example.com" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const { link } = await makeResetLink({ ...at, email: "Owner@example.com" });
  const use = () => quiet.anyone.call("POST", "/auth/reset-password", { token: tokenOf(link), newPassword });
  expect([(await use()).status, (await use()).status]).toEqual([200, 400]);
  await quiet.signIn("owner@example.com", newPassword);
});

it("keeps the password of the mail server out of the log and of everything that is stored", async () => {
  await invited(await server.setUp());
  await ask(ada);
  await post.letterTo(ada, /new password/);
  const seen = server.logged.join("\n");
  for (const spelling of [mailPassword, encodeURIComponent(mailPassword), btoa(mailPassword)]) {
    expect(seen).not.toContain(spelling);
    for (const file of readdirSync(server.home, { recursive: true, withFileTypes: true }))
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(spelling)).toBe(false);
  }
});

/** A deployment that never ends: nobody works on it here. */
async function openDeployment(owner: Caller): Promise<string> {
  const uploaded = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("x"),
  });
  const { id } = (await uploaded.json()) as { id: string };
  const asked = { project: "site", source: { upload: id }, prebuilt: true };
  return (await owner.call("POST", "/deployments", asked)).body.id as string;
}
