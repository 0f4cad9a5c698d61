/** Builds on the vendor's side and the hooks that start them. Nothing is built: see life.ts. */
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import { filesIn } from "./deploys.ts";
import { enter, openDeploy } from "./life.ts";
import {
  bodyOf,
  isoOf,
  newId,
  notFound,
  paged,
  refuse,
  siteOf,
  sitesOf,
  teamOf,
  textOf,
  type NetlifyState,
  type Site,
} from "./state.ts";

type Build = NetlifyState["builds"] extends Map<string, infer One> ? One : never;
type BuildHook = NetlifyState["buildHooks"] extends Map<string, infer One> ? One : never;

/** Below the API's base. */
export const buildRoutes: Record<string, Handler<NetlifyState>> = {
  "POST /sites/:site/builds": async (state, request) => {
    const site = siteOf(state, request);
    const archive = await archiveIn(request);
    if (archive) site.source = filesIn(state, { body: archive });
    const branch = request.query.get("branch");
    return {
      json: buildView(state, start(state, site, { now: request.now, branch, title: request.query.get("title") })),
    };
  },
  "GET /sites/:site/builds": (state, request) => {
    const { id } = siteOf(state, request);
    const items = [...state.builds.values()].filter(({ siteId }) => siteId === id).toReversed();
    return paged(state, request, { items, as: (build) => buildView(state, build) });
  },
  "GET /builds/:build": (state, request) => {
    const build = state.builds.get(request.param("build")) ?? notFound();
    siteOf(state, request, build.siteId);
    return { json: buildView(state, build) };
  },
  "GET /:team/builds/status": (state, request) => {
    const team = teamOf(state, request, request.param("team"));
    const own = new Set(sitesOf(state, request).flatMap(({ id, teamId }) => (teamId === team.id ? [id] : [])));
    const builds = [...state.builds.values()].filter(({ siteId }) => own.has(siteId));
    const count = (wanted: string) =>
      builds.filter(({ deployId }) => state.deploys.get(deployId)?.state === wanted).length;
    return {
      json: [
        {
          active: count("building"),
          pending_concurrency: 0,
          enqueued: count("enqueued"),
          build_count: builds.length,
          minutes: { current: 0, previous: 0, included_minutes: "300", included_minutes_with_packs: "300" },
        },
      ],
    };
  },

  "GET /sites/:site/build_hooks": (state, request) => {
    const { id } = siteOf(state, request);
    return { json: [...state.buildHooks.values()].filter(({ siteId }) => siteId === id).map(hookView(state)) };
  },
  "POST /sites/:site/build_hooks": (state, request) => {
    const site = siteOf(state, request);
    const { title, branch } = bodyOf(request);
    const hook: BuildHook = {
      id: newId(),
      siteId: site.id,
      title: textOf(title) ?? "",
      branch: textOf(branch) ?? site.build.repo_branch ?? "main",
      createdAt: request.now,
    };
    state.buildHooks.set(hook.id, hook);
    return { status: 201, json: hookView(state)(hook) };
  },
  "GET /sites/:site/build_hooks/:hook": (state, request) => ({ json: hookView(state)(hookOf(state, request)) }),
  "PUT /sites/:site/build_hooks/:hook": (state, request) => {
    const hook = hookOf(state, request);
    const { title, branch } = bodyOf(request);
    if (typeof title === "string") hook.title = title;
    if (typeof branch === "string") hook.branch = branch;
    return { status: 204 };
  },
  "DELETE /sites/:site/build_hooks/:hook": (state, request) => {
    state.buildHooks.delete(hookOf(state, request).id);
    return { status: 204 };
  },
};

/** `POST /build_hooks/:id`, outside of the API and without a token: whoever knows the address may. */
export function triggerBuild(state: NetlifyState, request: SimulatedRequest): Answer {
  const hook = state.buildHooks.get(request.param("hook")) ?? notFound();
  const { query, now } = request;
  const branch = query.get("trigger_branch") ?? hook.branch;
  start(state, state.sites.get(hook.siteId)!, { now, branch, title: query.get("trigger_title") });
  return { status: 200 };
}

/** A build of what was sent last. Without a repository or a source there is nothing to build. */
function start(
  state: NetlifyState,
  site: Site,
  { now, branch, title }: { now: number; branch: string | null; title: string | null },
): Build {
  if (!site.source && !site.build.repo_url) notFound();
  if (site.build["stop_builds"] === true) refuse(422, "Builds are stopped for this project");
  const isMain = branch === null || branch === (site.build.repo_branch ?? "main");
  const deploy = openDeploy(state, { site, now, branch: isMain ? null : branch, title });
  const build = { id: newId(), siteId: site.id, deployId: deploy.id, createdAt: now };
  state.builds.set(build.id, build);
  deploy.buildId = build.id;
  deploy.stepMs = state.settings.buildMs / 3;
  enter(deploy, "enqueued", now);
  return build;
}

/** The source in the body: the archive itself, or the field `zip` of a form. */
async function archiveIn({ headers, body }: SimulatedRequest): Promise<Buffer | null> {
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/zip")) return body;
  if (!type.startsWith("multipart/form-data")) return null;
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const zip = form.get("zip");
  return zip instanceof Blob ? Buffer.from(await zip.arrayBuffer()) : null;
}

function buildView({ deploys }: NetlifyState, { id, deployId, createdAt }: Build): Record<string, unknown> {
  const deploy = deploys.get(deployId);
  const done = deploy === undefined || deploy.state === "ready" || deploy.state === "error";
  return {
    id,
    deploy_id: deployId,
    sha: deploy?.commitRef ?? null,
    done,
    error: deploy?.errorMessage ?? null,
    created_at: isoOf(createdAt),
  };
}

function hookOf(state: NetlifyState, request: SimulatedRequest): BuildHook {
  const hook = state.buildHooks.get(request.param("hook"));
  return hook?.siteId === siteOf(state, request).id ? hook : notFound();
}

function hookView({ url }: NetlifyState) {
  return ({ id, siteId, title, branch, createdAt }: BuildHook) => ({
    id,
    title,
    branch,
    url: `${url}/build_hooks/${id}`,
    site_id: siteId,
    created_at: isoOf(createdAt),
  });
}
