/** Who has the production addresses: rollback to an earlier deployment, promotion of one, and the wait until it is done. */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import type { DeployContext } from "../../platform.ts";
import { branchHost } from "./addresses.ts";
import { type AliasRequest, list, look, projectRef, type RemoteProject, scoped } from "./api.ts";
import { meta } from "./meta.ts";

const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** Vercel's own command line waits no longer either. */
const patienceMs = 3 * 60_000;

const paths = {
  rollback: (project: string, id: string) => path`/v1/projects/${project}/rollback/${id}`,
  promote: (project: string, id: string) => path`/v10/projects/${project}/promote/${id}`,
};

/** Give a production deployment that is ready the production addresses, and wait until it has them. Looks first, so it may be repeated. */
export async function giveProduction(
  context: DeployContext,
  { id, projectId, ask }: { id: string; projectId: string; ask: keyof typeof paths },
): Promise<void> {
  const { clock, signal } = context;
  const api = scoped(context);
  const until = clock.now() + patienceMs;
  let asked = false;
  for (let pauseMs = firstPauseMs; clock.now() < until; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    const { lastAliasRequest: job, targets } = await api.call<RemoteProject>({
      method: "GET",
      path: path`/v9/projects/${projectId}`,
      query: { rollbackInfo: true },
      signal,
    });
    const isOurs = job?.toDeploymentId === id;
    if (targets?.production?.id === id && !(isOurs && isUnderWay(job))) return;
    if (isOurs && asked && (job.jobStatus === "succeeded" || job.jobStatus === "skipped")) return;
    if (isOurs && asked && job.jobStatus === "failed") throw failed(ask, id);
    if (!asked && !(job && isUnderWay(job))) {
      // Only one may be under way: another that came in between is waited for.
      const { status } = await api.send({
        method: "POST",
        path: paths[ask](projectId, id),
        json: {},
        accept: [404, 409],
        repeatable: true,
        signal,
      });
      if (status === 404) throw gone(id);
      asked = status !== 409;
    } else asked ||= isOurs;
    await clock.sleep(pauseMs, signal);
  }
  throw new DeployError("TIMEOUT", {
    what: `Vercel had not moved the production addresses after ${patienceMs / 60_000} minutes.`,
    where: `vercel: ${ask} ${id}`,
    next: "Look at the project on Vercel: it may be done by now, or wait for a rolling release.",
    step: "deploy",
  });
}

function isUnderWay({ jobStatus }: AliasRequest): boolean {
  return jobStatus === "pending" || jobStatus === "in-progress";
}

function failed(ask: string, id: string): DeployError {
  return new DeployError("CONFLICT", {
    what: "Vercel could not move all production addresses.",
    where: `vercel: ${ask} ${id}`,
    next: "Look at the project's domains on Vercel, then try again.",
    step: "deploy",
  });
}

function gone(id: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: "Vercel no longer has that deployment.",
    where: `vercel: ${id}`,
    next: "Deploy the earlier version again.",
    step: "deploy",
  });
}

/** A preview's address is an alias like any other: it is pointed at the earlier deployment. Without one there is nothing to move. */
export async function givePreview(context: DeployContext, id: string): Promise<void> {
  const { environment, signal } = context;
  const state = { state: "READY", limit: 20 };
  const listed = await list(context, {
    projectId: projectRef(context),
    [`meta-${meta.environment}`]: environment,
    ...state,
  });
  // The newest has it, unless an earlier rollback has moved it.
  for (const { uid } of listed.filter((one) => one.meta?.[meta.environment] === environment)) {
    const { alias = [] } = await look(context, uid);
    const host = branchHost(alias, environment);
    if (host === null) continue;
    if (uid === id) return;
    const where = path`/v2/deployments/${id}/aliases`;
    const json = { alias: host };
    // Refused when it has it already.
    const asked = { method: "POST", path: where, json, accept: [409], repeatable: true, signal } as const;
    await scoped(context).send(asked);
    return;
  }
}
