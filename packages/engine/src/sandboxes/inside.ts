/**
 * Files below a directory that programs of somebody else write to while we do. Every name is opened from the open directory above it and no
 * link is followed, so that a link put in the place of a directory between a look and its use leads nowhere.
 * Source: open(2), O_NOFOLLOW and "/proc/self/fd"; proc(5).
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, readlink, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { archiveLimits } from "../source/archive-limits.ts";
import { cleanName } from "../source/entry-name.ts";

export interface Entry {
  /** Relative to the root. */
  path: string;
  kind: "file" | "directory" | "link" | "other";
  sizeBytes: number;
  executable: boolean;
  /** Of a link, as it is written. */
  target: string | null;
}

/** An open directory, and how names in it are reached. */
interface Directory {
  at(name: string): string;
  close(): Promise<void>;
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** The parts of a path a person gave; none for the root. Throws INVALID_CONFIG. */
export function partsOf(path: string): string[] {
  const cleaned = cleanName(path, archiveLimits);
  if ("path" in cleaned) return cleaned.path === "." ? [] : cleaned.path.split("/");
  throw new DeployError("INVALID_CONFIG", {
    what: `This path cannot be used: ${cleaned.fault}.`,
    where: "path",
    next: "Give a path inside the sandbox, such as src/index.html.",
  });
}

/** What is in a directory, by name. Throws INVALID_CONFIG, NOT_FOUND, CONFLICT. */
export async function list(root: string, path: string): Promise<Entry[]> {
  const parts = partsOf(path);
  return within(root, parts, { make: false }, (directory) => entriesIn(directory, parts));
}

/** A file, open for reading; to be closed. Throws INVALID_CONFIG, NOT_FOUND, CONFLICT (no plain file). */
export async function openFile(root: string, path: string): Promise<{ handle: FileHandle; sizeBytes: number }> {
  const { above, name } = split(path);
  return within(root, above, { make: false }, async (directory) => {
    const handle = await open(directory.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) =>
      refuse(error, path),
    );
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, sizeBytes: stats.size };
    await handle.close();
    throw noFile(path);
  });
}

/**
 * Write a file whole, in the place of what had the name: a reader sees the old one or the new one. Folders above are made. Answers the bytes
 * that are there now and were before, null when nothing was. Throws what `body` throws, and then nothing is changed.
 */
export async function writeFile(
  root: string,
  path: string,
  { body, executable }: { body: AsyncIterable<Uint8Array>; executable: boolean },
): Promise<{ sizeBytes: number; beforeBytes: number | null }> {
  const { above, name } = split(path);
  return within(root, above, { make: true }, async (directory) => {
    const draft = directory.at(`.${randomBytes(8).toString("hex")}.part`);
    const handle = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      let sizeBytes = 0;
      try {
        for await (const chunk of body) {
          await handle.writeFile(chunk);
          sizeBytes += chunk.length;
        }
        await handle.chmod(executable ? 0o755 : 0o644);
      } finally {
        await handle.close();
      }
      const before = await lstat(directory.at(name)).catch(() => null); // Nothing of that name.
      await rename(draft, directory.at(name)).catch((error: unknown) => refuse(error, path));
      return { sizeBytes, beforeBytes: before ? before.size : null };
    } catch (error) {
      await unlink(draft).catch(() => {}); // Renamed already, or never made.
      throw error;
    }
  });
}

/** Remove a file, a link, or a directory with all that is in it; answers what went. Throws NOT_FOUND, INVALID_CONFIG. */
export async function remove(root: string, path: string): Promise<{ bytes: number; files: number }> {
  const { above, name } = split(path);
  const gone = { bytes: 0, files: 0 };
  await within(root, above, { make: false }, async (directory) => {
    await removeIn(directory, name, gone).catch((error: unknown) => refuse(error, path));
  });
  return gone;
}

/** Everything below the root, directories before what is in them, without what has a name of `skip`. `open` while it is the current one. */
export async function* walk(
  root: string,
  skip: ReadonlySet<string> = new Set(),
): AsyncGenerator<Entry & { open(): Promise<FileHandle> }> {
  const top = await enter(root);
  try {
    yield* walkIn(top, [], skip);
  } finally {
    await top.close();
  }
}

/** Bytes and number of all that is no directory. */
export async function usageOf(root: string): Promise<{ bytes: number; files: number }> {
  const usage = { bytes: 0, files: 0 };
  for await (const { kind, sizeBytes } of walk(root)) {
    if (kind === "directory") continue;
    usage.bytes += sizeBytes;
    usage.files += 1;
  }
  return usage;
}

async function* walkIn(
  directory: Directory,
  above: string[],
  skip: ReadonlySet<string>,
): AsyncGenerator<Entry & { open(): Promise<FileHandle> }> {
  for (const entry of await entriesIn(directory, above)) {
    const name = entry.path.slice(entry.path.lastIndexOf("/") + 1);
    if (skip.has(name)) continue;
    yield { ...entry, open: () => open(directory.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK) };
    if (entry.kind !== "directory" || above.length >= archiveLimits.depth) continue;
    const below = await enter(directory.at(name)).catch(() => null); // Gone meanwhile, or no directory any more.
    if (!below) continue;
    try {
      yield* walkIn(below, [...above, name], skip);
    } finally {
      await below.close();
    }
  }
}

async function removeIn(directory: Directory, name: string, gone: { bytes: number; files: number }): Promise<void> {
  const stats = await lstat(directory.at(name));
  if (!stats.isDirectory()) {
    await unlink(directory.at(name));
    gone.bytes += stats.size;
    gone.files += 1;
    return;
  }
  const below = await enter(directory.at(name));
  try {
    for (const child of await readdir(below.at(""))) await removeIn(below, child, gone);
  } finally {
    await below.close();
  }
  await rmdir(directory.at(name));
}

async function entriesIn(directory: Directory, above: string[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of (await readdir(directory.at(""))).toSorted()) {
    const stats = await lstat(directory.at(name)).catch(() => null); // Gone meanwhile.
    if (!stats) continue;
    const kind = stats.isFile()
      ? "file"
      : stats.isDirectory()
        ? "directory"
        : stats.isSymbolicLink()
          ? "link"
          : "other";
    entries.push({
      path: [...above, name].join("/"),
      kind,
      sizeBytes: kind === "file" || kind === "link" ? stats.size : 0,
      executable: kind === "file" && (stats.mode & 0o100) !== 0,
      target: kind === "link" ? await readlink(directory.at(name)).catch(() => null) : null, // As above.
    });
  }
  return entries;
}

function split(path: string): { above: string[]; name: string } {
  const parts = partsOf(path);
  const name = parts.pop();
  if (name === undefined) throw noFile(path);
  return { above: parts, name };
}

/** Work in the directory that `parts` lead to, each of them a real directory. */
async function within<T>(
  root: string,
  parts: readonly string[],
  { make }: { make: boolean },
  work: (directory: Directory) => Promise<T>,
): Promise<T> {
  let directory = await enter(root);
  try {
    for (const part of parts) {
      if (make)
        await mkdir(directory.at(part), { mode: 0o755 }).catch((error: unknown) => {
          if (errnoOf(error) !== "EEXIST") throw error;
        });
      const next = await enter(directory.at(part)).catch((error: unknown) => refuse(error, parts.join("/")));
      await directory.close();
      directory = next;
    }
    return await work(directory);
  } finally {
    await directory.close();
  }
}

async function enter(path: string): Promise<Directory> {
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  // Without /proc there is no isolation either, so nothing that would swap names runs.
  const base = process.platform === "linux" ? `/proc/self/fd/${handle.fd}` : path;
  return { at: (name) => (name === "" ? `${base}/` : join(base, name)), close: () => handle.close() };
}

function refuse(error: unknown, path: string): never {
  const code = errnoOf(error);
  if (code === "ENOENT") throw new DeployError("NOT_FOUND", { what: "There is no such file.", where: path });
  if (code === "ELOOP" || code === "ENOTDIR" || code === "EISDIR" || code === "ENOTEMPTY" || code === "ENXIO")
    throw noFile(path);
  throw error;
}

function noFile(path: string): DeployError {
  return new DeployError("CONFLICT", {
    what: "A link, a folder or a file is in the way: links are not followed, and a folder is not written over.",
    where: path,
    next: "List the folder, and give the path of a plain file.",
  });
}
