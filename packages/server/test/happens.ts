/** What a worker would have written of a deployment that nobody works on. */
import type { DeployEventBody, Engine } from "@landfall/engine";
import { appendEvents } from "@landfall/engine/deployment/stored-events";
import type { Schema } from "@landfall/engine/store/schema";
import type { Kysely } from "kysely";

export async function happens({ database }: Engine, deploymentId: string, ...bodies: DeployEventBody[]): Promise<void> {
  const db = database.db as unknown as Kysely<Schema>;
  const at = new Date().toISOString();
  await db.transaction().execute((tx) => appendEvents(tx, { deploymentId, fence: null, at, bodies }));
}
