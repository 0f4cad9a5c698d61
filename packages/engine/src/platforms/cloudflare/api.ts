/**
 * What Cloudflare's two products have in common: the envelope of every answer, what its codes mean, accounts and how they are connected.
 * Source: https://developers.cloudflare.com/api, cloudflare@7.3.0 and wrangler 4.164.0, read 2026-08-22.
 */
import { DeployError, type ErrorCode } from "../../error.ts";
import type { Api, ApiRequest, ReadError } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import type { Account, ApiContext, Connect, Platform } from "../../platform.ts";
import { frameworks } from "./frameworks.ts";

/** Ways to connect; `scopes` are those of the product. */
export function connectWith(scopes: string[]): Connect[] {
  return [
    {
      kind: "token",
      env: ["CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"],
      help: "https://dash.cloudflare.com/profile/api-tokens",
    },
    {
      kind: "oauth2",
      authorizeUrl: "https://dash.cloudflare.com/oauth2/auth",
      tokenUrl: "https://dash.cloudflare.com/oauth2/token",
      revokeUrl: "https://dash.cloudflare.com/oauth2/revoke",
      scopes: [...scopes, "account-settings.read", "user-details.read", "offline_access"],
      pkce: true,
      client: { id: "CLOUDFLARE_CLIENT_ID", secret: "CLOUDFLARE_CLIENT_SECRET" },
      refresh: "rotates",
    },
  ];
}

/** Cloudflare's numbers that say more than the status, and those whose cure is not the usual one. */
const meanings: Record<string, { means?: ErrorCode; next?: string }> = {
  1000: { means: "AUTH_FAILED" },
  6003: { means: "AUTH_FAILED" },
  9106: { means: "AUTH_FAILED" },
  9109: { means: "AUTH_FAILED" },
  10000: {
    means: "INSUFFICIENT_PERMISSIONS",
    next: "Give the token the permissions Account: Cloudflare Pages: Edit (for Pages) or Account: Workers Scripts: Edit (for Workers), for this account, at https://dash.cloudflare.com/profile/api-tokens; domains of Workers also need Zone: Workers Routes: Edit.",
  },
  8000000: { means: "PLATFORM_UNAVAILABLE" },
  10021: {
    next: "The code does not run on Workers as it is. Mend what Cloudflare names; a package that is missing must be bundled by the framework's adapter.",
  },
  10027: {
    next: "Make the server smaller (3 MB compressed on the free plan, 10 MB on a paid one), or choose another platform.",
  },
  10063: {
    next: "Register the account's workers.dev subdomain once at https://dash.cloudflare.com/?to=/:account/workers-and-pages.",
  },
};

const readError: ReadError = (body, status) => {
  const [first] = (body as Partial<Envelope> | undefined)?.errors ?? [];
  if (!first) return {};
  const code = String(first.code);
  // 10000 stands for a credential nobody knows as well as for one that lacks a right; the status tells them apart.
  return { code, message: first.message, ...(status === 401 ? { means: "AUTH_FAILED" as const } : meanings[code]) };
};

const accountVariable = "CLOUDFLARE_ACCOUNT_ID";

/** Facts of both products. A project is one site in either. */
export const shared = {
  baseUrl: "https://api.cloudflare.com/client/v4",
  accepts: ["files", "prebuilt"],
  runs: ["static", "server"],
  oneService: true,
  frameworks,
  environment: { account: accountVariable, apiUrl: "CLOUDFLARE_API_BASE_URL" },
  digest: "asset",
  readError,
} as const satisfies Partial<Platform>;

interface Envelope {
  success: boolean;
  errors: { code: number; message: string }[] | null;
  result: unknown;
  result_info?: { page: number; total_pages: number };
}

/** Ask, and answer what is in the envelope. Throws ApiError; PLATFORM_UNAVAILABLE when the envelope says failure with a good status. */
export async function ask<T>({ api, signal }: Pick<ApiContext, "api" | "signal">, request: ApiRequest): Promise<T> {
  return (await envelopeOf({ api, signal }, request)).result as T;
}

async function envelopeOf({ api, signal }: { api: Api; signal: AbortSignal }, request: ApiRequest): Promise<Envelope> {
  const envelope = await api.call<Envelope | undefined>({ signal, ...request });
  if (envelope?.success) return envelope;
  const [first] = envelope?.errors ?? [];
  throw new DeployError("PLATFORM_UNAVAILABLE", {
    what: `Cloudflare says that it failed${first ? `: ${first.message}` : ", and not why"}.`,
    where: `${request.method} ${request.path}${first ? ` (${first.code})` : ""}`,
    next: "Try again; what was sent already is not sent twice.",
  });
}

/** All pages of a list. */
export async function askAll<T>(context: Pick<ApiContext, "api" | "signal">, request: ApiRequest): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; ; page++) {
    const { result, result_info: info } = await envelopeOf(context, { ...request, query: { ...request.query, page } });
    all.push(...(result as T[]));
    if (!info || info.page >= info.total_pages) return all;
  }
}

/** Null where Cloudflare does not know what is asked for. */
export async function askIfThere<T>(
  context: Pick<ApiContext, "api" | "signal">,
  request: ApiRequest,
): Promise<T | null> {
  try {
    return await ask<T>(context, request);
  } catch (error) {
    if (error instanceof ApiError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

/** Whether an error is Cloudflare's own of this number. */
export function isCode(error: unknown, ...codes: number[]): error is ApiError {
  return error instanceof ApiError && codes.some((code) => error.vendor.code === String(code));
}

interface RemoteAccount {
  id: string;
  name: string;
}

/** The account to deploy to: the target's, else the only one the credential opens. Throws INVALID_CONFIG with the choice, INSUFFICIENT_PERMISSIONS. */
export async function accountIdOf({
  api,
  signal,
  target,
}: Pick<ApiContext, "api" | "signal" | "target">): Promise<string> {
  if (target.account !== undefined) return target.account;
  const [first, ...others] = await accountsOf({ api, signal });
  if (first && others.length === 0) return first.id;
  if (!first) throw noAccount();
  throw new DeployError("INVALID_CONFIG", {
    what: `The credential opens ${others.length + 1} accounts of Cloudflare, and none was chosen.`,
    where: accountVariable,
    next: `Set ${accountVariable} to one of: ${[first, ...others].map(({ id, name }) => `${id} (${name})`).join(", ")}.`,
    step: "create",
  });
}

function accountsOf(context: Pick<ApiContext, "api" | "signal">): Promise<RemoteAccount[]> {
  return askAll<RemoteAccount>(context, { method: "GET", path: "/accounts", query: { per_page: 50 } });
}

function noAccount(): DeployError {
  return new DeployError("INSUFFICIENT_PERMISSIONS", {
    what: "The credential opens no account of Cloudflare.",
    where: "GET /accounts",
    next: "Give the token a permission for an account at https://dash.cloudflare.com/profile/api-tokens.",
    step: "auth",
  });
}

/** Whose the credential is, and which of the product's rights it lacks: `needs` has a path below the account that only those who have the right may read. */
export async function readAccount(
  context: Pick<ApiContext, "api" | "signal">,
  needs: { path: string; permission: string },
): Promise<Account> {
  const [accounts, expiresAt] = await Promise.all([accountsOf(context), expiryOf(context)]);
  const [first] = accounts;
  if (!first) throw noAccount();
  const missing = await lacks(context, `/accounts/${first.id}${needs.path}`);
  return {
    id: first.id,
    name: first.name,
    ...(accounts.length > 1 ? { teams: accounts.map(({ id, name }) => ({ id, name })) } : {}),
    ...(missing ? { missingScopes: [needs.permission] } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

async function lacks(context: Pick<ApiContext, "api" | "signal">, path: string): Promise<boolean> {
  try {
    await ask(context, { method: "GET", path });
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.code === "INSUFFICIENT_PERMISSIONS") return true;
    throw error;
  }
}

/** Only tokens of a user are described here; those of an account and of OAuth say nothing of their end. */
async function expiryOf(context: Pick<ApiContext, "api" | "signal">): Promise<string | undefined> {
  try {
    const token = await ask<{ expires_on?: string }>(context, { method: "GET", path: "/user/tokens/verify" });
    return token.expires_on;
  } catch (error) {
    if (isCode(error, 1000, 9109, 10000)) return undefined;
    throw error;
  }
}
