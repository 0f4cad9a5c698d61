/**
 * A snapshot as one archive: equal snapshots make equal bytes. Everything lies in one folder, which whoever extracts it takes away again.
 * Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Interchange Format".
 */
import { archiveLimits } from "@landfall/engine/source/archive-limits";
import type { Bytes } from "@landfall/engine/snapshot/bytes";
import type { Snapshot, SnapshotFile } from "@landfall/engine";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Readable, Transform } from "node:stream";
import * as zlib from "node:zlib";

const folder = "project";
const block = 512;
const largestInHeader = 8 * 1024 ** 3;
const smallBytes = 256 * 1024;

export interface Packed {
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Write the archive to `file`. Throws INVALID_SOURCE when a file was changed meanwhile. */
export async function pack(
  snapshot: Snapshot,
  bytes: Bytes,
  { file, signal }: { file: string; signal?: AbortSignal },
): Promise<Packed> {
  let tarBytes = 0;
  async function write(compress: Transform[]): Promise<Packed> {
    const digest = createHash("sha256");
    tarBytes = 0;
    let sizeBytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sizeBytes += chunk.length;
        digest.update(chunk);
        done(null, chunk);
      },
    });
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of tar(snapshot.files, bytes)) {
        tarBytes += chunk.length;
        yield chunk;
      }
    }
    const out = createWriteStream(file, { mode: 0o600 });
    await pipeline(
      [Readable.from(counted(), { objectMode: false }), ...compress, count, out],
      signal ? { signal } : {},
    );
    return { sizeBytes, sha256: digest.digest("hex") };
  }
  const packed = await write([compressor()]);
  const isDense = tarBytes > archiveLimits.ratioFromBytes && tarBytes > archiveLimits.ratio * packed.sizeBytes;
  // What shrinks so much is taken for an attack by whoever extracts it.
  return isDense ? write([]) : packed;
}

/** zstd, which Node has from 22.15 on. */
function compressor(): Transform {
  return (zlib as Partial<typeof zlib>).createZstdCompress?.() ?? zlib.createGzip();
}

async function* tar(files: readonly SnapshotFile[], bytes: Bytes): AsyncGenerator<Uint8Array> {
  for (const entry of files) {
    const { sizeBytes } = entry;
    yield* headers(entry);
    if (entry.link !== undefined) continue;
    if (sizeBytes <= smallBytes) yield bytes.whole(entry);
    else yield* bytes.read(entry);
    yield Buffer.alloc(-sizeBytes & (block - 1));
  }
  yield Buffer.alloc(2 * block);
}

function* headers({ path, mode, sizeBytes, link }: SnapshotFile): Generator<Buffer> {
  const name = `${folder}/${path}`;
  const size = link === undefined ? sizeBytes : 0;
  const extended = [
    Buffer.byteLength(name) > 100 ? record("path", name) : "",
    link !== undefined && Buffer.byteLength(link) > 100 ? record("linkpath", link) : "",
    size >= largestInHeader ? record("size", String(size)) : "",
  ].join("");
  if (extended !== "") {
    const body = Buffer.from(extended);
    yield header({ name: "pax", mode: 0o644, size: body.length, type: "x" });
    yield body;
    yield Buffer.alloc(-body.length & (block - 1));
  }
  yield header({ name, mode, size: size % largestInHeader, type: link === undefined ? "0" : "2", link: link ?? "" });
}

/** `<length> <key>=<value>\n`, the length counting itself. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** No owner and no time, so that equal files have equal headers. */
function header({
  name,
  mode,
  size,
  type,
  link = "",
}: {
  name: string;
  mode: number;
  size: number;
  type: "0" | "2" | "x";
  link?: string;
}): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void =>
    void bytes.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
  Buffer.from(name).copy(bytes, 0, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write(" ".repeat(8), 148, "latin1");
  bytes.write(type, 156, "latin1");
  Buffer.from(link).copy(bytes, 157, 0, 100);
  bytes.write("ustar\u000000", 257, "latin1");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}
