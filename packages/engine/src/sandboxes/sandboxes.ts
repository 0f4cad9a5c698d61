/**
 * Sandboxes: workspaces the engine holds for products that make applications. Made of a source or of nothing, read and written, worked in by
 * commands, packed, deployed like an archive; gone when their time is over.
 */
import { mkdir, rename, rm } from "node:fs/promises";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { sql } from "kysely";
import { removeTree } from "../build/workspace.ts";
import { instant } from "../clock.ts";
import { codeHosts } from "../code-hosts/registry.ts";
import type { PlatformAccess } from "../connections/access.ts";
import { tokenCredential } from "../connections/credential.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import { extractArchive } from "../source/archive.ts";
import type { ArchiveLimits } from "../source/archive-limits.ts";
import { openSource } from "../source/open.ts";
import type { SandboxRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { commandsOf, type Running } from "./commands.ts";
import { list, openFile, partsOf, remove, usageOf, writeFile } from "./inside.ts";
import { placeIn, sandboxRow } from "./place.ts";
import type { Sandboxes, SandboxView } from "./sandbox.ts";

const hourMs = 3_600_000;
const usualLifetimeMs = 24 * hourMs;
const longestLifetimeMs = 30 * 24 * hourMs;
/** Of one organisation. */
const mostSandboxes = 20;
const mostBytesInAll = 10 * 1024 ** 3;
/** Of one sandbox. */
const mostBytes = 2 * 1024 ** 3;
const mostFiles = 100_000;
const mostFileBytes = 256 * 1024 ** 2;
/** One that was begun so long ago and is not ready belongs to a process that died. */
const abandonedMs = hourMs;

interface Inside {
  store: Store;
  toolPath: string[];
  /** How hosts of repositories are reached, by their id. */
  access: Record<string, PlatformAccess>;
}

export function sandboxesOf({ store, toolPath, access }: Inside, running: Running): Sandboxes {
  const { db, clock, organization, home } = store;
  const place = placeIn(home);
  const { endAll, ...commands } = commandsOf({ store, place, toolPath }, running);

  async function insert(row: SandboxRow): Promise<void> {
    await db.transaction().execute(async (tx) => {
      await store.takeTurn(tx, `sandboxes of ${organization}`);
      const rows = await tx.selectFrom("sandbox").select("id").where("organization_id", "=", organization).execute();
      if (rows.length >= mostSandboxes)
        throw new DeployError("CONFLICT", {
          what: `There are ${mostSandboxes} sandboxes already.`,
          next: "Remove one that is not used.",
        });
      await tx.insertInto("sandbox").values(row).execute();
    });
  }

  async function bytesInAll(): Promise<number> {
    const { bytes } = await db
      .selectFrom("sandbox")
      .select(sql<number | string | null>`sum(size_bytes)`.as("bytes"))
      .where("organization_id", "=", organization)
      .executeTakeFirstOrThrow();
    return Number(bytes ?? 0);
  }

  /** Add to what is used, unless that is more than there is room for. */
  async function grow(id: string, { bytes, files }: { bytes: number; files: number }): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable("sandbox")
      .set((eb) => ({ size_bytes: eb("size_bytes", "+", bytes), files: eb("files", "+", files) }))
      .where("id", "=", id)
      .where((eb) => eb.or([eb.val(bytes <= 0), eb(eb("size_bytes", "+", bytes), "<=", mostBytes)]))
      .where((eb) => eb.or([eb.val(files <= 0), eb(eb("files", "+", files), "<=", mostFiles)]))
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw full();
  }

  async function drop(id: string): Promise<void> {
    await endAll(id);
    await removeTree(place.directory(id));
    await db.deleteFrom("sandbox").where("id", "=", id).execute();
  }

  /** The files below a directory as an archive of their own, until `clear`. */
  async function packed(directory: string): Promise<{ path: string; clear(): Promise<void> }> {
    const scratch = join(home, "scratch", `sandbox-${crypto.randomUUID()}`);
    const path = join(scratch, "sandbox.tar");
    const clear = (): Promise<void> => rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { mode: 0o700 });
    try {
      const { packTar } = await import("./pack.ts");
      // One folder around all of it, which is taken off again: a single folder of the sandbox's own stays.
      await pipeline(packTar(directory, "sandbox/"), createWriteStream(path, { mode: 0o600 }));
      return { path, clear };
    } catch (error) {
      await clear();
      throw error;
    }
  }

  async function copyFolder(from: string, to: string, limits: Partial<ArchiveLimits>): Promise<void> {
    const { path, clear } = await packed(from);
    try {
      await extractArchive(path, to, { limits });
    } finally {
      await clear();
    }
  }

  /** A copy of the files as they are now, and room beside it; gone afterwards. */
  async function withCopy<T>(id: string, use: (place: { files: string; scratch: string }) => Promise<T>): Promise<T> {
    const { inScratch } = await import("./export-git.ts");
    const { path, clear } = await packed(place.files(id));
    try {
      return await inScratch(join(home, "scratch", `export-${crypto.randomUUID()}`), async (scratch) => {
        const files = join(scratch, "files");
        await extractArchive(path, files, { limits: { bytes: mostBytes * 2, entries: mostFiles * 2 } });
        return use({ files, scratch });
      });
    } finally {
      await clear();
    }
  }

  const sandboxes: Sandboxes = {
    ...commands,

    async create({ source, name, lifetimeMs = usualLifetimeMs, signal } = {}) {
      const now = clock.now();
      const row: SandboxRow = {
        id: newId("sbx", clock),
        organization_id: organization,
        name: name ?? "sandbox",
        state: "making",
        size_bytes: 0,
        files: 0,
        created_at: instant(clock),
        expires_at: new Date(now + Math.min(lifetimeMs, longestLifetimeMs)).toISOString(),
      };
      await insert(row);
      try {
        for (const part of ["home", "tmp"])
          await mkdir(join(place.directory(row.id), part), { recursive: true, mode: 0o700 });
        const files = place.files(row.id);
        if (source) {
          const room = Math.max(0, Math.min(mostBytes, mostBytesInAll - (await bytesInAll())));
          await using opened = await openSource(source, {
            scratch: join(home, "scratch", row.id),
            toolPath,
            limits: { bytes: room, entries: mostFiles },
            ...(signal ? { signal } : {}),
          });
          // What was unpacked or fetched is ours to move; a folder is a person's.
          if (source.kind === "folder") await copyFolder(opened.root, files, { bytes: room, entries: mostFiles });
          else await rename(opened.root, files);
        } else await mkdir(files, { mode: 0o755 });
        const { bytes, files: count } = await usageOf(files);
        const made = { ...row, state: "ready" as const, size_bytes: bytes, files: count };
        await db.updateTable("sandbox").set(made).where("id", "=", row.id).execute();
        return viewOf(made);
      } catch (error) {
        await drop(row.id);
        throw error;
      }
    },

    async list() {
      const rows = await db
        .selectFrom("sandbox")
        .selectAll()
        .where("organization_id", "=", organization)
        .where("state", "=", "ready")
        .where("expires_at", ">", instant(clock))
        .orderBy("id", "desc")
        .execute();
      return rows.map(viewOf);
    },

    get: async (id) => viewOf(await sandboxRow(store, id)),

    async remove(id) {
      await sandboxRow(store, id);
      await drop(id);
    },

    async files(id, path = ".") {
      await sandboxRow(store, id);
      return list(place.files(id), path);
    },

    async read(id, path) {
      await sandboxRow(store, id);
      const { handle, sizeBytes } = await openFile(place.files(id), path);
      return { sizeBytes, stream: handle.createReadStream() };
    },

    async write(id, path, { body, executable = false }) {
      await sandboxRow(store, id);
      partsOf(path);
      if ((await bytesInAll()) >= mostBytesInAll) throw full();
      // Room is taken before the bytes are, a piece at a time, and what was not needed is given back.
      let room = 0;
      let written = 0;
      const pieceBytes = 1024 ** 2;
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const chunk of body) {
          written += chunk.length;
          if (written > mostFileBytes)
            throw new DeployError("CONFLICT", { what: `A file may have at most ${mostFileBytes} bytes.`, where: path });
          for (; room < written; room += pieceBytes) await grow(id, { bytes: pieceBytes, files: 0 });
          yield chunk;
        }
      }
      await grow(id, { bytes: 0, files: 1 });
      try {
        const { sizeBytes, beforeBytes } = await writeFile(place.files(id), path, { body: counted(), executable });
        await grow(id, { bytes: sizeBytes - room - (beforeBytes ?? 0), files: beforeBytes === null ? 0 : -1 });
        return { path: partsOf(path).join("/"), sizeBytes };
      } catch (error) {
        await grow(id, { bytes: -room, files: -1 });
        throw error;
      }
    },

    async unlink(id, path) {
      await sandboxRow(store, id);
      const { bytes, files } = await remove(place.files(id), path);
      await grow(id, { bytes: -bytes, files: -files });
    },

    async pack(id, format) {
      await sandboxRow(store, id);
      const { packTar, packZip } = await import("./pack.ts");
      return format === "zip" ? packZip(place.files(id)) : packTar(place.files(id));
    },

    async push(id, to) {
      await sandboxRow(store, id);
      const { checkedExport, pushFiles } = await import("./export-git.ts");
      checkedExport(to);
      const { signal } = to;
      return withCopy(id, (copy) => pushFiles(to, { ...copy, toolPath, ...(signal ? { signal } : {}) }));
    },

    async export(id, { host: hostId, token, ...to }) {
      await sandboxRow(store, id);
      const { exportTo } = await import("../code-hosts/export.ts");
      const host = codeHosts.find((one) => one.id === hostId)!;
      const credential = tokenCredential(token.open());
      return withCopy(id, (copy) =>
        exportTo(host, to, { ...copy, access: access[hostId], credential, clock, toolPath }),
      );
    },

    async source(id) {
      await sandboxRow(store, id);
      const { path, clear } = await packed(place.files(id));
      return { source: { kind: "archive", path }, [Symbol.asyncDispose]: clear };
    },

    async deployed(id, deploymentId) {
      await sandboxRow(store, id);
      await db
        .insertInto("sandbox_deployment")
        .values({ sandbox_id: id, deployment_id: deploymentId })
        .onConflict((c) => c.doNothing())
        .execute();
    },

    async deployments(id) {
      await sandboxRow(store, id);
      const rows = await db
        .selectFrom("sandbox_deployment")
        .select("deployment_id")
        .where("sandbox_id", "=", id)
        .orderBy("deployment_id", "desc")
        .limit(100)
        .execute();
      return rows.map(({ deployment_id }) => deployment_id);
    },

    async tend() {
      const now = clock.now();
      const over = await db
        .selectFrom("sandbox")
        .select("id")
        .where((eb) =>
          eb.or([
            eb("expires_at", "<=", new Date(now).toISOString()),
            eb.and([eb("state", "=", "making"), eb("created_at", "<=", new Date(now - abandonedMs).toISOString())]),
          ]),
        )
        .execute();
      for (const { id } of over) await drop(id);
    },
  };
  return sandboxes;
}

function full(): DeployError {
  return new DeployError("CONFLICT", {
    what: "There is no more room in this sandbox, or in all of them together.",
    next: "Remove files that are not needed, or sandboxes that are not used.",
  });
}

function viewOf({ id, name, size_bytes, files, created_at, expires_at }: SandboxRow): SandboxView {
  return { id, name, sizeBytes: size_bytes, files, createdAt: created_at, expiresAt: expires_at };
}
