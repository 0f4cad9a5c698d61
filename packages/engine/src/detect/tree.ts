/**
 * Tree: a project directory as detection and the search for variables read it. Each directory is listed once, each file read once,
 * and nothing below node_modules, .git and the like is touched. Synchronous on purpose: small reads are fastest so.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

/** Directories never entered: dependencies, caches, outputs of known tools, version control. */
const skippedDirectories = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  ".next",
  ".nuxt",
  ".output",
  ".svelte-kit",
  ".astro",
  ".turbo",
  ".nx",
  ".cache",
  ".parcel-cache",
  ".vercel",
  ".netlify",
  ".wrangler",
  ".yarn",
  ".pnpm-store",
  "bower_components",
  "__pycache__",
  ".venv",
  "venv",
  ".tox",
  ".mypy_cache",
  ".pytest_cache",
  ".gradle",
  ".terraform",
  ".idea",
  ".landfall",
  "_build",
  ".dart_tool",
  "Pods",
]);

/** Largest file read whole, in bytes; a manifest is never larger, and generated sources are of no interest. */
const largestFileBytes = 2 * 1024 * 1024;

export interface TreeLimits {
  /** Files listed at most; the rest is as if it were not there, and `truncated` says so. */
  files: number;
}

export class Tree {
  readonly root: string;
  /** Every file, relative, `/`-separated, in directory order; links are not followed. */
  readonly files: string[] = [];
  readonly truncated: boolean;
  readonly #set: Set<string>;
  readonly #directories = new Set<string>(["."]);
  readonly #texts = new Map<string, string | null>();

  constructor(root: string, limits: TreeLimits = { files: 50_000 }) {
    this.root = root;
    const queue = [""];
    let truncated = false;
    for (let next = 0; next < queue.length; next++) {
      const directory = queue[next]!;
      let entries;
      try {
        entries = readdirSync(directory === "" ? root : join(root, directory), { withFileTypes: true });
      } catch (error) {
        if (directory === "") throw error;
        continue; // An unreadable sub-directory must not spoil the rest of the answer.
      }
      for (const entry of entries) {
        const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
        if (entry.isDirectory()) {
          if (skippedDirectories.has(entry.name)) continue;
          this.#directories.add(path);
          queue.push(path);
        } else if (entry.isFile()) {
          if (this.files.length >= limits.files) truncated = true;
          else this.files.push(path);
        }
      }
    }
    this.truncated = truncated;
    this.#set = new Set(this.files);
  }

  has(path: string): boolean {
    return this.#set.has(path);
  }

  hasDirectory(path: string): boolean {
    return this.#directories.has(path);
  }

  /** The file's text, whatever its encoding (UTF-8, UTF-16 with or without a mark, Latin-1), or null when there is none to read. Read once. */
  text(path: string): string | null {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const text = this.#set.has(path) ? readText(join(this.root, path)) : null;
    this.#texts.set(path, text);
    return text;
  }
}

function readText(path: string): string | null {
  try {
    return decodeText(readUpTo(path, largestFileBytes));
  } catch {
    return null; // Unreadable is the same as absent here: detection goes on with the rest.
  }
}

function readUpTo(path: string, limit: number): Buffer {
  const bytes = Buffer.allocUnsafe(65_536);
  const descriptor = openSync(path, "r");
  try {
    const count = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (count < bytes.length) return bytes.subarray(0, count);
  } finally {
    closeSync(descriptor);
  }
  const whole = readFileSync(path);
  return whole.subarray(0, limit);
}

/** Text of a manifest in whatever encoding an editor left it. */
export function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString("utf16le");
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3).toString("utf8");
  // UTF-16 without a mark: ASCII text has a zero in every second byte.
  if (bytes.length >= 4 && bytes[1] === 0 && bytes[3] === 0 && bytes[0] !== 0) return bytes.toString("utf16le");
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[2] === 0 && bytes[1] !== 0)
    return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString("utf16le");
  return bytes.toString("utf8");
}
