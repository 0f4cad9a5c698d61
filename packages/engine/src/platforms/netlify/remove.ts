/** The end of a project, or of one of its environments, on Netlify. */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import type { ApiContext } from "../../platform.ts";
import { type Deploy, everyPage, titleOf } from "./api.ts";
import { findSite, type Home, pinnedHome } from "./site.ts";

/**
 * A preview's deployments are deleted. With production goes the site, and with it the previews, unless somebody else has deployed to it too:
 * then the newest of theirs gets the traffic, and only ours are deleted.
 */
export async function remove(context: ApiContext & { environment: string; remoteIds: string[] }): Promise<void> {
  const { api, environment, remoteIds, signal } = context;
  const home = pinnedHome(context.target);
  if (!home) return;
  const { siteId } = home;
  if (!(await findSite(context, siteId))) return;
  const destroy = (request: string) =>
    api
      .send({ method: "DELETE", path: request, expects: "json", accept: [404, 422], signal })
      .then(({ status }) => status !== 422);
  if (environment === "production") {
    const all = await everyPage<Deploy>(api, { path: path`/sites/${siteId}/deploys`, signal });
    const foreign = all.filter((one) => titleOf(one) === null);
    if (foreign.length === 0) {
      await destroy(path`/sites/${siteId}`);
      return;
    }
    const theirs = foreign.find(({ state, context: kind }) => state === "ready" && kind === "production");
    if (theirs) {
      const request = path`/sites/${siteId}/deploys/${theirs.id}/restore`;
      await api.send({ method: "POST", path: request, expects: "json", repeatable: true, signal });
    }
  }
  const left: string[] = [];
  for (const id of new Set(remoteIds)) if (!(await destroy(path`/deploys/${id}`))) left.push(id);
  if (left.length > 0) throw notRemoved(home, left);
}

function notRemoved({ name }: Home, left: string[]): DeployError {
  return new DeployError("CONFLICT", {
    what: `Netlify keeps ${left.join(", ")} of the site ${name}, because it has the traffic; somebody else has deployed to the site too.`,
    where: "netlify, remove",
    next: `Publish another deployment at https://app.netlify.com/projects/${name}/deploys, or delete the site there; then remove again.`,
    step: "deploy",
  });
}
