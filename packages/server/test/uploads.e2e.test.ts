import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

const mostUploadBytes = 100_000;
const archive = Buffer.from(onePage("x".repeat(50_000)));
const sha256 = createHash("sha256").update(archive).digest("hex");

let server: TestServer;
let owner: Caller;
beforeAll(async () => {
  server = await serverFor({ maxUploadBytes: mostUploadBytes });
  owner = await server.setUp();
});
afterAll(() => server[Symbol.asyncDispose]());

function files(): string[] {
  return readdirSync(join(server.home, "scratch", "uploads"));
}

async function post(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: { ...owner.headers, ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function put(id: string, [from, to]: [number, number], body = archive.subarray(from, to)) {
  const response = await fetch(`${server.url}/api/sources/${id}`, {
    method: "PUT",
    headers: { ...owner.headers, "content-range": `bytes ${from}-${to - 1}/${archive.length}` },
    body: new Uint8Array(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it("comes in parts, goes on where it was cut, and is what was announced", async () => {
  const begun = await owner.call("POST", "/sources", { sizeBytes: archive.length, sha256 });
  expect([begun.status, begun.body]).toMatchObject([201, { receivedBytes: 0, complete: false, sha256: null }]);
  const { id } = begun.body;
  expect((await put(id, [0, 20_000])).body).toMatchObject({ receivedBytes: 20_000, complete: false });

  // The connection breaks in the middle of the second part, when half of it has arrived.
  const outgoing = request(`${server.url}/api/sources/${id}`, {
    method: "PUT",
    headers: { ...owner.headers, "content-range": `bytes 20000-39999/${archive.length}`, "content-length": 20_000 },
  });
  outgoing.on("error", () => {});
  outgoing.write(archive.subarray(20_000, 30_000));
  await vi.waitFor(() => expect(statSync(join(server.home, "scratch", "uploads", id)).size).toBe(30_000), {
    timeout: 5_000,
  });
  outgoing.destroy();
  const { receivedBytes } = await vi.waitFor(
    async () => {
      const upload = await owner.client.uploads.get({ id });
      expect(upload.receivedBytes).toBe(30_000);
      return upload;
    },
    { timeout: 5_000 },
  );

  const wrong = await put(id, [0, 10]);
  expect([wrong.status, (wrong.body["data"] as { what: string }).what]).toEqual([
    409,
    `The next part begins at ${receivedBytes}.`,
  ]);
  expect((await put(id, [receivedBytes, archive.length])).body).toMatchObject({ complete: true, sha256 });
  await expect(owner.client.detect({ source: { upload: id } })).resolves.toMatchObject({ kind: "static" });
  await owner.client.uploads.remove({ id });
  expect(files()).not.toContain(id);
});

it("is refused when it is not what its digest says, and leaves nothing", async () => {
  const digest = (bytes: Buffer) => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
  const right = await post(new Uint8Array(archive), { "content-digest": digest(archive) });
  expect([right.status, right.body["sha256"]]).toEqual([201, sha256]);
  const before = files();
  const wrong = await post(new Uint8Array(archive), { "content-digest": digest(Buffer.from("else")) });
  expect([wrong.status, wrong.body["code"]]).toEqual([502, "DIGEST_MISMATCH"]);
  expect(files()).toEqual(before);
});

it("is refused when it is too large, announced or not", async () => {
  const before = files();
  const tooLarge = new Uint8Array(mostUploadBytes + 1);
  expect((await post(tooLarge)).status).toBe(413);
  const chunked = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: new ReadableStream({
      start(controller) {
        controller.enqueue(tooLarge);
        controller.close();
      },
    }),
    duplex: "half",
  });
  expect(chunked.status).toBe(413);
  expect((await owner.call("POST", "/sources", { sizeBytes: mostUploadBytes + 1 })).status).toBe(413);
  expect(files()).toEqual(before);
});

it("is told so to whoever sends everything before they read", async () => {
  const piece = Buffer.alloc(1_000_000);
  const answerTo = async (head: string, pieces: Buffer[]) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const lines = Object.entries({ host: "127.0.0.1", ...owner.headers, "content-type": "application/gzip" });
    const start = `POST /api/sources HTTP/1.1\r\n${lines.map((line) => line.join(": ")).join("\r\n")}\r\n${head}\r\n\r\n`;
    await pipeline([start, ...pieces], socket, { end: false });
    return text(socket);
  };
  const announced = Array.from({ length: 20 }, () => piece);
  const chunked = announced.flatMap((one) => [Buffer.from(`${one.length.toString(16)}\r\n`), one, Buffer.from("\r\n")]);
  for (let time = 0; time < 5; time++) {
    expect(await answerTo(`content-length: ${20 * piece.length}`, announced)).toMatch(/^HTTP\/1.1 413 .*"TOO_LARGE"/s);
    const last = Buffer.from("0\r\n\r\n");
    expect(await answerTo("transfer-encoding: chunked", [...chunked, last])).toMatch(/^HTTP\/1.1 413 .*"TOO_LARGE"/s);
  }
});

it("is unpacked by the one extractor: what leaves the archive is refused, and says so", async () => {
  const evil = Buffer.from(onePage("x"));
  evil.write("../../../pwned\0", 0);
  const sum = evil
    .subarray(0, 512)
    .fill(" ", 148, 156)
    .reduce((total, byte) => total + byte, 0);
  evil.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const { body } = await post(new Uint8Array(evil));
  const answer = await owner.call("POST", "/deployments", { project: "evil", source: { upload: body["id"] } });
  expect([answer.status, answer.body.code]).toEqual([422, "UNSAFE_ARCHIVE"]);
});

it.each([
  "http://169.254.169.254/latest/meta-data.git",
  "https://127.0.0.1/x.git",
  "https://localhost/x.git",
  "https://[::1]/x.git",
  "https://[::ffff:169.254.169.254]/x.git",
  "https://2852039166/x.git",
  "ssh://git@10.0.0.1/x.git",
  "git@192.168.1.1:x/y.git",
  "file:///etc",
  "ext::sh -c id",
  "https://user:s3cr3t@127.0.0.1/x.git",
])("no git address leads into the server's own network: %s", async (git) => {
  const answer = await owner.call("POST", "/detect", { source: { git } });
  expect([answer.status, answer.body.code]).toEqual([400, "INVALID_SOURCE"]);
  expect(JSON.stringify(answer.body)).not.toContain("s3cr3t");
});
