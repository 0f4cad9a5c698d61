/** Deployments: created, described by a manifest, uploaded, looked at, published, taken back. */
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import { advance, arrived, enter, fail, isMissing, keep, openDeploy, publish } from "./life.ts";
import { contentType } from "./serve.ts";
import {
  bodyOf,
  deployOf,
  deploysOf,
  digest,
  errorAnswer,
  liveOf,
  notFound,
  paged,
  refuse,
  Refusal,
  siteOf,
  textOf,
  type Deploy,
  type NetlifyState,
  type Part,
  type Site,
} from "./state.ts";
import { contextOf, deployView, labelOf } from "./views.ts";
import { unzip } from "./zip.ts";

const parts: Part[] = ["files", "functions", "edge_functions", "server"];

/** Below the API's base. */
export const deployRoutes: Record<string, Handler<NetlifyState>> = {
  "POST /sites/:site/deploys": create,
  "GET /sites/:site/deploys": list,
  "GET /sites/:site/deploys/:deploy": look,
  "PUT /sites/:site/deploys/:deploy": (state, request) => {
    const { deploy } = deployOf(state, request);
    describe(state, deploy, request);
    return { json: deployView(state, deploy) };
  },
  "DELETE /sites/:site/deploys/:deploy": remove,
  "POST /sites/:site/deploys/:deploy/restore": (state, request) => {
    const { deploy, site } = deployOf(state, request);
    if (deploy.state !== "ready") refuse(422, "Only a deploy that is ready can be published");
    publish(site, deploy, request.now);
    return { status: 201, json: deployView(state, deploy) };
  },
  "PUT /sites/:site/rollback": (state, request) => {
    const site = siteOf(state, request);
    if (site.published.length < 2) refuse(422, "There is no earlier deploy");
    site.published.pop();
    publish(site, state.deploys.get(site.published.at(-1)!)!, request.now);
    return { status: 204 };
  },
  "GET /sites/:site/deployed-branches": (state, request) => {
    const ready = deploysOf(state, siteOf(state, request)).filter((deploy) => deploy.state === "ready");
    const newest = new Map(ready.toReversed().map((deploy) => [deploy.branch ?? "main", deploy]));
    return {
      json: [...newest].map(([name, deploy]) => {
        const { deploy_url: url, deploy_ssl_url: ssl_url } = deployView(state, deploy);
        return { id: deploy.id, deploy_id: deploy.id, name, slug: labelOf(name), url, ssl_url };
      }),
    };
  },
  "GET /sites/:site/files": (state, request) => ({
    json: [...(liveOf(state, siteOf(state, request))?.parts.files ?? [])].map(([path, sha]) =>
      fileView(state, path, sha),
    ),
  }),
  "GET /sites/:site/files/*path": (state, request) => {
    const path = bare(request.param("path"));
    const sha = liveOf(state, siteOf(state, request))?.parts.files.get(path) ?? notFound();
    return { json: fileView(state, path, sha) };
  },
  "GET /sites/:site/functions": (state, request) => {
    const live = liveOf(state, siteOf(state, request));
    const functions = [...(live?.parts.functions ?? [])].map(([name, sha]) => ({ n: name, d: sha }));
    return {
      json: live ? [{ id: live.id, branch: live.branch, provider: "aws", log_type: "socketeer", functions }] : [],
    };
  },

  "GET /deploys/:deploy": look,
  "DELETE /deploys/:deploy": remove,
  "POST /deploys/:deploy/cancel": (state, request) => {
    const { deploy } = deployOf(state, request);
    if (deploy.state === "ready") refuse(422, "Build is already done");
    if (deploy.state !== "error") fail(deploy, "Canceled deploy", request.now);
    return { status: 201, json: deployView(state, deploy) };
  },
  "POST /deploys/:deploy/lock": locked(true),
  "POST /deploys/:deploy/unlock": locked(false),
  "PUT /deploys/:deploy/files/*name": upload("files"),
  "PUT /deploys/:deploy/functions/:name": upload("functions"),
  "PUT /deploys/:deploy/edge_functions/:name": upload("edge_functions"),
  "PUT /deploys/:deploy/server/:name": upload("server"),
};

/** Manifests name files with and without a slash at the beginning. */
function bare(path: string): string {
  return path.replace(/^\/+/, "");
}

/** A new deployment, empty, or at once described by a manifest or filled from an archive. */
function create(state: NetlifyState, request: SimulatedRequest): Answer {
  const site = siteOf(state, request);
  const { query, now } = request;
  const archive = /^application\/(x-)?zip/.test(request.headers["content-type"] ?? "");
  const body = archive ? {} : bodyOf(request);
  const draft = archive ? query.get("draft") === "true" : body["draft"] === true;
  const branch = textOf(body["branch"]) ?? textOf(query.get("branch"));
  if (site.settings["prevent_non_git_prod_deploys"] === true && !draft && branch === null)
    refuse(422, "Production deploys are only taken from git");
  const files = archive ? filesIn(state, request) : null;
  countDeploy(state, site, now);

  const deploy = openDeploy(state, { site, now, draft, branch, title: query.get("title") });
  if (files) {
    deploy.parts.files = files;
    enter(deploy, "uploaded", now);
  } else if (parts.some((part) => part in body)) describe(state, deploy, request);
  const sourceZip =
    body["include_upload_url"] === true && !archive
      ? {
          source_zip_upload_url: `${state.url}/source-zips/${deploy.id}`,
          source_zip_filename: `workspace-snapshots/source-${deploy.id}.zip`,
        }
      : {};
  return { json: { ...deployView(state, deploy), ...sourceZip } };
}

/** Files of the archive in the body. Refuses what is none. */
export function filesIn(state: NetlifyState, { body }: { body: Buffer }): Map<string, string> {
  try {
    return keep(state, unzip(body));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse(422, "The archive cannot be read");
  }
}

/** Of one team within a minute and within a day: what the published numbers are about. */
function countDeploy({ teams, settings }: NetlifyState, site: Site, now: number): void {
  const team = teams.get(site.teamId)!;
  const within = (ms: number) => team.deploysAt.filter((at) => at > now - ms);
  team.deploysAt = within(86_400_000);
  // The wait is until the oldest of those that count no longer does.
  for (const [limit, ms] of [
    [settings.limits.deploysPerMinute, 60_000],
    [settings.limits.deploysPerDay, 86_400_000],
  ] as const) {
    const counted = within(ms);
    if (counted.length >= limit) throw new Refusal(rateLimited({ limit, resetAt: (counted.at(-limit) ?? now) + ms }));
  }
  team.deploysAt.push(now);
}

/** 429 with the instant, in whole seconds, from which it goes on. */
export function rateLimited({ limit, resetAt }: { limit: number; resetAt: number }): Answer {
  return {
    ...errorAnswer(429, "API Request rate limit surpassed for application"),
    headers: {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
    },
  };
}

/** Take the manifest of a deployment. The same one again changes nothing, another one is refused when it is too late. */
function describe(state: NetlifyState, deploy: Deploy, request: SimulatedRequest): void {
  const body = bodyOf(request);
  const given = Object.fromEntries(parts.map((part) => [part, namesIn(body, part)])) as Deploy["parts"];
  const manifest = JSON.stringify(parts.map((part) => Object.fromEntries(given[part])));
  if (manifest === deploy.manifest) return;
  if (!["new", "preparing", "prepared", "uploading"].includes(deploy.state)) refuse(422, "Build is already done");

  const { blobs } = state;
  deploy.manifest = manifest;
  deploy.parts = given;
  for (const part of parts) deploy.missing[part] = new Set([...given[part].values()].filter((sha) => !blobs.has(sha)));
  deploy.framework = typeof body["framework"] === "string" ? body["framework"] : null;
  deploy.schedules = Array.isArray(body["function_schedules"]) ? body["function_schedules"] : [];
  deploy.commitRef = request.query.get("commit_ref");
  // Once set, later ones are ignored.
  if (Array.isArray(body["environment"]) && deploy.environment.length === 0) deploy.environment = body["environment"];
  const compared = isMissing(deploy) ? "uploading" : "uploaded";
  enter(deploy, body["async"] === true ? "preparing" : compared, request.now);
}

/** Under which name the bytes are uploaded: edge functions and servers go by their digest. */
const nameOf: Record<Part, (name: string, sha: string) => string> = {
  files: bare,
  functions: (name) => name,
  edge_functions: (_, sha) => sha,
  server: (_, sha) => sha,
};

/** Names and digests of one part of a manifest; of a server only its digest is one. */
function namesIn(body: Record<string, unknown>, part: Part): Map<string, string> {
  const given = body[part] ?? {};
  if (typeof given !== "object" || Array.isArray(given)) refuse(422, `${part} is not a hash`);
  const form = part === "files" ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/;
  const shas = part === "server" ? Object.entries(given).filter(([key]) => key === "sha") : Object.entries(given);
  return new Map(
    shas.map(([name, sha]) => {
      if (typeof sha !== "string" || !form.test(sha)) refuse(422, `${part}: ${name} has no valid digest`);
      return [nameOf[part](name, sha), sha];
    }),
  );
}

/** The bytes of one name of the manifest; they must have its digest. */
function upload(part: Part): Handler<NetlifyState> {
  return (state, request) => {
    const { deploy } = deployOf(state, request);
    const asked = request.param("name");
    const name = nameOf[part](asked, asked);
    if (deploy.state === "error") refuse(422, "Build is already done");
    const sha = deploy.parts[part].get(name) ?? refuse(422, "No records matched");
    if (digest(part === "files" ? "sha1" : "sha256", request.body) !== sha)
      refuse(422, `Uploaded file /${name} did not match deploy`);
    const { body: bytes, now } = request;
    if (deploy.missing[part].has(sha)) arrived(state, deploy, part, { sha, bytes, now });
    return { json: part === "files" ? fileView(state, name, sha) : { id: sha, name, sha, region: "us-east-2" } };
  };
}

function fileView({ blobs }: NetlifyState, path: string, sha: string): Record<string, unknown> {
  return { id: `/${path}`, path: `/${path}`, sha, mime_type: contentType(path), size: blobs.get(sha)?.length ?? 0 };
}

function look(state: NetlifyState, request: SimulatedRequest): Answer {
  const { deploy } = deployOf(state, request);
  advance(state, deploy, { now: request.now, looked: true });
  return { json: deployView(state, deploy) };
}

function list(state: NetlifyState, request: SimulatedRequest): Answer {
  const { query, now } = request;
  const site = siteOf(state, request);
  const wanted = (deploy: Deploy) =>
    (query.get("state") ?? deploy.state) === deploy.state &&
    (query.get("branch") ?? deploy.branch) === deploy.branch &&
    (query.get("production") !== "true" || contextOf(deploy) === "production") &&
    (query.get("deploy-previews") !== "true" || contextOf(deploy) === "deploy-preview") &&
    (query.get("latest-published") !== "true" || deploy.id === site.published.at(-1));
  const all = deploysOf(state, site);
  for (const deploy of all) advance(state, deploy, { now, looked: false });
  return paged(state, request, { items: all.filter(wanted), as: (deploy) => deployView(state, deploy) });
}

function remove(state: NetlifyState, request: SimulatedRequest): Answer {
  const { deploy, site } = deployOf(state, request);
  if (site.published.at(-1) === deploy.id) refuse(422, "The published deploy cannot be deleted");
  state.deploys.delete(deploy.id);
  site.published = site.published.filter((id) => id !== deploy.id);
  return { status: 204 };
}

function locked(value: boolean): Handler<NetlifyState> {
  return (state, request) => {
    const { deploy } = deployOf(state, request);
    if (deploy.state !== "ready") refuse(422, "Only a deploy that is ready can be locked");
    deploy.locked = value;
    return { json: deployView(state, deploy) };
  };
}
