/** What is new in a source: the commits since the one whose files are live in its place. */
import { liveDeployment } from "../deployment/views.ts";
import type { Commit } from "../source/commit.ts";
import { type History, historyAround } from "../source/history.ts";
import type { OpenedSource } from "../source/open.ts";
import type { Source } from "../source/source.ts";
import type { Store } from "../store/store.ts";
import type { DeployRequest } from "./request.ts";

interface Asked {
  place: { project: string; environment: string; platform: string };
  /** As it was checked. */
  asked: Source;
  source: OpenedSource;
  commit: Commit | null;
  toolPath: string[];
  signal?: AbortSignal | undefined;
}

/**
 * Null when nothing is live there, nothing of a repository, of another one, or of the same commit. Never throws because of git, and takes no
 * longer than its patience.
 */
export async function historyOf(
  store: Store,
  { place, asked, source, commit, ...how }: Asked,
): Promise<History | null> {
  if (commit === null || (asked.kind === "archive" && asked.history === undefined)) return null;
  const live = await liveCommit(store, place);
  if (live === null || live.sha === commit.sha || !isSame(live.source, asked)) return null;
  if (asked.kind === "archive") {
    const { history } = asked;
    return history?.from === live.sha && history.to === commit.sha ? history : null;
  }
  const between = { from: live.sha, to: commit.sha };
  const found = source.historySince
    ? await source.historySince(live.sha, how.signal)
    : await historyAround(source.root, { ...between, ...how });
  return { ...between, ...found };
}

async function liveCommit(
  store: Store,
  { project, environment, platform }: Asked["place"],
): Promise<{ sha: string; source: Source } | null> {
  const { db } = store;
  const row = await store.project(project);
  const id = row && (await liveDeployment(db, { project_id: row.id, environment, platform }));
  if (!id) return null;
  const live = await db
    .selectFrom("deployment")
    .select(["commit_sha", "request"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  // Of an archive, its sender said it.
  if (live.commit_sha === null || !/^[0-9a-f]{40,64}$/.test(live.commit_sha)) return null;
  return { sha: live.commit_sha, source: (JSON.parse(live.request) as Pick<DeployRequest, "source">).source };
}

/** Only of two addresses it can be told without looking. */
function isSame(live: Source, asked: Source): boolean {
  if (live.kind !== "git" || asked.kind !== "git") return true;
  return plainUrl(live.url) === plainUrl(asked.url);
}

const plainUrl = (url: string): string => url.replace(/(?:\.git)?\/*$/, "");
