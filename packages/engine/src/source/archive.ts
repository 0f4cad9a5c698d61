/**
 * The one extractor of archives: zip, tar, tar.gz, tar.zst, told by content and not by name.
 * An archive is either taken whole or refused whole. It is written into a fresh directory beside the wanted one, where nobody else looks,
 * and gets its name when every entry was checked; whatever goes wrong, nothing of it is left.
 *
 * A single folder at the top is unwrapped, as archives of code hosts and file managers have it (`__MACOSX` beside it does not count):
 * the folder's content is the result.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import { Unpacking } from "./unpacking.ts";
import { type Compression, readTar } from "./tar.ts";
import { readZip } from "./zip.ts";
import { type ArchiveLimits, archiveLimits } from "./archive-limits.ts";

/** What an archive is, by its first bytes. */
type Format = { kind: "zip" } | { kind: "tar"; compression: Compression };

/**
 * Extract `file` into `directory`, which must not exist or be empty. Only the executable bit of modes is kept, no owner and no time.
 * Answers what was written. Throws UNSAFE_ARCHIVE (with the entry at fault), INVALID_SOURCE (no archive), CONFLICT (the directory
 * is in use), DISK_FULL, CANCELLED; then nothing is left behind.
 */
export async function extractArchive(
  file: string,
  directory: string,
  options: { limits?: Partial<ArchiveLimits>; signal?: AbortSignal } = {},
): Promise<{ files: number; bytes: number }> {
  throwIfAborted(options.signal, "extracting the archive");
  const descriptor = openSync(file, "r");
  const beside = join(dirname(directory), `.${basename(directory)}-${randomBytes(6).toString("hex")}`);
  try {
    const size = fstatSync(descriptor).size;
    const format = formatOf(descriptor, file);
    mkdirSync(beside, { recursive: true, mode: 0o700 });
    const unpacking = new Unpacking(beside, {
      limits: { ...archiveLimits, ...options.limits },
      archiveBytes: size,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (format.kind === "zip") await readZip(descriptor, size, unpacking);
    else await readTar(descriptor, size, { compression: format.compression, unpacking });
    const root = unpacking.finish();
    chmodSync(root, 0o755);
    renameSync(root, directory);
    return { files: unpacking.files, bytes: unpacking.bytes };
  } catch (error) {
    throw failureOf(error, directory);
  } finally {
    closeSync(descriptor);
    await rm(beside, { recursive: true, force: true, maxRetries: 3 });
  }
}

function failureOf(error: unknown, directory: string): unknown {
  const code = errnoOf(error);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new DeployError(
      "DISK_FULL",
      {
        what: "There is no space left to extract the archive.",
        where: directory,
        next: "Free some space, then try again.",
      },
      { cause: error },
    );
  if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR")
    return new DeployError(
      "CONFLICT",
      { what: "The directory to extract into is in use.", where: directory, next: "Give one that does not exist." },
      { cause: error },
    );
  return error;
}

const otherFormats: [name: string, magic: number[]][] = [
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["7z", [0x37, 0x7a, 0xbc, 0xaf]],
  ["rar", [0x52, 0x61, 0x72, 0x21]],
];

function formatOf(descriptor: number, file: string): Format {
  const head = Buffer.alloc(512);
  const length = readSync(descriptor, head, 0, 512, 0);
  const begins = (magic: number[]): boolean => magic.every((byte, index) => head[index] === byte);
  if (begins([0x50, 0x4b, 0x03, 0x04]) || begins([0x50, 0x4b, 0x05, 0x06])) return { kind: "zip" };
  if (begins([0x1f, 0x8b])) return { kind: "tar", compression: "gzip" };
  // A frame, or one of those to be skipped with which parallel compressors begin. RFC 8878, sections 3.1.1 and 3.1.2.
  if (begins([0x28, 0xb5, 0x2f, 0xfd]) || head.subarray(1, 4).equals(Buffer.from([0x2a, 0x4d, 0x18])))
    return { kind: "tar", compression: "zstd" };
  const other = otherFormats.find(([, magic]) => begins(magic));
  // A tar has no magic in its oldest form; its first block then has at least a right checksum, which the reader asks for.
  if (!other && length === 512) return { kind: "tar", compression: "none" };
  throw new DeployError("INVALID_SOURCE", {
    what: other ? `Archives in ${other[0]} format are not read.` : "This is not an archive.",
    where: file,
    next: "Give a .zip, .tar, .tar.gz or .tar.zst file.",
  });
}
