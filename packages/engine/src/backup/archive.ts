/**
 * The file of a backup: a tar in one zstd frame, its parts in the order they were added, and last `parts.json`, which names each with its
 * size and sha256. After it comes a frame that every zstd skips, with the sha256 of all bytes before it: a file that was cut short or
 * changed anywhere is known as such.
 * Source: RFC 8878, section 3.1.2 (skippable frames).
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { createTarDecoder, createTarPacker, type ParsedTarEntry } from "modern-tar";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";

/** A part as the last one names it. */
export interface Part {
  name: string;
  sizeBytes: number;
  sha256: string;
}

/** What goes in: the size is written before the content, which must have it. */
export interface Content {
  name: string;
  sizeBytes: number;
  bytes: AsyncIterable<Uint8Array>;
}

const lastPart = "parts.json";
/** Longest list of parts taken in: some millions of them. */
const longestListBytes = 512 * 1024 ** 2;
/** 128 MB of window at most, as zstd itself without --long. */
const windowLog = 27;

/** Magic and length of the frame with the digest. */
const sealHead = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
const sealBytes = sealHead.length + 32;

/** Write all parts and the list of them, and end the stream; answers the list. Throws what a part or the stream throws. */
export async function writeArchive(
  to: Writable,
  contents: AsyncIterable<Content>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Part[]> {
  const parts: Part[] = [];
  const { readable, controller } = createTarPacker();
  const add = async ({ name, sizeBytes, bytes }: Content): Promise<void> => {
    const digest = createHash("sha256");
    const writer = controller.add({ name, size: sizeBytes, type: "file", mode: 0o600, mtime: new Date(0) }).getWriter();
    for await (const chunk of bytes) {
      digest.update(chunk);
      await writer.write(chunk);
    }
    await writer.close();
    parts.push({ name, sizeBytes, sha256: digest.digest("hex") });
  };
  const pack = async (): Promise<Part[]> => {
    try {
      for await (const content of contents) await add(content);
      const all = [...parts];
      await add(wholeContent(lastPart, Buffer.from(JSON.stringify(all))));
      controller.finalize();
      return all;
    } catch (error) {
      controller.error(error);
      throw error;
    }
  };
  const packed = readable as unknown as AsyncIterable<Uint8Array>;
  const write = pipeline(packed, createZstdCompress(), sealed, to, signal ? { signal } : {});
  const [packing, writing] = await Promise.allSettled([pack(), write]);
  // When the stream fails, packing can only say that nobody takes its bytes any more.
  if (writing.status === "rejected") throw writing.reason;
  if (packing.status === "rejected") throw packing.reason;
  return packing.value;
}

async function* sealed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  for await (const chunk of bytes) {
    digest.update(chunk);
    yield chunk;
  }
  yield Buffer.concat([sealHead, digest.digest()]);
}

/** A part that is in memory. */
export function wholeContent(name: string, bytes: Uint8Array): Content {
  return { name, sizeBytes: bytes.length, bytes: Readable.from([bytes], { objectMode: false }) };
}

/**
 * Every part in order, each to be read to its end before the next; after the last one all are known to be as they were written, or
 * INVALID_SOURCE is thrown: another kind of file, cut short, changed. NOT_FOUND when there is no file.
 */
export async function* readArchive(
  path: string,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<Content & { text(): Promise<string> }, Part[]> {
  const { digest: expected, end } = await sealOf(path);
  const file = createReadStream(path, { end, highWaterMark: 1024 * 1024, ...(signal ? { signal } : {}) });
  const all = createHash("sha256");
  const plain = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: windowLog } });
  const flow = pipeline(
    file.on("data", (chunk) => all.update(chunk)),
    plain,
  );
  flow.catch(() => {}); // The reader below meets the same error.
  const found: Part[] = [];
  let list: Part[] | null = null;
  try {
    const entries = ReadableStream.from<Uint8Array>(plain).pipeThrough(
      createTarDecoder({ strict: true }),
    ) as unknown as AsyncIterable<ParsedTarEntry>;
    for await (const { header, body } of entries) {
      if (list) throw damaged(path, `something follows after ${lastPart}`);
      const { name, size } = header;
      const digest = createHash("sha256");
      let length = 0;
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
          digest.update(chunk);
          length += chunk.length;
          yield chunk;
        }
      };
      if (name === lastPart) {
        if (size > longestListBytes) throw damaged(path, "its list of parts is too long");
        list = JSON.parse(await textOf(bytes())) as Part[];
        continue;
      }
      const reading = bytes();
      yield { name, sizeBytes: size, bytes: reading, text: () => textOf(reading) };
      for await (const _ of reading); // What the caller did not want counts as well.
      if (length !== size) throw damaged(path, `${name} ends too early`);
      found.push({ name, sizeBytes: length, sha256: digest.digest("hex") });
    }
    for await (const _ of plain); // Padding, for what the tar's own end left.
    await flow;
  } catch (error) {
    if (error instanceof DeployError || isOurs(error)) throw error;
    signal?.throwIfAborted();
    throw damaged(path, undefined, error);
  } finally {
    file.destroy();
    plain.destroy();
  }
  if (!list) throw damaged(path, "it ends too early");
  if (!all.digest().equals(expected)) throw damaged(path, "it was changed");
  compare(path, found, list);
  return found;
}

/** The digest in the last frame, and where the bytes end that it is of. */
async function sealOf(path: string): Promise<{ digest: Buffer; end: number }> {
  const file = await open(path).catch((error: unknown) => {
    throw errnoOf(error) === "ENOENT" ? noFile(path, error) : error;
  });
  try {
    const stats = await file.stat();
    const { size } = stats;
    if (!stats.isFile()) throw damaged(path, "it is no file");
    const seal = Buffer.alloc(sealBytes);
    if (size > sealBytes) await file.read(seal, 0, sealBytes, size - sealBytes);
    if (!seal.subarray(0, sealHead.length).equals(sealHead))
      throw damaged(path, "it was cut short, or is another kind of file");
    return { digest: seal.subarray(sealHead.length), end: size - sealBytes - 1 };
  } finally {
    await file.close();
  }
}

function compare(path: string, found: readonly Part[], list: readonly Part[]): void {
  for (const [index, part] of list.entries()) {
    const one = found[index];
    if (one?.name !== part.name) throw damaged(path, `${part.name} is not where it should be`);
    if (one.sha256 !== part.sha256 || one.sizeBytes !== part.sizeBytes)
      throw damaged(path, `${part.name} has other bytes than were written`);
  }
  if (found.length !== list.length) throw damaged(path, "it has parts that nobody wrote");
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Of the system, below the home it is written to; not of the reading of the file. */
function isOurs(error: unknown): boolean {
  const code = errnoOf(error);
  return code !== undefined && /^E[A-Z]+$/.test(code);
}

function noFile(path: string, cause: unknown): DeployError {
  const next = "Check the path; backups are made by: landfall backup FILE";
  return new DeployError("NOT_FOUND", { what: "There is no such backup.", where: path, next }, { cause });
}

/** INVALID_SOURCE for a file that is no backup, or no longer one. */
export function damaged(path: string, why?: string, cause?: unknown): DeployError {
  return new DeployError(
    "INVALID_SOURCE",
    {
      what: `This is no whole backup of Landfall${why === undefined ? "" : `: ${why}`}.`,
      where: path,
      next: "Nothing was changed. Use another copy of the file, or an earlier backup.",
    },
    { cause },
  );
}
