/** What blobs ask of a store, of each that tests run against. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Blob, Blobs } from "../../src/snapshot/blobs.ts";
import { openRemoteBlobs } from "../../src/snapshot/remote-blobs.ts";
import { type BlobStoreOptions, openS3, readStoreUrl, type S3 } from "../../src/snapshot/s3.ts";
import { stores } from "./stores.ts";

describe.each(stores)("$name", { timeout: 60_000 }, ({ use }) => {
  const bucket = use();
  let options: BlobStoreOptions;
  let opened: AsyncDisposable[];
  let root: string;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "landfall-stores-"));
    options = await bucket();
    opened = [];
  });
  afterEach(async () => {
    for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  function connect(more: Partial<BlobStoreOptions> = {}): S3 {
    const s3 = openS3(readStoreUrl(options.url), { ...options, ...more }, systemClock);
    opened.push(s3);
    return s3;
  }

  /** A machine with a cache of its own; its clock may be ahead, so that what is in the store is old to it. */
  function machine(name: string, aheadMs = 0): Blobs {
    const clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const blobs = openRemoteBlobs({ directory: join(root, name), s3: connect(), cacheBytes: 1024 ** 3, clock });
    opened.push({ [Symbol.asyncDispose]: () => blobs.close() });
    return blobs;
  }

  const contentOf = (bytes: Buffer, sha256 = createHash("sha256").update(bytes).digest("hex")) => ({
    sha256,
    sizeBytes: bytes.length,
    async *read() {
      for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
    },
  });
  const bytesOf = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> =>
    Buffer.concat(await Array.fromAsync(chunks));
  const keys = async (s3: S3): Promise<string[]> => (await Array.fromAsync(s3.list())).map(({ key }) => key).sort();

  it("keeps what it was given, of every size", async () => {
    const s3 = connect();
    await s3.check();
    for (const [key, sizeBytes] of Object.entries({ "0/empty": 0, "a/small": 5, "b/large": 9_000_000 })) {
      const bytes = randomBytes(sizeBytes);
      await s3.put(key, contentOf(bytes));
      expect((await bytesOf(s3.get(key))).equals(bytes), key).toBe(true);
    }
    const listed = await Array.fromAsync(s3.list());
    expect(listed.map(({ sizeBytes }) => sizeBytes).sort((a, b) => a - b)).toEqual([0, 5, 9_000_000]);
    // Stores tell it to the second.
    for (const { modifiedAt } of listed) expect(Math.abs(modifiedAt - Date.now())).toBeLessThan(60_000);
  });

  it("lists everything, over many pages, and nothing of a neighbour", async () => {
    const s3 = connect();
    const names = Array.from({ length: 30 }, (_, index) => `aside/${String(index).padStart(2, "0")}`);
    await Promise.all(names.map((name) => s3.put(name, contentOf(Buffer.from(name)))));
    const beside = openS3(readStoreUrl(options.url.replace("/of/landfall", "/of/landfall-two")), options, systemClock);
    opened.push(beside);
    await beside.put("other", contentOf(Buffer.from("other")));
    expect(await keys(s3)).toEqual(names);
    expect(await keys(beside)).toEqual(["other"]);
  });

  it("refuses bytes that are not those of the digest", async () => {
    const s3 = connect();
    const wrong = contentOf(Buffer.from("wrong"), createHash("sha256").update("right").digest("hex"));
    await expect(s3.put("key", wrong)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    await expect(bytesOf(s3.get("key"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await keys(s3)).toEqual([]);
  });

  it("copies, removes, and says what is not there", async () => {
    const s3 = connect();
    await s3.put("from", contentOf(Buffer.from("bytes")));
    expect(await s3.copy("from", "to")).toBe(true);
    expect(await s3.copy("to", "to")).toBe(true);
    expect((await bytesOf(s3.get("to"))).toString()).toBe("bytes");
    expect(await s3.copy("nowhere", "to")).toBe(false);
    await s3.remove("from");
    await s3.remove("from");
    expect(await keys(s3)).toEqual(["to"]);
    await expect(bytesOf(s3.get("from"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("lets nobody in with another secret, or to a bucket that is not there", async () => {
    await expect(connect({ secretAccessKey: "not the right one" }).check()).rejects.toMatchObject({
      code: "AUTH_FAILED",
    });
    options.url = options.url.replace(/^s3:\/\/[^/]+/, "s3://no-such-bucket");
    await expect(connect().check()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is what machines share, and what a collection moves aside, back and out", async () => {
    const dayMs = 25 * 3_600_000;
    const [a, b] = [machine("a"), machine("b")];
    const blobs = await Promise.all(["needed", "read", "gone"].map((text) => a.put(Buffer.from(text))));
    const [needed, read, gone] = blobs as [Blob, Blob, Blob];
    await a.flush(blobs);
    expect((await bytesOf(b.read(needed.sha256))).toString()).toBe("needed");
    expect(await b.collect([])).toEqual({ blobs: 0, freedBytes: 0 });
    expect(await machine("b", dayMs).collect([])).toEqual({ blobs: 3, freedBytes: 14 });
    expect((await keys(connect())).every((key) => key.startsWith("aside/"))).toBe(true);
    expect((await bytesOf(machine("c").read(read.sha256))).toString()).toBe("read");
    await machine("b", 2 * dayMs).collect([needed.sha256, read.sha256]);
    const keyOf = ({ sha256 }: Blob): string => `${sha256.slice(0, 2)}/${sha256.slice(2)}`;
    expect(await keys(connect())).toEqual([needed, read].map(keyOf).sort());
    await expect(bytesOf(machine("d").read(gone.sha256))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
