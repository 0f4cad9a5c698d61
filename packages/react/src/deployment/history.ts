/** What a list of deployments says, without a screen. */
import type { Deployment } from "../types.ts";

export interface HistoryFilter {
  environment?: string;
  state?: Deployment["state"];
  platform?: string;
  /** Name of who started it. */
  person?: string;
  /** The first and the last day it may have been asked for, as `2026-09-14`; in the time zone of the reader. */
  from?: string;
  until?: string;
  /** In id, message, commit or branch. */
  text?: string;
}

/** Whether it is one of those looked for. */
export function matches(
  deployment: Deployment,
  { environment, state, platform, person, from, until, text }: HistoryFilter,
): boolean {
  if (environment !== undefined && deployment.environment !== environment) return false;
  if (state !== undefined && deployment.state !== state) return false;
  if (platform !== undefined && deployment.platform !== platform) return false;
  if (person !== undefined && deployment.startedBy !== person) return false;
  const day = dayOf(deployment.createdAt);
  if ((from !== undefined && day < from) || (until !== undefined && day > until)) return false;
  if (text === undefined || text.trim() === "") return true;
  const { id, message, commit } = deployment;
  const wanted = text.trim().toLowerCase();
  return [id, message, commit?.sha, commit?.message, commit?.branch].some((one) => one?.toLowerCase().includes(wanted));
}

/** The day of an instant where the reader is: `2026-09-14`. */
export function dayOf(instant: string): string {
  const at = new Date(instant);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/**
 * What a person knows it by. What somebody wrote for this deployment says more of it than what was written for the commit; without
 * either it is called by where its files came from: "Folder site".
 */
export function deploymentName({
  commit,
  message,
  source,
  id,
}: Pick<Deployment, "commit" | "message" | "source" | "id">): string {
  return message || commit?.message.split("\n", 1)[0] || capitalised(source ?? "") || shortId(id);
}

/** A path or an address stays as it is. */
function capitalised(source: string): string {
  return /^(?:folder|archive|sandbox|an upload)\b/.test(source)
    ? source.charAt(0).toUpperCase() + source.slice(1)
    : source;
}

/** An id as it is said in a row: it names the deployment to every command, as any beginning does that no other has. */
export function shortId(id: string): string {
  return id.slice(0, 14);
}

/**
 * Ids of those whose traffic was given back to an earlier release. `deployments` are newest first; what is older than the oldest
 * of them is not known, and not needed.
 */
export function rolledBack(deployments: readonly Deployment[]): Set<string> {
  const ids = new Set<string>();
  /** By place: the release that the newest one looked at so far went back to. */
  const wentBackTo = new Map<string, string | null>();
  for (const { id, project, environment, platform, operation, state, releaseId } of deployments) {
    if (state !== "success") continue;
    const place = `${project}/${environment}/${platform}`;
    const target = wentBackTo.get(place);
    if (target !== undefined && target !== releaseId) ids.add(id);
    if (operation === "rollback") wentBackTo.set(place, releaseId);
    else wentBackTo.delete(place);
  }
  return ids;
}

/** The choice after one more click: two at most, of which the older makes room. */
export function toggled(selected: readonly string[], id: string): string[] {
  return selected.includes(id) ? selected.filter((one) => one !== id) : [...selected.slice(-1), id];
}

/** Both chosen ones, the earlier first; null while there are not two. */
export function pairOf(selected: readonly string[], deployments: readonly Deployment[]): [string, string] | null {
  const [newer, older] = deployments.filter(({ id }) => selected.includes(id)).map(({ id }) => id);
  return newer === undefined || older === undefined ? null : [older, newer];
}
