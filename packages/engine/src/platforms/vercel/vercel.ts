/**
 * Vercel: sites and functions, deployed by content digest. Pages are sent as Build Output, ready to be served; frameworks whose server is
 * made of Vercel's functions are sent as source and built there.
 * Source: OpenAPI document of api.vercel.com (2025-10-27); requests recorded from vercel@60.1.3; vercel.com/docs. Read 2026-08.
 */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { type ApiContext, definePlatform, type ReleaseContext } from "../../platform.ts";
import { account, projects } from "./account.ts";
import { siteDomain } from "./addresses.ts";
import {
  list,
  type ListedDeployment,
  projectRef,
  readError,
  type RemoteDeployment,
  type RemoteProject,
  scoped,
} from "./api.ts";
import { logs } from "./build-log.ts";
import { deploy, promote, rollback } from "./deploy.ts";
import { findListed } from "./deployment.ts";
import { domains } from "./domains.ts";
import { frameworks } from "./frameworks.ts";
import { meta } from "./meta.ts";
import { variables } from "./variables.ts";
import { webhooks } from "./webhooks.ts";

export const vercel = definePlatform({
  id: "vercel",
  name: "Vercel",
  baseUrl: "https://api.vercel.com",
  protection: {
    where: "In the project on Vercel: Settings, Deployment Protection.",
    help: "https://vercel.com/docs/deployment-protection",
  },
  siteDomain,
  accepts: ["files", "prebuilt", "source"],
  runs: ["static", "server"],
  oneService: true,
  frameworks,
  builtThere: ["vercel.json", "api/"],
  ownOutput: ".vercel/output/config.json",
  limits: {
    totalBytes: 1024 ** 3,
    source: "vercel.com/docs/limits, read 2026-08: 1 GB a deployment on Pro, 100 MB on Hobby",
  },
  projectName: { pattern: /^(?!.*---)[a-z0-9._-]+$/, maxLength: 100 },
  connect: [
    { kind: "token", env: ["VERCEL_TOKEN"], help: "https://vercel.com/account/settings/tokens" },
    {
      kind: "oauth2",
      authorizeUrl: "https://vercel.com/oauth/authorize",
      tokenUrl: "https://api.vercel.com/login/oauth/token",
      revokeUrl: "https://api.vercel.com/login/oauth/token/revoke",
      scopes: ["openid", "email", "profile", "offline_access"],
      pkce: true,
      client: { id: "VERCEL_CLIENT_ID", secret: "VERCEL_CLIENT_SECRET" },
      refresh: "rotates",
    },
  ],
  environment: { account: "VERCEL_ORG_ID", project: "VERCEL_PROJECT_ID" },
  digest: "sha1",
  readError,
  operations: (kind) => [
    "find or create the project",
    ...(kind === "static" ? [] : ["set its variables"]),
    "send the files Vercel does not have",
    "create the deployment",
    kind === "static" ? "wait until it is served" : "wait until it is built and served",
  ],

  account,
  projects,
  deploy,
  rollback,
  promote,

  async abandon(context) {
    const { projectId } = context.target;
    if (projectId === undefined) return;
    const there = await findListed(context, projectId);
    if (!there) return;
    if (there.readyState === "READY") {
      if (context.environment !== "production" || !there.aliasAssigned) return; // Nobody is led to it.
      throw new DeployError("CONFLICT", {
        what: "the deployment was live on Vercel before it was ended, and still is. landfall rollback gives the traffic back to the one before.",
      });
    }
    const where = path`/v12/deployments/${there.uid}/cancel`;
    // Refused when it has ended by itself meanwhile.
    await scoped(context).send({ method: "PATCH", path: where, accept: [400, 404], signal: context.signal });
  },

  async status(context) {
    const there = await runningNow(context);
    if (!there) return [];
    const { meta: known = {}, readyState } = there;
    return [
      {
        service: known[meta.service] ?? "web",
        release: known[meta.release] ?? null,
        state: states[readyState] ?? "error",
      },
    ];
  },

  logs,
  variables,
  domains,
  webhooks,

  /** Deployments of the environment that are ours; the project, and what others deployed to it, stay. */
  async remove(context) {
    const { environment, remoteIds, signal, target } = context;
    const gone = new Set<string>();
    for (let ids = remoteIds; ; ) {
      for (const id of ids) gone.add(id);
      await Promise.all(ids.map((id) => scoped(context).send(removalOf(id, signal))));
      if (target.projectId === undefined) return;
      const ours = await listOf(context, environment, 100);
      ids = ours.map(({ uid }) => uid).filter((id) => !gone.has(id));
      if (ids.length === 0) return;
    }
  },
});

function removalOf(id: string, signal: AbortSignal) {
  return { method: "DELETE", path: path`/v13/deployments/${id}`, accept: [404], signal } as const;
}

/** Vercel's states in our words. */
const states: Record<string, "queued" | "building" | "deploying" | "ready" | "canceled"> = {
  QUEUED: "queued",
  INITIALIZING: "building",
  ANALYZING: "building",
  BUILDING: "building",
  DEPLOYING: "deploying",
  READY: "ready",
  CANCELED: "canceled",
  DELETED: "canceled",
};

/** Our deployments of the environment, the newest first. */
async function listOf(context: ApiContext, environment: string, limit: number): Promise<ListedDeployment[]> {
  const query = { projectId: projectRef(context), [`meta-${meta.environment}`]: environment, limit };
  return (await list(context, query)).filter((one) => one.meta?.[meta.environment] === environment);
}

/** The deployment that answers where people ask: production's, or the newest of a preview that is ready. */
async function runningNow(context: ReleaseContext): Promise<Pick<RemoteDeployment, "meta" | "readyState"> | null> {
  const { environment, signal } = context;
  if (environment !== "production") {
    const listed = await listOf(context, environment, 20);
    return listed.find(({ readyState }) => readyState === "READY") ?? listed[0] ?? null;
  }
  const where = path`/v9/projects/${projectRef(context)}`;
  const answer = await scoped(context).send({ method: "GET", path: where, accept: [404], expects: "json", signal });
  return answer.status === 404 ? null : ((answer.json() as RemoteProject).targets?.production ?? null);
}
