/**
 * Digests by which platforms name files, besides our own sha256. They are taken in the same read, and kept in the digest cache.
 *
 * - `sha1`: Vercel and Netlify.
 * - `asset`: Cloudflare, as its own command line makes them: the first 32 hex digits of BLAKE3 over the base64 of the content and the
 *   file's extension. Source: cloudflare/workers-sdk, packages/wrangler/src/pages/hash.ts, read 2026-08-22.
 */
import { createHash, hash } from "node:crypto";
import { extname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Bytes } from "./bytes.ts";
import type { FileDigest, SnapshotFile } from "./snapshot.ts";

export interface FileDigester {
  /** Digest of a whole file, lower-case hex. */
  of(bytes: Buffer, path: string): string;
  /** The same for a file that is read in parts. */
  begin(path: string): Promise<{ update(bytes: Uint8Array): void; finish(): string }>;
}

/** Larger files are read in parts. */
const wholeBytes = 4 * 1024 * 1024;
/** Longest time the event loop is kept. */
const turnMs = 10;

/** The digest of each file, in their order: as the snapshot was taken with it, else from the bytes. */
export async function digestsOf(
  files: readonly SnapshotFile[],
  { name, bytes, signal }: { name: FileDigest; bytes: Bytes; signal: AbortSignal },
): Promise<string[]> {
  const found: string[] = [];
  let digester: FileDigester | undefined;
  let turn = performance.now();
  for (const file of files) {
    const known = file.digests?.[name];
    if (known !== undefined) {
      found.push(known);
      continue;
    }
    digester ??= await fileDigester(name);
    if (file.sizeBytes <= wholeBytes) found.push(digester.of(bytes.whole(file), file.path));
    else {
      const parts = await digester.begin(file.path);
      for await (const part of bytes.read(file)) parts.update(part);
      found.push(parts.finish());
    }
    if (performance.now() - turn < turnMs) continue;
    await nextTurn();
    signal.throwIfAborted();
    turn = performance.now();
  }
  return found;
}

/** A digester; what it is made of is loaded when it is first asked for. */
export async function fileDigester(name: FileDigest): Promise<FileDigester> {
  return name === "sha1" ? sha1 : assetDigester();
}

const sha1: FileDigester = {
  of: (bytes) => hash("sha1", bytes),
  async begin() {
    const digest = createHash("sha1");
    return { update: (bytes) => void digest.update(bytes), finish: () => digest.digest("hex") };
  },
};

async function assetDigester(): Promise<FileDigester> {
  const { Blake3Hasher, blake3 } = await import("@napi-rs/blake-hash");
  const extension = (path: string): string => extname(path).slice(1);
  let scratch = Buffer.alloc(0);
  return {
    of(bytes, path) {
      // As bytes in memory that stays: given a string, the hasher makes a copy first, which takes as long as hashing.
      const text = bytes.toString("base64");
      const most = text.length + path.length * 4;
      if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(most * 2);
      const length = scratch.write(text, "latin1");
      const end = length + scratch.write(extension(path), length);
      return blake3(scratch.subarray(0, end)).toString("hex", 0, 16);
    },
    async begin(path) {
      const digest = new Blake3Hasher();
      let over: Buffer = Buffer.alloc(0);
      return {
        update(bytes) {
          // Base64 takes three bytes at a time: what is over waits for the next part.
          const all = Buffer.concat([over, bytes]);
          const whole = all.length - (all.length % 3);
          digest.update(all.toString("base64", 0, whole));
          over = all.subarray(whole);
        },
        finish: () => {
          digest.update(over.toString("base64") + extension(path));
          return digest.digestBuffer().toString("hex", 0, 16);
        },
      };
    },
  };
}
