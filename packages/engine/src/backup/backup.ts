/** `landfall backup`: everything of a store that cannot be made again, in one file, while everything runs. */
import { randomBytes } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { link, lstat, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { instant } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import { DeployError, type ErrorCode } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import { reachable } from "../store/collect.ts";
import { appliedMigrations } from "../store/migrations.ts";
import { keysInUse } from "../store/rotate.ts";
import type { Store } from "../store/store.ts";
import { type Content, wholeContent, writeArchive } from "./archive.ts";
import { freeze } from "./database.ts";
import type { Frozen } from "./frozen.ts";
import { lockKeys } from "./key.ts";
import { noteBackup } from "./last.ts";
import { type BackupProof, verifyBackup } from "./verify.ts";
import {
  type BackupHead,
  type BackupOptions,
  type BackupPlace,
  blobParts,
  databaseParts,
  headPart,
} from "./contents.ts";

export interface BackupReport {
  /** Null when it went into a stream. */
  path: string | null;
  /** Of the file; of a stream, before compression. */
  sizeBytes: number;
  /** Everything is as it was at this instant. ISO 8601. */
  madeAt: string;
  projects: number;
  rows: number;
  blobs: { count: number; sizeBytes: number };
  /** Blobs that releases need and that were not there. */
  missing: string[];
  /** Ids of the keys that something in it is encrypted with, and whether they are in it. */
  keys: string[];
  withKey: boolean;
  /** Null when it was not tested: then it does not count as a backup. */
  proof: BackupProof | null;
}

const usualRetained = 10;
/** Blobs may go between the look at the database and the look at them: then both are looked at again. */
const looks = 3;

/** See `Engine.backup`. */
export async function backup(
  place: BackupPlace,
  to: string | Writable,
  options: BackupOptions = {},
): Promise<BackupReport> {
  if (typeof to !== "string") return { ...(await writeBackup(place, to, options)), path: null, proof: null };
  await expectFree(to);
  // It has its name when it is whole, and known to be.
  const draft = join(dirname(to), `.landfall-${randomBytes(6).toString("hex")}.part`);
  const made = await open(draft, "wx", 0o600).catch((error: unknown) => {
    throw notWritable(to, error);
  });
  try {
    const written = await writeBackup(place, made.createWriteStream(), options);
    await using file = await open(draft, "r");
    await file.sync();
    const proof = options.verify === false ? null : await verified(place, draft, options);
    await giveName(draft, to);
    return { ...written, path: to, sizeBytes: (await stat(to)).size, proof };
  } catch (error) {
    await made.close();
    rmSync(draft, { force: true });
    throw errnoOf(error) === "ENOSPC" ? notWritable(to, error) : error;
  }
}

/** Throws CONFLICT when something has this name, if only a link that leads nowhere. */
async function expectFree(to: string): Promise<void> {
  const there = await lstat(to).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw notWritable(to, error);
    return null;
  });
  if (there !== null) throw nameTaken(to);
}

/** Gives the draft its name, unless something has it by now. */
async function giveName(draft: string, to: string): Promise<void> {
  try {
    await link(draft, to);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw nameTaken(to);
    // A file system without links: whoever is as fast as this is written over.
    await expectFree(to);
    await rename(draft, to);
    return;
  }
  await rm(draft);
}

function nameTaken(to: string): DeployError {
  return new DeployError("CONFLICT", {
    what: "There is a file of this name already.",
    where: to,
    next: "Choose another name; backups are not written over.",
  });
}

const faults: Record<string, [ErrorCode, string, string]> = {
  ENOENT: ["INVALID_CONFIG", "There is no such directory for the backup.", "Make it, or give another path."],
  ENOTDIR: ["INVALID_CONFIG", "A part of the path to the backup is no directory.", "Give another path."],
  ELOOP: ["INVALID_CONFIG", "Links on the path to the backup lead round and round.", "Give another path."],
  ENAMETOOLONG: ["INVALID_CONFIG", "The name of the backup is too long for the file system.", "Give a shorter one."],
  EACCES: ["INVALID_CONFIG", "The backup may not be written there.", "Give a path this user may write to."],
  EPERM: ["INVALID_CONFIG", "The backup may not be written there.", "Give a path this user may write to."],
  EROFS: ["INVALID_CONFIG", "The backup's file system takes no changes.", "Give a path on another one."],
  ENOSPC: ["DISK_FULL", "There is no space left for the backup.", "Free some space, or give a path on another disk."],
};

/** What it means that the file cannot be made or written; anything else as it is. */
function notWritable(to: string, cause: unknown): unknown {
  const fault = faults[errnoOf(cause) ?? ""];
  if (fault === undefined) return cause;
  const [code, what, next] = fault;
  return new DeployError(code, { what, where: to, next }, { cause });
}

/** See `Engine.verifyBackup`. */
export async function verified(
  place: BackupPlace,
  path: string,
  options?: Pick<BackupOptions, "passphrase" | "signal">,
): Promise<BackupProof> {
  const proof = await verifyBackup(place, path, options);
  if (proof.store === (await storeId(place.store))) await noteBackup(place.store, proof.madeAt);
  return proof;
}

/** Which installation this is, so that a backup of another does not count as one of this. */
async function storeId(store: Store): Promise<string> {
  const key = "backup/store";
  const known = await store.setting(key);
  if (known !== null) return known;
  await store.db
    .insertInto("setting")
    .values({ key, value: randomBytes(8).toString("hex") })
    .onConflict((c) => c.column("key").doNothing())
    .execute();
  return (await store.setting(key))!;
}

async function writeBackup(
  { store, databaseUrl }: BackupPlace,
  to: Writable,
  { passphrase, retainReleases = usualRetained, signal }: BackupOptions,
): Promise<Omit<BackupReport, "path" | "proof">> {
  const id = await storeId(store);
  const scratch = await mkdtemp(join(store.home, "scratch", "backup-"));
  try {
    await using taken = await take(store, { scratch, databaseUrl, retainReleases, signal });
    const { frozen, blobs, missing, madeAt } = taken;
    const sizeBytes = [...blobs.values()].reduce((sum, size) => sum + size, 0);
    const { length: projects } = await frozen.db.selectFrom("project").select("id").execute();
    const head: BackupHead = {
      format: 1,
      madeAt,
      store: id,
      database: store.kind,
      migrations: [...(await appliedMigrations(frozen.db, store.kind))],
      retained: retainReleases,
      rows: frozen.rows,
      projects,
      blobs: { count: blobs.size, sizeBytes },
      missing,
      keys: await keysInUse(frozen.db),
      locked: passphrase === undefined ? null : await lockKeys(store.vault.keys(), passphrase),
    };
    const contents = async function* (): AsyncGenerator<Content> {
      yield wholeContent(headPart, Buffer.from(`${JSON.stringify(head, null, 2)}\n`));
      for (const name of frozen.files) {
        const path = join(taken.directory, name);
        yield { name: databaseParts + name, sizeBytes: (await stat(path)).size, bytes: createReadStream(path) };
      }
      for (const [sha256, size] of blobs) {
        throwIfAborted(signal, "the backup");
        yield { name: blobParts + sha256, sizeBytes: size, bytes: store.blobs.read(sha256) };
      }
    };
    const parts = await writeArchive(to, contents(), signal ? { signal } : {});
    return {
      madeAt,
      projects,
      rows: Object.values(frozen.rows).reduce((sum, count) => sum + count, 0),
      blobs: head.blobs,
      missing,
      keys: head.keys,
      withKey: head.locked !== null,
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The database at one instant, and the blobs that it leads to, kept from a collection that runs at the same time. */
async function take(
  store: Store,
  how: { scratch: string; databaseUrl: string | undefined; retainReleases: number; signal: AbortSignal | undefined },
): Promise<
  { frozen: Frozen; directory: string; blobs: Map<string, number>; missing: string[]; madeAt: string } & AsyncDisposable
> {
  for (let look = 1; ; look++) {
    throwIfAborted(how.signal, "the backup");
    const directory = await mkdtemp(join(how.scratch, "database-"));
    const madeAt = instant(store.clock);
    const frozen = await freeze(store, directory, how.databaseUrl);
    try {
      const { blobs, inFolders } = await reachable(frozen.db, how.retainReleases);
      // Being looked for makes them young, and the young are not collected.
      const absent: string[] = [];
      for (const [sha256, size] of blobs) if (!(await store.blobs.holds(sha256, size))) absent.push(sha256);
      for (const sha256 of absent) blobs.delete(sha256);
      const missing = absent.filter((sha256) => !inFolders.has(sha256));
      if (missing.length > 0 && look < looks) {
        await frozen[Symbol.asyncDispose]();
        continue;
      }
      return { frozen, directory, blobs, missing, madeAt, [Symbol.asyncDispose]: () => frozen[Symbol.asyncDispose]() };
    } catch (error) {
      await frozen[Symbol.asyncDispose]();
      throw error;
    }
  }
}
