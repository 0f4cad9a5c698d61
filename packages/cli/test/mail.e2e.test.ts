/** Mail and new passwords through the built program, with its settings as a person gives them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mailPassword, openPostOffice, type PostOffice } from "../../server/test/post-office.ts";
import { freePort, install, type Installed, until } from "./installed.ts";

const owner = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };

let machine: Installed;
let post: PostOffice;
let url: string;
let said = "";

async function call(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${url}/api${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return response;
}

beforeAll(async () => {
  machine = await install();
  post = await openPostOffice();
  const port = await freePort();
  const env = { LANDFALL_SMTP_URL: post.url, LANDFALL_MAIL_FROM: "Landfall <landfall@example.com>" };
  const serving = machine.startWith({ env }, "serve", "--port", String(port), "--verbose");
  for (const stream of [serving.stdout!, serving.stderr!])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  url = `http://127.0.0.1:${port}`;
  const token = await until("the server starts", () => /setup#(\S+)/.exec(said)?.[1] ?? null);
  expect((await call("/setup", { token, ...owner })).status).toBe(201);
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  await post[Symbol.asyncDispose]();
});

describe("landfall serve with a mail server", () => {
  it("mails, and shows the password of the mail server nowhere", async () => {
    expect(said).toContain(`! Links in mail lead to ${url}.`);
    expect((await call("/auth/request-password-reset", { email: owner.email })).status).toBe(200);
    const { link } = await post.letterTo(owner.email);
    expect(link).toContain(`${url}/reset-password#`);
    const spellings = [mailPassword, encodeURIComponent(mailPassword), btoa(mailPassword)];
    const commands = machine.processes();
    // The edge is one of them.
    expect(commands.length).toBeGreaterThan(1);
    for (const spelling of spellings) {
      expect(said).not.toContain(spelling);
      for (const { command } of commands) expect(command).not.toContain(spelling);
      // In the environment of the process that needs it, and of no other.
      expect(commands.filter(({ environment }) => environment.includes(spelling)).length).toBeLessThan(2);
      for (const file of readdirSync(machine.data, { recursive: true, withFileTypes: true }))
        if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(spelling)).toBe(false);
    }
  });

  it.each([
    [{ LANDFALL_SMTP_URL: "smtp://ada:hunter22@mail.example.com" }, "LANDFALL_MAIL_FROM"],
    [{ LANDFALL_MAIL_FROM: "landfall@example.com" }, "LANDFALL_SMTP_URL"],
    [{ LANDFALL_SMTP_URL: "https://ada:hunter22@mail.example.com", LANDFALL_MAIL_FROM: "a@example.com" }, "smtps://"],
    [{ LANDFALL_SMTP_URL: "smtp://ada:hunter22/x@mail.example.com", LANDFALL_MAIL_FROM: "a@example.com" }, "%2F"],
    [{ LANDFALL_SMTP_URL: "smtp://ada:hunter22%@mail.example.com", LANDFALL_MAIL_FROM: "a@example.com" }, "%25"],
    [{ LANDFALL_SMTP_URL: "smtp://hunter22@mail.example.com", LANDFALL_MAIL_FROM: "a@example.com" }, "password"],
    [
      { LANDFALL_SMTP_URL: "smtp://mail.example.com", LANDFALL_MAIL_FROM: "a@b.c>\r\nBcc: <x@y.z" },
      "LANDFALL_MAIL_FROM",
    ],
  ] as [Record<string, string>, string][])(
    "does not start with %j, and says why without the password",
    async (env, word) => {
      const { code, stdout, stderr } = await machine.runWith({ env }, "serve", "--port", "0");
      expect(code).toBe(2);
      expect(stderr).toContain(word);
      expect(stdout + stderr).not.toContain("hunter22");
    },
  );
});

describe("landfall reset-password", () => {
  it("makes a link beside the running server; it opens the account once", async () => {
    const { code, stdout } = await machine.run("reset-password", owner.email, "--url", url);
    expect(code).toBe(0);
    const token = /^\S+\/reset-password#([\w-]+):/.exec(stdout)![1]!;
    const newPassword = "a quite different one";
    expect((await call("/auth/reset-password", { token, newPassword })).status).toBe(200);
    expect((await call("/auth/reset-password", { token, newPassword })).status).toBe(400);
    expect((await call("/auth/sign-in/email", { email: owner.email, password: newPassword })).status).toBe(200);
  });

  it("says who is not there, and is nothing for a server elsewhere", async () => {
    const nobody = await machine.run("reset-password", "nobody@example.com");
    expect([nobody.code === 0, nobody.stderr]).toEqual([false, expect.stringContaining("no such person")]);
    const far = await machine.run("reset-password", owner.email, "--server", url);
    expect([far.code, far.stderr]).toEqual([2, expect.stringContaining("the server's own machine")]);
  });
});
