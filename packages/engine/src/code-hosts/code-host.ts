/**
 * What a host of repositories is: facts first, then what is asked of it to have a repository there. The push itself is git's
 * (sandboxes/export-git.ts). An object per host, none of which imports another.
 */
import type { Clock } from "../clock.ts";
import { movedUrl, type PlatformAccess } from "../connections/access.ts";
import type { Credential } from "../connections/credential.ts";
import { DeployError } from "../error.ts";
import { type Api, type ApiAnswer, type ApiRequest, openApi } from "../http/api.ts";
import type { Connectable } from "../platform.ts";
import type { Secret } from "../secret.ts";
import { isLoopback } from "../source/git-address.ts";

/** A repository that is to be there. */
export interface Wanted {
  /** Organisation, or path of a group. Default: the account of the token. */
  owner?: string;
  name: string;
  /** Default true. Of a repository that is there it changes nothing. */
  private?: boolean;
  description?: string;
}

/** Where it will be: who has it, and its name as the host writes it. */
export interface Place {
  owner: string;
  name: string;
  /** Of the token's own account. */
  isOwn: boolean;
  /** What the token may do, where the host says so. */
  scopes?: string[];
}

export interface Repository {
  /** `owner/name`, as the host has them. */
  fullName: string;
  /** Its page. */
  url: string;
  /** Where git pushes. */
  gitUrl: string;
  private: boolean;
  /** Why nothing can be pushed there; absent when nothing is known to be in the way. */
  closed?: { code: "INSUFFICIENT_PERMISSIONS" | "CONFLICT"; what: string; next: string };
}

export interface HostContext {
  api: Api;
  signal: AbortSignal;
}

export interface CodeHost extends Connectable {
  id: "github" | "gitlab";
  baseUrl: string;
  /** The user whose password the token is, for git. */
  gitUser: string;
  /** How a person gets a token that may do this. */
  token: string;
  /** Throws INVALID_CONFIG for a name or an owner the host does not take, and what the host refuses. */
  place(context: HostContext, wanted: Wanted): Promise<Place>;
  /** Null when there is none, or none that the token may see. */
  find(context: HostContext, place: Place): Promise<Repository | null>;
  /** Throws PROJECT_NAME_TAKEN, INSUFFICIENT_PERMISSIONS, NOT_FOUND (the owner), INVALID_CONFIG. `workflows`: files of .github/workflows will be pushed. */
  create(context: HostContext, place: Place, wanted: Wanted & { workflows: boolean }): Promise<Repository>;
}

/** A wait that is asked for is waited for so long, and otherwise told: somebody is there for the answer. */
const longestWaitMs = 5_000;

/** A client of the host's API with this credential. Throws INVALID_CONFIG for an address it was moved to that is none. */
export function openHost(
  host: CodeHost,
  { access, credential, clock }: { access: PlatformAccess | undefined; credential: Credential; clock: Clock },
): Api & AsyncDisposable {
  return openApi({
    id: host.id,
    name: host.name,
    url: hostAddress(host, access),
    moved: access?.apiUrl !== undefined,
    credential: () => credential.current(),
    ...(credential.renew ? { renew: (refused: Secret) => credential.renew!(refused) } : {}),
    readError: host.readError!,
    reconnect: host.token,
    clock,
    longestWaitMs,
  });
}

/** Where its API is. Throws INVALID_CONFIG for an address of the environment that is none, or that would show the token on the way. */
export function hostAddress({ id, name, baseUrl }: CodeHost, access: PlatformAccess | undefined): string {
  const other = access?.apiUrl;
  if (other === undefined) return baseUrl;
  const url = URL.canParse(other) ? new URL(other) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (url && isSafe && !/[\s\p{Cc}]/u.test(other) && `${url.username}${url.password}${url.search}${url.hash}` === "")
    return movedUrl(other, baseUrl);
  throw new DeployError("INVALID_CONFIG", {
    what: `The address ${name} is to be asked at is not one of https, without user and query.`,
    where: `LANDFALL_${id.toUpperCase()}_API_URL`,
    next: "Correct the variable where the server is started, such as https://git.example.com/api/v4.",
  });
}

/**
 * Where git pushes, as the host says it. The token goes to the host that is asked and to nobody else: `api.` in front of it apart, the
 * names are the same. Throws PLATFORM_UNAVAILABLE.
 */
export function gitAddress({ name }: Pick<CodeHost, "name">, api: Api, said: unknown): string {
  const asked = new URL(api.url);
  const url = typeof said === "string" && URL.canParse(said) ? new URL(said) : null;
  const isSame = url?.hostname === asked.hostname || url?.hostname === asked.hostname.replace(/^api\./, "");
  if (url && isSame && url.protocol === asked.protocol && url.username === "") return url.href;
  throw new DeployError("PLATFORM_UNAVAILABLE", {
    what: `${name} names another host for git than the one that was asked, which gets no token.`,
    where: url?.host ?? asked.host,
    next: "Ask whoever runs it to set its external address right.",
  });
}

/** Its page, when it is one of the web. */
export function pageAddress(said: unknown, gitUrl: string): string {
  return typeof said === "string" && /^https?:\/\/[^\s\p{Cc}]+$/u.test(said) ? said : gitUrl.replace(/\.git$/, "");
}

const redirects = [301, 302, 307, 308];

/** Ask, and go where a renamed or moved repository is, as long as that is the same API. */
export async function following(api: Api, request: ApiRequest): Promise<ApiAnswer> {
  let { path } = request;
  for (let hops = 0; ; hops++) {
    const answer = await api.send({ ...request, path, accept: redirects });
    if (!redirects.includes(answer.status)) return answer;
    const to = answer.headers["location"];
    const address = to !== undefined && URL.canParse(to, api.url) ? new URL(to, api.url).href : "";
    if (hops === 3 || !address.startsWith(`${api.url}/`))
      throw new DeployError("PLATFORM_UNAVAILABLE", {
        what: "The API sends on to another host, or round and round.",
        where: request.path,
        next: "Give the repository's present owner and name.",
      });
    path = address.slice(api.url.length);
  }
}

/** For what may not be there. */
export function nullWhereMissing(error: unknown): null {
  if (error instanceof DeployError && error.code === "NOT_FOUND") return null;
  throw error;
}

/** INVALID_CONFIG about a field of the request. */
export function badName(what: string, where: "name" | "owner", next: string): DeployError {
  return new DeployError("INVALID_CONFIG", { what, where, next });
}

/** Whatever a person typed as a name, as hosts write it: what they do not take becomes one hyphen. */
export function hyphened(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
}
