/**
 * The central directory of a zip, zip64 included: what is in the archive and where.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5 and 4.4.2 (made by).
 */
import { crc32 } from "node:zlib";
import { decodeCodePage437, decodeName } from "./entry-name.ts";
import { readExactly } from "./range.ts";
import type { Unpacking } from "./unpacking.ts";

export interface ZipEntry {
  /** From 1, in the directory's order. */
  number: number;
  name: string;
  rawName: Buffer;
  kind: "file" | "directory" | "link";
  executable: boolean;
  flags: number;
  method: number;
  crc: number;
  packedBytes: number;
  sizeBytes: number;
  /** Offset of the local header. */
  at: number;
  /** Offset the entry must end before: where the directory begins. */
  limit: number;
  /** Sizes and checksum follow the data, and the local header may lack them. */
  hasDescriptor: boolean;
}

/** Largest directory taken into memory. */
const largestDirectory = 256 * 1024 * 1024;

/** The entries, in the directory's order. Throws UNSAFE_ARCHIVE for anything that is not exactly as it should be. */
export function readDirectory(descriptor: number, size: number, unpacking: Unpacking): ZipEntry[] {
  const end = findEnd(descriptor, size, unpacking);
  unpacking.checkEntries(end.count);
  if (end.length > largestDirectory || end.length < 46 * end.count)
    throw unpacking.refuse("the size of its directory cannot be");
  const bytes = readExactly(descriptor, end.at, end.length, unpacking);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { entry, length } = readRecord(bytes, at, entries.length + 1, end.at, unpacking);
    entries.push(entry);
    at += length;
  }
  if (entries.length !== end.count)
    throw unpacking.refuse("its directory has another number of entries than it declares");
  return entries;
}

interface End {
  count: number;
  /** Where the directory begins, and its length. */
  at: number;
  length: number;
}

function findEnd(descriptor: number, size: number, unpacking: Unpacking): End {
  // The end record is 22 bytes and a comment of at most 65,535.
  const from = Math.max(0, size - 22 - 65_535);
  const tail = readExactly(descriptor, from, size - from, unpacking);
  const found: number[] = [];
  for (let at = tail.length - 22; at >= 0; at--)
    if (tail.readUInt32LE(at) === 0x06054b50 && at + 22 + tail.readUInt16LE(at + 20) === tail.length) found.push(at);
  const [at] = found;
  if (at === undefined) throw unpacking.refuse("it is cut off: it has no directory at its end");
  if (found.length > 1)
    throw unpacking.refuse("it has two directories, and which one counts is a matter of the reader");
  const record = tail.subarray(at, at + 22);
  const disks = [record.readUInt16LE(4), record.readUInt16LE(6)];
  const here = record.readUInt16LE(8);
  const end: End = { count: record.readUInt16LE(10), length: record.readUInt32LE(12), at: record.readUInt32LE(16) };
  const zip64 = readZip64(descriptor, from + at, unpacking);
  if (disks.some((disk) => disk !== 0 && disk !== 0xffff) || (here !== end.count && here !== 0xffff))
    throw unpacking.refuse("it is one part of several");
  const needs64 = end.count === 0xffff || end.length === 0xffffffff || end.at === 0xffffffff;
  if (!zip64 && needs64 && end.at === 0xffffffff) throw unpacking.refuse("its directory is not where it should be");
  const final = zip64 ? merged(end, zip64.end, unpacking) : end;
  if (final.at + final.length !== (zip64 ? zip64.at : from + at))
    throw unpacking.refuse("its directory is not where it should be");
  return final;
}

/** A field of the old record counts unless it says that it is full. */
function merged(old: End, wide: End, unpacking: Unpacking): End {
  const agrees =
    (old.count === 0xffff || old.count === wide.count) &&
    (old.length === 0xffffffff || old.length === wide.length) &&
    (old.at === 0xffffffff || old.at === wide.at);
  if (!agrees) throw unpacking.refuse("its two end records disagree");
  return wide;
}

function readZip64(descriptor: number, endAt: number, unpacking: Unpacking): { end: End; at: number } | undefined {
  if (endAt < 20) return undefined;
  const locator = readExactly(descriptor, endAt - 20, 20, unpacking);
  if (locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const at = safe(locator.readBigUInt64LE(8), unpacking);
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1)
    throw unpacking.refuse("it is one part of several");
  const record = readExactly(descriptor, at, 56, unpacking);
  if (record.readUInt32LE(0) !== 0x06064b50 || at + 12 + safe(record.readBigUInt64LE(4), unpacking) !== endAt - 20)
    throw unpacking.refuse("its end record is not where it should be");
  const count = safe(record.readBigUInt64LE(32), unpacking);
  if (
    record.readUInt32LE(16) !== 0 ||
    record.readUInt32LE(20) !== 0 ||
    safe(record.readBigUInt64LE(24), unpacking) !== count
  )
    throw unpacking.refuse("it is one part of several");
  return {
    at,
    end: {
      count,
      length: safe(record.readBigUInt64LE(40), unpacking),
      at: safe(record.readBigUInt64LE(48), unpacking),
    },
  };
}

function readRecord(
  bytes: Buffer,
  at: number,
  number: number,
  limit: number,
  unpacking: Unpacking,
): { entry: ZipEntry; length: number } {
  if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
    throw unpacking.refuse(`its directory is damaged at entry ${number}`);
  const record = bytes.subarray(at, at + 46);
  const nameLength = record.readUInt16LE(28);
  const extraLength = record.readUInt16LE(30);
  const length = 46 + nameLength + extraLength + record.readUInt16LE(32);
  if (at + length > bytes.length) throw unpacking.refuse(`its directory is damaged at entry ${number}`);
  const rawName = bytes.subarray(at + 46, at + 46 + nameLength);
  const flags = record.readUInt16LE(8);
  const extra = readExtra(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength), rawName);
  const name = extra?.unicodeName ?? decodeName(rawName) ?? (flags & 0x0800 ? null : decodeCodePage437(rawName));
  const refuse = (fault: string) => {
    unpacking.at(name ?? rawName.toString("latin1"), number);
    return unpacking.refuse(fault);
  };
  if (extra === null) throw refuse("its extra fields are damaged");
  if (name === null) throw refuse("its name is not UTF-8 though it says so");
  if (flags & 0x2041) throw refuse("it is encrypted");
  if (record.readUInt16LE(34) !== 0 && record.readUInt16LE(34) !== 0xffff) throw refuse("it begins in another part");

  const wide = extra.zip64;
  const take = (offset: number): number => {
    const value = record.readUInt32LE(offset);
    if (value !== 0xffffffff) return value;
    const next = wide.shift();
    if (next === undefined) throw refuse("its size is missing");
    return safe(next, unpacking);
  };
  // In the order in which the zip64 field holds them.
  const sizeBytes = take(24);
  const packedBytes = take(20);
  const offset = take(42);
  if (offset >= limit) throw refuse("it is not where the directory says it is");
  const { kind, executable, fault } = kindOf(record, name);
  if (fault !== undefined) throw refuse(fault);
  const entry: ZipEntry = {
    number,
    name,
    rawName,
    kind,
    executable,
    flags,
    method: record.readUInt16LE(10),
    crc: record.readUInt32LE(16),
    packedBytes,
    sizeBytes,
    at: offset,
    limit,
    hasDescriptor: (flags & 0x0008) !== 0,
  };
  return { entry, length };
}

/** What the entry is. Unix modes count only where a unix system wrote them; elsewhere a slash at the end makes a folder. */
function kindOf(record: Buffer, name: string): { kind: ZipEntry["kind"]; executable: boolean; fault?: string } {
  const system = record[5]!;
  const mode = system === 3 || system === 19 ? record.readUInt32LE(38) >>> 16 : 0;
  const executable = (mode & 0o100) !== 0;
  switch (mode & 0o170000) {
    case 0o120000:
      return { kind: "link", executable: false };
    case 0o040000:
      return { kind: "directory", executable: false };
    case 0o100000:
    case 0:
      return { kind: name.endsWith("/") ? "directory" : "file", executable };
    case 0o010000:
      return { kind: "file", executable, fault: "it is a pipe" };
    case 0o140000:
      return { kind: "file", executable, fault: "it is a socket" };
    default:
      return { kind: "file", executable, fault: "it is a device" };
  }
}

interface Extra {
  /** Wide values in their order: size, packed size, offset, as far as the narrow fields are full. */
  zip64: bigint[];
  /** Info-ZIP's name in UTF-8, when it belongs to the name in the record. */
  unicodeName?: string;
}

/** Null when the fields do not add up. */
function readExtra(bytes: Buffer, rawName: Buffer): Extra | null {
  const extra: Extra = { zip64: [] };
  let at = 0;
  for (; at + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    const field = bytes.subarray(at + 4, at + 4 + length);
    if (field.length !== length) return null;
    if (id === 0x0001) for (let i = 0; i + 8 <= length; i += 8) extra.zip64.push(field.readBigUInt64LE(i));
    if (id === 0x7075 && length > 5 && field[0] === 1 && field.readUInt32LE(1) === crc32(rawName)) {
      const name = decodeName(field.subarray(5));
      if (name === null) return null;
      extra.unicodeName = name;
    }
    at += 4 + length;
  }
  // Some writers pad with fewer than four bytes.
  return bytes.subarray(at).every((byte) => byte === 0) ? extra : null;
}

function safe(value: bigint, unpacking: Unpacking): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw unpacking.refuse("a size in it cannot be");
  return Number(value);
}
