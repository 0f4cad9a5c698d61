/**
 * Digests by which platforms name files, besides our own sha256. They are taken in the same read, and kept in the digest cache.
 *
 * - `sha1`: Vercel and Netlify.
 * - `asset`: Cloudflare, as its own command line makes them: the first 32 hex digits of BLAKE3 over the base64 of the content and the
 *   file's extension. Source: cloudflare/workers-sdk, packages/wrangler/src/pages/hash.ts, read 2026-08-22.
 */
import { createHash, hash } from "node:crypto";
import { extname } from "node:path";

export type FileDigest = "sha1" | "asset";

export interface FileDigester {
  /** Digest of a whole file, lower-case hex. */
  of(bytes: Buffer, path: string): string;
  /** The same for a file that is read in parts. */
  begin(path: string): Promise<{ update(bytes: Uint8Array): void; finish(): string }>;
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
  const { createBLAKE3 } = await import("hash-wasm");
  const shared = await createBLAKE3();
  const extension = (path: string): string => extname(path).slice(1);
  return {
    of(bytes, path) {
      shared.init();
      // Base64 is ASCII: one byte a character, without the search for longer ones.
      shared.update(Buffer.from(bytes.toString("base64") + extension(path), "latin1"));
      return shared.digest("hex").slice(0, 32);
    },
    async begin(path) {
      const own = await createBLAKE3();
      own.init();
      let over: Buffer = Buffer.alloc(0);
      return {
        update(bytes) {
          // Base64 takes three bytes at a time: what is over waits for the next part.
          const all = Buffer.concat([over, bytes]);
          const whole = all.length - (all.length % 3);
          own.update(Buffer.from(all.toString("base64", 0, whole), "latin1"));
          over = all.subarray(whole);
        },
        finish() {
          own.update(Buffer.from(over.toString("base64") + extension(path), "latin1"));
          return own.digest("hex").slice(0, 32);
        },
      };
    },
  };
}
