/** How the engine reaches a platform: where, with whose credential, and by which names its sites answer. */
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import { type Api, noApi, openApi } from "../http/api.ts";
import type { Target } from "../plan/plan.ts";
import type { Connectable, Platform } from "../platform.ts";
import type { Secret } from "../secret.ts";
import type { Credential, OAuthClient } from "./credential.ts";

/** What a caller of the engine says about a platform, from its environment. */
export interface PlatformAccess {
  /** Token from the environment, and the variable it stands in; wins over stored connections. */
  token?: string;
  tokenFrom?: string;
  /** Landfall as it is registered at the vendor, for OAuth 2. */
  client?: OAuthClient;
  /** In place of the vendor's API: a proxy, a simulator, a test server. */
  apiUrl?: string;
  /** In place of the vendor's site domain: `http://vercel.localhost:9101` serves what is `acme.vercel.app` elsewhere. */
  sitesUrl?: string;
  /** Account and project to use, as the vendor's own variables name them. */
  target?: Target;
}

/** What the environment says: the vendor's own names, and LANDFALL_<ID>_API_URL and LANDFALL_<ID>_SITES_URL, which win. Empty counts as unset. */
export function accessFrom(
  { id, connect, environment = {} }: Connectable,
  variables: Readonly<Record<string, string | undefined>>,
): PlatformAccess {
  const value = (name: string | undefined): string | undefined => (name && variables[name]?.trim()) || undefined;
  const ours = `LANDFALL_${id.toUpperCase().replaceAll("-", "_")}`;
  const tokenFrom = connect
    ?.flatMap((way) => (way.kind === "token" ? way.env : []))
    .find((name) => value(name) !== undefined);
  const token = value(tokenFrom);
  const clients = connect?.flatMap((way) => (way.kind === "token" ? [] : [way.client])) ?? [];
  const clientId = clients.map((client) => value(client.id)).find((found) => found !== undefined);
  const clientSecret = clients
    .map((client) => ("secret" in client ? value(client.secret) : undefined))
    .find((found) => found !== undefined);
  const apiUrl = value(`${ours}_API_URL`) ?? value(environment.apiUrl);
  const sitesUrl = value(`${ours}_SITES_URL`);
  const account = value(environment.account);
  const projectId = value(environment.project);
  return {
    ...(token && tokenFrom ? { token, tokenFrom } : {}),
    ...(clientId ? { client: { id: clientId, ...(clientSecret ? { secret: clientSecret } : {}) } } : {}),
    ...(apiUrl ? { apiUrl } : {}),
    ...(sitesUrl ? { sitesUrl } : {}),
    target: { ...(account ? { account } : {}), ...(projectId ? { projectId } : {}) },
  };
}

/**
 * What it says to everybody: how Landfall is registered, and where the platforms are. Its tokens and projects are those of whoever
 * started the process; with them, another organisation would deploy into that account.
 */
export function sharedAccessFrom(
  platform: Connectable,
  variables: Readonly<Record<string, string | undefined>>,
): PlatformAccess {
  const { client, apiUrl, sitesUrl } = accessFrom(platform, variables);
  return { ...(client ? { client } : {}), ...(apiUrl ? { apiUrl } : {}), ...(sitesUrl ? { sitesUrl } : {}) };
}

export type Client = Api & AsyncDisposable;

/** A client of the platform's API; for a platform of this machine one that must not be asked. */
export function openClient({
  platform,
  access,
  credential,
  clock,
}: {
  platform: Connectable;
  access: PlatformAccess | undefined;
  credential: Credential | null;
  clock: Clock;
}): Client {
  if (platform.baseUrl === undefined) return { ...noApi(platform.id), [Symbol.asyncDispose]: async () => {} };
  return openApi({
    id: platform.id,
    name: platform.name,
    url: access?.apiUrl === undefined ? platform.baseUrl : movedUrl(access.apiUrl, platform.baseUrl),
    moved: access?.apiUrl !== undefined,
    credential: async () => (credential ? credential.current() : null),
    ...(credential?.renew ? { renew: (refused: Secret) => credential.renew!(refused) } : {}),
    readError: platform.readError ?? (() => ({})),
    reconnect: howToConnect(platform),
    clock,
  });
}

/** An address of the vendor, at the origin the API was moved to. An API that is named and is where it always was moves nothing. */
export function moved(address: string, { baseUrl }: Connectable, access: PlatformAccess | undefined): string {
  if (access?.apiUrl === undefined || new URL(access.apiUrl).origin === new URL(baseUrl!).origin) return address;
  const { pathname, search } = new URL(address);
  return new URL(pathname + search, access.apiUrl).href;
}

/** The other address, below the vendor's own path unless it names one. */
export function movedUrl(other: string, vendors: string): string {
  const url = new URL(other);
  if (url.pathname === "/") url.pathname = new URL(vendors).pathname;
  return url.href.replace(/\/$/, "");
}

/** What a person does to connect an account of the platform. */
function howToConnect(platform: Connectable): string {
  const token = platform.connect?.find((way) => way.kind === "token");
  const made = token ? `Create a token at ${token.help}, then` : "Run";
  const name = token?.env[0];
  return `${made}${token ? " run" : ""}: landfall connect ${platform.id}${name ? `, or set ${name}` : ""}.`;
}

/** AUTH_FAILED, with what to do: connect the account (again). */
export function authFailed(
  platform: Connectable,
  what: string,
  { where = platform.id, cause }: { where?: string; cause?: unknown } = {},
) {
  return new DeployError(
    "AUTH_FAILED",
    {
      what,
      where,
      next: howToConnect(platform),
      recovery: [{ kind: "reconnect", label: `Connect ${platform.name}`, command: `landfall connect ${platform.id}` }],
      step: "auth",
    },
    cause === undefined ? undefined : { cause },
  );
}

export function notConnected(platform: Connectable): DeployError {
  return authFailed(platform, `No account of ${platform.name} is connected.`);
}

/** A site's address as it can be asked here: below `sitesUrl` when that stands for the vendor's domain. */
export function siteAddress(url: string, platform: Platform, access: PlatformAccess | undefined): string {
  const { siteDomain } = platform;
  if (!access?.sitesUrl || !siteDomain) return url;
  const at = new URL(url);
  if (!at.hostname.endsWith(`.${siteDomain}`)) return url;
  const below = new URL(access.sitesUrl);
  const label = at.hostname.slice(0, -siteDomain.length - 1);
  return `${below.protocol}//${label}.${below.host}${at.pathname === "/" ? "" : at.pathname}`;
}
