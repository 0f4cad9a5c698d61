import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { S3State, Simulator } from "@landfall/simulators";
import { type Blob, type Blobs, openBlobs } from "../../src/snapshot/blobs.ts";
import { openRemoteBlobs } from "../../src/snapshot/remote-blobs.ts";
import type { SnapshotFile } from "../../src/snapshot/snapshot.ts";
import { connect, openBucket } from "./bucket.ts";

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half");
  throw new Error("cut");
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString();
}

let directory: string;
let blobs: Blobs;

/** The same for both: on this machine alone, and in a store that machines share. */
const kinds: {
  kind: string;
  open(path: string): Blobs;
  /** Make everything there look as if it was last used so long ago. */
  age(ms: number): void;
}[] = [
  { kind: "on this machine", open: openBlobs, age() {} },
  {
    kind: "in an S3 store",
    open: (path) => openRemoteBlobs({ directory: path, s3: connect(store), cacheBytes: 1024 ** 3 }),
    age(ms) {
      for (const object of store.state.objects.values()) object.modifiedAt = Date.now() - ms;
    },
  },
];
let store: Simulator<S3State>;
beforeAll(async () => {
  store = await openBucket();
});
afterAll(() => store.close());

describe.each(kinds)("$kind", ({ kind, open, age: ageThere }) => {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "landfall-blobs-"));
    store.reset();
    blobs = open(join(directory, "blobs"));
  });
  afterEach(async () => {
    await blobs.close();
    expect(store.violations).toEqual([]);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Keep blobs as a manifest would, and make them look as if they were last used so long ago. */
  async function aged(ms: number, ...all: Blob[]): Promise<void> {
    await blobs.flush(all);
    const time = new Date(Date.now() - ms);
    for (const { sha256: digest } of all) utimesSync(blobs.path(digest), time, time);
    ageThere(ms);
  }

  function incoming(): string[] {
    return readdirSync(join(directory, "blobs/incoming"));
  }

  describe("blobs", () => {
    it("are stored once by their digest, from bytes, a stream or a file", async () => {
      const digest = sha256("hello");
      expect(await blobs.put(Buffer.from("hello"))).toEqual({ sha256: digest, sizeBytes: 5 });
      expect(blobs.path(digest)).toBe(join(directory, "blobs", digest.slice(0, 2), digest.slice(2)));
      const { ino } = statSync(blobs.path(digest));
      await blobs.put(chunks("he", "llo"));
      writeFileSync(join(directory, "file"), "hello");
      await blobs.putFile(join(directory, "file"));
      expect(statSync(blobs.path(digest)).ino).toBe(ino);
      expect(incoming()).toEqual([]);
      expect(await text(blobs.read(digest))).toBe("hello");
      expect(await text(blobs.read(digest, { start: 1, end: 3 }))).toBe("ell");
      expect(statSync(blobs.path(digest)).mode & 0o222).toBe(0);
    });

    it("hold a large file, read bit by bit", async () => {
      writeFileSync(join(directory, "large"), Buffer.alloc(3_000_000, "0123456789"));
      const { sha256: digest, sizeBytes } = await blobs.putFile(join(directory, "large"));
      expect(sizeBytes).toBe(3_000_000);
      await blobs.verify(digest);
    });

    it("are stored by many at once without harm", async () => {
      const other = open(join(directory, "blobs"));
      const all = await Promise.all(
        Array.from({ length: 200 }, (_, index) => (index % 2 ? blobs : other).put(chunks(`n${index % 10}`))),
      );
      await other.close();
      expect(new Set(all.map((blob) => blob.sha256)).size).toBe(10);
      expect(incoming()).toEqual([]);
    });

    it("leave nothing when the stream fails or is cancelled", async () => {
      await expect(blobs.put(failing())).rejects.toThrow("cut");
      await expect(blobs.put(chunks("a"), { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: "CANCELLED",
      });
      expect(incoming()).toEqual([]);
    });

    it("are missed by name and by size", async () => {
      const { sha256: digest } = await blobs.put(Buffer.from("hello"));
      expect(blobs.has(digest)).toBe(true);
      expect(blobs.has(digest, 5)).toBe(true);
      expect(blobs.has(digest, 4)).toBe(false);
      expect(blobs.has(sha256("other"))).toBe(false);
      await expect(text(blobs.read(sha256("other")))).rejects.toMatchObject({ code: "NOT_FOUND" });
      for (const name of ["../../etc/passwd", "", digest.toUpperCase(), `${digest}0`])
        expect(() => blobs.path(name)).toThrow("not the name");
    });

    it("that are damaged are found, removed, and stored anew by the next put", async () => {
      const { sha256: digest } = await blobs.put(Buffer.from("hello"));
      chmodSync(blobs.path(digest), 0o644);
      writeFileSync(blobs.path(digest), "hellO");
      await expect(blobs.verify(digest)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
      await expect(blobs.verify(digest)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await blobs.put(Buffer.from("hello"));
      await blobs.verify(digest);
    });

    it("can be forced to the disk", async () => {
      await blobs.put(Buffer.from("a"));
      const { sha256: gone } = await blobs.put(Buffer.from("b"));
      rmSync(blobs.path(gone));
      await blobs.flush();
      await blobs.flush();
    });
  });

  const file = (path: string, content: string, mode = 0o644): SnapshotFile => ({
    path,
    mode,
    sizeBytes: content.length,
    sha256: blobs.putSync(Buffer.from(content)).sha256,
  });

  describe("materialise", () => {
    it.each(["copy", "reflink"] as const)(
      "by %s gives own files: writing to them leaves the blob as it was",
      async (link) => {
        const one = file("a/b", "content");
        await blobs.materialise([one, file("run", "#!/bin/sh", 0o755)], join(directory, "out"), { link });
        writeFileSync(join(directory, "out/a/b"), "changed");
        expect(readFileSync(blobs.path(one.sha256), "utf8")).toBe("content");
        expect(statSync(join(directory, "out/run")).mode & 0o777).toBe(0o755);
        expect(statSync(join(directory, "out/a/b")).mode & 0o777).toBe(0o644);
      },
    );

    it("by hard links shares plain files, and copies executables", async () => {
      const one = file("a", "content");
      const two = file("run", "content", 0o755);
      await blobs.materialise([one, two], join(directory, "out"), { link: "hardlink" });
      const blob = statSync(blobs.path(one.sha256));
      expect(statSync(join(directory, "out/a")).ino).toBe(blob.ino);
      expect(statSync(join(directory, "out/run")).ino).not.toBe(blob.ino);
      expect(blob.mode & 0o222).toBe(0);
    });

    it("writes through no link of the manifest", async () => {
      mkdirSync(join(directory, "victim"));
      const files = [{ ...file("l", ""), link: "../victim" }, file("l/evil", "1")];
      await expect(blobs.materialise(files, join(directory, "out"), { link: "copy" })).rejects.toMatchObject({
        code: "CONFLICT",
      });
      expect(readdirSync(join(directory, "victim"))).toEqual([]);
    });

    it("refuses paths that leave, files that are in the way, and blobs that are gone", async () => {
      for (const path of ["../evil", "/evil", "a/../../evil", "", "a//b", "a\0b"])
        await expect(
          blobs.materialise([file(path, "1")], join(directory, "out"), { link: "copy" }),
        ).rejects.toMatchObject({ code: "INVALID_SOURCE" });
      expect(existsSync(join(directory, "evil"))).toBe(false);
      mkdirSync(join(directory, "used"));
      writeFileSync(join(directory, "used/a"), "mine");
      await expect(
        blobs.materialise([file("a", "1")], join(directory, "used"), { link: "copy" }),
      ).rejects.toMatchObject({
        code: "CONFLICT",
      });
      expect(readFileSync(join(directory, "used/a"), "utf8")).toBe("mine");
      const gone = { ...file("a", "1"), sha256: sha256("never stored") };
      await expect(blobs.materialise([gone], join(directory, "new"), { link: "copy" })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    });
  });

  describe("collect", () => {
    const old = 3 * 24 * 3_600_000;

    it("removes what is not reachable and not young, and says how much", async () => {
      const [kept, gone] = await Promise.all(["kept", "gone!"].map((content) => blobs.put(Buffer.from(content))));
      await aged(old, kept!, gone!);
      const young = await blobs.put(Buffer.from("young"));
      await blobs.flush([young]);
      expect(await blobs.collect([kept!.sha256])).toEqual({ blobs: 1, freedBytes: 5 });
      expect(blobs.has(kept!.sha256)).toBe(true);
      expect(blobs.has(gone!.sha256)).toBe(false);
      expect(blobs.has(young.sha256)).toBe(true);
      expect(await blobs.collect([kept!.sha256])).toEqual({ blobs: 0, freedBytes: 0 });
    });

    if (kind === "on this machine")
      it("spares a blob that was just found again or put again", async () => {
        const found = await blobs.put(Buffer.from("found"));
        const again = await blobs.put(Buffer.from("again"));
        await aged(old, found, again);
        expect(blobs.has(found.sha256)).toBe(true);
        await blobs.put(Buffer.from("again"));
        await blobs.flush([found, again]);
        expect(await blobs.collect([])).toEqual({ blobs: 0, freedBytes: 0 });
      });

    if (kind === "on this machine")
      it("takes away what a killed process left half written", async () => {
        const left = join(directory, "blobs/incoming/1-abc");
        writeFileSync(left, "half");
        utimesSync(left, new Date(0), new Date(0));
        writeFileSync(join(directory, "blobs/incoming/2-abc"), "being written");
        expect(await blobs.collect([])).toEqual({ blobs: 0, freedBytes: 4 });
        expect(incoming()).toEqual(["2-abc"]);
      });

    it("can be cancelled and repeated, and storing goes on", async () => {
      const all = await Promise.all(Array.from({ length: 50 }, (_, index) => blobs.put(Buffer.from(`${index}`))));
      await aged(old, ...all);
      await expect(blobs.collect([], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "CANCELLED" });
      const [freed] = await Promise.all([blobs.collect([]), blobs.put(chunks("meanwhile"))]);
      expect(freed.blobs).toBe(50);
      expect(blobs.has(sha256("meanwhile"))).toBe(true);
      await blobs.put(Buffer.from("0"));
      expect(blobs.has(sha256("0"))).toBe(true);
    });
  });
});
