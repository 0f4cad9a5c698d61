/** Deployments of a Pages project: created, found again, waited for, undone. */
import { randomUUID } from "node:crypto";
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import type { ApiContext, DeployContext, ReleaseContext } from "../../platform.ts";
import { ask, askIfThere } from "./api.ts";
import type { Asset } from "./assets.ts";
import { bodyOf, form, type Part, textContent } from "./body.ts";
import {
  branchOf,
  isMarked,
  markOf,
  pagesEnvironment,
  type PagesProject,
  projectPath,
  type RemoteDeployment,
  remoteProject,
  stateOf,
} from "./pages-project.ts";
import { modulesOf, workerForm } from "./server-form.ts";
import type { Site } from "./site.ts";

type Place = Pick<PagesProject, "account" | "name">;

/** The first pause between two looks; the next ones are longer, up to the last. */
const pollMs = { first: 50, last: 2_000, growth: 1.6 };

/** Create it; what is live stays so until this one is ready. Not repeatable: who repeats looks first. */
export async function createDeployment(
  context: DeployContext,
  { project, site, assets }: { project: PagesProject; site: Site; assets: readonly Asset[] },
): Promise<RemoteDeployment> {
  const { commit } = context.plan.source;
  const files: Record<string, string | undefined> = {
    _headers: site.headers,
    _redirects: site.redirects,
    "_routes.json": site.server ? site.routes : undefined,
  };
  const fields: Record<string, string | undefined> = {
    manifest: JSON.stringify(Object.fromEntries(assets.map(({ path: at, key }) => [at, key]))),
    branch: branchOf(context.environment, project),
    commit_message: markOf(context),
    commit_hash: commit,
    commit_dirty: "false",
  };
  const parts: Part[] = [
    ...texts(fields).map(([name, text]) => ({ name, content: textContent(text) })),
    ...texts(files).map(([name, text]) => ({ name, filename: name, content: textContent(text) })),
  ];
  if (site.server) {
    const worker = workerForm({ main_module: site.server.main }, modulesOf(site.server, site.bytes));
    parts.push({
      name: "_worker.bundle",
      filename: "_worker.bundle",
      type: "application/octet-stream",
      content: worker,
    });
  }
  const body = form(parts, `landfall-${randomUUID()}`);
  return ask<RemoteDeployment>(context, {
    method: "POST",
    path: `${projectPath(project)}/deployments`,
    headers: { "content-type": body.type },
    body: bodyOf(body),
    lengthBytes: body.lengthBytes,
    repeatable: false,
    timeoutMs: 120_000,
  });
}

function texts(given: Record<string, string | undefined>): [string, string][] {
  return Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

/** The newest deployment of the environment that is `wanted`, among the last 25. */
export async function findDeployment(
  context: ApiContext & { environment: string },
  project: Place,
  wanted: (deployment: RemoteDeployment) => boolean,
): Promise<RemoteDeployment | null> {
  const recent = await ask<RemoteDeployment[]>(context, {
    method: "GET",
    path: `${projectPath(project)}/deployments`,
    query: { env: pagesEnvironment(context.environment), per_page: 25 },
  });
  return recent.find(wanted) ?? null;
}

/** Wait until it is live. Throws BUILD_FAILED with the end of its log, CANCELLED when somebody has ended it there. */
export async function untilReady(
  context: ApiContext,
  project: Place,
  created: RemoteDeployment,
): Promise<RemoteDeployment> {
  const address = projectPath(project) + path`/deployments/${created.id}`;
  let pauseMs = 0;
  for (let at = created; ; ) {
    const state = stateOf(at);
    if (state === "ready") return at;
    if (state === "error") throw await failed(context, address);
    if (state === "canceled") {
      throw new DeployError("CANCELLED", {
        what: "The deployment was cancelled on Cloudflare.",
        where: address,
        next: "Deploy again.",
        step: "deploy",
      });
    }
    await context.clock.sleep(pauseMs, context.signal);
    pauseMs = Math.min(Math.max(pollMs.first, pauseMs * pollMs.growth), pollMs.last);
    at = await ask<RemoteDeployment>(context, { method: "GET", path: address });
  }
}

async function failed(context: ApiContext, address: string): Promise<DeployError> {
  const asked = { method: "GET", path: `${address}/history/logs`, query: { size: 10_000_000 } } as const;
  // Losing the log must not hide why the deployment ended.
  const { data } = await ask<{ data: { line: string }[] }>(context, asked).catch(() => ({ data: [] }));
  const lines = data.map(({ line }) => line);
  return new DeployError("BUILD_FAILED", {
    what: `Cloudflare could not publish the deployment: ${lines.at(-1)?.replace(/^Error: /, "") ?? "it does not say why"}`,
    where: address,
    next: "Mend what it names and deploy again. What was live before still is.",
    step: "deploy",
    evidence: lines.slice(-20),
  });
}

/** Take away what a deployment that was ended has left. When it has the traffic already, the one before gets it back. */
export async function undo(context: ReleaseContext): Promise<void> {
  // Deployed to its end and refused afterwards, by a look at the site: a person decides, the site is there to be looked at.
  if ((await context.finished("deploy")) !== undefined) return;
  const project = (await context.finished("create")) as PagesProject | undefined;
  const mine = project && (await findDeployment(context, project, isMarked(context)));
  if (!mine) return;
  const address = `${projectPath(project)}/deployments`;
  const { canonical_deployment: live } = await remoteProject(context);
  if (live?.id === mine.id) {
    const before = await findDeployment(context, project, (one) => one.id !== mine.id && stateOf(one) === "ready");
    if (!before) return; // The first of all: what is live cannot be taken away without the whole project.
    await ask(context, { method: "POST", path: address + path`/${before.id}/rollback`, repeatable: true });
  }
  await askIfThere(context, { method: "DELETE", path: address + path`/${mine.id}`, query: { force: true } });
}
