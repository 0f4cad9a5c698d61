/** What the edge is to run: a row for each program of a release. */
import type { Kysely } from "kysely";
import type { InstanceRow, Schema } from "../../store/schema.ts";
import { instanceId } from "./program.ts";

/** Safe to repeat. */
export async function wantInstance(
  db: Kysely<Schema>,
  {
    releaseId,
    service,
    desired,
    at,
  }: { releaseId: string; service: string; at: string } & Pick<InstanceRow, "desired">,
): Promise<void> {
  await db
    .insertInto("instance")
    .values({ id: instanceId(releaseId, service), release_id: releaseId, service, port: null, desired, created_at: at })
    .onConflict((c) => c.column("id").doUpdateSet({ desired }))
    .execute();
}
