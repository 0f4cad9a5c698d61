/** The events of a deployment in the store: one numbered, gapless stream of each. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Kysely, Transaction } from "kysely";
import type { DeployEvent, DeployEventBody } from "../events.ts";
import type { Schema } from "../store/schema.ts";
import { leaseLost } from "./claim.ts";

/** Append events inside a transaction; the numbers are gapless because the row that counts them is locked with it. */
export async function appendEvents(
  tx: Transaction<Schema>,
  {
    deploymentId,
    fence,
    at,
    bodies,
  }: { deploymentId: string; fence: number | null; at: string; bodies: DeployEventBody[] },
): Promise<DeployEvent[]> {
  let update = tx
    .updateTable("deployment")
    .set((eb) => ({ last_seq: eb("last_seq", "+", bodies.length) }))
    .where("id", "=", deploymentId);
  if (fence !== null) update = update.where("fence", "=", fence);
  const counted = await update.returning("last_seq").executeTakeFirst();
  if (!counted) throw leaseLost(deploymentId);
  const first = counted.last_seq - bodies.length + 1;
  const events = bodies.map((body, index) => ({ deploymentId, seq: first + index, at, ...body }));
  for (const [index, body] of bodies.entries()) {
    await tx
      .insertInto("event")
      .values({ deployment_id: deploymentId, seq: first + index, at, type: body.type, body: packBody(body) })
      .execute();
  }
  return events;
}

/** Stored events with seq >= `from`, at most `limit`. */
export async function readEvents(
  db: Kysely<Schema>,
  deploymentId: string,
  from: number,
  limit = 500,
): Promise<DeployEvent[]> {
  const rows = await db
    .selectFrom("event")
    .selectAll()
    .where("deployment_id", "=", deploymentId)
    .where("seq", ">=", from)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ deploymentId, seq: row.seq, at: row.at, ...unpackBody(row.body) }));
}

/** Number of the next line of the deployment's log, from 1. */
export async function nextLine(db: Kysely<Schema>, deploymentId: string): Promise<number> {
  const row = await db
    .selectFrom("event")
    .select("seq")
    .where("deployment_id", "=", deploymentId)
    .where("type", "=", "log")
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!row) return 1;
  const [event] = await readEvents(db, deploymentId, row.seq, 1);
  return event?.type === "log" ? event.firstLine + event.lines.length : 1;
}

function packBody(body: DeployEventBody): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(body));
  if (body.type !== "log" || bytes.length < 1_024) return bytes;
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

function unpackBody(body: string | Uint8Array): DeployEventBody {
  if (typeof body === "string") return JSON.parse(body) as DeployEventBody;
  const isPlain = body[0] === "{".charCodeAt(0);
  return JSON.parse((isPlain ? Buffer.from(body) : zstdDecompressSync(body)).toString("utf8")) as DeployEventBody;
}
