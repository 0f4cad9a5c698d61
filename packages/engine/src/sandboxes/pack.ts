/** A sandbox's files as one stream: tar or zip. Links that lead out of it are left out; what is read was opened without following any. */
import type { FileHandle } from "node:fs/promises";
import { once } from "node:events";
import { Readable } from "node:stream";
import { createTarPacker, type TarHeader } from "modern-tar";
import { ZipFile } from "yazl";
import { followLink } from "../snapshot/links.ts";
import { type Entry, walk } from "./inside.ts";

/** What is made again from the rest, or is no part of it. */
const leftOut = new Set(["node_modules", ".git"]);

interface Packed extends Entry {
  open(): Promise<FileHandle>;
}

/** Files, and links that stay inside. */
async function* packed(root: string): AsyncGenerator<Packed> {
  const links = new Map<string, string>();
  for await (const { path, target } of walk(root, leftOut)) if (target !== null) links.set(path, target);
  for await (const entry of walk(root, leftOut)) {
    if (entry.kind === "file") yield entry;
    if (entry.kind === "link" && links.has(entry.path) && followLink(entry.path, links).inside) yield entry;
  }
}

/** Every path begins with `prefix`. A read that fails breaks the stream off. */
export function packTar(root: string, prefix = ""): Readable {
  const { readable, controller } = createTarPacker();
  async function fill(): Promise<void> {
    for await (const entry of packed(root)) {
      const name = prefix + entry.path;
      if (entry.kind === "link") {
        await controller.add({ name, size: 0, type: "symlink", linkname: entry.target! } satisfies TarHeader).close();
        continue;
      }
      const handle = await entry.open();
      try {
        const { size, mode } = await handle.stat();
        const writer = controller.add({ name, size, mode: (mode & 0o100) !== 0 ? 0o755 : 0o644 }).getWriter();
        // Of a file that grows meanwhile, what was there.
        if (size > 0)
          for await (const chunk of handle.createReadStream({ start: 0, end: size - 1, autoClose: false })) {
            await writer.ready;
            await writer.write(chunk as Uint8Array);
          }
        await writer.close();
      } finally {
        await handle.close();
      }
    }
    controller.finalize();
  }
  fill().catch((error: unknown) => controller.error(error));
  return Readable.fromWeb(readable as Parameters<typeof Readable.fromWeb>[0]);
}

/** As packTar. */
export function packZip(root: string): Readable {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  async function fill(): Promise<void> {
    for await (const entry of packed(root)) {
      if (entry.kind === "link") {
        zip.addBuffer(Buffer.from(entry.target!), entry.path, { mode: 0o120777, compress: false });
        continue;
      }
      const handle = await entry.open();
      const { size, mode } = await handle.stat();
      const stream =
        size === 0 ? Readable.from([]) : handle.createReadStream({ start: 0, end: size - 1, autoClose: false });
      try {
        zip.addReadStream(stream, entry.path, { mode: (mode & 0o100) !== 0 ? 0o100755 : 0o100644 });
        // One after the other: the directory it was opened from is open for so long.
        await Promise.race([once(stream, "end"), once(out, "close")]);
      } finally {
        await handle.close();
      }
      if (out.destroyed) return;
    }
    zip.end();
  }
  zip.on("error", (error: Error) => out.destroy(error));
  fill().catch((error: unknown) => out.destroy(error as Error));
  return out;
}
