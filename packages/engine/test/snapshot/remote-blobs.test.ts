/** What is peculiar to blobs in a store that machines share; what all blobs do is in blobs.test.ts. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3State, Simulator } from "@landfall/simulators";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.ts";
import type { Blob, Blobs } from "../../src/snapshot/blobs.ts";
import { openRemoteBlobs } from "../../src/snapshot/remote-blobs.ts";
import { readStoreUrl } from "../../src/snapshot/s3.ts";
import { connect, openBucket, optionsOf } from "./bucket.ts";

const hourMs = 3_600_000;
let now: number;
const clock: Clock = { now: () => now, sleep: async () => {} };
let root: string;
let bucket: Simulator<S3State>;
let opened: Blobs[];
beforeEach(async () => {
  now = Date.parse("2026-11-28T12:00:00Z");
  root = mkdtempSync(join(tmpdir(), "landfall-remote-"));
  bucket = await openBucket({ clock });
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  await bucket.close();
  rmSync(root, { recursive: true, force: true });
});

/** A machine with a cache of its own. */
function machine(name: string, { cacheBytes = 1024 ** 3, secretAccessKey = "" } = {}): Blobs {
  const s3 = connect(bucket, secretAccessKey === "" ? {} : { secretAccessKey }, clock);
  const blobs = openRemoteBlobs({ directory: join(root, name), s3, cacheBytes, clock });
  opened.push(blobs);
  return blobs;
}

const keyOf = ({ sha256 }: Blob): string => `of/landfall/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
const bodies = (): number => bucket.requests({ method: "PUT" }).filter(({ body }) => body.sizeBytes > 0).length;
const bytesOf = async (blobs: Blobs, { sha256 }: Blob): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(blobs.read(sha256)));

describe("machines with one store", () => {
  it("read what another has put, once for all who ask at the same time", async () => {
    const [a, b] = [machine("a"), machine("b")];
    const large = randomBytes(3_000_000);
    const all = [await a.put(large), await a.put(Buffer.from("small")), await a.put(Buffer.alloc(0))];
    expect(bucket.state.objects.size).toBe(0);
    await a.flush(all);
    expect([...bucket.state.objects.keys()].sort()).toEqual(all.map(keyOf).sort());
    expect(b.has(all[0]!.sha256)).toBe(false);
    const read = await Promise.all(Array.from({ length: 20 }, () => bytesOf(b, all[0]!)));
    expect(read.every((bytes) => bytes.equals(large))).toBe(true);
    expect(bucket.requests({ method: "GET" })).toHaveLength(1);
    const files = all.map((blob, index) => ({ path: `f${index}`, mode: 0o644, ...blob }));
    await b.materialise(files, join(root, "out"), { link: "copy" });
    expect(readFileSync(join(root, "out/f0")).equals(large)).toBe(true);
    expect(readFileSync(join(root, "out/f1"), "utf8")).toBe("small");
    expect(bucket.requests({ method: "GET" })).toHaveLength(3);
    expect(b.fetch(all[0]!.sha256)).toBe(b.path(all[0]!.sha256));
    expect(bucket.violations).toEqual([]);
  });

  it("send nothing twice, and what a killed process had put here alone", async () => {
    const [a, b] = [machine("a"), machine("b")];
    const content = randomBytes(200_000);
    const blob = await a.put(content);
    const again = machine("a");
    await again.flush([blob]);
    expect(bodies()).toBe(1);
    await a.flush([blob]);
    await again.flush([blob]);
    await b.flush([await b.put(content)]);
    expect(bodies()).toBe(1);
  });

  it("leave a file that never was here where it is", async () => {
    await machine("a").flush([{ sha256: "0".repeat(64), sizeBytes: 5 }]);
    expect(bucket.requests()).toHaveLength(0);
  });
});

describe("a blob", () => {
  it("is not asked for by who has been stopped", async () => {
    const blob = { sha256: "1".repeat(64), sizeBytes: 1 };
    await expect(machine("a").fetch(blob.sha256, AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
    await bytesOf(machine("b"), blob).catch(() => {}); // By then, an earlier question would have been answered.
    expect(bucket.requests({ method: "GET" })).toHaveLength(1);
  });

  it("that came damaged is not kept, and one that broke off is asked for again", async () => {
    const [a, b] = [machine("a"), machine("b")];
    const content = randomBytes(500_000);
    const blob = await a.put(content);
    await a.flush([blob]);
    bucket.fail("half-body", { once: true });
    bucket.fail("server-error", { once: true });
    expect((await bytesOf(b, blob)).equals(content)).toBe(true);
    const other = await a.put(Buffer.from("right"));
    await a.flush([other]);
    bucket.state.objects.get(keyOf(other))!.bytes = Buffer.from("wrong");
    await expect(bytesOf(b, other)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(existsSync(b.path(other.sha256))).toBe(false);
    expect(existsSync(b.path(createHash("sha256").update("wrong").digest("hex")))).toBe(false);
    await expect(bytesOf(b, { sha256: "1".repeat(64), sizeBytes: 1 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is made young before it is referred to again, and sent when it is gone", async () => {
    const a = machine("a");
    const blob = await a.put(Buffer.from("bytes"));
    await a.flush([blob]);
    now += 7 * hourMs;
    await a.flush([blob]);
    expect(bucket.state.objects.get(keyOf(blob))!.modifiedAt).toBe(now);
    expect(bodies()).toBe(1);
    now += 7 * hourMs;
    bucket.state.objects.clear();
    await a.flush([blob]);
    expect(bodies()).toBe(2);
    expect(bucket.state.objects.size).toBe(1);
  });

  it("is moved aside by a collection, comes back when it is needed, and is gone a day later", async () => {
    const [a, b] = [machine("a"), machine("b")];
    const [needed, read, gone] = await Promise.all(["needed", "read", "gone"].map((one) => a.put(Buffer.from(one))));
    await a.flush([needed!, read!, gone!]);
    expect(await b.collect([])).toEqual({ blobs: 0, freedBytes: 0 });
    now += 25 * hourMs;
    expect(await b.collect([])).toEqual({ blobs: 3, freedBytes: 14 });
    expect([...bucket.state.objects.keys()].every((key) => key.startsWith("of/landfall/aside/"))).toBe(true);
    expect((await bytesOf(b, read!)).toString()).toBe("read");
    now += 25 * hourMs;
    await b.collect([needed!.sha256, read!.sha256]);
    expect([...bucket.state.objects.keys()].sort()).toEqual([needed!, read!].map(keyOf).sort());
    await expect(bytesOf(b, gone!)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the cache", () => {
  it("keeps what was used last, and what is nowhere else", async () => {
    const a = machine("a", { cacheBytes: 1_000_000 });
    const blobs: Blob[] = [];
    for (let index = 0; index < 12; index++) blobs.push(await a.put(randomBytes(100_000)));
    const here = (): boolean[] => blobs.map(({ sha256 }) => existsSync(a.path(sha256)));
    await a.flush(blobs.slice(0, 11));
    // All were used within the hour.
    expect(here().every(Boolean)).toBe(true);
    for (const [index, { sha256 }] of blobs.entries()) {
      const usedAt = new Date(Date.now() - (20 - index) * hourMs);
      utimesSync(a.path(sha256), usedAt, usedAt);
    }
    const oldest = new Date(Date.now() - 30 * hourMs);
    utimesSync(a.path(blobs[11]!.sha256), oldest, oldest);
    await a.flush([await a.put(randomBytes(100_001))]);
    expect(here()).toEqual([false, false, false, false, ...Array.from({ length: 8 }, () => true)]);
    expect((await bytesOf(a, blobs[0]!)).length).toBe(100_000);
  });
});

describe("the connection", () => {
  it("says that the credential was refused, and shows no secret", async () => {
    const a = machine("a", { secretAccessKey: "not the right one" });
    const blob = await a.put(Buffer.from("bytes"));
    const refused = await a.flush([blob]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "AUTH_FAILED", text: { next: /AWS_ACCESS_KEY_ID/ } });
    expect(JSON.stringify(refused)).not.toContain("not the right one");
    await expect(a.check()).rejects.toMatchObject({ code: "AUTH_FAILED" });
    await expect(machine("b").check()).resolves.toBeUndefined();
  });

  it.each([
    ["https://bytes", "s3://bucket/prefix"],
    ["s3://key:secret@bytes", "AWS_ACCESS_KEY_ID"],
    ["s3://bytes?endpoint=nowhere", "https://s3.example.com"],
    ["s3://bytes?regoin=x", "regoin"],
    ["s3://bytes/a%20b", "prefix"],
    ["s3://bytes?cacheGb=0", "gigabytes"],
  ])("refuses %s", (url, says) => {
    expect(() => readStoreUrl(url)).toThrow(
      expect.objectContaining({
        code: "INVALID_CONFIG",
        text: expect.objectContaining({ faults: expect.anything() }),
      }) as Error,
    );
    try {
      readStoreUrl(url);
    } catch (error) {
      expect(JSON.stringify((error as { text: unknown }).text)).toContain(says);
    }
  });

  it("is to Amazon's own host of the bucket when no endpoint is named", () => {
    expect(readStoreUrl("s3://bytes?region=eu-central-1").endpoint).toBe("https://bytes.s3.eu-central-1.amazonaws.com");
    expect(optionsOf(bucket).url).toContain("endpoint=");
  });
});
