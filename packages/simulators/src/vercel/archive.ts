/** Sources that come packed: `.vercel/source.tgz.part1` and on, a gzipped tar cut into pieces (`vercel deploy --archive=tgz`). */
import { gunzipSync } from "node:zlib";
import type { StoredFile } from "./state.ts";

const partName = /^\.vercel\/source\.tgz\.part(\d+)$/;

/** The files of a deployment, unpacked when they came packed. Throws an Error for what is no gzip. */
export function unpacked(files: Map<string, StoredFile>): Map<string, StoredFile> {
  const parts = [...files].flatMap(([path, { body }]) => {
    const number = partName.exec(path)?.[1];
    return number === undefined ? [] : [{ number: Number(number), body }];
  });
  if (parts.length === 0) return files;
  const ordered = parts.sort((one, other) => one.number - other.number);
  return untarred(gunzipSync(Buffer.concat(ordered.map(({ body }) => body))));
}

/** Regular files and links of a tar, in the form of POSIX 1003.1-2001 (ustar, long names in pax records) or of GNU. */
function untarred(tar: Buffer): Map<string, StoredFile> {
  const files = new Map<string, StoredFile>();
  let long: { path?: string; linkpath?: string } = {};
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + 512);
    const size = parseInt(textAt(header, 124, 12), 8);
    const body = tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
    const kind = textAt(header, 156, 1);
    if (kind === "x") long = paxRecords(body);
    else if (kind === "L") long = { path: textAt(body, 0, size) };
    if (kind === "x" || kind === "L" || kind === "g") continue;
    const prefix = textAt(header, 257, 5) === "ustar" ? textAt(header, 345, 155) : "";
    const path = long.path ?? (prefix === "" ? "" : `${prefix}/`) + textAt(header, 0, 100);
    const mode = parseInt(textAt(header, 100, 8), 8) & 0o777;
    const name = path.replace(/^\.\//, "");
    if (kind === "0" || kind === "") files.set(name, { body, mode: 0o100000 | mode });
    if (kind === "2")
      files.set(name, { body: Buffer.from(long.linkpath ?? textAt(header, 157, 100)), mode: 0o120000 | mode });
    long = {};
  }
  return files;
}

/** A field up to its NUL, without blanks around it. */
function textAt(block: Buffer, start: number, length: number): string {
  const [text = ""] = block.toString("utf8", start, start + length).split("\0");
  return text.trim();
}

/** `<length> <key>=<value>\n`, the length in bytes and counting itself. */
function paxRecords(body: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const length = parseInt(body.toString("latin1", at, at + 12), 10);
    if (!(length > 0)) break;
    const [, key = "", value = ""] = /^\d+ ([^=]+)=([^]*)\n$/.exec(body.toString("utf8", at, at + length)) ?? [];
    records[key] = value;
    at += length;
  }
  return records;
}
