/** The commits between two deployments, put together of what each was found to bring when it was prepared. */
import type { Transaction } from "kysely";
import type { Found, History } from "../source/history.ts";
import type { Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

/** The commits between two deployments of a project. */
export interface CommitsBetween extends Found {
  /** `back`: they are those of the earlier one, which the later one no longer has. */
  direction: "forward" | "back";
}

export async function keepHistory(
  tx: Transaction<Schema>,
  { id, projectId }: { id: string; projectId: string },
  { from, to, ...found }: History,
): Promise<void> {
  const row = { deployment_id: id, project_id: projectId, from_sha: from, to_sha: to, found: JSON.stringify(found) };
  await tx.insertInto("commit_history").values(row).execute();
}

/** Null where nobody looked: for the same commit, where one has none, and where they were never live one after the other. */
export async function commitsBetween(
  { db }: Store,
  { projectId, from, to }: { projectId: string; from: string | undefined; to: string | undefined },
): Promise<CommitsBetween | null> {
  if (from === undefined || to === undefined || from === to) return null;
  const steps = await db
    .selectFrom("commit_history")
    .select(["deployment_id", "from_sha", "to_sha"])
    .where("project_id", "=", projectId)
    .orderBy("deployment_id", "desc")
    .limit(500)
    .execute();
  const ahead = wayBetween(steps, from, to);
  const way = ahead ?? wayBetween(steps, to, from);
  if (way === null) return null;
  const ids = way.map(({ deployment_id: id }) => id);
  const rows = await db.selectFrom("commit_history").selectAll().where("deployment_id", "in", ids).execute();
  const parts = ids.map((id) => JSON.parse(rows.find((row) => row.deployment_id === id)!.found) as Found);
  const found = joined(parts);
  return found && { ...found, direction: ahead ? "forward" : "back" };
}

type Step = Pick<Schema["commit_history"], "deployment_id" | "from_sha" | "to_sha">;

/** The fewest steps that lead from one commit to the other, the last first; of several that do the same, the newest. */
function wayBetween(steps: Step[], from: string, to: string): Step[] | null {
  let ways: Step[][] = [[]];
  const seen = new Set([to]);
  while (ways.length > 0) {
    const next: Step[][] = [];
    for (const way of ways) {
      const at = way.at(-1)?.from_sha ?? to;
      for (const step of steps) {
        if (step.to_sha !== at || seen.has(step.from_sha)) continue;
        if (step.from_sha === from) return [...way, step];
        seen.add(step.from_sha);
        next.push([...way, step]);
      }
    }
    ways = next;
  }
  return null;
}

/** What several steps bring is what each brings, as long as none leaves anything behind and each is known. */
function joined(parts: Found[]): Found | null {
  if (parts.length === 1) return parts[0]!;
  if (parts.some(({ dropped, reason }) => dropped > 0 || reason !== null)) return null;
  const cut = parts.findIndex(({ commits, total }) => commits.length < total);
  const listed = cut < 0 ? parts : parts.slice(0, cut + 1);
  return {
    commits: listed.flatMap(({ commits }) => commits),
    total: parts.reduce((sum, { total }) => sum + total, 0),
    dropped: 0,
    reason: null,
  };
}
