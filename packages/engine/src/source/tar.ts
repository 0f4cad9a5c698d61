/**
 * Read a tar: ustar, pax and GNU's long names, plain or compressed. One pass, constant memory.
 * Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
import { pipeline, Readable, type Transform } from "node:stream";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { DeployError } from "../error.ts";
import { decodeName } from "./entry-name.ts";
import { readRange } from "./range.ts";
import type { Unpacking } from "./unpacking.ts";

export type Compression = "none" | "gzip" | "zstd";

const block = 512;
const chunkSize = 256 * 1024;
/** Longest pax header or GNU long name taken in, in bytes. */
const longestHeader = 1024 * 1024;

/** Everything the tar in `descriptor` holds, into `unpacking`. Throws UNSAFE_ARCHIVE, INVALID_SOURCE when its first block is none of a tar. */
export async function readTar(
  descriptor: number,
  size: number,
  { compression, unpacking }: { compression: Compression; unpacking: Unpacking },
): Promise<void> {
  const bytes = new Bytes(decompressed(descriptor, size, compression), unpacking);
  try {
    await readEntries(bytes, unpacking);
  } catch (error) {
    if (error instanceof DeployError || !isDecompression(error)) throw error;
    throw unpacking.refuse("its compressed data is damaged, or ends too early");
  } finally {
    bytes.close();
  }
}

function decompressed(descriptor: number, size: number, compression: Compression): Readable {
  const file = (): Readable => Readable.from(readRange(descriptor, 0, size), { objectMode: false });
  switch (compression) {
    case "none":
      return file();
    case "gzip":
      return pipeline(file(), createGunzip({ chunkSize }), () => undefined); // The reader sees the error itself.
    case "zstd":
      return Readable.from(zstdFrames(descriptor, size), { objectMode: false });
    default:
      return compression satisfies never;
  }
}

/** One frame after the other: Node's decompressor stops at the end of the first. */
async function* zstdFrames(descriptor: number, size: number): AsyncGenerator<Buffer, void> {
  for (let start = 0; start < size; ) {
    // 128 MB of window at most, as zstd itself without --long.
    const frame = createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 27 } });
    const feeding = feed(frame, readRange(descriptor, start, size)).catch((error: unknown) => {
      frame.destroy(error instanceof Error ? error : new Error(String(error)));
    });
    yield* frame as AsyncIterable<Buffer>;
    await feeding;
    start += frame.bytesWritten;
  }
}

/** Write until the decompressor takes no more, which is the end of its frame. */
async function feed(frame: Transform & { bytesWritten: number }, chunks: AsyncIterable<Buffer>): Promise<void> {
  let fed = 0;
  for await (const chunk of chunks) {
    await new Promise<void>((resolve, reject) => frame.write(chunk, (error) => (error ? reject(error) : resolve())));
    fed += chunk.length;
    if (frame.bytesWritten < fed) break;
  }
  frame.end();
}

function isDecompression(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(?:Z_|ZSTD_|ERR_)/.test(String(error.code));
}

/** The stream as a reader wants it: exactly so many bytes, or what there is. */
class Bytes {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #unpacking: Unpacking;
  #chunk: Buffer = Buffer.alloc(0);
  #total = 0;

  constructor(stream: Readable, unpacking: Unpacking) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#unpacking = unpacking;
  }

  /** Between 1 and `most` bytes, valid until the next call; empty at the end. */
  async some(most: number): Promise<Buffer> {
    if (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return this.#chunk;
      this.#chunk = next.value;
      this.#total += this.#chunk.length;
      // Headers and padding count as well: an archive of nothing else is still one made to keep us busy.
      const { limits, archiveBytes } = this.#unpacking;
      if (this.#total > limits.ratioFromBytes && this.#total > limits.ratio * archiveBytes)
        this.#unpacking.checkTotal(this.#total);
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  /** Exactly so many bytes; null when there are none at all. Throws when they end before. */
  async exactly(length: number): Promise<Buffer | null> {
    const first = await this.some(length);
    if (first.length === length) return first;
    if (first.length === 0 && length > 0) return null;
    const whole = Buffer.alloc(length);
    let at = first.copy(whole);
    while (at < length) {
      const next = await this.some(length - at);
      if (next.length === 0) throw this.#unpacking.refuse("it ends in the middle of an entry");
      at += next.copy(whole, at);
    }
    return whole;
  }

  close(): void {
    this.#stream.destroy();
  }
}

/** What an extended header says about the next entry, or about all that follow. */
interface Extended {
  path?: string;
  linkpath?: string;
  size?: number;
}

async function readEntries(bytes: Bytes, unpacking: Unpacking): Promise<void> {
  let shared: Extended = {};
  let own: Extended = {};
  let headers = 0;
  let number = 0;
  for (;;) {
    const header = await bytes.exactly(block);
    if (header === null) throw unpacking.refuse("it ends without the mark of its end");
    if (isZero(header)) break;
    if (!hasRightChecksum(header))
      throw headers === 0 ? noTar() : unpacking.refuse(`the header after entry ${number} is damaged`);
    headers++;
    const type = String.fromCharCode(header[156]!);
    const size = numberIn(header, 124, 12);
    if (size === null) throw unpacking.refuse(`the header after entry ${number} has no size`);
    if (type === "x" || type === "g") {
      const records = readPax(await longHeader(bytes, size, unpacking), unpacking);
      if (type === "g") shared = { ...shared, ...records };
      else own = { ...own, ...records };
    } else if (type === "L" || type === "K") {
      const text = nameFrom(await longHeader(bytes, size, unpacking), unpacking);
      own = type === "L" ? { ...own, path: text } : { ...own, linkpath: text };
    } else {
      number++;
      await readEntry(bytes, { header, type, size, number, extended: { ...shared, ...own }, unpacking });
      own = {};
    }
    // Each entry may have a pax header and two long names.
    if (headers > 4 * unpacking.limits.entries) unpacking.checkEntries(headers);
  }
  await expectNothing(bytes, unpacking);
}

async function longHeader(bytes: Bytes, size: number, unpacking: Unpacking): Promise<Buffer> {
  if (size > longestHeader) throw unpacking.refuse("it has an extended header of more than 1 MB");
  const body = Buffer.from((await bytes.exactly(size)) ?? []);
  if (body.length !== size) throw unpacking.refuse("it ends in the middle of a header");
  await skip(bytes, padding(size), unpacking);
  return body;
}

async function readEntry(
  bytes: Bytes,
  entry: { header: Buffer; type: string; size: number; number: number; extended: Extended; unpacking: Unpacking },
): Promise<void> {
  const { header, type, number, extended, unpacking } = entry;
  const name = extended.path ?? ustarName(header, unpacking);
  await unpacking.begin(name, number);
  const size = extended.size ?? entry.size;
  switch (type) {
    case "0":
    case "\0":
    case "7":
      if (name.endsWith("/") && size === 0) unpacking.directory(name);
      else
        await readFile(bytes, { name, size, executable: ((numberIn(header, 100, 8) ?? 0) & 0o100) !== 0, unpacking });
      return;
    case "5":
      if (size !== 0) throw unpacking.refuse("it is a folder with content of its own");
      unpacking.directory(name);
      return;
    case "1":
    case "2": {
      const target = extended.linkpath ?? nameFrom(header.subarray(157, 257), unpacking);
      // Some writers repeat the file's content behind a hard link; it must not be taken for the next header.
      if (size !== 0) throw unpacking.refuse("it is a link with content of its own");
      if (type === "1") unpacking.hardLink(name, target);
      else unpacking.link(name, target);
      return;
    }
    case "3":
    case "4":
      throw unpacking.refuse("it is a device");
    case "6":
      throw unpacking.refuse("it is a pipe");
    case "S":
      throw unpacking.refuse("it is a sparse file, which is not read; make the archive without --sparse");
    default:
      throw unpacking.refuse(`it is of a kind that is not known (${JSON.stringify(type)})`);
  }
}

async function readFile(
  bytes: Bytes,
  { name, size, executable, unpacking }: { name: string; size: number; executable: boolean; unpacking: Unpacking },
): Promise<void> {
  unpacking.checkTotal(unpacking.bytes + size);
  const sink = unpacking.openFile(name, executable);
  try {
    for (let left = size; left > 0; ) {
      const part = await bytes.some(left);
      if (part.length === 0) throw unpacking.refuse("the archive ends in the middle of it");
      sink.write(part);
      left -= part.length;
    }
  } finally {
    sink.close();
  }
  await skip(bytes, padding(size), unpacking);
}

async function skip(bytes: Bytes, length: number, unpacking: Unpacking): Promise<void> {
  for (let left = length; left > 0; ) {
    const part = await bytes.some(left);
    if (part.length === 0) throw unpacking.refuse("it ends in the middle of an entry");
    left -= part.length;
  }
}

/** After the first block of zeros: at least one more, and nothing else. Reads to the end, so that checksums of the compression are checked. */
async function expectNothing(bytes: Bytes, unpacking: Unpacking): Promise<void> {
  let zeros = 0;
  for (;;) {
    const part = await bytes.some(64 * 1024);
    if (part.length === 0) break;
    if (!isZero(part)) throw unpacking.refuse("there is something behind its end");
    zeros += part.length;
  }
  if (zeros < block) throw unpacking.refuse("it ends without the mark of its end");
}

function padding(size: number): number {
  return (block - (size % block)) % block;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

function noTar(): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: "This is not an archive: what it holds is no tar.",
    next: "Give a .zip, .tar, .tar.gz or .tar.zst file.",
  });
}

/** The sum of all bytes with the checksum's own taken for blanks; old writers added signed ones. */
function hasRightChecksum(header: Buffer): boolean {
  const stored = numberIn(header, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < block; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : header[index]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stored === unsigned || stored === signed;
}

/** Octal text, or GNU's binary form for large numbers; null for anything else, and for what no JavaScript number holds. */
function numberIn(header: Buffer, at: number, length: number): number | null {
  const field = header.subarray(at, at + length);
  if (field[0]! & 0x80) {
    if (field[0] !== 0x80 || field.subarray(1, length - 7).some((byte) => byte !== 0)) return null;
    const value = field.readBigUInt64BE(Math.max(0, length - 8)) & (length === 8 ? 0x7fffffffffffffffn : -1n);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value);
  }
  const text = field
    .toString("latin1")
    .replace(/[\0 ]+$/, "")
    .replace(/^ +/, "");
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}

function ustarName(header: Buffer, unpacking: Unpacking): string {
  const name = nameFrom(header.subarray(0, 100), unpacking);
  // GNU's older magic ends in a blank and has other things where ustar has the prefix.
  if (header.toString("latin1", 257, 263) !== "ustar\0") return name;
  const prefix = nameFrom(header.subarray(345, 500), unpacking);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Text up to the first NUL. */
function nameFrom(bytes: Buffer, unpacking: Unpacking): string {
  const end = bytes.indexOf(0);
  const name = decodeName(end < 0 ? bytes : bytes.subarray(0, end));
  if (name === null) throw unpacking.refuse("a name in it is not UTF-8");
  return name;
}

/** Records `<length> <key>=<value>\n`, the length in decimal and including itself. */
function readPax(body: Buffer, unpacking: Unpacking): Extended {
  const extended: Extended = {};
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const digits = blank < 0 ? "" : body.toString("latin1", at, blank);
    const length = /^[1-9]\d{0,6}$/.test(digits) ? Number(digits) : 0;
    const record = body.subarray(blank + 1, at + length);
    if (length === 0 || at + length > body.length || record.at(-1) !== 0x0a)
      throw unpacking.refuse("it has a damaged extended header");
    const equals = record.indexOf(0x3d);
    const key = record.toString("latin1", 0, Math.max(0, equals));
    const value = record.subarray(equals + 1, -1);
    if (key === "path" || key === "linkpath") {
      const text = decodeName(value);
      if (text === null) throw unpacking.refuse("a name in it is not UTF-8");
      extended[key] = text;
    } else if (key === "size") {
      const size = Number(value.toString("latin1"));
      if (!/^\d{1,16}$/.test(value.toString("latin1")) || !Number.isSafeInteger(size))
        throw unpacking.refuse("an extended header gives no proper size");
      extended.size = size;
    } else if (key.startsWith("GNU.sparse.")) {
      throw unpacking.refuse("it has a sparse file, which is not read; make the archive without --sparse");
    }
    at += length;
  }
  return extended;
}
