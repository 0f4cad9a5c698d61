/**
 * Read a zip. The central directory is the truth, and every local header must agree with it: readers that trust the one or the other
 * must see the same files. Sizes, checksums and places are checked before and after; entries that share bytes are refused.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw, createZstdDecompress, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { DeployError } from "../error.ts";
import { readExactly, readRange } from "./range.ts";
import type { Unpacking } from "./unpacking.ts";
import { type ZipEntry, readDirectory } from "./zip-directory.ts";

/** Entries up to this size, packed and unpacked, are read in one go. */
const smallBytes = 256 * 1024;

const stored = 0;
const deflated = 8;
const zstandard = 93;

/** Everything the zip in `descriptor` holds, into `unpacking`. Throws UNSAFE_ARCHIVE. */
export async function readZip(descriptor: number, size: number, unpacking: Unpacking): Promise<void> {
  const entries = readDirectory(descriptor, size, unpacking);
  // All that is declared is checked before a byte is written.
  unpacking.checkTotal(entries.reduce((sum, entry) => sum + entry.sizeBytes, 0));
  entries.sort((a, b) => a.at - b.at);
  let end = 0;
  for (const entry of entries) {
    await unpacking.begin(entry.name, entry.number);
    if (entry.at < end) throw unpacking.refuse("it shares bytes with another entry");
    end = await readEntry(descriptor, entry, unpacking);
    if (end > entry.limit) throw unpacking.refuse("it reaches into the archive's directory");
  }
}

/** Answers where the entry ends, its data descriptor included. */
async function readEntry(descriptor: number, entry: ZipEntry, unpacking: Unpacking): Promise<number> {
  const start = checkLocalHeader(descriptor, entry, unpacking);
  const end = start + entry.packedBytes;
  if (end > entry.limit) throw unpacking.refuse("it is longer than the archive");
  if (entry.method !== stored && entry.method !== deflated && entry.method !== zstandard)
    throw unpacking.refuse(`it is compressed by a method that is not read (${entry.method}); use deflate`);
  if (entry.method === stored && entry.packedBytes !== entry.sizeBytes)
    throw unpacking.refuse("its two sizes differ though it is not compressed");

  switch (entry.kind) {
    case "directory":
      if (entry.sizeBytes !== 0) throw unpacking.refuse("it is a folder with content of its own");
      unpacking.directory(entry.name);
      break;
    case "link": {
      if (entry.sizeBytes > unpacking.limits.pathBytes) throw unpacking.refuse("it is a link with too long a target");
      const target = unpackAtOnce(descriptor, start, entry, unpacking);
      unpacking.link(entry.name, target.toString("utf8"));
      break;
    }
    case "file":
      if (entry.packedBytes <= smallBytes && entry.sizeBytes <= smallBytes)
        unpacking.file(entry.name, entry.executable, unpackAtOnce(descriptor, start, entry, unpacking));
      else await unpackBitByBit(descriptor, start, entry, unpacking);
      break;
    default:
      entry.kind satisfies never;
  }
  return entry.hasDescriptor ? checkDescriptor(descriptor, end, entry, unpacking) : end;
}

/** The local header must say what the directory says; answers where the data starts. */
function checkLocalHeader(descriptor: number, entry: ZipEntry, unpacking: Unpacking): number {
  const header = readExactly(descriptor, entry.at, 30, unpacking);
  if (header.readUInt32LE(0) !== 0x04034b50) throw unpacking.refuse("there is no entry where the directory says it is");
  const flags = header.readUInt16LE(6);
  const nameLength = header.readUInt16LE(26);
  const extraLength = header.readUInt16LE(28);
  const name = readExactly(descriptor, entry.at + 30, nameLength, unpacking);
  if (!name.equals(entry.rawName))
    throw unpacking.refuse(
      `its name differs from the one in its own header (${JSON.stringify(name.toString("utf8").slice(0, 100))})`,
    );
  // Encryption, the data descriptor, and UTF-8 names.
  if ((flags & 0x0809) !== (entry.flags & 0x0809) || header.readUInt16LE(8) !== entry.method)
    throw unpacking.refuse("its own header disagrees with the archive's directory");
  const crc = header.readUInt32LE(14);
  const packed = header.readUInt32LE(18);
  const unpacked = header.readUInt32LE(22);
  const agrees = (value: number, wanted: number): boolean =>
    value === wanted || (entry.hasDescriptor && value === 0) || value === 0xffffffff;
  if (
    !(crc === entry.crc || (entry.hasDescriptor && crc === 0)) ||
    !agrees(packed, entry.packedBytes) ||
    !agrees(unpacked, entry.sizeBytes)
  )
    throw unpacking.refuse("its own header declares another size or checksum than the archive's directory");
  return entry.at + 30 + nameLength + extraLength;
}

/** The record behind the data, with or without its signature, with sizes of four or eight bytes. Answers where it ends. */
function checkDescriptor(descriptor: number, at: number, entry: ZipEntry, unpacking: Unpacking): number {
  const bytes = readExactly(descriptor, at, Math.min(24, entry.limit - at), unpacking);
  for (const signature of [4, 0]) {
    if (signature === 4 && (bytes.length < 4 || bytes.readUInt32LE(0) !== 0x08074b50)) continue;
    for (const width of [4, 8]) {
      if (bytes.length < signature + 4 + 2 * width || bytes.readUInt32LE(signature) !== entry.crc) continue;
      const number = (offset: number): number =>
        width === 4 ? bytes.readUInt32LE(offset) : Number(bytes.readBigUInt64LE(offset));
      if (number(signature + 4) === entry.packedBytes && number(signature + 4 + width) === entry.sizeBytes)
        return at + signature + 4 + 2 * width;
    }
  }
  throw unpacking.refuse("the record behind its data declares another size or checksum than the archive's directory");
}

function unpackAtOnce(descriptor: number, start: number, entry: ZipEntry, unpacking: Unpacking): Buffer {
  const packed = readExactly(descriptor, start, entry.packedBytes, unpacking);
  let bytes = packed;
  if (entry.method !== stored) {
    // One byte more than declared would do to prove the declaration wrong; less is noticed by its length.
    const maxOutputLength = Math.max(1, entry.sizeBytes);
    try {
      if (entry.method === deflated) {
        const { buffer, engine } = inflateRawSync(packed, { maxOutputLength, info: true }) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        if (engine.bytesWritten !== packed.length) throw unpacking.refuse("its data is followed by something else");
        bytes = buffer;
      } else {
        bytes = zstdDecompressSync(packed, { maxOutputLength });
      }
    } catch (error) {
      if (error instanceof DeployError) throw error;
      throw unpacking.refuse(damage(error));
    }
  }
  check(bytes.length, crc32(bytes), entry, unpacking);
  return bytes;
}

async function unpackBitByBit(descriptor: number, start: number, entry: ZipEntry, unpacking: Unpacking): Promise<void> {
  const packed = readRange(descriptor, start, start + entry.packedBytes);
  let length = 0;
  let crc = 0;
  const sink = unpacking.openFile(entry.name, entry.executable);
  const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      await unpacking.begin(entry.name, entry.number);
      length += chunk.length;
      if (length > entry.sizeBytes) throw unpacking.refuse("it is larger than it declares");
      crc = crc32(chunk, crc);
      sink.write(chunk);
    }
  };
  try {
    if (entry.method === stored) {
      await write(packed);
    } else {
      const transform =
        entry.method === deflated
          ? createInflateRaw({ chunkSize: 256 * 1024 })
          : createZstdDecompress({ chunkSize: 256 * 1024 });
      await pipeline(Readable.from(packed, { objectMode: false }), transform, write);
      if (entry.method === deflated && transform.bytesWritten !== entry.packedBytes)
        throw unpacking.refuse("its data is followed by something else");
    }
  } catch (error) {
    if (
      error instanceof DeployError ||
      !(error instanceof Error && "code" in error && /^(?:Z_|ZSTD_|ERR_)/.test(String(error.code)))
    )
      throw error;
    throw unpacking.refuse(damage(error));
  } finally {
    sink.close();
  }
  check(length, crc, entry, unpacking);
}

function damage(error: unknown): string {
  const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
  return isTooLarge ? "it is larger than it declares" : "its compressed data is damaged, or ends too early";
}

function check(length: number, crc: number, entry: ZipEntry, unpacking: Unpacking): void {
  if (length !== entry.sizeBytes) throw unpacking.refuse("it has another size than it declares");
  if (crc !== entry.crc) throw unpacking.refuse("it is damaged: its checksum is wrong");
}
