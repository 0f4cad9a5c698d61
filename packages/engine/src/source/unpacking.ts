/**
 * The directory an archive is unpacked into: every entry of every format passes here, and here alone files are made.
 * Links are only noted until all files are written. So there is none on the disk that a file could be written through, and whether a link
 * leaves is judged with all links known.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import { followLink } from "../snapshot/links.ts";
import type { ArchiveLimits } from "./archive-limits.ts";
import { cleanName, foldName } from "./entry-name.ts";

type Kind = "file" | "directory" | "link";

/** Longest time the event loop is kept, in milliseconds. */
const turnMs = 10;

export class Unpacking {
  files = 0;
  bytes = 0;
  readonly limits: ArchiveLimits;
  readonly archiveBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly #directory: string;
  /** By folded name. */
  readonly #names = new Map<string, { path: string; kind: Kind }>();
  readonly #directories = new Set<string>(["."]);
  readonly #links = new Map<string, { target: string; entry: string }>();
  #entry = "";
  #turn = performance.now();

  constructor(directory: string, options: { limits: ArchiveLimits; archiveBytes: number; signal?: AbortSignal }) {
    this.#directory = directory;
    this.limits = options.limits;
    this.archiveBytes = options.archiveBytes;
    this.signal = options.signal;
  }

  /** Begin with the entry of this name and number (from 1), for messages; gives others a turn now and then. */
  async begin(name: string, number: number): Promise<void> {
    this.at(name, number);
    if (performance.now() - this.#turn < turnMs) return;
    await nextTurn();
    throwIfAborted(this.signal, "extracting the archive");
    this.#turn = performance.now();
  }

  /** Which entry is meant from now on. */
  at(name: string, number: number): void {
    this.#entry = `entry ${number}, ${JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)}`;
  }

  /** The error that refuses the archive for the sake of the current entry. */
  refuse(fault: string): DeployError {
    return unsafe(`The archive is refused: ${fault}.`, this.#entry === "" ? undefined : this.#entry);
  }

  /** Make a directory; one that is there already is fine. */
  directory(name: string): void {
    const path = this.#clean(name);
    if (path !== ".") this.#enterDirectory(path);
  }

  /** Write a file at once. */
  file(name: string, executable: boolean, bytes: Uint8Array): void {
    const sink = this.openFile(name, executable);
    try {
      sink.write(bytes);
    } finally {
      sink.close();
    }
  }

  /** Make a file and write it bit by bit. To be closed in any case. */
  openFile(name: string, executable: boolean): { write(bytes: Uint8Array): void; close(): void } {
    const path = this.#clean(name);
    this.#enter(path, "file");
    this.files++;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = openSync(join(this.#directory, path), flags, 0o600);
    return {
      write: (bytes) => {
        this.count(bytes.length);
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      },
      close: () => {
        fchmodSync(descriptor, executable ? 0o755 : 0o644);
        closeSync(descriptor);
      },
    };
  }

  /** Note a symbolic link; it is judged and made by `finish`. */
  link(name: string, target: string): void {
    const path = this.#clean(name);
    if (target === "") throw this.refuse("it is a link to nothing");
    if (target.includes("\0")) throw this.refuse("its target has a NUL byte");
    if (target.startsWith("/") || target.includes("\\") || /^[a-z]:/i.test(target))
      throw this.refuse(`it is a link that leaves the archive (${target.slice(0, 100)})`);
    if (Buffer.byteLength(target) > this.limits.pathBytes)
      throw this.refuse(`its target is longer than ${this.limits.pathBytes} bytes`);
    this.#enter(path, "link");
    this.files++;
    this.#links.set(path, { target, entry: this.#entry });
  }

  /** A hard link becomes a file of its own, with the bytes of the earlier file. */
  hardLink(name: string, target: string): void {
    const cleaned = cleanName(target, this.limits);
    const path = this.#clean(name);
    const source = "path" in cleaned ? this.#names.get(foldName(cleaned.path)) : undefined;
    if (!("path" in cleaned) || source?.path !== cleaned.path || source.kind !== "file")
      throw this.refuse("it is a hard link to something that is no earlier file of the archive");
    const from = join(this.#directory, source.path);
    this.count(statSync(from).size);
    this.#enter(path, "file");
    this.files++;
    copyFileSync(from, join(this.#directory, path), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }

  /** Add to the bytes written; throws when there are too many. */
  count(bytes: number): void {
    this.bytes += bytes;
    this.checkTotal(this.bytes);
  }

  /** Throws when so many bytes in all are more than the archive may hold. */
  checkTotal(bytes: number): void {
    const { limits } = this;
    if (bytes > limits.bytes) throw this.refuse(`it holds more than ${limits.bytes.toLocaleString("en")} bytes`);
    if (bytes > limits.ratioFromBytes && bytes > limits.ratio * this.archiveBytes)
      throw this.refuse(`it holds more than ${limits.ratio} times its own size, as archives made to fill a disk do`);
  }

  checkEntries(entries: number): void {
    if (entries > this.limits.entries)
      throw this.refuse(`it has more than ${this.limits.entries.toLocaleString("en")} entries`);
  }

  /** Unwrap, judge the links, make them; answers the directory that is the result. */
  finish(): string {
    const tops = new Map<string, Kind>();
    for (const { path, kind } of this.#names.values()) if (!path.includes("/")) tops.set(path, kind);
    if (tops.size > 1 && tops.get("__MACOSX") === "directory") {
      // Resource forks, which no other system knows what to do with.
      rmSync(join(this.#directory, "__MACOSX"), { recursive: true });
      tops.delete("__MACOSX");
      for (const path of this.#links.keys()) if (path.startsWith("__MACOSX/")) this.#links.delete(path);
    }
    const [[only, kind] = []] = tops;
    const prefix = tops.size === 1 && kind === "directory" ? `${only!}/` : "";
    const root = prefix === "" ? this.#directory : join(this.#directory, only!);
    const targets = new Map([...this.#links].map(([path, { target }]) => [path.slice(prefix.length), target]));
    for (const [path, { target, entry }] of this.#links) {
      this.#entry = entry;
      const destination = followLink(path.slice(prefix.length), targets);
      if (!destination.inside)
        throw this.refuse(
          destination.why === "circle"
            ? "its links lead in a circle"
            : `it is a link that leaves the archive (${target.slice(0, 100)})`,
        );
    }
    for (const [path, target] of targets) symlinkSync(target, join(root, path));
    return root;
  }

  #clean(name: string): string {
    const cleaned = cleanName(name, this.limits);
    if ("fault" in cleaned) throw this.refuse(cleaned.fault);
    return cleaned.path;
  }

  /** Take a name; throws when it, or a part of its path, is taken by something else. */
  #enter(path: string, kind: Kind): void {
    if (path === ".") throw this.refuse("it has no name");
    const end = path.lastIndexOf("/");
    if (end > 0) this.#enterDirectory(path.slice(0, end));
    this.#take(path, kind);
  }

  #enterDirectory(path: string): void {
    if (this.#directories.has(path)) return;
    const end = path.lastIndexOf("/");
    if (end > 0) this.#enterDirectory(path.slice(0, end));
    this.#take(path, "directory");
    this.#directories.add(path);
    mkdirSync(join(this.#directory, path), { mode: 0o755 });
  }

  #take(path: string, kind: Kind): void {
    const key = foldName(path);
    const taken = this.#names.get(key);
    if (taken === undefined) {
      this.#names.set(key, { path, kind });
      this.checkEntries(this.#names.size);
      return;
    }
    if (taken.path !== path)
      throw this.refuse(
        `on some disks its name is the same as ${JSON.stringify(taken.path)}, which differs in case or in the form of its letters`,
      );
    if (kind === "directory")
      throw this.refuse(`a ${taken.kind} of the archive is used as a folder (${JSON.stringify(path)})`);
    throw this.refuse(`there are two entries of this name`);
  }
}

/** UNSAFE_ARCHIVE. */
export function unsafe(what: string, where?: string): DeployError {
  return new DeployError("UNSAFE_ARCHIVE", {
    what,
    ...(where === undefined ? {} : { where }),
    next: "Nothing was extracted. Make the archive anew from the project's folder, or deploy the folder itself.",
  });
}
