import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Blobs, openBlobs } from "../../src/snapshot/blobs.ts";
import { folderBytes } from "../../src/snapshot/bytes.ts";
import { openDigestCache } from "../../src/snapshot/cache.ts";
import { fileDigester } from "../../src/snapshot/file-digest.ts";
import type { Snapshot, SnapshotFile } from "../../src/snapshot/snapshot.ts";
import { takeSnapshot } from "../../src/snapshot/take.ts";

let directory: string;
let root: string;
let blobs: Blobs;
const large = Buffer.alloc(700_001, "0123456789 large ");

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-bytes-"));
  root = join(directory, "site");
  mkdirSync(root);
  blobs = openBlobs(join(directory, "blobs"));
  writeFileSync(join(root, "index.html"), "<h1>hi</h1><img src=img/a.png>\n");
  writeFileSync(join(root, "style.css"), "body{}\n");
  writeFileSync(join(root, "large.bin"), large);
  writeFileSync(join(root, ".npmrc"), "//registry.example.com/:_authToken=secret\nsave-exact=true\n");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const take = (digest: "sha1" | "asset" = "sha1"): Promise<Snapshot> =>
  takeSnapshot(root, { blobs, keep: "reference", digest, prebuilt: true });
const fileOf = (snapshot: Snapshot, path: string): SnapshotFile => snapshot.files.find((file) => file.path === path)!;
const all = async (file: SnapshotFile): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(folderBytes(root, blobs).read(file)));

describe("a snapshot by reference", () => {
  it("copies nothing but what was altered on its way, and is the same as a copied one", async () => {
    const referred = await take();
    expect(blobs.has(fileOf(referred, "index.html").sha256)).toBe(false);
    expect(blobs.has(fileOf(referred, ".npmrc").sha256)).toBe(true);
    const copied = await takeSnapshot(root, { blobs: openBlobs(join(directory, "others")), prebuilt: true });
    expect(referred.digest).toBe(copied.digest);
  });

  it("gives back the bytes, whole and in parts", async () => {
    const snapshot = await take();
    const bytes = folderBytes(root, blobs);
    expect(bytes.whole(fileOf(snapshot, "style.css")).toString()).toBe("body{}\n");
    expect(await all(fileOf(snapshot, "large.bin"))).toEqual(large);
    expect(bytes.whole(fileOf(snapshot, ".npmrc")).toString()).not.toContain("secret");
  });

  it("sends nothing of a file that was changed, removed or replaced by a link since", async () => {
    const snapshot = await take();
    writeFileSync(join(root, "style.css"), "body{color:red}\n");
    writeFileSync(join(root, "large.bin"), Buffer.alloc(700_001, "x"));
    rmSync(join(root, "index.html"));
    symlinkSync("/etc/passwd", join(root, "index.html"));
    const bytes = folderBytes(root, blobs);
    for (const path of ["style.css", "index.html"])
      expect(() => bytes.whole(fileOf(snapshot, path))).toThrow("was changed or removed");
    const parts: Uint8Array[] = [];
    await expect(async () => {
      for await (const part of bytes.read(fileOf(snapshot, "large.bin"))) parts.push(part);
    }).rejects.toThrow("was changed or removed");
    expect(Buffer.concat(parts).length).toBeLessThan(large.length);
  });

  it("takes the platform's digest in the same read, also of large files, and keeps it", async () => {
    const cache = openDigestCache(join(directory, "digests"));
    const again = () => takeSnapshot(root, { blobs, cache, keep: "reference", digest: "sha1", prebuilt: true });
    const first = await again();
    expect(fileOf(first, "large.bin").digests).toEqual({ sha1: createHash("sha1").update(large).digest("hex") });
    const second = await again();
    expect([second.filesRead, second.files]).toEqual([0, first.files]);
    const other = await takeSnapshot(root, { blobs, cache, keep: "reference", digest: "asset", prebuilt: true });
    expect(other.filesRead).toBe(4);
  });
});

it("names assets as Cloudflare's own command line does, whole and in parts", async () => {
  const digester = await fileDigester("asset");
  const vectors: [text: string, path: string, key: string][] = [
    ["<h1>hi</h1><img src=img/a.png>\n", "index.html", "2a5d130960d45d1bc9cabc1fd248a0cb"],
    ["body{}\n", "css/a.css", "aa42bba514e8ddfea838ec1a715ca332"],
    ["", "empty.txt", "f9bc91770fa5e997cbd47fba833629fc"],
    ["hello", "LICENSE", "324ea05bea4d7f75b8d9ed695e65b2ca"],
  ];
  for (const [text, path, key] of vectors) {
    expect(digester.of(Buffer.from(text), path)).toBe(key);
    const parts = await digester.begin(path);
    for (const byte of Buffer.from(text)) parts.update(Buffer.from([byte]));
    expect(parts.finish()).toBe(key);
  }
});
