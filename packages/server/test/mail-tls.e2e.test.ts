/** Mail to a server on another machine: under TLS with a certificate that is trusted, or not at all. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { letterSender, type MailServer } from "@landfall/server/mail";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverFor } from "./harness.ts";
import { mailPassword, openPostOffice, type PostOffice } from "./post-office.ts";

/** Leads to this machine, and is none of the names by which it is known to be this machine. */
const elsewhere = "0.0.0.0";
/** Is this machine. */
const here = "127.0.0.1";

let folder: string;
let trusted: { key: string; cert: string };
let stranger: { key: string; cert: string };
let misnamed: { key: string; cert: string };
const usual = getCACertificates("default");

/** Its words, none of which has a blank in it. */
const openssl = (words: string): void =>
  void execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "ignore" });

/** A certificate for a name, signed by an authority of our own. */
function certificate(authority: string, name: string): { key: string; cert: string } {
  const file = `${authority}-${name}`;
  writeFileSync(join(folder, `${file}.ext`), `subjectAltName=${name}\n`);
  openssl(`req -newkey rsa:2048 -nodes -keyout ${file}.key -out ${file}.csr -subj /CN=post`);
  const signing = `-CA ${authority}.crt -CAkey ${authority}.key -CAcreateserial -days 2`;
  openssl(`x509 -req -in ${file}.csr ${signing} -extfile ${file}.ext -out ${file}.crt`);
  const read = (ending: string): string => readFileSync(join(folder, `${file}.${ending}`), "utf8");
  return { key: read("key"), cert: read("crt") };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "landfall-post-"));
  for (const name of ["ours", "nobodys"])
    openssl(`req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt`);
  trusted = certificate("ours", `IP:${elsewhere}`);
  stranger = certificate("nobodys", `IP:${elsewhere}`);
  misnamed = certificate("ours", "DNS:other.example.com");
  // As NODE_EXTRA_CA_CERTS does when the process begins.
  setDefaultCACertificates([...usual, readFileSync(join(folder, "ours.crt"), "utf8")]);
});
afterAll(() => {
  setDefaultCACertificates(usual);
  rmSync(folder, { recursive: true });
});

const letter = { id: "msg_1", to: "ada@example.com", subject: "Deployed", paragraphs: ["It is online."] };
const send = (mail: MailServer) => letterSender(mail)(letter);

describe.each(["STARTTLS", "first byte"] as const)("a mail server elsewhere, TLS from %s", (from) => {
  const open = (keys: { key: string; cert: string }): Promise<PostOffice> =>
    openPostOffice({ tls: { ...keys, from }, host: elsewhere });

  it("is told the password under TLS, and takes the letter", async () => {
    await using post = await open(trusted);
    expect(await send(post.mail)).toMatchObject({ ok: true });
    expect(post.received[0]).toMatchObject({ to: ["ada@example.com"], subject: "Deployed" });
    expect(post.asked).toEqual([{ password: mailPassword, isSecure: true }]);
  });

  it("that refuses the password is tried again, and says what to look at", async () => {
    await using post = await open(trusted);
    const login = { user: "landfall", password: "wrong" };
    expect(await send({ ...post.mail, login })).toEqual({
      ok: false,
      isFinal: false,
      words: "The mail server refused the user or the password (535). See LANDFALL_SMTP_URL.",
    });
  });

  it.each([
    ["is signed by nobody known", () => stranger, /certificate.*not trusted.*NODE_EXTRA_CA_CERTS/],
    ["is another's", () => misnamed, /certificate is for another name.*0\.0\.0\.0/],
  ])("whose certificate %s gets neither password nor letter, and that is said", async (_, keys, words) => {
    await using post = await open(keys());
    expect(await send(post.mail)).toMatchObject({ ok: false, isFinal: false, words: expect.stringMatching(words) });
    expect([post.asked, post.received]).toEqual([[], []]);
  });
});

it("a mail server elsewhere without TLS is not told the password, and that is said", async () => {
  await using post = await openPostOffice({ host: elsewhere });
  expect(await send(post.mail)).toEqual({
    ok: false,
    isFinal: false,
    words: "The mail server offers no TLS (STARTTLS), and without it no password is sent. See LANDFALL_SMTP_URL.",
  });
  expect([post.asked, post.received]).toEqual([[], []]);
});

it("one that begins without TLS where it was to begin with it is said to", async () => {
  await using post = await openPostOffice({ tls: { ...trusted, from: "STARTTLS" }, host: elsewhere });
  const words = /TLS.*smtp:\/\/ and smtps:\/\//;
  expect(await send({ ...post.mail, isSecure: true })).toMatchObject({
    ok: false,
    words: expect.stringMatching(words),
  });
});

it("one on this machine is believed whatever its certificate says", async () => {
  await using post = await openPostOffice({ tls: { ...stranger, from: "STARTTLS" }, host: here });
  expect(await send(post.mail)).toMatchObject({ ok: true });
  expect(post.asked).toEqual([{ password: mailPassword, isSecure: true }]);
});

it("a letter of the server itself fails with the same words in its log, and not for good", async () => {
  await using post = await openPostOffice({ host: elsewhere });
  await using server = await serverFor({ mail: post.mail });
  await server.setUp();
  await server.anyone.call("POST", "/auth/request-password-reset", { email: "owner@example.com" });
  await expect
    .poll(() => server.logged.find((line) => line.includes("could not be sent")), { timeout: 20_000 })
    .toContain("offers no TLS");
  expect(server.logged.join("\n")).toContain("tried again");
  expect(server.logged.join("\n")).not.toContain(mailPassword);
});
