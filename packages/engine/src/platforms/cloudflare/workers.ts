/**
 * Cloudflare Workers with static assets: sites, and servers in the form their framework's adapter gives them. A version is uploaded, then
 * given the traffic; a preview is a version that never is.
 * Source: https://developers.cloudflare.com/workers/static-assets, cloudflare@7.3.0 and wrangler 4.164.0, read 2026-08-22.
 */
import { sentDetail } from "../../deployment/detail.ts";
import { path } from "../../http/api.ts";
import { suggestNames } from "../../name.ts";
import { type DeployContext, type DeployedService, definePlatform, type ReleaseContext } from "../../platform.ts";
import { accountIdOf, ask, askIfThere, connectWith, readAccount, shared } from "./api.ts";
import { assetsOf } from "./assets.ts";
import { modulesOf } from "./server-form.ts";
import { type Site, siteOf, unreadVariables } from "./site.ts";
import { workersDomains } from "./workers-domains.ts";
import {
  addressOf,
  aliasOf,
  deploymentsOf,
  findVersion,
  findWorker,
  giveTraffic,
  ignoreGone,
  liveIn,
  markOf,
  type Metadata,
  nameOf,
  reach,
  releaseOf,
  scriptPath,
  uploadEmpty,
  uploadVersion,
  type Version,
  type Worker,
} from "./workers-script.ts";
import { uploadTo, type WorkersUpload } from "./workers-upload.ts";
import { bindingsFor, workersVariables } from "./workers-variables.ts";

export const cloudflareWorkers = definePlatform({
  ...shared,
  id: "cloudflare-workers",
  name: "Cloudflare Workers",
  siteDomain: "workers.dev",
  protection: {
    where: "By a policy of Cloudflare Access: the Worker, Settings, Domains & Routes.",
    help: "https://developers.cloudflare.com/workers/configuration/routing/workers-dev/",
  },
  limits: {
    fileSizeBytes: 25 * 1024 * 1024,
    files: 100_000, // On paid plans; on the free one Cloudflare refuses more than 20,000.
    source: "https://developers.cloudflare.com/workers/platform/limits/, read 2026-08-22",
  },
  projectName: { pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, maxLength: 63 },
  connect: connectWith(["workers-scripts.write", "workers-routes.write", "zone.read"]),
  operations: () => [
    "look whether the Worker is there",
    "send the files Cloudflare does not have",
    "upload a version and give it the traffic",
  ],
  account: (context) =>
    readAccount(context, { path: "/workers/scripts", permission: "Account: Workers Scripts: Edit" }),
  projects: {
    async checkName(context, name) {
      const account = await accountIdOf(context);
      const there = await askIfThere(context, { method: "GET", path: `${scriptPath({ account, name })}/subdomain` });
      return { free: there === null, suggestions: there === null ? [] : suggestNames(name, () => false) };
    },
    async list(context) {
      const account = await accountIdOf(context);
      const scripts = await ask<{ id: string }[]>(context, {
        method: "GET",
        path: path`/accounts/${account}/workers/scripts`,
      });
      return scripts.map(({ id }) => ({ id, name: id }));
    },
  },

  deploy,

  /** The version is still there: it gets the traffic. A preview is deployed once more, with files that are there already. */
  async rollback(context) {
    const [earlier] = context.earlier;
    const version = earlier?.remoteId;
    if (context.environment !== "production" || version === undefined) return deploy(context);
    const worker = await context.step("create", () => findWorker(context));
    await context.step("deploy", async () => {
      await giveTraffic(context, worker, { version, message: markOf(context) });
      return { version };
    });
    return [addressed(context, worker, version)];
  },

  abandon: undo,

  async status(context) {
    if (context.environment !== "production") return [];
    const worker = { account: await accountIdOf(context), name: nameOf(context) };
    const live = liveIn(await deploymentsOf(context, worker));
    if (live === undefined) return [];
    const version = await ask<Version>(context, {
      method: "GET",
      path: scriptPath(worker) + path`/versions/${live}`,
    });
    return [{ service: "web", release: releaseOf(version), state: "ready" }];
  },

  variables: workersVariables,
  domains: workersDomains,

  /** Production is the Worker itself. Versions cannot be taken away: a preview's name is given to an empty one. */
  async remove(context) {
    const worker = { account: await accountIdOf(context), name: nameOf(context) };
    if (context.environment === "production") {
      await ask(context, { method: "DELETE", path: scriptPath(worker), query: { force: true } }).catch(ignoreGone);
      return;
    }
    const alias = aliasOf(context.environment, worker);
    if (alias === undefined) return;
    await uploadEmpty(context, worker, { alias, isFirst: false }).catch(ignoreGone);
  },
});

async function deploy(context: DeployContext): Promise<DeployedService[]> {
  const { bytes, release, signal, step } = context;
  const site = siteOf(release, { bytes, product: "workers" });
  const unread = unreadVariables(site);
  if (unread.length > 0)
    await context.note(
      `A Worker of files alone reads no variables; these are given to nothing that runs: ${unread.join(", ")}.`,
    );
  const known = await step("create", () => findWorker(context));
  const { account, name } = known;
  const target = { account, projectId: name, projectName: name };
  await context.pin(target);
  const here = { ...context, target };
  const assets = await assetsOf(site.files, { root: site.root, bytes, signal });
  const upload = assets.length === 0 ? null : uploadTo(here, { account, name, assets });
  if (upload) {
    await step("upload", async ({ log, detail }) => {
      const sent = await upload.send();
      log(`${sent.files} of ${assets.length} files were new`);
      detail(sentDetail(sent));
      return { sent: sent.files };
    });
  }
  const live = await step("deploy", async ({ attempt }) => {
    // An earlier run may have made what was missing when it was looked for.
    const worker = attempt > 1 ? await findWorker(here) : known;
    const found = attempt > 1 && worker.reached ? await findVersion(here, worker) : null;
    const bring = context.environment === "production" ? bringLive : bringUp;
    return { version: await bring(here, worker, { site, upload, found }) };
  });
  return [addressed(context, known, live.version)];
}

interface Uploading {
  site: Site;
  upload: WorkersUpload | null;
  /** The version as an earlier run has left it. */
  found: Version | null;
}

/** Upload a version and give it the traffic. The first one of a Worker has it at once. */
async function bringLive(context: DeployContext, worker: Worker, { site, upload, found }: Uploading): Promise<string> {
  const isFirst = worker.reached === null;
  const modules = modulesOf(site.server, site.bytes);
  const version =
    found ??
    (await uploadVersion(context, worker, {
      metadata: await metadataOf(context, worker, { site, upload }),
      modules,
      isFirst,
    }));
  const hasTraffic = isFirst || (found !== null && liveIn(await deploymentsOf(context, worker)) === version.id);
  await Promise.all([
    hasTraffic ? undefined : giveTraffic(context, worker, { version: version.id, message: markOf(context) }),
    worker.domain === undefined ? reach(context, worker, { enabled: true, previews_enabled: true }) : undefined,
  ]);
  return version.id;
}

/** Upload a version that is reached under the environment's name, and leave the traffic where it is. */
async function bringUp(context: DeployContext, worker: Worker, { site, upload, found }: Uploading): Promise<string> {
  // Versions belong to a Worker that is deployed; production is left closed.
  if (worker.reached === null) await uploadEmpty(context, worker, { isFirst: true });
  await reach(context, worker, { enabled: worker.reached?.enabled ?? false, previews_enabled: true });
  if (found) return found.id;
  const alias = aliasOf(context.environment, worker);
  const metadata = await metadataOf(context, worker, { site, upload });
  if (alias !== undefined) metadata.annotations["workers/alias"] = alias;
  const modules = modulesOf(site.server, site.bytes);
  return (await uploadVersion(context, worker, { metadata, modules, isFirst: false })).id;
}

async function metadataOf(
  context: DeployContext,
  worker: Worker,
  { site, upload }: Pick<Uploading, "site" | "upload">,
): Promise<Metadata> {
  const { server } = site;
  const { createdAtMs } = context.release;
  return {
    ...(server
      ? { main_module: server.main, bindings: await bindingsFor(context, worker, { hasAssets: upload !== null }) }
      : {}),
    ...(upload ? { assets: { jwt: (await upload.completion()).open(), config: configOf(site) } } : {}),
    // Of the release and not of today: whoever carries it on, or rolls back to it, gets the same behaviour.
    compatibility_date: server?.compatibilityDate ?? new Date(createdAtMs).toISOString().slice(0, 10),
    compatibility_flags: server?.compatibilityFlags ?? [],
    annotations: { "workers/message": markOf(context) },
  };
}

/** How the files are served. Source: the schema of `assets.config`. */
function configOf({ server, rules, files, root, headers, redirects }: Site): object {
  const slash = { always: "force-trailing-slash", never: "drop-trailing-slash" };
  const has404 = files.some(({ path: at }) => at === `${root}404.html`);
  const notFound = rules?.spaFallback ? "single-page-application" : has404 ? "404-page" : undefined;
  return {
    ...(rules?.cleanUrls === false ? { html_handling: "none" } : {}),
    ...(rules?.trailingSlash ? { html_handling: slash[rules.trailingSlash] } : {}),
    ...(server ? server.serving : notFound === undefined ? {} : { not_found_handling: notFound }),
    ...(headers === undefined ? {} : { _headers: headers }),
    ...(redirects === undefined ? {} : { _redirects: redirects }),
  };
}

function addressed({ environment: name, release }: DeployContext, worker: Worker, version: string): DeployedService {
  const own = addressOf(worker, { version });
  const alias = aliasOf(name, worker);
  const production = worker.domain === undefined ? addressOf(worker) : `https://${worker.domain}`;
  const preview = alias === undefined ? own : addressOf(worker, { alias });
  const url = name === "production" ? production : preview;
  return {
    name: release.services[0]!.plan.name,
    url,
    alsoAt: url === own ? [] : [own],
    remoteId: version,
  };
}

/** Take away what a deployment that was ended has left. A version without traffic harms nobody; one that has it gives it back. */
async function undo(context: ReleaseContext): Promise<void> {
  if (context.environment !== "production" || (await context.finished("deploy")) !== undefined) return;
  const worker = (await context.finished("create")) as Worker | undefined;
  const mine = worker && (await findVersion(context, worker));
  if (!mine) return;
  const deployments = await deploymentsOf(context, worker);
  if (liveIn(deployments) !== mine.id) return;
  const before = deployments.map((one) => liveIn([one])).find((id) => id !== undefined && id !== mine.id);
  if (before !== undefined)
    await giveTraffic(context, worker, { version: before, message: `landfall: ${context.deploymentId} was undone` });
  // It was made by this deployment and has never been anything else.
  else if (worker.reached === null)
    await ask(context, { method: "DELETE", path: scriptPath(worker), query: { force: true } }).catch(ignoreGone);
}
