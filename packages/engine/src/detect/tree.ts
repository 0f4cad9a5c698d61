/**
 * Tree: a project directory as detection and the search for variables read it. Each directory is listed once, each file read once,
 * and nothing below node_modules, .git and the like is touched. Synchronous on purpose: small reads are fastest so.
 */
import { closeSync, openSync, readdirSync, readSync } from "node:fs";

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

/** Where an environment of Python keeps modules, by whatever name it was made: `env/lib/python3.12`. */
const pythonLibrary = /^python\d\.\d+$/;

/** So much of a file is read, in bytes; a manifest is never larger, and generated sources are of no interest. */
const largestFileBytes = 2 * 1024 * 1024;

export interface TreeLimits {
  /** Files listed at most; the rest is as if it were not there, and `truncated` says so. */
  files: number;
}

/** What lies directly in a directory: names, not paths. */
export interface Listing {
  files: readonly string[];
  directories: readonly string[];
}

const nothing: Listing = { files: [], directories: [] };

export class Tree {
  readonly root: string;
  /** Every file, relative, `/`-separated, in directory order; links are not followed. */
  readonly files: string[] = [];
  readonly truncated: boolean;
  readonly #set: Set<string>;
  readonly #listings = new Map<string, Listing>();
  readonly #stems = new Map<string, ReadonlySet<string>>();
  readonly #texts = new Map<string, string | null>();

  constructor(root: string, limits: TreeLimits = { files: 50_000 }) {
    this.root = root;
    const queue = [""];
    let truncated = false;
    for (let next = 0; next < queue.length; next++) {
      const directory = queue[next]!;
      const files: string[] = [];
      const directories: string[] = [];
      this.#listings.set(directory === "" ? "." : directory, { files, directories });
      let entries;
      try {
        entries = readdirSync(directory === "" ? root : `${root}/${directory}`, { withFileTypes: true });
      } catch (error) {
        if (directory === "") throw error;
        continue; // An unreadable sub-directory must not spoil the rest of the answer.
      }
      const prefix = directory === "" ? "" : `${directory}/`;
      for (const entry of entries) {
        const { name } = entry;
        if (entry.isDirectory()) {
          if (skippedDirectories.has(name) || (pythonLibrary.test(name) && directory.endsWith("lib"))) continue;
          directories.push(name);
          queue.push(prefix + name);
        } else if (entry.isFile()) {
          if (this.files.length >= limits.files) truncated = true;
          else {
            files.push(name);
            this.files.push(prefix + name);
          }
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
    return this.#listings.has(path);
  }

  /** Every directory, the root (`.`) first, in the order of `files`. */
  directories(): Iterable<string> {
    return this.#listings.keys();
  }

  /** Directories below the root with a file `name` in them, in the order of `files`. */
  directoriesWith(name: string): string[] {
    const found: string[] = [];
    for (const [directory, { files }] of this.#listings)
      if (directory !== "." && files.includes(name)) found.push(directory);
    return found;
  }

  /**
   * Whether a file of this name, or of this name and an ending, lies directly in `directory`. Asked before the endings are tried one by
   * one: nearly always there is none.
   */
  hasStem(directory: string, stem: string): boolean {
    let stems = this.#stems.get(directory);
    if (!stems) {
      const { files } = this.listing(directory);
      stems = new Set(files.concat(files.map((name) => name.slice(0, Math.max(0, name.lastIndexOf("."))))));
      this.#stems.set(directory, stems);
    }
    return stems.has(stem);
  }

  /** What lies directly in `directory`, `.` for the root; nothing when there is no such directory. */
  listing(directory: string): Listing {
    return this.#listings.get(directory) ?? nothing;
  }

  /** Every file below `directory`, in the order of `files`. */
  filesBelow(directory: string): string[] {
    if (directory === ".") return this.files;
    const found: string[] = [];
    const queue = [directory];
    for (let next = 0; next < queue.length; next++) {
      const current = queue[next]!;
      const { files, directories } = this.listing(current);
      for (const name of files) found.push(`${current}/${name}`);
      for (const name of directories) queue.push(`${current}/${name}`);
    }
    return found;
  }

  /** The file's text, whatever its encoding (UTF-8, UTF-16 with or without a mark, Latin-1), or null when there is none to read. Read once. */
  text(path: string): string | null {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const text = this.#set.has(path) ? readText(`${this.root}/${path}`) : null;
    this.#texts.set(path, text);
    return text;
  }
}

function readText(path: string): string | null {
  try {
    return decodeText(readStart(path));
  } catch {
    return null; // Unreadable is the same as absent here: detection goes on with the rest.
  }
}

/** Every file is read into it, one after the other: memory of its own for each would cost more than reading. */
let scratch = Buffer.alloc(0);

/** The first bytes of a file; good until the next file is read. */
function readStart(path: string): Buffer {
  if (scratch.length === 0) scratch = Buffer.allocUnsafeSlow(largestFileBytes);
  const descriptor = openSync(path, "r");
  try {
    return scratch.subarray(0, readSync(descriptor, scratch, 0, scratch.length, 0));
  } finally {
    closeSync(descriptor);
  }
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
