/**
 * Bodies of requests as streams of known length: files go through base64 and forms part by part, so that a body of any size is never held
 * whole. Text stays text until the socket takes it: thousands of files leave no buffers behind.
 * Source: RFC 7578 (multipart/form-data), names escaped as the WHATWG encoding does.
 */
import type { Bytes } from "../../snapshot/bytes.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";

type Piece = Uint8Array | string;

/** Something that can be sent, again if need be: at once when it is small. */
export interface Content {
  lengthBytes: number;
  read(): Piece | AsyncIterable<Piece>;
}

export interface Part {
  name: string;
  filename?: string;
  type?: string;
  content: Content;
}

/** Files up to this size are read at once; larger ones in parts. */
const wholeBytes = 1024 * 1024;
/** Small pieces of text are joined to about this length: fewer and larger writes. */
const pieceLength = 64 * 1024;

export function textContent(text: string): Content {
  return { lengthBytes: Buffer.byteLength(text), read: () => text };
}

export function fileContent(bytes: Bytes, file: SnapshotFile): Content {
  return {
    lengthBytes: file.sizeBytes,
    read: () => (file.sizeBytes <= wholeBytes ? bytes.whole(file) : bytes.read(file)),
  };
}

/** Where small files are read; what is in it is text before anything else runs. */
const scratch = Buffer.allocUnsafeSlow(wholeBytes + 1);

/** The file in base64. */
export function base64Content(bytes: Bytes, file: SnapshotFile): Content {
  return {
    lengthBytes: 4 * Math.ceil(file.sizeBytes / 3),
    read: () =>
      file.sizeBytes <= wholeBytes ? bytes.whole(file, scratch).toString("base64") : base64Parts(bytes.read(file)),
  };
}

/** The content as the body of a request. */
export function bodyOf(content: Content): () => AsyncIterable<Piece> {
  return () => gathered([content]);
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

/** Base64 takes three bytes at a time: what is over waits for the next part. */
async function* base64Parts(parts: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let over: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    const all = Buffer.concat([over, part]);
    const even = all.length - (all.length % 3);
    yield all.toString("base64", 0, even);
    over = all.subarray(even);
  }
  if (over.length > 0) yield over.toString("base64");
}

async function* gathered(contents: readonly Content[]): AsyncIterable<Piece> {
  let text = "";
  for (const content of contents) {
    const read = content.read();
    if (typeof read === "string") {
      text += read;
      if (text.length < pieceLength) continue;
    }
    if (text.length > 0) yield text;
    text = "";
    if (read instanceof Uint8Array) yield read;
    else if (typeof read === "object") yield* read;
  }
  if (text.length > 0) yield text;
}
