/** Digests of bytes, as many as are needed from one read. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { throwIfAborted } from "../process/exec.ts";

export type DigestAlgorithm = "sha1" | "sha256" | "blake3";

/** Bytes read at once from a large file: large enough that system calls do not count, small enough to keep many. */
export const readSize = 1024 * 1024;

/** A digester of the given algorithms; blake3 is WebAssembly and loaded on first use. */
export async function digester<A extends DigestAlgorithm>(
  algorithms: readonly A[],
): Promise<{ update(bytes: Uint8Array): void; finish(): Record<A, string> }> {
  const parts = await Promise.all(
    algorithms.map(async (name) => {
      if (name !== "blake3") {
        const hash = createHash(name);
        return { name, update: (bytes: Uint8Array) => void hash.update(bytes), finish: () => hash.digest("hex") };
      }
      const { createBLAKE3 } = await import("hash-wasm");
      const hash = await createBLAKE3();
      hash.init();
      return { name, update: (bytes: Uint8Array) => void hash.update(bytes), finish: () => hash.digest("hex") };
    }),
  );
  return {
    update(bytes) {
      for (const part of parts) part.update(bytes);
    },
    finish() {
      const digests: Partial<Record<A, string>> = {};
      for (const part of parts) digests[part.name] = part.finish();
      return digests as Record<A, string>;
    },
  };
}

/**
 * Digests of a file (by path) or of a stream, lower-case hex, from one read in constant memory.
 * `await digestFile(path, ["sha1", "blake3"])` answers `{sha1, blake3}`. Throws what reading throws, CANCELLED.
 */
export async function digestFile<A extends DigestAlgorithm>(
  source: string | AsyncIterable<Uint8Array>,
  algorithms: readonly A[],
  options: { signal?: AbortSignal } = {},
): Promise<Record<A, string>> {
  const digests = await digester(algorithms);
  const stream = typeof source === "string" ? createReadStream(source, { highWaterMark: readSize }) : source;
  for await (const chunk of stream) {
    throwIfAborted(options.signal, "reading a file");
    digests.update(chunk as Uint8Array);
  }
  return digests.finish();
}
