/** The site a project lives on: found by what was pinned, asked for, or named like it; made when there is none. */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import { suggestNames } from "../../name.ts";
import type { Target } from "../../plan/plan.ts";
import type { ApiContext } from "../../platform.ts";
import type { Site } from "./api.ts";

/** A site and the team it is in, which is a slug or an id: Netlify takes both. */
export interface Home {
  siteId: string;
  name: string;
  account: string;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where it was deployed before, without asking; null when that is not known. */
export function pinnedHome({ account, projectId, projectName }: Target): Home | null {
  if (projectId === undefined || projectName === undefined || account === undefined || !uuid.test(projectId))
    return null;
  return { siteId: projectId, name: projectName, account };
}

/** The project's site, which must be there. Throws NOT_FOUND. */
export async function homeOf(context: ApiContext): Promise<Home> {
  const pinned = pinnedHome(context.target);
  if (pinned) return pinned;
  const asked = nameOf(context);
  const site = await findSite(context, asked, { isId: context.target.projectId !== undefined });
  if (!site) throw unknownSite(asked);
  return homeAt(site, context);
}

/**
 * The site to deploy to. One that was asked for by id or host name must be there; one of the project's name is taken as ours when the
 * credential opens it, and made when nobody has it. Safe to repeat. Throws NOT_FOUND, PROJECT_NAME_TAKEN.
 */
export async function findOrCreateHome(context: ApiContext): Promise<Home> {
  const pinned = pinnedHome(context.target);
  if (pinned) return pinned;
  const { target } = context;
  const asked = nameOf(context);
  const site = await findSite(context, asked, { isId: target.projectId !== undefined });
  if (site && target.account !== undefined && ![site.account_slug, site.account_id].includes(target.account))
    throw nameTaken(asked, `another of your teams (${site.account_slug})`);
  if (site) return homeAt(site, context);
  if (target.projectId !== undefined) throw unknownSite(asked);
  return homeAt(await createSite(context, asked), context);
}

/** By id, host name or custom domain; a bare name is the first part of its host name, or an id of another form. Null when there is none, or it is somebody else's. */
export async function findSite(
  { api, signal }: Pick<ApiContext, "api" | "signal">,
  asked: string,
  { isId = false } = {},
): Promise<Site | null> {
  const isWhole = uuid.test(asked) || asked.includes(".");
  for (const id of isWhole ? [asked] : [...(isId ? [asked] : []), `${asked}.netlify.app`]) {
    const where = path`/sites/${id}`;
    const answer = await api.send({ method: "GET", path: where, expects: "json", accept: [404], signal });
    if (answer.status !== 404) return answer.json() as Site;
  }
  return null;
}

/** By its name among the sites the credential opens. */
async function findNamed({ api, signal }: ApiContext, name: string): Promise<Site | null> {
  const query = { name, filter: "all" };
  const found = await api.call<Site[]>({ method: "GET", path: "/sites", query, signal });
  return found.find((site) => site.name === name) ?? null; // The filter finds parts of names too.
}

export function siteAt({ api, signal }: Pick<ApiContext, "api" | "signal">, siteId: string): Promise<Site> {
  return api.call<Site>({ method: "GET", path: path`/sites/${siteId}`, signal });
}

async function createSite(context: ApiContext, name: string): Promise<Site> {
  const { api, target, signal } = context;
  const where = target.account === undefined ? "/sites" : path`/${target.account}/sites`;
  try {
    return await api.call<Site>({ method: "POST", path: where, json: { name }, repeatable: false, signal });
  } catch (error) {
    // 422 without a code; the field it is about is the address's part.
    if (!(error instanceof ApiError && error.status === 422 && error.vendor.code === "subdomain")) throw error;
    // Our own earlier request, whose answer was lost, or one that is not found by its host name.
    const ours = await findNamed(context, name);
    if (ours) return ours;
    throw nameTaken(name, "somebody else");
  }
}

function nameOf({ target, project }: ApiContext): string {
  return target.projectId ?? target.projectName ?? project;
}

function homeAt({ id, name, account_slug }: Site, { target }: ApiContext): Home {
  // As it was asked for, so that asking for it again is no contradiction.
  return { siteId: id, name, account: target.account ?? account_slug };
}

function unknownSite(asked: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `Netlify has no site ${asked} that this credential may see.`,
    where: "netlify, project",
    next: "Give the site's id or name (NETLIFY_SITE_ID), or leave it out: a site of the project's name is made.",
    step: "create",
  });
}

function nameTaken(name: string, owner: string): DeployError {
  const names = suggestNames(name, () => false);
  return new DeployError("PROJECT_NAME_TAKEN", {
    what: `${name}.netlify.app belongs to ${owner}: names of sites are the same for everybody on Netlify.`,
    where: "netlify, name of the site",
    next: `Deploy under another name: --project ${names[0] ?? "<name>"}; or name your site with NETLIFY_SITE_ID.`,
    recovery: names.map((one) => ({
      kind: "alternative",
      label: `Deploy as ${one}`,
      command: `landfall deploy --project ${one}`,
    })),
    step: "create",
  });
}
