/** The test restore: a backup is put in place beside everything else, opened, and compared with what it says of itself. */
import { mkdtemp, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import { reachable } from "../store/collect.ts";
import { openAll } from "../store/rotate.ts";
import { openStore, type Store } from "../store/store.ts";
import { damaged, type Part } from "./archive.ts";
import { type BackupHead, type BackupOptions, type BackupPlace, databaseParts } from "./contents.ts";
import { loading } from "./database.ts";
import { databaseDirectory, unpack } from "./restore.ts";

/** What a test restore has shown, in sentences. */
export interface BackupProof {
  madeAt: string;
  /** Which installation it is of. */
  store: string;
  proved: string[];
  /** What it could not show, and why. */
  unproved: string[];
  /** Ids of the keys that a restore must be given. */
  needsKeys: string[];
}

/**
 * Restore `path` into a scratch directory (of PostgreSQL, into a schema of its own), open it, compare, and remove it again. Throws
 * INVALID_SOURCE for what is not as it was written, and what a restore throws.
 */
export async function verifyBackup(
  { store, databaseUrl }: BackupPlace,
  path: string,
  { passphrase, signal }: Pick<BackupOptions, "passphrase" | "signal"> = {},
): Promise<BackupProof> {
  const scratch = await mkdtemp(join(store.home, "scratch", "restore-"));
  const home = join(scratch, "home");
  try {
    let known: string[] = [];
    const { head, parts } = await unpack(path, {
      home,
      durable: false,
      found: store.vault.keys(),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(signal ? { signal } : {}),
      check(backup, keys) {
        known = keys.map(({ id }) => id);
        if (backup.database === "postgres" && databaseUrl === undefined) throw withoutPostgres();
      },
    });
    await using place = await placeFor(head, home, databaseUrl);
    await place.load(databaseDirectory(head, home));
    const counted = compareContents(path, { head, parts, found: await place.contents() });
    await using restored = await openStore(home, store.clock, place.options);
    const held = await compareBlobs(path, { head, restored, signal });
    const lacking = head.keys.filter((id) => !known.includes(id));
    return {
      madeAt: head.madeAt,
      store: head.store,
      proved: [
        `Each of its ${parts.length} parts has the size and the digest it was written with.`,
        `The database was put in place and opened; ${counted}.`,
        held,
        ...(lacking.length === 0 ? [`Everything encrypted in it opens: ${await openAll(restored)} values.`] : []),
      ],
      unproved: [
        ...(lacking.length === 0
          ? []
          : [`Whether what is encrypted opens: the key ${lacking.join(", ")} is not here.`]),
        ...(head.missing.length === 0
          ? []
          : [`${head.missing.length} files of its releases were gone when it was made; those releases are not whole.`]),
      ],
      needsKeys: head.locked ? [] : head.keys,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where the database is put for the test, how to open it there, and what ends that. */
async function placeFor({ database }: BackupHead, home: string, databaseUrl: string | undefined) {
  if (database === "sqlite") {
    const place = await loading("sqlite", home, undefined);
    return { ...place, options: {}, [Symbol.asyncDispose]: async () => {} };
  }
  const { scratchSchema } = await import("./postgres.ts");
  const schema = await scratchSchema(databaseUrl!, `landfall_test_${randomBytes(6).toString("hex")}`);
  const place = await loading("postgres", home, schema.url);
  return {
    ...place,
    options: { databaseUrl: schema.url },
    [Symbol.asyncDispose]: () => schema[Symbol.asyncDispose](),
  };
}

function compareContents(
  path: string,
  {
    head,
    parts,
    found,
  }: {
    head: BackupHead;
    parts: readonly Part[];
    found: { rows: Record<string, number>; digests: Record<string, string> };
  },
): string {
  for (const table of new Set([...Object.keys(head.rows), ...Object.keys(found.rows)]))
    if (head.rows[table] !== found.rows[table])
      throw damaged(path, `table ${table} has ${found.rows[table] ?? "no"} rows, not ${head.rows[table] ?? "none"}`);
  for (const [name, digest] of Object.entries(found.digests))
    if (parts.find((part) => part.name === databaseParts + name)?.sha256 !== digest)
      throw damaged(path, `the rows of ${name} are others when they are read again`);
  const rows = Object.values(head.rows).reduce((sum, count) => sum + count, 0);
  return `${Object.keys(head.rows).length} tables have the ${rows} rows that were counted when it was made`;
}

async function compareBlobs(
  path: string,
  { head, restored, signal }: { head: BackupHead; restored: Store; signal: AbortSignal | undefined },
): Promise<string> {
  const { releases, manifests, blobs, inFolders } = await reachable(restored.db, head.retained);
  for (const digest of manifests)
    if ((await restored.manifest(digest)) === null) throw damaged(path, `manifest ${digest.slice(0, 12)} is not in it`);
  let read = 0;
  for (const [sha256, sizeBytes] of blobs) {
    throwIfAborted(signal, "the test restore");
    const isHere = restored.blobs.has(sha256, sizeBytes);
    if (!isHere && (inFolders.has(sha256) || head.missing.includes(sha256))) continue;
    if (!isHere) throw damaged(path, `the file ${sha256.slice(0, 12)} is not in it`);
    await restored.blobs.verify(sha256);
    read++;
  }
  return `All files of ${releases.size} releases were read again and have their digests: ${read}.`;
}

function withoutPostgres(): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what: "This is a backup of a Landfall on PostgreSQL, and its test restore needs one.",
    next: "Set LANDFALL_DATABASE_URL to a database in which a schema may be made.",
  });
}
