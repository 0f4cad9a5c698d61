/**
 * Netlify: sites deployed by digest. One call describes every file and answers which of them Netlify lacks.
 * Source: https://open-api.netlify.com (2.60.0) and netlify/open-api go/porcelain, read 2026-08.
 */
import { DeployError } from "../error.ts";
import { path } from "../http/api.ts";
import { syncVariables } from "../connections/owned-variables.ts";
import {
  type Account,
  type ApiContext,
  type DeployContext,
  type DeployedService,
  definePlatform,
  type ReleaseContext,
} from "../platform.ts";
import { leftOut, serverAdvice } from "./netlify/advice.ts";
import {
  type Deploy,
  deployAt,
  everyPage,
  readError,
  recentDeploys,
  type Site,
  stateOf,
  titleOf,
  untilDeploy,
} from "./netlify/api.ts";
import type { Target } from "../plan/plan.ts";
import { domains } from "./netlify/domains.ts";
import { hasFunctions, shipmentOf } from "./netlify/manifest.ts";
import { remove } from "./netlify/remove.ts";
import { findOrCreateHome, findSite, type Home, homeOf, pinnedHome, siteAt } from "./netlify/site.ts";
import { findOurs, upload } from "./netlify/upload.ts";
import { variableOperations } from "./netlify/variables.ts";
import { webhooks } from "./netlify/webhooks.ts";

export const netlify = definePlatform({
  id: "netlify",
  name: "Netlify",
  baseUrl: "https://api.netlify.com/api/v1",
  protection: {
    where: "In the project on Netlify: Project configuration, Visitor access.",
    help: "https://docs.netlify.com/manage/security/secure-access-to-sites/password-protection/",
  },
  siteDomain: "netlify.app",
  accepts: ["files", "prebuilt"],
  runs: ["static"],
  serverAdvice,
  leftOut,
  ownOutput: ".netlify/functions/manifest.json",
  limits: {},
  projectName: { pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, maxLength: 63 },
  connect: [
    {
      kind: "token",
      env: ["NETLIFY_AUTH_TOKEN"],
      help: "https://app.netlify.com/user/applications#personal-access-tokens",
    },
    {
      kind: "ticket",
      ticketsUrl: "https://api.netlify.com/api/v1/oauth/tickets",
      authorizeUrl: "https://app.netlify.com/authorize",
      client: { id: "LANDFALL_NETLIFY_CLIENT_ID" },
    },
    {
      kind: "oauth2",
      authorizeUrl: "https://app.netlify.com/authorize",
      tokenUrl: "https://api.netlify.com/oauth/token",
      scopes: [],
      pkce: false,
      client: { id: "LANDFALL_NETLIFY_CLIENT_ID", secret: "LANDFALL_NETLIFY_CLIENT_SECRET" },
    },
  ],
  environment: { project: "NETLIFY_SITE_ID", apiUrl: "NETLIFY_API_URL" },
  digest: "sha1",
  readError,
  operations: () => ["find or make the site", "send what Netlify does not have", "publish"],
  account,
  projects: {
    async checkName(context, name) {
      const site = await findSite(context, name);
      // Of a name that is somebody else's Netlify says so only when a site of it is made.
      const isOurs = site === null || [undefined, site.account_slug, site.account_id].includes(context.target.account);
      return { free: isOurs, suggestions: isOurs ? [] : [`${name}-${site.account_slug}`] };
    },
    async list({ api, target, signal }) {
      const where = target.account === undefined ? "/sites" : path`/${target.account}/sites`;
      const sites = await everyPage<Site>(api, { path: where, query: { filter: "all" }, signal });
      return sites.map(({ id, name, ssl_url }) => ({ id, name, url: ssl_url }));
    },
  },
  deploy,
  rollback,
  promote,
  abandon,
  async status(context) {
    const live = await liveDeploy(context);
    const title = live && titleOf(live);
    return title ? [{ service: title.service, release: title.release, state: stateOf(live) }] : [];
  },
  variables: {
    list: (context) => variableOperations().list(context),
    set: (context, values) => variableOperations().set(context, values),
    remove: (context, keys) => variableOperations().remove(context, keys),
  },
  domains,
  webhooks,
  remove,
});

async function account({ api, signal }: Pick<ApiContext, "api" | "signal">): Promise<Account> {
  const [user, teams] = await Promise.all([
    api.call<{ id: string; full_name?: string; email: string }>({ method: "GET", path: "/user", signal }),
    api.call<{ slug: string; name: string }[]>({ method: "GET", path: "/accounts", query: { minimal: true }, signal }),
  ]);
  return {
    id: user.id,
    name: user.full_name || user.email,
    teams: teams.map(({ slug, name }) => ({ id: slug, name })),
  };
}

async function deploy(context: DeployContext): Promise<DeployedService[]> {
  const { api, release, step } = context;
  const [service] = release.services;
  if (!service || release.services.length > 1) throw severalServices(release.services.length);
  const shipment = await shipmentOf(service, context);
  const home = await step("create", async () => {
    const found = await findOrCreateHome(context);
    refuseLongAddress(found, context);
    await context.pin(targetOf(found));
    return found;
  });
  if (hasFunctions(service.artifact.files)) {
    // Netlify gives a function the variables there are when it is deployed.
    const services = [{ ...service, artifact: { ...service.artifact, kind: "prebuilt" as const } }];
    const there = { ...context, target: targetOf(home), release: { ...release, services } };
    await step("configure", () => syncVariables(there, variableOperations()));
  }
  const { id } = await step("upload", (inner) => upload(context, { home, shipment, inner }));
  return step("deploy", async ({ log, signal }) => {
    const first = await deployAt(api, { siteId: home.siteId, id, signal });
    const isThere = ({ state }: Deploy): boolean => state === "ready";
    const [ready, site] = await Promise.all([
      untilDeploy(first, { ...context, siteId: home.siteId, isThere, signal, log }),
      siteAt(context, home.siteId),
    ]);
    return [addressed(ready, site, context)];
  });
}

/** Give traffic back to the deployment as it is; when Netlify no longer has it, or it is a preview's, its files are deployed again. */
async function rollback(context: DeployContext): Promise<DeployedService[]> {
  return (await restored(context)) ?? deploy(context);
}

/** What only consists of files is published as it is; functions are deployed again, to have production's variables. */
async function promote(context: DeployContext): Promise<DeployedService[]> {
  const runs = context.release.services.some(({ artifact }) => hasFunctions(artifact.files));
  return (runs ? null : await restored(context)) ?? deploy(context);
}

/** Null when there is nothing to publish. */
async function restored(context: DeployContext): Promise<DeployedService[] | null> {
  const { api, earlier, environment } = context;
  const id = earlier[0]?.remoteId;
  if (id === undefined || environment !== "production") return null;
  return context.step("restore", async ({ attempt, signal }) => {
    const { siteId } = await homeOf(context);
    const before = attempt > 1 ? await siteAt(context, siteId) : null;
    if (before?.published_deploy?.id === id) return [addressed(before.published_deploy, before, context)];
    const request = path`/sites/${siteId}/deploys/${id}/restore`;
    const answer = await api.send({ method: "POST", path: request, expects: "json", accept: [404, 422], signal });
    if (answer.status >= 400) return null;
    return [addressed(answer.json() as Deploy, await siteAt(context, siteId), context)];
  });
}

/** Where it is. Throws CONFLICT when it is ready and somebody has locked production to another deployment. */
function addressed(
  { id, published_at, deploy_ssl_url }: Deploy,
  site: Site,
  { environment, release }: DeployContext,
): DeployedService {
  const isProduction = environment === "production";
  if (isProduction && !published_at && site.published_deploy?.locked && site.published_deploy.id !== id)
    throw locked(site, id);
  const own = `https://${site.name}.netlify.app`;
  // Without a certificate the domain does not lead here yet.
  const production = site.custom_domain && site.ssl ? site.ssl_url : own;
  const url = isProduction ? production : deploy_ssl_url;
  const others = [...(isProduction ? [own] : []), `https://${id}--${site.name}.netlify.app`];
  return {
    name: release.services[0]!.plan.name,
    url,
    alsoAt: others.filter((one) => one !== url),
    remoteId: id,
    ...(site.has_password ? { protected: true } : {}),
  };
}

async function abandon(context: ReleaseContext & { release: unknown }): Promise<void> {
  const { api, signal } = context;
  const home = pinnedHome(context.target);
  if (!home) return;
  const uploaded = (await context.finished("upload")) as { id: string } | undefined;
  const id = uploaded?.id ?? (await findOurs(context, home.siteId))?.id;
  if (id === undefined) return;
  // 422: it is ready, or has failed.
  await api.send({
    method: "POST",
    path: path`/deploys/${id}/cancel`,
    expects: "json",
    accept: [404, 422],
    repeatable: true,
    signal,
  });
}

async function liveDeploy(context: ReleaseContext): Promise<Deploy | null> {
  const { api, environment, signal } = context;
  const home = pinnedHome(context.target);
  if (!home) return null;
  if (environment === "production") return (await siteAt(context, home.siteId)).published_deploy;
  const recent = await recentDeploys(api, { siteId: home.siteId, branch: environment, signal });
  return recent.find(({ state }) => state === "ready") ?? null;
}

function targetOf({ account: team, siteId, name }: Home): Target {
  return { account: team, projectId: siteId, projectName: name };
}

function refuseLongAddress({ name }: Home, { environment }: DeployContext): void {
  const label = `${environment}--${name}`;
  if (environment === "production" || label.length <= 63) return;
  throw new DeployError("INVALID_CONFIG", {
    what: `The preview's address would begin with ${label}, which is longer than the 63 characters a name may have.`,
    where: "netlify, environment",
    next: `Give the environment a name of at most ${Math.max(1, 63 - 2 - name.length)} characters.`,
    step: "create",
  });
}

function severalServices(count: number): DeployError {
  return new DeployError("NO_ROUTE", {
    what: `A site on Netlify is one service; this project has ${count}.`,
    next: "Deploy them one by one, each as a project of its own: --service <name> --project <name>.",
    step: "create",
  });
}

function locked({ published_deploy, admin_url, name }: Site, id: string): DeployError {
  return new DeployError("CONFLICT", {
    what: `The deployment is ready at https://${id}--${name}.netlify.app, but has no traffic: production is locked to ${published_deploy?.id} on Netlify.`,
    where: "netlify, auto publishing",
    next: `Unlock it at ${admin_url}/deploys, and deploy again.`,
    step: "deploy",
  });
}
