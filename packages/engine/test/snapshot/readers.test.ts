/** A project of so many files that several threads read it: it is the same as if one had. */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Blobs, openBlobs } from "../../src/snapshot/blobs.ts";
import { openDigestCache } from "../../src/snapshot/cache.ts";
import { type SnapshotOptions, takeSnapshot } from "../../src/snapshot/take.ts";

let directory: string;
let root: string;
let blobs: Blobs;
const files = new Map<string, Buffer>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-readers-"));
  root = join(directory, "project");
  blobs = openBlobs(join(directory, "blobs"));
  files.clear();
  for (let index = 0; index < 4_500; index++) write(`d${index % 40}/ü ${index}.js`, randomBytes(index % 2_000));
  write("large.bin", randomBytes(3_000_000));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(path: string, bytes: Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
  files.set(path, bytes);
}

const take = (options: Partial<SnapshotOptions> = {}) => takeSnapshot(root, { blobs, ...options });
const digestOf = (name: "sha1" | "sha256", bytes: Buffer): string => createHash(name).update(bytes).digest("hex");

describe("every file", { timeout: 60_000 }, () => {
  it.each(["copy", "reference"] as const)("has its own digests (%s)", async (keep) => {
    const snapshot = await take({ keep, digest: "sha1" });
    expect(snapshot.filesRead).toBe(files.size);
    expect(snapshot.files.map(({ path, sha256, sizeBytes, digests }) => [path, sha256, sizeBytes, digests])).toEqual(
      [...files]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, bytes]) => [path, digestOf("sha256", bytes), bytes.length, { sha1: digestOf("sha1", bytes) }]),
    );
    expect(snapshot.files.every(({ sha256, sizeBytes }) => blobs.has(sha256, sizeBytes))).toBe(keep === "copy");
    await blobs.flush();
    for (const { path, sha256 } of keep === "copy" ? snapshot.files : [])
      expect(readFileSync(blobs.path(sha256)).equals(files.get(path)!), path).toBe(true);
  });

  it("that holds a secret stays out, or its lines do", async () => {
    for (let index = 0; index < 30; index++) {
      write(
        `d${index}/.npmrc`,
        Buffer.from(`save-exact=true\n//registry.npmjs.org/:_authToken=npm_${"x".repeat(36)}\n`),
      );
      write(
        `d${index}/key.txt`,
        Buffer.from(`-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}\n-----END PRIVATE KEY-----\n`),
      );
    }
    const snapshot = await take({ keep: "reference" });
    const tokens = snapshot.files.filter(({ path }) => path.endsWith(".npmrc"));
    expect(tokens).toHaveLength(30);
    for (const { sha256 } of tokens) expect(readFileSync(blobs.path(sha256), "utf8")).toBe("save-exact=true\n");
    expect(snapshot.files.some(({ path }) => path.endsWith("key.txt"))).toBe(false);
    expect(snapshot.excluded.filter(({ reason }) => reason === "secret")).toHaveLength(60);
  });

  it("is known the next time", async () => {
    const cache = openDigestCache(join(directory, "digests"));
    const first = await take({ cache });
    write("d3/new.js", Buffer.from("new"));
    const second = await take({ cache });
    expect([first.filesRead, second.filesRead]).toEqual([files.size - 1, 1]);
  });
});

it("ends when it is cancelled, and can be taken again", { timeout: 60_000 }, async () => {
  const ending = new AbortController();
  const taking = take({ signal: ending.signal });
  setImmediate(() => ending.abort());
  await expect(taking).rejects.toMatchObject({ code: "CANCELLED" });
  expect((await take()).filesRead).toBe(files.size);
});
