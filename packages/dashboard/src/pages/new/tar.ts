/**
 * A tar archive, written as it is read: ustar, and pax records where a name or a size does not fit it.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format".
 */
import type { FolderFile } from "./folder.ts";

const blockBytes = 512;
const longestName = 100;
/** 11 octal digits. */
const largestSize = 0o77777777777;
const encoder = new TextEncoder();

/** `read` hears how many bytes of the files were taken. Fails when a file is no longer what it was when it was chosen. */
export function tarOf(
  files: readonly FolderFile[],
  read: (bytes: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const parts = partsOf(files, read);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await parts.return();
    },
  });
}

async function* partsOf(
  files: readonly FolderFile[],
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (const { path, file } of files) {
    const records = paxRecords(path, file.size);
    if (records.length > 0) {
      yield header({ name: "pax", size: records.length, mode: 0o644, mtime: 0, type: "x" });
      yield padded(records);
    }
    yield header({
      name: path,
      size: Math.min(file.size, largestSize),
      mode: (await isScript(file)) ? 0o755 : 0o644,
      mtime: Math.floor(file.lastModified / 1_000),
      type: "0",
    });
    let seen = 0;
    for await (const chunk of chunksOf(file)) {
      seen += chunk.length;
      read(chunk.length);
      yield chunk;
    }
    if (seen !== file.size) throw new Error(`${path} was changed while it was being packed.`);
    if (seen % blockBytes !== 0) yield new Uint8Array(blockBytes - (seen % blockBytes));
  }
  yield new Uint8Array(2 * blockBytes);
}

/** By reader, since not every browser can iterate over a stream. */
async function* chunksOf(file: File): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel();
  }
}

/** A browser does not say which files can be run; those that name their interpreter can. */
async function isScript(file: File): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return start[0] === 0x23 && start[1] === 0x21;
}

/** What the fixed fields cannot say: `<length> <key>=<value>\n`, the length counting itself. */
function paxRecords(path: string, size: number): Uint8Array<ArrayBuffer> {
  const isPlain = path.length <= longestName && /^[\x20-\x7e]*$/.test(path);
  const facts = [...(isPlain ? [] : [`path=${path}`]), ...(size > largestSize ? [`size=${size}`] : [])];
  return encoder.encode(
    facts
      .map((fact) => {
        const rest = encoder.encode(fact).length + 2;
        let length = rest + 1;
        while (String(length).length + rest !== length) length = String(length).length + rest;
        return `${length} ${fact}\n`;
      })
      .join(""),
  );
}

function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  whole.set(bytes);
  return whole;
}

interface Head {
  name: string;
  size: number;
  mode: number;
  mtime: number;
  type: "0" | "x";
}

function header({ name, size, mode, mtime, type }: Head): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockBytes);
  const put = (text: string, at: number, most: number): void => block.set(encoder.encode(text).subarray(0, most), at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  put(name, 0, longestName);
  put(octal(mode, 7), 100, 8);
  put(octal(0, 7), 108, 8);
  put(octal(0, 7), 116, 8);
  put(octal(size, 11), 124, 12);
  put(octal(Math.max(0, mtime), 11), 136, 12);
  put(" ".repeat(8), 148, 8);
  put(type, 156, 1);
  put("ustar\x0000", 257, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
  return block;
}
