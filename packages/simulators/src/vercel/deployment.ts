/** Deployments: upload, create, look, list, cancel, delete, and their logs. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { unpacked } from "./archive.ts";
import {
  deploymentOf,
  findProject,
  forbidden,
  mayTouch,
  projectOf,
  read,
  refuse,
  type Call,
  type Endpoint,
} from "./call.ts";
import { configOf, failureOf, isSettled, lookAtBuild, say } from "./build.ts";
import { isRollbackCandidate, listedDeployment, shownDeployment } from "./deployment-view.ts";
import { buildSettings, createProject } from "./project.ts";
import { projectConfig } from "./routing.ts";
import { stamp, take, unique, type Deployment, type Project, type StoredFile } from "./state.ts";
import { notifyDeployment } from "./traffic.ts";
import { variablesFor } from "./variable.ts";

const day = 24 * 60 * 60 * 1000;

const sha1 = z.string().regex(/^[0-9a-f]{40}$/, "should be the SHA-1 of the file in hexadecimal");
const path = z.string().min(1).max(1024);
const uploaded = z.strictObject({ file: path, sha: sha1, size: z.int().min(0), mode: z.int().optional() });
const inlined = z.strictObject({
  file: path,
  data: z.string(),
  encoding: z.enum(["base64", "utf-8"]).default("utf-8"),
  mode: z.int().optional(),
});
/** An empty folder. */
const folder = z.strictObject({ file: path, mode: z.int().refine((mode) => (mode & 0o170000) === 0o040000) });

const texts = z.record(z.string(), z.string());
const gitSource = z.looseObject({
  type: z.enum(["github", "github-limited", "github-custom-host", "gitlab", "bitbucket"]),
  ref: z.string(),
});
const settings = z.looseObject({ ...buildSettings, sourceFilesOutsideRootDirectory: z.boolean().optional() });

const createRequest = z.looseObject({
  ...projectConfig.shape,
  name: z.string().min(1).optional(),
  project: z.string().optional(),
  files: z.array(z.union([uploaded, inlined, folder])).optional(),
  gitSource: gitSource.optional(),
  deploymentId: z.string().optional(),
  target: z.enum(["production", "staging", "preview"]).nullable().optional(),
  meta: z.record(z.string(), z.string().max(65_536)).default({}),
  gitMetadata: z.looseObject({ commitRef: z.string().optional() }).nullable().optional(),
  projectSettings: settings.optional(),
  env: texts.default({}),
  build: z.looseObject({ env: texts.default({}) }).default({ env: {} }),
  source: z.string().nullable().default(null),
  autoAssignCustomDomains: z.boolean().default(true),
});
type CreateRequest = z.output<typeof createRequest>;

export const deploymentEndpoints: Record<string, Endpoint> = {
  "POST /v2/files": ({ state, token, request: { headers, body }, now }) => {
    if (token.scope === "identity") forbidden();
    const digest = headers["x-vercel-digest"] ?? headers["x-now-digest"];
    const actual = createHash("sha1").update(body).digest("hex");
    if (digest !== actual) refuse(400, { code: "bad_request", message: "Digest is not valid" });
    if (Number(headers["x-now-size"] ?? body.length) !== body.length)
      refuse(400, { code: "bad_request", message: "File size is not valid" });
    if (state.blobs.has(digest)) return { json: { urls: [] } };
    const { allowed } = take(state, { bucket: "uploads", total: state.limits.uploadsPerDay, windowMs: day, now });
    if (!allowed) refuse(429, { ...overLimit("api-upload-free", state.limits.uploadsPerDay), name: "api-upload-free" });
    state.blobs.set(digest, body);
    return { json: {} };
  },

  "POST /v13/deployments": (call) => {
    const body = read(call.request, createRequest);
    const earlier = body.deploymentId === undefined ? null : deploymentOf(call, body.deploymentId);
    const files = earlier?.files ?? filesOf(call, body);
    const project = earlier ? call.state.projects.get(earlier.projectId)! : projectFor(call, body);
    const { state, now } = call;
    const { deploymentsPerDay: total } = state.limits;
    if (!take(state, { bucket: "deployments", total, windowMs: day, now }).allowed)
      refuse(402, overLimit("api-deployments-free-per-day", total));
    const deployment = createDeployment(call, { project, body, files, earlier });
    return { json: shownDeployment(state, deployment) };
  },

  "GET /v13/deployments/:id": (call) => {
    const deployment = deploymentOf(call, call.request.param("id"));
    lookAtBuild(call.state, deployment, call.now);
    return { json: shownDeployment(call.state, deployment) };
  },

  "GET /v6/deployments": (call) => list(call),

  "PATCH /v12/deployments/:id/cancel": (call) => {
    const { state, now } = call;
    const deployment = deploymentOf(call, call.request.param("id"));
    if (deployment.readyState === "READY" || isSettled(deployment))
      refuse(400, { code: "bad_request", message: "The deployment is not building and cannot be canceled." });
    deployment.readyState = "CANCELED";
    deployment.canceledAt = now;
    say(deployment, now, [["stderr", "The deployment was canceled."]]);
    notifyDeployment(state, { type: "deployment.canceled", deployment, now });
    return { json: shownDeployment(state, deployment) };
  },

  "DELETE /v13/deployments/:id": (call) => {
    const { state, now, request } = call;
    const deployment = deploymentOf(call, request.query.get("url") ?? request.param("id"));
    const project = state.projects.get(deployment.projectId);
    notifyDeployment(state, { type: "deployment.cleanup", deployment, now });
    state.deployments.delete(deployment.id);
    for (const [host, { deploymentId }] of state.aliases)
      if (deploymentId === deployment.id) state.aliases.delete(host);
    if (project?.production === deployment.id) project.production = null;
    return { json: { uid: deployment.id, state: "DELETED" } };
  },
};

function overLimit(code: string, total: number): { code: string; message: string } {
  const said = code === "api-upload-free" ? "Too many requests" : "Resource is limited";
  return { code, message: `${said} - try again in 24 hours (more than ${total}, code: "${code}").` };
}

/** The files of a request as bytes; a refusal that lists the digests nobody has uploaded. */
function filesOf({ state }: Call, { files, gitSource: git }: CreateRequest): Map<string, StoredFile> {
  if (!files && !git)
    refuse(400, { code: "bad_request", message: "One of `files`, `gitSource` and `deploymentId` is required." });
  if (git) return new Map([["public/index.html", { body: Buffer.from(`${git.type} ${git.ref}\n`), mode: 0o100644 }]]);
  const found = new Map<string, StoredFile>();
  const missing = new Set<string>();
  for (const each of files ?? []) {
    if (each.file.startsWith("/") || each.file.split("/").includes(".."))
      refuse(400, { code: "bad_request", message: `Invalid file path: ${each.file}` });
    const mode = each.mode ?? 0o100644;
    if ("data" in each) found.set(each.file, { body: Buffer.from(each.data, each.encoding), mode });
    if (!("sha" in each)) continue;
    const body = state.blobs.get(each.sha);
    if (body) found.set(each.file, { body, mode });
    else missing.add(each.sha);
  }
  if (missing.size > 0) refuse(400, { code: "missing_files", message: "Missing files", missing: [...missing] });
  try {
    return unpacked(found);
  } catch {
    return refuse(400, { code: "bad_request", message: "The source archive cannot be read." });
  }
}

function projectFor(call: Call, { project: wanted, name, projectSettings }: CreateRequest): Project {
  if (wanted === undefined && name === undefined)
    refuse(400, { code: "bad_request", message: "Invalid request: missing required property `name`." });
  const known = wanted === undefined ? findProject(call, name!) : projectOf(call, wanted);
  const isFirst = !known || ![...call.state.deployments.values()].some(({ projectId }) => projectId === known.id);
  if (isFirst && !projectSettings && call.request.query.get("skipAutoDetectionConfirmation") !== "1")
    refuse(400, {
      code: "missing_project_settings",
      message: "The `projectSettings` object is required for new projects, but is missing in the deployment payload",
      framework: { slug: null, name: "Other" },
      projectSettings: { framework: null, buildCommand: null, outputDirectory: null },
    });
  if (known) return known;
  if (typeof call.token.scope === "object" && "project" in call.token.scope) return forbidden();
  return createProject(call, name!);
}

function createDeployment(
  call: Call,
  {
    project,
    body,
    files,
    earlier,
  }: { project: Project; body: CreateRequest; files: Map<string, StoredFile>; earlier: Deployment | null },
): Deployment {
  const { state, owner, request, now } = call;
  const isFirst = ![...state.deployments.values()].some(({ projectId }) => projectId === project.id);
  const asked = body.target === "preview" ? null : (body.target ?? null);
  const target = isFirst ? "production" : asked;
  const branch = body.gitMetadata?.commitRef ?? body.gitSource?.ref ?? null;
  const environment = target === "production" ? "production" : "preview";
  const config = earlier ?? configOf(files, body);
  const prebuilt = earlier?.prebuilt ?? request.query.get("prebuilt") === "1";
  const built = { ...project.settings, ...earlier?.settings, ...body.projectSettings };
  const deployment: Deployment = {
    id: `dpl_${unique(state, 28)}`,
    projectId: project.id,
    ownerId: owner.id,
    name: project.name,
    host: `${labelFor(project.name, unique(state, 9), owner.slug)}.${state.siteDomain}`,
    target,
    readyState: "QUEUED",
    aliasAssigned: false,
    aliasError: null,
    failure: failureOf(files, { prebuilt, settings: built }),
    acceptedAt: now,
    createdAt: stamp(state, now),
    buildingAt: null,
    readyAt: null,
    canceledAt: null,
    readySubstate: null,
    autoAssign: body.autoAssignCustomDomains,
    prebuilt,
    source: earlier ? "redeploy" : body.source,
    files,
    output: new Map(),
    routes: config.routes,
    cleanUrls: config.cleanUrls,
    contentTypes: new Map(),
    functions: new Set(),
    meta: { ...earlier?.meta, ...body.meta },
    gitMetadata: body.gitMetadata ?? null,
    branch: branch ?? earlier?.branch ?? null,
    settings: built,
    variables: { ...variablesFor(project.variables, { environment, branch }), ...body.build.env, ...body.env },
    env: Object.keys(body.env),
    buildEnv: Object.keys(body.build.env),
    log: [],
  };
  state.deployments.set(deployment.id, deployment);
  const { id: deploymentId, projectId, host, createdAt } = deployment;
  state.aliases.set(host, { uid: unique(state, 20), host, deploymentId, projectId, createdAt });
  notifyDeployment(state, { type: "deployment.created", deployment, now });
  // A few pages sent within the request need no build: Vercel may answer that they are live.
  const isInstant = body.files?.every((each) => "data" in each && /\.(html?|md)$/.test(each.file)) ?? false;
  while (isInstant && state.buildMs === 0 && !isSettled(deployment)) lookAtBuild(state, deployment, now);
  return deployment;
}

/** `<project>-<hash>-<scope>`; the project's part is cut where a label of DNS would be too long. */
function labelFor(name: string, hash: string, scope: string): string {
  return `${name.replaceAll(/[._]/g, "-").slice(0, 63 - hash.length - scope.length - 2)}-${hash}-${scope}`;
}

/** What is asked for by list queries other than paging; a deployment passes when every test that was asked for passes. */
const filters: Record<string, (deployment: Deployment, wanted: string) => boolean> = {
  projectId: ({ projectId, name }, wanted) => projectId === wanted || name === wanted,
  projectIds: ({ projectId }, wanted) => wanted.split(",").includes(projectId),
  app: ({ name }, wanted) => name === wanted,
  target: ({ target }, wanted) => (target ?? "preview") === wanted,
  state: ({ readyState }, wanted) => wanted.split(",").includes(readyState),
  since: ({ createdAt }, wanted) => createdAt > Number(wanted),
  until: ({ createdAt }, wanted) => createdAt < Number(wanted),
  branch: ({ branch }, wanted) => branch === wanted,
  sha: ({ gitMetadata }, wanted) => gitMetadata?.["commitSha"] === wanted,
};

function list(call: Call) {
  const { state, request } = call;
  const { query } = request;
  const limit = Number(query.get("limit") ?? 20);
  if (!(limit >= 1 && limit <= 100))
    refuse(400, { code: "bad_request", message: "Invalid request: `limit` should be from 1 to 100." });
  const found: Deployment[] = [];
  for (const deployment of [...state.deployments.values()].toReversed()) {
    const project = state.projects.get(deployment.projectId);
    const fits =
      project !== undefined &&
      mayTouch(call, project) &&
      [...query].every(([name, wanted]) =>
        name.startsWith("meta-")
          ? deployment.meta[name.slice(5)] === wanted
          : (filters[name]?.(deployment, wanted) ?? true),
      ) &&
      (query.get("rollbackCandidate") !== "true" || isRollbackCandidate(state, deployment));
    if (fits) found.push(deployment);
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)!.createdAt : null;
  const deployments = page.map((deployment) => listedDeployment(state, deployment));
  return { json: { deployments, pagination: { count: page.length, next, prev: page[0]?.createdAt ?? null } } };
}
