/** Zip files byte by byte, right or wrong wherever a test wants. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipPart {
  name: string | Buffer;
  content?: string | Buffer;
  /** 0 stored, 8 deflated (default). */
  method?: number;
  /** Unix mode with type; absent: made by MS-DOS. */
  mode?: number;
  flags?: number;
  /** Put the sizes behind the data. */
  descriptor?: boolean;
  extra?: Buffer;
  /** Lies, in place of what is true: in the directory, in the local header, or behind the data. */
  central?: { crc?: number; packed?: number; size?: number; at?: number; name?: string; method?: number };
  local?: { crc?: number; packed?: number; size?: number; name?: string; method?: number; flags?: number };
  behind?: { crc?: number; packed?: number; size?: number };
  /** Data as it lies in the file, in place of the packed content. */
  packed?: Buffer;
}

export interface ZipLies {
  count?: number;
  comment?: Buffer;
  /** Bytes between the entries and the directory. */
  gap?: Buffer;
}

export function zipOf(parts: ZipPart[], lies: ZipLies = {}): Buffer {
  const body: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content ?? "");
    const method = part.method ?? 8;
    const packed = part.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const name = Buffer.from(part.name);
    const localName = Buffer.from(part.local?.name ?? name);
    const flags = part.flags ?? 0x800 | (part.descriptor ? 8 : 0);
    const truth = { crc: crc32(content), packed: packed.length, size: content.length };
    const shown = part.descriptor ? { crc: 0, packed: 0, size: 0 } : truth;
    const local = { ...shown, ...part.local };
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(local.flags ?? flags, 6);
    header.writeUInt16LE(local.method ?? method, 8);
    header.writeUInt32LE(local.crc, 14);
    header.writeUInt32LE(local.packed, 18);
    header.writeUInt32LE(local.size, 22);
    header.writeUInt16LE(localName.length, 26);
    const behind = Buffer.alloc(part.descriptor ? 16 : 0);
    if (part.descriptor) {
      const said = { ...truth, ...part.behind };
      behind.writeUInt32LE(0x08074b50, 0);
      behind.writeUInt32LE(said.crc, 4);
      behind.writeUInt32LE(said.packed, 8);
      behind.writeUInt32LE(said.size, 12);
    }
    const central = { ...truth, at, ...part.central };
    const centralName = Buffer.from(part.central?.name ?? name);
    const extra = part.extra ?? Buffer.alloc(0);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record[4] = 20;
    record[5] = part.mode === undefined ? 0 : 3;
    record.writeUInt16LE(20, 6);
    record.writeUInt16LE(flags, 8);
    record.writeUInt16LE(part.central?.method ?? method, 10);
    record.writeUInt32LE(central.crc, 16);
    record.writeUInt32LE(central.packed, 20);
    record.writeUInt32LE(central.size, 24);
    record.writeUInt16LE(centralName.length, 28);
    record.writeUInt16LE(extra.length, 30);
    record.writeUInt32LE(((part.mode ?? 0) << 16) >>> 0, 38);
    record.writeUInt32LE(central.at, 42);
    body.push(header, localName, packed, behind);
    directory.push(record, centralName, extra);
    at += header.length + localName.length + packed.length + behind.length;
  }
  const gap = lies.gap ?? Buffer.alloc(0);
  const central = Buffer.concat(directory);
  const comment = lies.comment ?? Buffer.alloc(0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(lies.count ?? parts.length, 8);
  end.writeUInt16LE(lies.count ?? parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at + gap.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...body, gap, central, end, comment]);
}
