/** What the edge is to run: a row for each program of a release. */
import type { Kysely } from "kysely";
import type { Schema } from "../../store/schema.ts";
import { instanceId } from "./program.ts";

/** From now on the program is to run. Safe to repeat. */
export async function wantInstance(
  db: Kysely<Schema>,
  { releaseId, service, at }: { releaseId: string; service: string; at: string },
): Promise<void> {
  const desired = "running";
  await db
    .insertInto("instance")
    .values({ id: instanceId(releaseId, service), release_id: releaseId, service, port: null, desired, created_at: at })
    .onConflict((c) => c.column("id").doUpdateSet({ desired }))
    .execute();
}
