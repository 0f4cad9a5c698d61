/** Pages: direct upload, deployments, and what is done with them afterwards. */
import type { SimulatedRequest } from "../definition.ts";
import { accountOf, bearerOf } from "./account.ts";
import { failure, instant, isObject, objectOf, ok, paged, refuse, type Routes } from "./envelope.ts";
import { sign, verified, type Claims } from "./jwt.ts";
import { keyFault } from "./keys.ts";
import { maxFileBytes, uploadKey } from "./limits.ts";
import { fieldOf, partsOf, type Part } from "./multipart.ts";
import { branchLabel, deploymentAt, deploymentView, look, projectOf } from "./pages.ts";
import {
  freshId,
  freshUuid,
  type Account,
  type CloudflareState,
  type Environment,
  type PagesDeployment,
  type PagesProject,
} from "./state.ts";

/** What the upload token opens; the API's own refusal for a wrong or expired one is code 8000013. */
export function uploadRefusal(request: SimulatedRequest) {
  return uploadClaims(request) ? null : failure(401, 8000013, "Authorization failed");
}

function uploadClaims(request: SimulatedRequest): Claims | null {
  return verified(bearerOf(request) ?? "", { key: uploadKey, kind: "pages-upload", now: request.now });
}

function uploadAccount(state: CloudflareState, request: SimulatedRequest): Account {
  return state.accounts.get(uploadClaims(request)!.account)!;
}

function hashesOf(request: SimulatedRequest): string[] {
  const { hashes } = objectOf(request);
  if (Array.isArray(hashes) && hashes.every((hash) => typeof hash === "string")) return hashes;
  throw refuse(400, 8000015, "`hashes` must be a list of asset keys.");
}

interface Upload {
  key?: unknown;
  value?: unknown;
  base64?: unknown;
  metadata?: { contentType?: unknown };
}

function store({ pagesAssets }: Account, { key, value, base64, metadata }: Upload): void {
  const contentType = metadata?.contentType;
  if (
    typeof key !== "string" ||
    !/^[0-9a-f]{32}$/.test(key) ||
    typeof value !== "string" ||
    typeof contentType !== "string"
  )
    throw refuse(400, 8000016, "An asset has a key of 32 hex digits, a value and a content type.");
  const bytes = Buffer.from(value, base64 === true ? "base64" : "utf8");
  if (bytes.length > maxFileBytes) throw refuse(400, 8000017, "Pages only supports files up to 25 MiB in size.");
  pagesAssets.set(key, { bytes, contentType });
}

/** The manifest as a map; refuses what is none. */
function manifestOf(parts: readonly Part[], maxFiles: number): Map<string, string> {
  const text = fieldOf(parts, "manifest");
  if (text === null)
    throw refuse(400, 8000096, 'A "manifest" field was expected in the request body but was not provided.');
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    manifest = null; // Refused below, like a text that is JSON and no manifest.
  }
  const entries = isObject(manifest) ? Object.entries(manifest) : null;
  if (!entries?.every(([path, key]) => path.startsWith("/") && typeof key === "string"))
    throw refuse(400, 8000097, "The manifest must map paths with a leading slash to asset keys.");
  if (entries.length > maxFiles)
    throw refuse(400, 8000098, `A deployment has at most ${maxFiles} files; this one has ${entries.length}.`);
  return new Map(entries as [string, string][]);
}

/** Why this manifest cannot be published: a file that was never uploaded, a wrong key, or the file that asks for a failure. */
function manifestFault(
  { settings }: CloudflareState,
  { pagesAssets }: Account,
  manifest: Map<string, string>,
): string | null {
  const absent = [...manifest].filter(([, key]) => !pagesAssets.has(key)).map(([path]) => path);
  if (absent.length > 0) return `Failed to publish assets. Not uploaded: ${absent.slice(0, 5).join(", ")}`;
  for (const [path, key] of manifest) {
    const fault = keyFault({ key, bytes: pagesAssets.get(key)!.bytes, path }, settings.assetKeys);
    if (fault !== null) return fault;
  }
  return manifest.has("/landfall-simulator-fail") ? "Failed to publish your Function. Got error: asked for." : null;
}

function deploymentOf(project: PagesProject, request: SimulatedRequest): PagesDeployment {
  const deployment = project.deployments.find(({ id }) => id === request.param("deployment"));
  if (deployment) return deployment;
  throw refuse(
    404,
    8000009,
    "The deployment ID you have specified does not exist. Update the deployment ID and try again.",
  );
}

type Content = Omit<PagesDeployment, "id" | "environment" | "phase" | "phaseAt" | "envVars" | "log">;

function deploy(state: CloudflareState, project: PagesProject, content: Content): PagesDeployment {
  const environment: Environment = content.branch === project.productionBranch ? "production" : "preview";
  const deployment: PagesDeployment = {
    ...content,
    id: freshUuid(state),
    environment,
    phase: "queued",
    phaseAt: content.createdAt,
    envVars: { ...project.deploymentConfigs[environment].env_vars },
    log: [{ ts: instant(content.createdAt), line: `Found ${content.manifest.size} files. Publishing assets...` }],
  };
  project.deployments.unshift(deployment);
  return deployment;
}

const path = "/accounts/:account/pages/projects/:project";

export const deploymentRoutes: Routes = {
  [`GET ${path}/upload-token`]: (state, request) => {
    const claims: Claims = {
      kind: "pages-upload",
      account: accountOf(state, request).id,
      name: projectOf(state, request).name,
      session: "",
      exp: (request.now + state.settings.uploadTokenMs) / 1000,
      max_file_count_allowed: state.settings.maxFiles,
    };
    return ok({ jwt: sign(claims, uploadKey) });
  },

  "POST /pages/assets/check-missing": (state, request) => {
    const { pagesAssets } = uploadAccount(state, request);
    return ok(hashesOf(request).filter((hash) => !pagesAssets.has(hash)));
  },
  "POST /pages/assets/upload": (state, request) => {
    const account = uploadAccount(state, request);
    const uploads = request.json();
    if (!Array.isArray(uploads)) throw refuse(400, 8000016, "An upload is a list of assets.");
    for (const upload of uploads) store(account, upload as Upload);
    return ok({ successful_key_count: uploads.length, unsuccessful_keys: [] });
  },
  "POST /pages/assets/upsert-hashes": (_, request) => {
    hashesOf(request);
    return ok(null);
  },

  [`POST ${path}/deployments`]: async (state, request) => {
    const project = projectOf(state, request);
    const parts = partsOf(request.headers["content-type"], request.body);
    if (!parts) throw refuse(400, 8000095, "A deployment is sent as a multipart form.");
    const manifest = manifestOf(parts, state.settings.maxFiles);
    const content: Content = {
      branch: fieldOf(parts, "branch") || project.productionBranch,
      commit: {
        hash: fieldOf(parts, "commit_hash") ?? "",
        message: fieldOf(parts, "commit_message") ?? "",
        dirty: fieldOf(parts, "commit_dirty") === "true",
      },
      fault: manifestFault(state, accountOf(state, request), manifest),
      createdAt: request.now,
      manifest,
      headers: fieldOf(parts, "_headers") ?? "",
      redirects: fieldOf(parts, "_redirects") ?? "",
      hasFunctions: parts.some(({ name }) => name === "_worker.bundle" || name === "_worker.js"),
    };
    return ok(deploymentView(state, project, deploy(state, project, content)));
  },

  [`GET ${path}/deployments`]: (state, request) => {
    const project = projectOf(state, request);
    const environment = request.query.get("env");
    const found = project.deployments.filter((each) => each.environment === (environment ?? each.environment));
    return paged(found, request, { view: (deployment) => deploymentView(state, project, deployment) });
  },
  [`GET ${path}/deployments/:deployment`]: (state, request) => {
    const project = projectOf(state, request);
    const deployment = deploymentOf(project, request);
    look(state, request, deployment);
    return ok(deploymentView(state, project, deployment));
  },
  [`GET ${path}/deployments/:deployment/history/logs`]: (state, request) => {
    const { log } = deploymentOf(projectOf(state, request), request);
    return ok({ total: log.length, includes_container_logs: false, data: log });
  },

  [`POST ${path}/deployments/:deployment/retry`]: (state, request) => {
    const project = projectOf(state, request);
    const again = { ...deploymentOf(project, request), createdAt: request.now };
    return ok(deploymentView(state, project, deploy(state, project, again)));
  },
  [`POST ${path}/deployments/:deployment/rollback`]: (state, request) => {
    const project = projectOf(state, request);
    const deployment = deploymentOf(project, request);
    if (deployment.environment !== "production" || deployment.phase !== "ready")
      throw refuse(400, 8000038, "Only a successful production deployment can be rolled back to.");
    project.canonical = deployment.id;
    return ok(deploymentView(state, project, deployment));
  },
  [`DELETE ${path}/deployments/:deployment`]: (state, request) => {
    const project = projectOf(state, request);
    const deployment = deploymentOf(project, request);
    if (deployment.id === project.canonical)
      throw refuse(400, 8000034, "The live production deployment of a project cannot be deleted.");
    const label = branchLabel(deployment.branch);
    const aliased = deployment.environment === "preview" && deploymentAt(project, label) === deployment;
    if (aliased && request.query.get("force") !== "true")
      throw refuse(400, 8000035, "An aliased deployment is only deleted with `?force=true`.");
    project.deployments = project.deployments.filter(({ id }) => id !== deployment.id);
    return ok(null);
  },

  [`POST ${path}/deployments/:deployment/tails`]: (state, request) => {
    deploymentOf(projectOf(state, request), request);
    const id = freshId(state);
    const url = `wss://tail.developers.workers.dev/${id}`;
    return ok({ id, url, expires_at: instant(request.now + 6 * 3_600_000) });
  },
  [`DELETE ${path}/deployments/:deployment/tails/:tail`]: (state, request) => {
    deploymentOf(projectOf(state, request), request);
    return ok(null);
  },
};
