/**
 * Cloudflare Pages by direct upload: sites, and servers in the form their framework's adapter gives them.
 * Source: https://developers.cloudflare.com/pages, cloudflare@7.3.0 and wrangler 4.164.0, read 2026-08-22.
 */
import { syncVariables } from "../../connections/owned-variables.ts";
import { sentDetail } from "../../deployment/detail.ts";
import { path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import { suggestNames } from "../../name.ts";
import { type ApiContext, type DeployContext, type DeployedService, definePlatform } from "../../platform.ts";
import { sendAll } from "../../upload/send-all.ts";
import { accountIdOf, ask, askAll, askIfThere, connectWith, isCode, readAccount, shared } from "./api.ts";
import { assetsOf } from "./assets.ts";
import { createDeployment, findDeployment, undo, untilReady } from "./pages-deployment.ts";
import { pagesDomains } from "./pages-domains.ts";
import {
  configure,
  findOrCreate,
  isMarked,
  listVariables,
  nameOf,
  type PagesProject,
  pagesEnvironment,
  projectPath,
  type RemoteDeployment,
  releaseOf,
  remoteProject,
  stateOf,
} from "./pages-project.ts";
import { uploadTo } from "./pages-upload.ts";
import type { Server } from "./server-output.ts";
import { asServer, siteOf, unreadVariables, withNotFoundPage } from "./site.ts";
import { webhooks } from "./webhooks.ts";

export const cloudflarePages = definePlatform({
  ...shared,
  id: "cloudflare-pages",
  name: "Cloudflare Pages",
  siteDomain: "pages.dev",
  protection: {
    where: "By a policy of Cloudflare Access: Zero Trust, Access, Applications.",
    help: "https://developers.cloudflare.com/pages/configuration/preview-deployments/",
  },
  limits: {
    fileSizeBytes: 25 * 1024 * 1024,
    files: 100_000, // On paid plans; the upload's token says what the account has.
    source: "https://developers.cloudflare.com/pages/platform/limits/, read 2026-08-22",
  },
  projectName: { pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, maxLength: 58 },
  connect: connectWith(["page.write"]),
  operations: () => [
    "find or create the project",
    "send the files Cloudflare does not have",
    "create the deployment and wait until it is live",
  ],
  account: (context) =>
    readAccount(context, { path: "/pages/projects", permission: "Account: Cloudflare Pages: Edit" }),
  projects: {
    async checkName(context, name) {
      const account = await accountIdOf(context);
      const there = await askIfThere(context, { method: "GET", path: projectPath({ account, name }) });
      return { free: there === null, suggestions: there === null ? [] : suggestNames(name, () => false) };
    },
    async list(context) {
      const account = await accountIdOf(context);
      const address = path`/accounts/${account}/pages/projects`;
      const all = await askAll<{ id: string; name: string; subdomain: string }>(context, {
        method: "GET",
        path: address,
        query: { per_page: 10 },
      });
      return all.map(({ id, name, subdomain }) => ({ id, name, url: `https://${subdomain}` }));
    },
  },

  deploy,

  /** Only production can be given back; a preview is deployed once more, with files that are there already. */
  async rollback(context) {
    const [earlier] = context.earlier;
    if (context.environment !== "production" || earlier?.remoteId === undefined) return deploy(context);
    const project = await context.step("create", () => findOrCreate(context));
    const back = await context.step("roll back", () => giveBack(context, project, earlier.remoteId!));
    return back ? [addressed(context, project, back)] : deploy(context);
  },

  abandon: undo,

  async status(context) {
    const project = await remoteProject(context);
    const latest =
      context.environment === "production"
        ? project.canonical_deployment
        : await findDeployment(
            context,
            project,
            ({ deployment_trigger: { metadata } }) => metadata.branch === context.environment,
          );
    if (!latest) return [];
    return [{ service: "web", release: releaseOf(latest), state: stateOf(latest) }];
  },

  variables: {
    list: listVariables,
    set: (context, values) =>
      configure(context, {
        env_vars: Object.fromEntries(
          values.map(({ key, value, sensitive }) => [key, { type: sensitive ? "secret_text" : "plain_text", value }]),
        ),
      }),
    remove: (context, keys) => configure(context, { env_vars: Object.fromEntries(keys.map((key) => [key, null])) }),
  },

  domains: pagesDomains,
  webhooks,

  /** Production is the project itself; of a preview its deployments go. */
  async remove(context) {
    const account = await accountIdOf(context);
    const project = projectPath({ account, name: nameOf(context) });
    if (context.environment !== "production") {
      for (const id of context.remoteIds)
        await ask(context, {
          method: "DELETE",
          path: project + path`/deployments/${id}`,
          query: { force: true },
        }).catch(gone);
      return;
    }
    await removeProject(context, project).catch(gone);
  },
});

async function deploy(context: DeployContext): Promise<DeployedService[]> {
  const { bytes, plan, release, signal, step } = context;
  const site = withNotFoundPage(siteOf(release, { bytes, product: "pages" }), {
    isBuilt: plan.source.folder === undefined,
  });
  if (site.hasFunctions)
    await context.note(
      "functions/ is left out: only wrangler compiles it. A framework's adapter makes a _worker.js instead.",
    );
  const unread = unreadVariables(site);
  if (unread.length > 0)
    await context.note(
      `A site of files alone reads no variables; these are given to nothing that runs: ${unread.join(", ")}.`,
    );
  const project = await step("create", () => findOrCreate(context));
  const target = { account: project.account, projectId: project.id, projectName: project.name };
  await context.pin(target);
  const here = { ...context, bytes: site.bytes, target };
  const assets = await assetsOf(site.files, { root: site.root, bytes: site.bytes, signal });
  const upload = uploadTo(here, { ...project, assets });
  await step("upload", async ({ log, detail }) => {
    const sent = await upload.send();
    log(`${sent.files} of ${assets.length} files were new`);
    detail(sentDetail(sent));
    return { sent: sent.files };
  });
  const { server } = site;
  if (server) await step("configure", () => configureServer(here, project, server));
  const live = await step("deploy", async ({ attempt }) => {
    // Files in use are kept for longer; when that cannot be said, the next deployment sends them again, and nothing else is lost.
    const marked = upload.markUsed().catch(() => context.log("Cloudflare did not take note of the files in use."));
    const created =
      (attempt > 1 ? await findDeployment(here, project, isMarked(context)) : null) ??
      (await createDeployment(here, { project, site, assets }));
    await marked;
    return untilReady(here, project, created);
  });
  return [addressed(context, project, live)];
}

/** What the server finds when it begins: its variables, and the flags its adapter counts on. */
async function configureServer(
  context: DeployContext,
  project: PagesProject,
  { compatibilityFlags: wanted, compatibilityDate }: Server,
): Promise<void> {
  await syncVariables({ ...context, release: asServer(context.release) }, cloudflarePages.variables);
  const { compatibilityFlags: present } = project.configs[pagesEnvironment(context.environment)];
  const lacking = wanted.filter((flag) => !present.includes(flag));
  if (lacking.length === 0) return;
  await configure(context, {
    compatibility_flags: [...present, ...lacking],
    ...(compatibilityDate === undefined ? {} : { compatibility_date: compatibilityDate }),
  });
}

function addressed(
  { environment: name, release }: DeployContext,
  { subdomain }: PagesProject,
  { id, url, aliases }: RemoteDeployment,
): DeployedService {
  const stays = name === "production" ? `https://${subdomain}` : (aliases?.[0] ?? url);
  return {
    name: release.services[0]!.plan.name,
    url: stays,
    alsoAt: stays === url ? [] : [url],
    remoteId: id,
  };
}

/** Null when the deployment is not there any more, so that there is nothing to give the traffic back to. */
async function giveBack(context: DeployContext, project: PagesProject, id: string): Promise<RemoteDeployment | null> {
  return askIfThere<RemoteDeployment>(context, {
    method: "POST",
    path: projectPath(project) + path`/deployments/${id}/rollback`,
    repeatable: true,
  });
}

/** Cloudflare removes no project with more than some hundred deployments; they go first then. */
async function removeProject(context: ApiContext, project: string): Promise<void> {
  try {
    await ask(context, { method: "DELETE", path: project });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === "NOT_FOUND" || error.row.retry !== "never") throw error;
    const { canonical_deployment: live } = await remoteProject(context);
    const all = await askAll<{ id: string }>(context, { method: "GET", path: `${project}/deployments` });
    const others = all.filter(({ id }) => id !== live?.id);
    if (others.length === 0) throw error;
    await sendAll(others, {
      send: async ({ id }, signal) => {
        const address = project + path`/deployments/${id}`;
        await askIfThere({ ...context, signal }, { method: "DELETE", path: address, query: { force: true } });
      },
      weigh: () => 0,
      concurrency: { start: 4, most: 8 },
      clock: context.clock,
      signal: context.signal,
    });
    await ask(context, { method: "DELETE", path: project });
  }
}

/** What is gone already need not be removed. */
function gone(error: unknown): void {
  if (!isCode(error, 8000007, 8000009)) throw error;
}
