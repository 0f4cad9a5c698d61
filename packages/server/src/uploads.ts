/**
 * Archives on their way in: streamed to the engine's scratch directory, whole by POST or in parts by PUT with Content-Range, each part where
 * the last one ended. Deployments are then made from `{ upload: id }`. Forgotten after a day.
 */
import { DeployError } from "@landfall/engine/error";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExpressionBuilder, Kysely } from "kysely";
import { piecesOf } from "./body.ts";
import { missing, WireFailure } from "./errors.ts";
import { permissionsOf } from "@landfall/contract";
import type { Principal } from "./people/principal.ts";
import type { PeopleSchema } from "./people/tables.ts";
import { newId } from "./token.ts";

const keptMs = 24 * 3_600_000;
/** Of one organisation, or of one person in it, at a time. */
const mostUploads = 100;

export interface UploadView {
  id: string;
  receivedBytes: number;
  sizeBytes: number | null;
  sha256: string | null;
  complete: boolean;
  expiresAt: string;
}

type Row = PeopleSchema["upload"];

/** Uploads of an organisation; with `userId` only those this person made, which nobody else is given. */
export interface Whose {
  organizationId: string;
  userId?: string;
}

/** Those of the organisation are for members who may send sources to it; anybody else has their own. */
export function whoseUploads({ organization, userId }: Principal): Whose {
  const { id: organizationId, role } = organization!;
  return permissionsOf[role].has("create:source") ? { organizationId } : { organizationId, userId };
}

export interface Uploads {
  /** The whole body is the archive. Throws TOO_LARGE, DIGEST_MISMATCH, CONFLICT. */
  take(whose: Whose, request: IncomingMessage): Promise<UploadView>;
  /** An archive that will come in parts; one that is here already, whole or in part, when it has the same digest. */
  begin(whose: Whose, expected: { sizeBytes: number; sha256?: string | undefined }): Promise<UploadView>;
  /** One part, at `receivedBytes`. What arrived before the connection broke is kept. Throws CONFLICT, DIGEST_MISMATCH, NOT_FOUND. */
  append(whose: Whose, id: string, request: IncomingMessage): Promise<UploadView>;
  get(whose: Whose, id: string): Promise<UploadView>;
  remove(whose: Whose, id: string): Promise<void>;
  /** Where the complete archive lies. Throws NOT_FOUND, CONFLICT. */
  path(whose: Whose, id: string): Promise<string>;
  /** Forget what is older than a day. */
  forget(): Promise<void>;
}

export function uploadsOf({
  db,
  home,
  mostBytes,
}: {
  db: Kysely<PeopleSchema>;
  home: string;
  mostBytes: number;
}): Uploads {
  const directory = join(home, "scratch", "uploads");
  const pathOf = (id: string): string => join(directory, id);
  /** Uploads a part is being written to by this process. */
  const busy = new Set<string>();

  /** Whether a row is theirs, for a query. */
  const isOf =
    ({ organizationId, userId }: Whose) =>
    (is: ExpressionBuilder<PeopleSchema, "upload">) =>
      is.and([
        is("organization_id", "=", organizationId),
        ...(userId === undefined ? [] : [is("user_id", "=", userId)]),
      ]);

  async function row(whose: Whose, id: string): Promise<Row> {
    const found = await db.selectFrom("upload").selectAll().where(isOf(whose)).where("id", "=", id).executeTakeFirst();
    if (!found) throw missing("upload");
    return found;
  }

  async function insert(whose: Whose, fields: Partial<Row>): Promise<Row> {
    const { count } = await db
      .selectFrom("upload")
      .select((eb) => eb.fn.countAll<number | string>().as("count"))
      .where(isOf(whose))
      .executeTakeFirstOrThrow();
    if (Number(count) >= mostUploads) await makeRoom(whose);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const made: Row = {
      id: newId("upl"),
      organization_id: whose.organizationId,
      user_id: whose.userId ?? null,
      size_bytes: null,
      received_bytes: 0,
      expected_sha256: null,
      sha256: null,
      created_at: new Date().toISOString(),
      ...fields,
    };
    await db.insertInto("upload").values(made).execute();
    return made;
  }

  /** The complete one that was asked for longest ago goes. Throws CONFLICT when all are on their way. */
  async function makeRoom(whose: Whose): Promise<void> {
    const oldest = await db
      .selectFrom("upload")
      .select("id")
      .where(isOf(whose))
      .where("sha256", "is not", null)
      .orderBy("created_at")
      .executeTakeFirst();
    if (!oldest)
      throw new DeployError("CONFLICT", {
        what: `There are ${mostUploads} uploads on their way already.`,
        next: "Remove some: DELETE /api/sources/{id}",
      });
    await drop(oldest.id);
  }

  async function update(id: string, fields: Partial<Row>): Promise<void> {
    await db.updateTable("upload").set(fields).where("id", "=", id).execute();
  }

  async function drop(id: string): Promise<void> {
    await db.deleteFrom("upload").where("id", "=", id).execute();
    await rm(pathOf(id), { force: true });
  }

  /** Compare what is there with what was promised; a wrong one is gone. */
  async function finish(upload: Row, receivedBytes: number): Promise<UploadView> {
    const sha256 = await digestOfFile(pathOf(upload.id));
    if (upload.expected_sha256 !== null && upload.expected_sha256 !== sha256) {
      await drop(upload.id);
      throw new DeployError("DIGEST_MISMATCH", {
        what: "What arrived is not what was announced.",
        next: "Upload it again.",
      });
    }
    const done = { received_bytes: receivedBytes, size_bytes: receivedBytes, sha256 };
    await update(upload.id, done);
    return viewOf({ ...upload, ...done });
  }

  return {
    async take(whose, request) {
      if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge(mostBytes);
      const upload = await insert(whose, { expected_sha256: announcedDigest(request) });
      try {
        const file = createWriteStream(pathOf(upload.id), { mode: 0o600, flush: true });
        await pipeline(piecesOf(request), atMost(mostBytes), file);
        return await finish(upload, (await stat(pathOf(upload.id))).size);
      } catch (error) {
        await drop(upload.id);
        throw error;
      }
    },

    async begin(whose, { sizeBytes, sha256 }) {
      if (sizeBytes > mostBytes) throw tooLarge(mostBytes);
      if (sha256 !== undefined) {
        const begun = await db
          .selectFrom("upload")
          .selectAll()
          .where(isOf(whose))
          .where("expected_sha256", "=", sha256)
          .where("size_bytes", "=", sizeBytes)
          .executeTakeFirst();
        if (begun) {
          const created_at = new Date().toISOString();
          await update(begun.id, { created_at });
          return viewOf({ ...begun, created_at });
        }
      }
      return viewOf(await insert(whose, { size_bytes: sizeBytes, expected_sha256: sha256 ?? null }));
    },

    async append(whose, id, request) {
      const upload = await row(whose, id);
      const sizeBytes = upload.size_bytes;
      const received = upload.received_bytes;
      const part = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(request.headers["content-range"] ?? "");
      const [start, last, total] = (part ?? []).slice(1).map(Number);
      if (start === undefined || last === undefined || total !== sizeBytes || last < start || last >= (total ?? 0))
        throw new DeployError("INVALID_CONFIG", {
          what: "Content-Range must be `bytes <first>-<last>/<size>`, with the size that was announced.",
        });
      if (upload.sha256 !== null || start !== received || busy.has(id))
        throw new DeployError("CONFLICT", {
          what: upload.sha256 === null ? `The next part begins at ${received}.` : "The upload is complete.",
          next: "Ask GET /api/sources/{id} how far it is.",
        });
      busy.add(id);
      try {
        let there: number;
        try {
          await writePart(request, pathOf(id), { at: received, mostBytes: last - start + 1 });
        } finally {
          // Of a part that was cut off, what is on the disk.
          there = (await stat(pathOf(id))).size;
          await update(id, { received_bytes: there });
        }
        if (there === total) return await finish(upload, total);
        return viewOf({ ...upload, received_bytes: there });
      } finally {
        busy.delete(id);
      }
    },

    get: async (whose, id) => viewOf(await row(whose, id)),

    async remove(whose, id) {
      await row(whose, id);
      await drop(id);
    },

    async path(whose, id) {
      const upload = await row(whose, id);
      if (upload.sha256 === null) throw new DeployError("CONFLICT", { what: "The upload is not complete yet." });
      return pathOf(id);
    },

    async forget() {
      const before = new Date(Date.now() - keptMs).toISOString();
      const old = await db.selectFrom("upload").select("id").where("created_at", "<", before).execute();
      for (const { id } of old) await drop(id);
    },
  };
}

function viewOf(row: Row): UploadView {
  return {
    id: row.id,
    receivedBytes: row.received_bytes,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    complete: row.sha256 !== null,
    expiresAt: new Date(Date.parse(row.created_at) + keptMs).toISOString(),
  };
}

function tooLarge(mostBytes: number): WireFailure {
  return new WireFailure({ code: "TOO_LARGE", what: `An archive may have at most ${mostBytes} bytes.` });
}

/**
 * Write a part where the earlier ones ended: whatever lies behind that, left by a crash, is gone first. When the
 * connection breaks or more comes than was said, what was written until then stays, and is on the disk.
 */
async function writePart(
  part: IncomingMessage,
  path: string,
  { at, mostBytes }: { at: number; mostBytes: number },
): Promise<void> {
  await using file = await open(path, "a", 0o600);
  await file.truncate(at);
  let written = 0;
  try {
    for await (const chunk of piecesOf(part)) {
      if (written + chunk.length > mostBytes) throw tooLarge(mostBytes);
      await file.writeFile(chunk);
      written += chunk.length;
    }
  } finally {
    await file.sync();
  }
}

/** Passes on at most so many bytes; more is a failure. */
function atMost(mostBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > mostBytes) return done(tooLarge(mostBytes));
      return done(null, chunk);
    },
  });
}

/** RFC 9530, `Content-Digest: sha-256=:<base64>:`, as hex; null when there is none. */
function announcedDigest(request: IncomingMessage): string | null {
  const base64 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):/.exec(String(request.headers["content-digest"] ?? ""))?.[1];
  return base64 === undefined ? null : Buffer.from(base64, "base64").toString("hex");
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
