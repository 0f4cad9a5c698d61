/**
 * Vercel's API as it answers here, and what its refusals mean.
 * Source: OpenAPI document of api.vercel.com (2025-10-27); requests recorded from vercel@60.1.3; vercel.com/docs/rest-api/errors. Read 2026-08.
 */
import { type Api, path, type ReadError } from "../../http/api.ts";
import type { VendorError } from "../../http/api-error.ts";
import type { ApiContext } from "../../platform.ts";

export interface RemoteProject {
  id: string;
  accountId: string;
  name: string;
  targets?: { production?: RemoteDeployment | null };
  /** The last switch of the production addresses. */
  lastAliasRequest?: AliasRequest | null;
}

export interface AliasRequest {
  jobStatus: "pending" | "in-progress" | "succeeded" | "failed" | "skipped";
  toDeploymentId: string;
}

export interface RemoteDeployment {
  id: string;
  /** Host of its own, immutable address; null while it is not complete. */
  url: string | null;
  readyState: string;
  readyStateReason?: string;
  /** Of production: whether it has the production addresses. */
  readySubstate?: "STAGED" | "ROLLING" | "PROMOTED";
  /** Other hosts that lead to it now. */
  alias?: string[];
  /** Truthy when its addresses were given to it. */
  aliasAssigned?: number | boolean | null;
  aliasError?: { code: string; message: string } | null;
  checksConclusion?: string | null;
  checks?: { "deployment-alias"?: { state?: string } };
  target?: string | null;
  team?: { slug: string };
  creator?: { username?: string };
  meta?: Record<string, string>;
  errorMessage?: string | null;
  inspectorUrl?: string | null;
}

/** A deployment in a list, where its id has another name. */
export type ListedDeployment = Omit<RemoteDeployment, "id"> & { uid: string };

type Reached = Pick<ApiContext, "api" | "target" | "signal">;

/** The client with the team in every query. A person's own account has none: naming it is refused. */
export function scoped({ api, target }: Pick<ApiContext, "api" | "target">): Api {
  const { account } = target;
  if (account === undefined || isPerson(account)) return api;
  return api.with({ query: account.startsWith("team_") ? { teamId: account } : { slug: account } });
}

/** Ids of people are 24 letters and digits, those of teams begin with `team_`; all else is a team's name in addresses. */
export function isPerson(account: string): boolean {
  return /^[A-Za-z0-9]{24}$/.test(account);
}

/** The project as the API takes it: by id where that is known, else by name. */
export function projectRef({ target, project }: Pick<ApiContext, "target" | "project">): string {
  return target.projectId ?? projectName({ target, project });
}

export function projectName({ target, project }: Pick<ApiContext, "target" | "project">): string {
  // Three hyphens in a row are ours to have and not Vercel's.
  return target.projectName ?? project.replaceAll(/-{3,}/g, "--");
}

/** What Vercel calls the environment: all but production are previews to it. */
export function remoteEnvironment(environment: string): "production" | "preview" {
  return environment === "production" ? "production" : "preview";
}

/** The deployment as it is now. */
export function look(context: Reached, id: string): Promise<RemoteDeployment> {
  const { signal } = context;
  return scoped(context).call<RemoteDeployment>({ method: "GET", path: path`/v13/deployments/${id}`, signal });
}

/** Deployments by Vercel's own filters, the newest first. */
export async function list(context: Reached, query: Record<string, string | number>): Promise<ListedDeployment[]> {
  const { deployments } = await scoped(context).call<{ deployments: ListedDeployment[] }>({
    method: "GET",
    path: "/v6/deployments",
    query,
    signal: context.signal,
  });
  return deployments;
}

const hourMs = 3_600_000;
const billing = "Look at the plan and its usage: https://vercel.com/dashboard/usage";

/** Codes whose status alone says too little, or something else. */
const meanings: Record<string, Pick<VendorError, "means" | "next" | "retryAfterMs">> = {
  "api-deployments-free-per-day": {
    means: "RATE_LIMIT_EXCEEDED",
    next: `The plan's deployments of a day are used up. Try again tomorrow, or deploy with a larger plan. ${billing}`,
    retryAfterMs: 24 * hourMs,
  },
  "api-upload-free": {
    means: "RATE_LIMIT_EXCEEDED",
    next: `The plan's uploads of a day are used up; what has arrived stays there. Try again tomorrow, or with a larger plan. ${billing}`,
    retryAfterMs: 24 * hourMs,
  },
  builds_rate_limited: {
    means: "RATE_LIMIT_EXCEEDED",
    next: `The plan's builds are used up for now. Try again in an hour, or deploy what was built here with --prebuilt. ${billing}`,
    retryAfterMs: hourMs,
  },
  payment_required: { next: billing },
  too_many_projects: {
    means: "INSUFFICIENT_PERMISSIONS",
    next: "The plan allows no more projects. Remove one, deploy into one that is there with --project, or change the plan.",
  },
  too_many_files: {
    means: "INVALID_SOURCE",
    next: "Leave out what is not needed (.landfallignore), or deploy what was built with --prebuilt.",
  },
  env_value_invalid_type: { means: "INVALID_VARIABLE", next: "Set it again with: landfall env set" },
};

const otherScope =
  "The token does not reach this team or project. Name the team with --team or VERCEL_ORG_ID, or make a token for it at https://vercel.com/account/settings/tokens, then run: landfall connect vercel";

/** Reads `{error: {code, message, …}}`, and the older forms with `err` or without a wrapper. */
export const readError: ReadError = (body, status) => {
  const error = errorIn(body);
  if (!error) return {};
  const { code, name, message } = error as Partial<Record<string, unknown>>;
  const said: VendorError = {
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
  const meaning = meanings[String(name)] ?? meanings[String(code)];
  if (meaning) return { ...said, ...meaning };
  // A token that is no longer good is answered with 403, as is one that is good for something else.
  if ("invalidToken" in error || "missingToken" in error) return { ...said, means: "AUTH_FAILED" };
  if ("saml" in error)
    return {
      ...said,
      means: "AUTH_FAILED",
      next: "The team asks for its single sign-on: sign in to it at https://vercel.com, make a token for it, then run: landfall connect vercel",
    };
  return status === 403 ? { ...said, next: otherScope } : said;
};

function errorIn(body: unknown): object | null {
  if (typeof body !== "object" || body === null) return null;
  for (const wrapper of ["error", "err"] as const) {
    const inner = (body as Record<string, unknown>)[wrapper];
    if (typeof inner === "object" && inner !== null) return inner;
  }
  return body;
}
