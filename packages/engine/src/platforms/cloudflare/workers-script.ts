/** A Worker's versions: uploaded, given the traffic, found again, reached. */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import type { ApiContext, DeployContext } from "../../platform.ts";
import { accountIdOf, ask, askIfThere, isCode } from "./api.ts";
import { bodyOf, type Part, textContent } from "./body.ts";
import { workerForm } from "./server-form.ts";

/** Where a Worker is, and how it is reached. */
export interface Worker {
  account: string;
  name: string;
  /** Label of the account below workers.dev. */
  subdomain: string;
  /** Null when there is no Worker of that name yet. */
  reached: Reached | null;
  /** A custom domain, where somebody has turned the address below workers.dev off in favour of it. */
  domain?: string;
}

/** Whether its address, and those of its previews, answer. */
export interface Reached {
  enabled: boolean;
  previews_enabled: boolean;
}

export interface Version {
  id: string;
  annotations?: Record<string, string>;
}

interface WorkerDeployment {
  id: string;
  versions: { version_id: string; percentage: number }[];
}

/** Metadata of an upload, as the API has it. */
export interface Metadata {
  main_module?: string;
  assets?: { jwt: string; config: object };
  bindings?: object[];
  compatibility_date: string;
  compatibility_flags: string[];
  annotations: Record<string, string>;
}

export function nameOf({ target, project }: Pick<ApiContext, "target" | "project">): string {
  return target.projectName ?? target.projectId ?? project;
}

export function scriptPath({ account, name }: Pick<Worker, "account" | "name">): string {
  return path`/accounts/${account}/workers/scripts/${name}`;
}

/** The Worker a deployment goes to, there or not. Throws INVALID_CONFIG when the account has no subdomain. */
export async function findWorker(context: ApiContext): Promise<Worker> {
  const account = await accountIdOf(context);
  const name = nameOf(context);
  const [subdomain, reached] = await Promise.all([
    subdomainOf(context, account),
    askIfThere<Reached>(context, { method: "GET", path: `${scriptPath({ account, name })}/subdomain` }),
  ]);
  const domain = reached?.enabled === false ? await domainOf(context, { account, name }) : undefined;
  return { account, name, subdomain, reached, ...(domain === undefined ? {} : { domain }) };
}

async function domainOf(
  context: ApiContext,
  { account, name }: Pick<Worker, "account" | "name">,
): Promise<string | undefined> {
  const domains = await ask<{ hostname: string }[]>(context, {
    method: "GET",
    path: path`/accounts/${account}/workers/domains`,
    query: { service: name },
  });
  return domains[0]?.hostname;
}

async function subdomainOf(context: ApiContext, account: string): Promise<string> {
  const found = await askIfThere<{ subdomain: string | null }>(context, {
    method: "GET",
    path: path`/accounts/${account}/workers/subdomain`,
  });
  if (found?.subdomain) return found.subdomain;
  throw new DeployError("INVALID_CONFIG", {
    what: "The Cloudflare account has no workers.dev subdomain yet, under which its Workers would be reached.",
    where: `account ${account}`,
    next: `Choose one at https://dash.cloudflare.com/${account}/workers-and-pages (once for the account), and deploy again.`,
    step: "create",
  });
}

/**
 * Upload a version. The first of a Worker makes it, and has the traffic at once; a later one waits for `giveTraffic`. Not repeatable: who
 * repeats looks first, with `findVersion`.
 */
export async function uploadVersion(
  context: Pick<ApiContext, "api" | "signal">,
  worker: Pick<Worker, "account" | "name">,
  { metadata, modules, isFirst }: { metadata: Metadata; modules: readonly Part[]; isFirst: boolean },
): Promise<Version> {
  const body = workerForm(metadata, modules);
  const uploaded = await ask<{ id: string; deployment_id?: string }>(context, {
    method: isFirst ? "PUT" : "POST",
    path: scriptPath(worker) + (isFirst ? "" : "/versions"),
    query: { ...(isFirst ? { excludeScript: true } : {}), bindings_inherit: "strict" },
    headers: { "content-type": body.type },
    body: bodyOf(body),
    lengthBytes: body.lengthBytes,
    repeatable: false,
    timeoutMs: 120_000,
  });
  return { id: isFirst ? uuid(uploaded.deployment_id!) : uploaded.id };
}

/** The older field writes the version's id without hyphens. */
function uuid(text: string): string {
  return text.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, "$1-$2-$3-$4-$5");
}

/** The version of a deployment of ours, among the newest; null when there is none, or no such Worker. */
export async function findVersion(
  context: Pick<ApiContext, "api" | "signal"> & { deploymentId: string },
  worker: Pick<Worker, "account" | "name">,
): Promise<Version | null> {
  const found = await askIfThere<{ items: Version[] }>(context, {
    method: "GET",
    path: `${scriptPath(worker)}/versions`,
  });
  return (
    found?.items.find(({ annotations }) => annotations?.["workers/message"]?.includes(context.deploymentId)) ?? null
  );
}

/** Deployments of the Worker, the newest first; none when it is not there. */
export async function deploymentsOf(
  context: Pick<ApiContext, "api" | "signal">,
  worker: Pick<Worker, "account" | "name">,
): Promise<WorkerDeployment[]> {
  const found = await askIfThere<{ deployments: WorkerDeployment[] }>(context, {
    method: "GET",
    path: `${scriptPath(worker)}/deployments`,
  });
  return found?.deployments ?? [];
}

/** The version with all of the traffic, or the largest share. */
export function liveIn([newest]: WorkerDeployment[]): string | undefined {
  return newest?.versions.toSorted((a, b) => b.percentage - a.percentage)[0]?.version_id;
}

/** A version that answers "nothing here": what a Worker begins with when a preview comes before production, and what a removed preview ends with. */
export async function uploadEmpty(
  context: Pick<ApiContext, "api" | "signal">,
  worker: Pick<Worker, "account" | "name">,
  { alias, isFirst }: { alias?: string; isFirst: boolean },
): Promise<void> {
  const code = 'export default { fetch: () => new Response("Nothing is deployed here.\\n", { status: 404 }) };\n';
  await uploadVersion(context, worker, {
    metadata: {
      main_module: "empty.js",
      compatibility_date: "2025-01-01",
      compatibility_flags: [],
      annotations: {
        "workers/message": "landfall: nothing",
        ...(alias === undefined ? {} : { "workers/alias": alias }),
      },
    },
    modules: [
      { name: "empty.js", filename: "empty.js", type: "application/javascript+module", content: textContent(code) },
    ],
    isFirst,
  });
}

/** Give a version all of the traffic. Another deployment of the version that has it already does no harm. */
export async function giveTraffic(
  context: Pick<ApiContext, "api" | "signal">,
  worker: Pick<Worker, "account" | "name">,
  { version, message }: { version: string; message: string },
): Promise<void> {
  await ask(context, {
    method: "POST",
    path: `${scriptPath(worker)}/deployments`,
    // Also to a version from before a secret was changed: it comes with its own.
    query: { force: true },
    json: {
      strategy: "percentage",
      versions: [{ version_id: version, percentage: 100 }],
      annotations: { "workers/message": message },
    },
    repeatable: true,
  });
}

/** Make addresses answer, when they do not. */
export async function reach(
  context: Pick<ApiContext, "api" | "signal">,
  worker: Worker,
  wanted: Reached,
): Promise<void> {
  const { enabled = false, previews_enabled: previews = false } = worker.reached ?? {};
  if (enabled === wanted.enabled && previews === wanted.previews_enabled) return;
  await ask(context, {
    method: "POST",
    path: `${scriptPath(worker)}/subdomain`,
    json: { enabled: wanted.enabled, previews_enabled: wanted.previews_enabled },
    repeatable: true,
  });
}

/** What a version is found again by: its message holds our ids of deployment and release. */
export function markOf({ deploymentId, release }: Pick<DeployContext, "deploymentId" | "release">): string {
  return `landfall ${deploymentId} ${release.id}`;
}

/** Our release in a version; null in one that somebody else made. */
export function releaseOf({ annotations }: Version): string | null {
  return /^landfall dep_\w+ (rel_\w+)$/.exec(annotations?.["workers/message"] ?? "")?.[1] ?? null;
}

/** Longest label of a host name. */
const longestLabel = 63;

/** The name under which an environment's newest preview is reached: a label that begins with a letter; undefined when it would be too long. */
export function aliasOf(environment: string, { name }: Pick<Worker, "name">): string | undefined {
  const alias = /^[a-z]/.test(environment) ? environment : `e-${environment}`;
  return alias.length + 1 + name.length <= longestLabel ? alias : undefined;
}

/** Addresses: of production, of one version, of an alias. */
export function addressOf(
  { name, subdomain }: Pick<Worker, "name" | "subdomain">,
  of?: { version: string } | { alias: string },
): string {
  const mark = of === undefined ? "" : "alias" in of ? `${of.alias}-` : `${of.version.slice(0, 8)}-`;
  return `https://${mark}${name}.${subdomain}.workers.dev`;
}

/** What is gone already need not be removed. */
export function ignoreGone(error: unknown): void {
  if (!isCode(error, 10007, 10090)) throw error;
}
