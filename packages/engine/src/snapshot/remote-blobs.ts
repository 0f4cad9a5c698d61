/**
 * Blobs in an S3-compatible store that several machines share, with the local directory as a cache before it. A blob is there before a
 * manifest names it (`flush`); who needs one that is not here has it brought, once, and compared.
 *
 * What was seen in the store lately is remembered: it is not asked again, nor sent. An object is renewed long before a collection
 * of any machine would take it. A collection does not remove at once: it moves aside, and what turns out to be needed is moved back.
 */
import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock } from "../clock.ts";
import { DeployError } from "../error.ts";
import { throwIfAborted } from "../process/exec.ts";
import { type Blob, type Blobs, openBlobs } from "./blobs.ts";
import { missing } from "./materialise.ts";
import type { S3 } from "./s3.ts";

const hourMs = 3_600_000;
/** A blob that was seen in the store so long ago is made young there before it is referred to again. */
const renewAfterMs = 6 * hourMs;
/** What nothing refers to stays so long, and as long again where it was moved aside. Much longer than the above: clocks differ. */
const usualGraceMs = 24 * hourMs;
/** What was used here so lately stays in the cache, however full it is: a deployment may be about to read it. */
const keptMs = hourMs;
/** Larger ones are looked for before they are sent. */
const smallBytes = 64 * 1024;
const atOnce = 24;
const tries = 3;
const aside = "aside/";

export interface RemoteOptions {
  /** The directory of the cache. */
  directory: string;
  s3: S3;
  /** Bytes of the cache that are aimed at. */
  cacheBytes: number;
  clock?: Clock;
}

export function openRemoteBlobs({ directory, s3, cacheBytes, clock = systemClock }: RemoteOptions): Blobs {
  const local = openBlobs(directory);
  const known = openKnown(directory, s3.address);
  const flights = new Map<string, Promise<string>>();
  const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2)}`;
  const isFresh = (sha256: string, sizeBytes?: number): boolean => {
    const row = known.find(sha256);
    if (!row || (sizeBytes !== undefined && row.sizeBytes !== sizeBytes)) return false;
    return clock.now() - row.seenAt < renewAfterMs;
  };
  const isHere = (sha256: string): boolean => local.has(sha256, known.find(sha256)?.sizeBytes);

  /** Bytes written here since the cache was looked through. */
  let written = 0;
  const counted = (blob: Blob): Blob => {
    written += blob.sizeBytes;
    return blob;
  };

  /** Down to nine tenths of what is aimed at, what was used longest ago first; nothing that may be here alone. */
  async function trim(): Promise<void> {
    if (written < cacheBytes / 10) return;
    written = 0;
    const all = filesIn(directory).sort((a, b) => b.usedAt - a.usedAt);
    let total = 0;
    const keep = all.filter(({ sha256, sizeBytes }) => (total += sizeBytes) < cacheBytes * 0.9 || !known.find(sha256));
    if (total > cacheBytes)
      await local.collect(
        keep.map(({ sha256 }) => sha256),
        { graceMs: keptMs },
      );
  }

  /** Young in the store from now on; false when it is not there. */
  async function renew(sha256: string, sizeBytes: number): Promise<boolean> {
    const key = keyOf(sha256);
    if (!(await s3.copy(key, key)) && !(await s3.copy(aside + key, key))) return false;
    known.note([{ sha256, sizeBytes }], clock.now());
    return true;
  }

  const holds = async (sha256: string, sizeBytes: number): Promise<boolean> =>
    local.has(sha256, sizeBytes) || isFresh(sha256, sizeBytes) || renew(sha256, sizeBytes);

  /** See that it is in the store. Not when it never was here either: a snapshot may name what stays in its folder. */
  async function settle(blob: Blob): Promise<void> {
    const { sha256, sizeBytes } = blob;
    const before = known.find(sha256);
    if (!local.has(sha256, sizeBytes)) {
      if (before && !(await renew(sha256, sizeBytes))) throw missing(sha256);
      return;
    }
    if ((before || sizeBytes > smallBytes) && (await renew(sha256, sizeBytes))) return;
    try {
      await s3.put(keyOf(sha256), { ...blob, read: () => local.read(sha256) });
    } catch (error) {
      if (error instanceof DeployError && error.code === "DIGEST_MISMATCH") await local.verify(sha256);
      throw error;
    }
    known.note([blob], clock.now());
  }

  function fetch(sha256: string, signal?: AbortSignal): string | Promise<string> {
    if (isHere(sha256)) return local.path(sha256);
    if (signal?.aborted) return Promise.reject(signal.reason);
    let flight = flights.get(sha256);
    if (!flight) {
      // Whoever joins must not be cut off by the one that began: a signal ends the waiting, not the flight.
      flight = download(sha256).finally(() => flights.delete(sha256));
      flights.set(sha256, flight);
    }
    return signal ? untilAborted(flight, signal) : flight;
  }

  async function download(sha256: string): Promise<string> {
    const path = local.path(sha256);
    for (let tried = 1; ; tried++) {
      try {
        const blob = counted(await local.put(s3.get(keyOf(sha256))));
        if (blob.sha256 === sha256) {
          known.learn(blob);
          await trim();
          return path;
        }
        rmSync(local.path(blob.sha256), { force: true });
        throw new DeployError("DIGEST_MISMATCH", {
          what: "The store for bytes gave other bytes than were stored.",
          where: `${s3.address}: ${keyOf(sha256)}`,
          next: "Deploy from the source once more; then look after the store.",
        });
      } catch (error) {
        if (!(error instanceof DeployError) || tried === tries) throw error;
        if (error.code === "NOT_FOUND") {
          if (!(await s3.copy(aside + keyOf(sha256), keyOf(sha256)))) throw missing(sha256);
        } else if (error.row.retry !== "never") await clock.sleep(250 * 2 ** (tried - 1));
        else throw error;
      }
    }
  }

  const bring = async (blobs: Iterable<Pick<Blob, "sha256">>, signal?: AbortSignal): Promise<void> => {
    const names = new Set([...blobs].map(({ sha256 }) => sha256));
    await each(names, async (sha256) => void (await fetch(sha256, signal)), signal);
  };

  return {
    directory,
    address: s3.address,
    putSync: (content, sha256) => counted(local.putSync(content, sha256)),
    put: async (content, options) => counted(await local.put(content, options)),
    putFile: async (path, options) => counted(await local.putFile(path, options)),
    takeOver: (put) => local.takeOver(put.map(counted)),
    has: (sha256, sizeBytes) => local.has(sha256, sizeBytes) || isFresh(sha256, sizeBytes),
    path: local.path,
    fetch,
    bring,
    holds,

    async *read(sha256, range) {
      await fetch(sha256);
      yield* local.read(sha256, range);
    },

    async verify(sha256, options) {
      await fetch(sha256, options?.signal);
      try {
        await local.verify(sha256, options);
      } catch (error) {
        if (!(error instanceof DeployError && error.code === "DIGEST_MISMATCH")) throw error;
        // It was removed here, and may be well there.
        await Promise.resolve(fetch(sha256, options?.signal)).catch(() => Promise.reject(error));
      }
    },

    async materialise(files, into, options) {
      await bring(
        files.filter(({ link }) => link === undefined),
        options.signal,
      );
      await local.materialise(files, into, options);
    },

    async flush(named = []) {
      await local.flush();
      const wanted = new Map<string, Blob>();
      for (const { sha256, sizeBytes } of named) if (!isFresh(sha256)) wanted.set(sha256, { sha256, sizeBytes });
      await each(wanted.values(), settle);
      await trim();
    },

    async collect(reachable, { graceMs, clock: at = clock, signal } = {}) {
      const keep = new Set<string>();
      for await (const sha256 of reachable) keep.add(sha256);
      const oldest = at.now() - (graceMs ?? usualGraceMs);
      const freed = { blobs: 0, freedBytes: 0 };
      const listed = async function* () {
        for await (const object of s3.list(signal)) {
          const [, side, shard, rest] = /^(aside\/)?([0-9a-f]{2})\/([0-9a-f]{62})$/.exec(object.key) ?? [];
          if (shard !== undefined) yield { ...object, sha256: `${shard}${rest}`, isAside: side !== undefined };
        }
      };
      await each(
        listed(),
        async ({ key, sha256, sizeBytes, modifiedAt, isAside }) => {
          const isNeeded = keep.has(sha256);
          if (isAside) {
            if (isNeeded) await s3.copy(key, keyOf(sha256));
            if (isNeeded || modifiedAt < oldest) await s3.remove(key);
            return;
          }
          if (isNeeded || modifiedAt >= oldest) return;
          if (await s3.copy(key, aside + key)) await s3.remove(key);
          known.forget(sha256);
          freed.blobs++;
          freed.freedBytes += sizeBytes;
        },
        signal,
      );
      await local.collect(keep, {
        clock: at,
        ...(graceMs === undefined ? {} : { graceMs }),
        ...(signal ? { signal } : {}),
      });
      return freed;
    },

    check: () => s3.check(),
    async close() {
      known.close();
      await s3[Symbol.asyncDispose]();
    },
  };
}

interface Known {
  find(sha256: string): { sizeBytes: number; seenAt: number } | undefined;
  /** They are in the store, and young there. */
  note(blobs: readonly Blob[], seenAt: number): void;
  /** It was in the store, of whatever age. */
  learn(blob: Blob): void;
  forget(sha256: string): void;
  close(): void;
}

/** What is known of one store, for all processes of this machine. May be lost: then it is asked. */
function openKnown(directory: string, address: string): Known {
  const name = createHash("sha256").update(address).digest("hex").slice(0, 12);
  const database = new DatabaseSync(join(directory, `known-${name}.db`));
  database.exec("pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = normal");
  database.exec(
    "create table if not exists blob (sha256 text primary key, size integer, seen_at integer) without rowid",
  );
  const one = database.prepare("select size, seen_at from blob where sha256 = ?");
  const put = database.prepare("insert or replace into blob values (?, ?, ?)");
  const add = database.prepare("insert or ignore into blob values (?, ?, 0)");
  const drop = database.prepare("delete from blob where sha256 = ?");
  return {
    find(sha256) {
      const row = one.get(sha256);
      return row && { sizeBytes: Number(row["size"]), seenAt: Number(row["seen_at"]) };
    },
    note: (blobs, seenAt) => blobs.forEach(({ sha256, sizeBytes }) => put.run(sha256, sizeBytes, seenAt)),
    learn: ({ sha256, sizeBytes }) => void add.run(sha256, sizeBytes),
    forget: (sha256) => void drop.run(sha256),
    close: () => database.close(),
  };
}

function filesIn(directory: string): { sha256: string; sizeBytes: number; usedAt: number }[] {
  return readdirSync(directory)
    .filter((shard) => /^[0-9a-f]{2}$/.test(shard))
    .flatMap((shard) =>
      readdirSync(join(directory, shard)).flatMap((rest) => {
        const stats = statSync(join(directory, shard, rest), { throwIfNoEntry: false });
        return stats ? [{ sha256: shard + rest, sizeBytes: stats.size, usedAt: stats.mtimeMs }] : [];
      }),
    );
}

/** So many at once, each in turn; the first failure ends it. */
async function each<T>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const iterator = (async function* () {
    yield* items;
  })();
  let failed = false;
  const one = async (): Promise<void> => {
    for (;;) {
      throwIfAborted(signal, "what is done in the store for bytes");
      const next = await iterator.next();
      if (next.done || failed) return;
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, one));
  const bad = results.find((result) => result.status === "rejected");
  if (bad) throw bad.reason;
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
