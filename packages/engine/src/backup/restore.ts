/** `landfall restore`: a backup becomes a data directory, whole, or nothing is changed. */
import { randomBytes } from "node:crypto";
import { createWriteStream, existsSync, readdirSync } from "node:fs";
import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Clock, instant, systemClock } from "../clock.ts";
import { openStates } from "../deployment/claim.ts";
import { appendEvents } from "../deployment/stored-events.ts";
import { DeployError } from "../error.ts";
import type { Blob, Blobs } from "../snapshot/blobs.ts";
import { forgetUnreachable } from "../store/collect.ts";
import type { BlobStoreOptions } from "../snapshot/s3.ts";
import { unknownMigrations } from "../store/migrations.ts";
import { checkPlaces, openBlobStore, openStore, type Store } from "../store/store.ts";
import { type Key, keyOf, parseKeys, readKeys, writeKeys } from "../store/vault.ts";
import { type Content, damaged, type Part, readArchive } from "./archive.ts";
import { type BackupHead, blobParts, databaseParts, headPart } from "./contents.ts";
import { loading } from "./database.ts";
import { unlockKeys } from "./key.ts";

export interface RestoreOptions {
  /** The new data directory: not there yet, empty, or with nothing but the file `key`. */
  home: string;
  /** Opens the keys in the backup; a function is asked only when they are needed. */
  passphrase?: string | (() => Promise<string | null>);
  /** A key file, in place of `key` in `home`. */
  keyFile?: string;
  /** As in EngineOptions; the database must be empty. */
  databaseUrl?: string;
  /** As in EngineOptions. */
  encryptionKey?: string;
  /** As in EngineOptions. Bytes go there. */
  blobStore?: BlobStoreOptions;
  clock?: Clock;
  signal?: AbortSignal;
}

export interface RestoreReport {
  home: string;
  madeAt: string;
  projects: number;
  blobs: { count: number; sizeBytes: number };
  missing: string[];
  /** Deployments that were under way when the backup was made, and have ended now. */
  ended: number;
}

const smallBytes = 256 * 1024;

/**
 * Make the data directory `home` (and, with `databaseUrl`, fill that empty database) from the backup in `path`. The file is read and
 * compared whole before anything is put in its place. Deployments that were under way end as failed; everything else is as it was.
 * Throws CONFLICT (home or database not empty), INVALID_SOURCE (damaged), STORE_NEWER, NOT_FOUND (no such file), INVALID_CONFIG (its key is
 * missing, another passphrase, the other kind of database).
 */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<RestoreReport> {
  const home = resolve(options.home);
  await checkPlaces({ databaseUrl: options.databaseUrl, blobStore: options.blobStore });
  const clock = options.clock ?? systemClock;
  const present = existsSync(home) ? readdirSync(home) : [];
  if (present.some((name) => name !== "key")) {
    throw new DeployError("CONFLICT", {
      what: "The data directory is not empty, and nothing is restored over what is there.",
      where: home,
      next: "Name another with --home; this one stays as it is.",
    });
  }
  await mkdir(dirname(home), { recursive: true });
  // Beside it, so that a rename puts it in place.
  const draft = `${home}.restoring-${randomBytes(4).toString("hex")}`;
  try {
    const found = readKeys(options.keyFile ?? join(home, "key"));
    const place = await loading(options.databaseUrl === undefined ? "sqlite" : "postgres", draft, options.databaseUrl);
    await place.expectNothing();
    const { head } = await unpack(path, {
      ...options,
      home: draft,
      found,
      check(backup, keys) {
        if ((backup.database === "postgres") !== (options.databaseUrl !== undefined)) throw otherDatabase(backup);
        expectKeys(backup, keys, found);
      },
    });
    await place.load(databaseDirectory(head, draft));
    const report = await settle(draft, head, { ...options, clock }).catch(async (error: unknown) => {
      await place.clear();
      throw error;
    });
    if (present.length > 0) await rm(join(home, "key"));
    if (existsSync(home)) await rmdir(home);
    await rename(draft, home);
    return { ...report, home, madeAt: head.madeAt, projects: head.projects, blobs: head.blobs, missing: head.missing };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Where the files of the database are after `unpack`: SQLite's is where it belongs. */
export function databaseDirectory({ database }: Pick<BackupHead, "database">, home: string): string {
  return database === "sqlite" ? home : join(home, "scratch", "database");
}

interface Unpack extends Pick<RestoreOptions, "encryptionKey" | "passphrase" | "blobStore" | "signal"> {
  /** Made here. */
  home: string;
  /** To the disk itself, and to the store for bytes. Default true; a test needs neither. */
  durable?: boolean;
  /** Keys that are there already. */
  found: readonly Key[];
  /** Throws for a backup that is not to be unpacked; `keys` are all that were found, given or inside. */
  check(head: BackupHead, keys: readonly Key[]): void;
}

/**
 * Everything of the file into the new directory `home`, but for a database of PostgreSQL, which is only written down there. All has been
 * compared when this is done.
 */
export async function unpack(
  path: string,
  { home, found, check, encryptionKey, passphrase, blobStore, signal, durable = true }: Unpack,
): Promise<{ head: BackupHead; parts: Part[] }> {
  const reading = readArchive(path, signal ? { signal } : {});
  try {
    const first = await reading.next();
    if (first.done || first.value.name !== headPart) throw damaged(path, "it does not begin as one does");
    const head = headOf(path, await first.value.text());
    const given = encryptionKey === undefined ? [] : parseKeys(encryptionKey).map(keyOf);
    const inside = await keysInside(head, [...found, ...given], passphrase);
    check(head, [...inside, ...found, ...given]);

    await mkdir(home, { mode: 0o700 });
    const into = databaseDirectory(head, home);
    await mkdir(into, { recursive: true, mode: 0o700 });
    const filed = [...inside, ...found].filter(
      (key, index, all) => all.findIndex(({ id }) => id === key.id) === index && !given.some(({ id }) => id === key.id),
    );
    if (filed.length > 0) writeKeys(join(home, "key"), filed);
    const blobs = await openBlobStore(join(home, "blobs"), systemClock, blobStore);
    const stored: Blob[] = [];
    try {
      for (;;) {
        const next = await reading.next();
        if (next.done) {
          if (durable) await blobs.flush(stored);
          return { head, parts: next.value };
        }
        await put(next.value, { path, into, blobs, stored });
      }
    } finally {
      await blobs.close();
    }
  } finally {
    await reading.return([]);
  }
}

/** The keys that came with the backup, as far as they are needed and somebody has the passphrase. */
async function keysInside(
  { keys: needed, locked }: BackupHead,
  others: readonly Key[],
  passphrase: RestoreOptions["passphrase"],
): Promise<Key[]> {
  if (!locked || passphrase === undefined) return [];
  if (typeof passphrase === "string") return unlockKeys(locked, passphrase);
  if (needed.every((id) => others.some((key) => key.id === id))) return [];
  const said = await passphrase();
  return said === null ? [] : unlockKeys(locked, said);
}

async function put(
  part: Content,
  { path, into, blobs, stored }: { path: string; into: string; blobs: Blobs; stored: Blob[] },
): Promise<void> {
  const { name, sizeBytes, bytes } = part;
  if (/^database\/[A-Za-z0-9_%]+\.[a-z]+$/.test(name)) {
    const to = createWriteStream(join(into, name.slice(databaseParts.length)), { mode: 0o600, flags: "wx" });
    return pipeline(bytes, to);
  }
  if (!/^blobs\/[0-9a-f]{64}$/.test(name)) throw damaged(path, "it has a part of another name");
  // Most are small, and a stream for each takes long.
  const content = sizeBytes <= smallBytes ? Buffer.concat(await Array.fromAsync(bytes)) : bytes;
  const blob = await blobs.put(content);
  stored.push(blob);
  if (blob.sha256 !== name.slice(blobParts.length)) throw damaged(path, `${name} has other bytes than its name says`);
}

function headOf(path: string, text: string): BackupHead {
  let head: BackupHead;
  try {
    head = JSON.parse(text) as BackupHead;
  } catch (cause) {
    throw damaged(path, `${headPart} cannot be read`, cause);
  }
  const unknown = head.format === 1 ? unknownMigrations(head.migrations) : [`format ${String(head.format)}`];
  if (unknown.length === 0) return head;
  throw new DeployError("STORE_NEWER", {
    what: "The backup was made by a newer Landfall.",
    where: `${path}: ${unknown.join(", ")}`,
    next: "Update Landfall, then restore it; nothing was changed.",
  });
}

function expectKeys({ keys: needed, locked }: BackupHead, keys: readonly Key[], found: readonly Key[]): void {
  const lacking = needed.filter((id) => !keys.some((key) => key.id === id));
  if (lacking.length === 0) return;
  const others = found.map(({ id }) => id).join(", ");
  throw new DeployError("INVALID_CONFIG", {
    what: `The backup needs the key ${lacking.join(", ")}, which variables and credentials were encrypted with.`,
    ...(others === "" ? {} : { where: `the key file here has ${others}` }),
    next: locked
      ? "The backup holds it: give the passphrase. Nothing was changed."
      : "Give the key file of the old data directory with --key, or TOKEN_ENCRYPTION_KEY as it was. Nothing was changed.",
  });
}

function otherDatabase({ database }: BackupHead): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what:
      database === "postgres"
        ? "This is a backup of a Landfall on PostgreSQL."
        : "This is a backup of a Landfall with a database of its own, not on PostgreSQL.",
    next:
      database === "postgres"
        ? "Set LANDFALL_DATABASE_URL to an empty database. Nothing was changed."
        : "Unset LANDFALL_DATABASE_URL. Nothing was changed.",
  });
}

/** Open what was restored, which brings it to this version, and end what nobody works on any more. */
async function settle(
  home: string,
  { retained }: BackupHead,
  options: RestoreOptions & { clock: Clock },
): Promise<Pick<RestoreReport, "ended">> {
  await using store = await openStore(home, options.clock, options);
  const ended = await endOpen(store);
  // Releases whose bytes did not come along could not be rolled back to.
  await forgetUnreachable(store, retained);
  return { ended };
}

/** To carry on what was under way then would do on platforms what was asked for then, and may long be done. */
async function endOpen({ db, clock }: Store): Promise<number> {
  const at = instant(clock);
  const reason = "Landfall was restored from a backup that was made while this deployment ran.";
  return db.transaction().execute(async (tx) => {
    const open = await tx
      .updateTable("deployment")
      .set((eb) => ({
        state: "cancelled" as const,
        reason,
        finished_at: at,
        given: null,
        credential: null,
        lease_owner: null,
        lease_until: 0,
        fence: eb("fence", "+", 1),
      }))
      .where("state", "in", [...openStates])
      .returning("id")
      .execute();
    for (const { id } of open) {
      const bodies = [{ type: "state" as const, state: "cancelled" as const, reason }];
      await appendEvents(tx, { deploymentId: id, fence: null, at, bodies });
    }
    // What was still to be told then may have been told long ago.
    await tx
      .updateTable("notification")
      .set({
        state: "given-up",
        owner: null,
        outcome: "Landfall was restored from a backup that was made before it was told.",
      })
      .where("state", "=", "waiting")
      .execute();
    return open.length;
  });
}
