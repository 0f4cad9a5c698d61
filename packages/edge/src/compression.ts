/** Content encodings: which one a client takes, and the compressed form of a blob, made once and kept. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip, zstdCompress } from "node:zlib";
import type { Encoding } from "./site.ts";

/** In the order we prefer when a client takes several alike. */
export const encodings = ["br", "zstd", "gzip"] as const satisfies Encoding[];

/** Below this an answer fits in one packet anyway; above, compressing would hold a thread for too long. */
export const compressibleBytes = { min: 1024, max: 8 * 1024 * 1024 };

const known = new Map<string, readonly Encoding[]>();

/** Encodings an Accept-Encoding header allows, best first. RFC 9110, section 12.5.3. */
export function acceptedEncodings(header: string | undefined): readonly Encoding[] {
  if (header === undefined) return [];
  let accepted = known.get(header);
  if (!accepted) {
    accepted = readAcceptEncoding(header);
    // Browsers send a handful of values; anybody may send any number of others.
    if (known.size >= 256) known.clear();
    known.set(header, accepted);
  }
  return accepted;
}

function readAcceptEncoding(header: string): Encoding[] {
  const quality = new Map<string, number>();
  for (const part of header.toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((word) => word.trim());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const value = q === undefined ? 1 : Number(q.slice(2));
    if (name !== "") quality.set(name, Number.isFinite(value) ? value : 0);
  }
  const of = (encoding: Encoding): number => quality.get(encoding) ?? quality.get("*") ?? 0;
  return encodings.filter((encoding) => of(encoding) > 0).sort((a, b) => of(b) - of(a));
}

const compress: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  // Each at the level where the next one costs several times the time for a few per cent.
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  zstd: (bytes) => promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 6 }),
};

/**
 * The blob compressed, or an empty buffer when that saves less than a tenth. Kept below `cacheDirectory` by digest and encoding, so that it
 * is made once per machine; a cache that cannot be written is no error.
 */
export async function compressed(
  blob: { sha256: string; read: () => Promise<Buffer> },
  encoding: Encoding,
  cacheDirectory: string | undefined,
): Promise<Buffer> {
  const path = cacheDirectory && join(cacheDirectory, blob.sha256.slice(0, 2), `${blob.sha256}.${encoding}`);
  if (path !== undefined) {
    const kept = await readFile(path).catch(() => undefined); // Not made yet.
    if (kept) return kept;
  }
  const bytes = await blob.read();
  const smaller = await compress[encoding](bytes);
  const result = smaller.length < bytes.length * 0.9 ? smaller : Buffer.alloc(0);
  if (path !== undefined) await keep(path, result);
  return result;
}

async function keep(path: string, bytes: Buffer): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, bytes, { mode: 0o600 });
    await rename(partial, path);
  } catch {
    // A full or read-only disk costs time at the next start, not this answer.
    await rm(partial, { force: true }).catch(() => undefined);
  }
}
