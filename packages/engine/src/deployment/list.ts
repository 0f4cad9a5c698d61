/** Lists of deployments. */
import { sql } from "kysely";
import type { DeploymentState } from "../events.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { orNone } from "./views.ts";

/** Which deployments; all that is given has to fit. */
export interface DeploymentFilter {
  project?: string;
  /** Of any of these, by name; those that are not there are passed over. */
  projects?: readonly string[];
  environment?: string;
  state?: DeploymentState;
  platform?: string;
  /** In its id, message, commit or branch; upper and lower case are the same. */
  text?: string;
  /** Those before this id only, to go on where a list ended. */
  before?: string;
  limit?: number;
}

const searched = ["id", "message", "commit_sha", "commit_message", "commit_branch"] as const;

/** The organisation's rows that fit, newest first. `projectId` is that of the filter's project. */
export function matchingRows(
  { db, organization }: Store,
  { projects, environment, state, platform, text, before, limit = 20 }: DeploymentFilter,
  projectId: string | undefined,
): Promise<DeploymentRow[]> {
  let query = db
    .selectFrom("deployment")
    .selectAll()
    .where("organization_id", "=", organization)
    .orderBy("id", "desc")
    .limit(limit);
  if (projectId !== undefined) query = query.where("project_id", "=", projectId);
  if (projects !== undefined) {
    const named = db.selectFrom("project").select("id").where("organization_id", "=", organization);
    query = query.where("project_id", "in", named.where("name", "in", orNone(projects)));
  }
  if (environment !== undefined) query = query.where("environment", "=", environment);
  if (state !== undefined) query = query.where("state", "=", state);
  if (platform !== undefined) query = query.where("platform", "=", platform);
  if (before !== undefined) query = query.where("id", "<", before);
  if (text !== undefined) {
    // A text that has one is in nothing PostgreSQL keeps.
    const asked = `%${text
      .replaceAll("\0", "")
      .replaceAll(/[\\%_]/g, String.raw`\$&`)
      .toLowerCase()}%`;
    query = query.where((eb) =>
      eb.or(searched.map((column) => sql<boolean>`lower(${eb.ref(column)}) like ${asked} escape '\\'`)),
    );
  }
  return query.execute();
}
