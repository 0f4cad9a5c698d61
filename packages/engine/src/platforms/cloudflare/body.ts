/**
 * Bodies of requests as streams of known length: files go through base64 and forms part by part, so that a body of any size is never held
 * whole. Source: RFC 7578 (multipart/form-data), names escaped as the WHATWG encoding does.
 */
import type { Bytes } from "../../snapshot/bytes.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";

/** Something that can be sent, again if need be. */
export interface Content {
  lengthBytes: number;
  read(): AsyncIterable<Uint8Array>;
}

export interface Part {
  name: string;
  filename?: string;
  type?: string;
  content: Content;
}

/** Files up to this size are read at once; larger ones in parts. */
const wholeBytes = 4 * 1024 * 1024;
/** Small pieces are joined to about this size: fewer and larger writes. */
const pieceBytes = 128 * 1024;

export function textContent(text: string): Content {
  const bytes = Buffer.from(text);
  return { lengthBytes: bytes.length, read: () => once(bytes) };
}

export function fileContent(bytes: Bytes, file: SnapshotFile): Content {
  return {
    lengthBytes: file.sizeBytes,
    read: () => (file.sizeBytes <= wholeBytes ? once(bytes.whole(file)) : bytes.read(file)),
  };
}

/** The file in base64. */
export function base64Content(bytes: Bytes, file: SnapshotFile): Content {
  return {
    lengthBytes: 4 * Math.ceil(file.sizeBytes / 3),
    read: () => (file.sizeBytes <= wholeBytes ? once(base64(bytes.whole(file))) : base64Parts(bytes.read(file))),
  };
}

/** Several, one after the other. */
export function joined(contents: readonly Content[]): Content {
  return {
    lengthBytes: contents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
    read: () => gathered(contents),
  };
}

/** A form; `type` is its content type. `boundary` must not occur in any part. */
export function form(parts: readonly Part[], boundary: string): Content & { type: string } {
  const contents = parts.flatMap(({ name, filename, type, content }) => {
    const file = filename === undefined ? "" : `; filename="${escaped(filename)}"`;
    const typed = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"${file}\r\n${typed}\r\n`;
    return [textContent(head), content, textContent("\r\n")];
  });
  return {
    ...joined([...contents, textContent(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

function escaped(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** Base64 is ASCII: one byte a character. */
function base64(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("base64"), "latin1");
}

/** Base64 takes three bytes at a time: what is over waits for the next part. */
async function* base64Parts(parts: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let over: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    const all = Buffer.concat([over, part]);
    const even = all.length - (all.length % 3);
    yield base64(all.subarray(0, even));
    over = all.subarray(even);
  }
  if (over.length > 0) yield base64(over);
}

async function* gathered(contents: readonly Content[]): AsyncIterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for (const content of contents) {
    for await (const piece of content.read()) {
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes < pieceBytes) continue;
      yield held.length === 1 ? held[0]! : Buffer.concat(held);
      held = [];
      heldBytes = 0;
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
