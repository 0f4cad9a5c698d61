/** What of a project has the traffic on this machine. */
import type { Kysely } from "kysely";
import { DeployError } from "../../error.ts";
import type { LiveRow, Schema } from "../../store/schema.ts";

/** Throws CONFLICT: nothing of it runs here. */
export async function liveHere(
  db: Kysely<Schema>,
  { projectId, project, environment }: { projectId: string; project: string; environment: string },
): Promise<LiveRow> {
  const places = await db
    .selectFrom("live")
    .selectAll()
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .execute();
  const here = places.find(({ platform }) => platform === "local");
  if (here) return here;
  throw new DeployError("CONFLICT", {
    what: `Nothing of ${project} runs on this machine in ${environment}.`,
    next: places[0] ? `It is on ${places[0].platform}: do this there.` : "Deploy it first: landfall deploy",
  });
}
