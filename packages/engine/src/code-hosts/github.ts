/**
 * GitHub and GitHub Enterprise: a repository found, or made in one's own account or an organisation.
 * Sources: docs.github.com/rest "Repositories", "Rate limits for the REST API", "Scopes for OAuth apps"; github/docs issue 44518. Read 2026-11.
 */
import { DeployError } from "../error.ts";
import type { ReadError } from "../http/api.ts";
import { path } from "../http/api.ts";
import { ApiError } from "../http/api-error.ts";
import {
  badName,
  type CodeHost,
  following,
  gitAddress,
  hyphened,
  type HostContext,
  nullWhereMissing,
  pageAddress,
  type Place,
  type Repository,
} from "./code-host.ts";

const tokens = "https://github.com/settings/tokens";
const headers = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };
/** Asked for by GitHub's own words where no header says how long. */
const secondaryLimitMs = 60_000;

interface GithubRepository {
  full_name: string;
  html_url: string;
  clone_url: string;
  private: boolean;
  archived?: boolean;
  permissions?: { push?: boolean };
}

export const github: CodeHost = {
  id: "github",
  name: "GitHub",
  baseUrl: "https://api.github.com",
  connect: [{ kind: "token", env: [], help: tokens }],
  gitUser: "x-access-token",
  token: `Make a token at ${tokens} with the scope \`repo\` (fine-grained: Administration and Contents, write), and give it as \`token\`.`,
  readError,

  async account({ api, signal }) {
    const answer = await api.send({ method: "GET", path: "/user", headers, signal });
    const { id, login } = answer.json() as { id: number; login: string };
    const missing = missingScopes(scopesIn(answer.headers), ["repo"]);
    return { id: String(id), name: login, ...(missing.length > 0 ? { missingScopes: missing } : {}) };
  },

  async place({ api, signal }, { owner, name }) {
    const written = hyphened(name);
    if (written === "." || written === ".." || /\.(?:git|wiki)$/i.test(written))
      throw badName(`GitHub takes no repository called ${written}.`, "name", "Give another name.");
    if (written.length > 100)
      throw badName("A repository's name on GitHub has at most 100 characters.", "name", "Give a shorter one.");
    if (owner !== undefined && !/^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/.test(owner))
      throw badName(
        "This is no account or organisation of GitHub.",
        "owner",
        "Give its name alone, as in github.com/acme.",
      );
    // An application's own token is nobody's account, and says 403.
    const answer = await api.send({ method: "GET", path: "/user", headers, signal, accept: owner ? [403] : [] });
    const login = answer.status === 403 ? undefined : (answer.json() as { login: string }).login;
    const scopes = scopesIn(answer.headers);
    const isOwn = login !== undefined && (owner ?? login).toLowerCase() === login.toLowerCase();
    return { owner: isOwn ? login : owner!, name: written, isOwn, ...(scopes ? { scopes } : {}) };
  },

  async find({ api, signal }, { owner, name }) {
    const asked = path`/repos/${owner}/${name}`;
    const answer = await following(api, { method: "GET", path: asked, headers, signal }).catch(nullWhereMissing);
    return answer && repositoryIn(answer.json() as GithubRepository, api);
  },

  async create(context, place, { private: isPrivate = true, description, workflows }) {
    const { api, signal } = context;
    const needed = [isPrivate ? "repo" : "public_repo", ...(workflows ? ["workflow"] : [])];
    const missing = missingScopes(place.scopes, needed);
    if (missing.length > 0) throw scopesMissing(place.scopes!, missing, place);
    const asked = { name: place.name, private: isPrivate, ...(description === undefined ? {} : { description }) };
    const where = place.isOwn ? "/user/repos" : path`/orgs/${place.owner}/repos`;
    try {
      const answer = await following(api, { method: "POST", path: where, headers, json: asked, signal });
      return repositoryIn(answer.json() as GithubRepository, api);
    } catch (error) {
      throw await whyNotMade(context, place, error);
    }
  },
};

function repositoryIn(said: GithubRepository, api: HostContext["api"]): Repository {
  const gitUrl = gitAddress(github, api, said.clone_url);
  const closed = closedBecause(said);
  return {
    fullName: said.full_name,
    url: pageAddress(said.html_url, gitUrl),
    gitUrl,
    private: said.private,
    ...(closed ? { closed } : {}),
  };
}

function closedBecause({ full_name, archived, permissions }: GithubRepository): Repository["closed"] {
  if (archived === true)
    return {
      code: "INSUFFICIENT_PERMISSIONS",
      what: `The repository ${full_name} is archived and takes no changes.`,
      next: "Take it out of the archive there, or give another name.",
    };
  if (permissions?.push === false)
    return {
      code: "INSUFFICIENT_PERMISSIONS",
      what: `There is a repository ${full_name} already, and this token may not write to it.`,
      next: "Give another name or owner, or a token that may write there.",
    };
  return undefined;
}

/** What it means that none was made, asked once more where the answer alone does not say. */
async function whyNotMade(
  { api, signal }: HostContext,
  { owner, name, isOwn }: Place,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ApiError)) return error;
  const where = `github: ${owner}/${name}`;
  if (error.code === "PROJECT_NAME_TAKEN")
    return new DeployError("PROJECT_NAME_TAKEN", {
      what: `There is a repository ${owner}/${name} already, which this token may not see.`,
      where,
      next: "Give another name, or a token that may write to that repository.",
    });
  if (isOwn) return error;
  // Said of scopes and single sign-on already; what is left is the organisation's own no.
  if (error.code === "INSUFFICIENT_PERMISSIONS" && error.vendor.next === undefined)
    return new DeployError("INSUFFICIENT_PERMISSIONS", {
      what: `The organisation ${owner} does not let this account make repositories.${quoted(error)}`,
      where,
      next: `Ask an owner of ${owner} to allow it or to make ${owner}/${name}, or give another owner.`,
    });
  if (error.code !== "NOT_FOUND") return error;
  const there = await api
    .send({ method: "GET", path: path`/users/${owner}`, headers, signal })
    .then((answer) => (answer.json() as { type: string }).type)
    .catch(nullWhereMissing);
  if (there === null)
    return new DeployError("NOT_FOUND", {
      what: `There is no account or organisation ${owner} on GitHub.`,
      where: "owner",
      next: "Correct the owner, or leave it out for the account of the token.",
    });
  if (there === "Organization")
    return new DeployError("INSUFFICIENT_PERMISSIONS", {
      what: `This token does not reach the organisation ${owner}: its account is no member, or the organisation has not approved the token.`,
      where,
      next: `Give a token that ${owner} has approved, of an account that is a member, or give another owner.`,
    });
  return badName(`${owner} is another person's account.`, "owner", "Leave the owner out, or give an organisation.");
}

function quoted({ vendor }: ApiError): string {
  return vendor.message ? ` It says: ${vendor.message.slice(0, 300)}` : "";
}

/** What the token was given; undefined for a kind that has no scopes, such as fine-grained ones. */
function scopesIn(given: Record<string, string>): string[] | undefined {
  return given["x-oauth-scopes"]?.split(/[,\s]+/).filter((one) => one !== "");
}

/** Of those, what is not granted. `repo` holds `public_repo`. */
function missingScopes(granted: string[] | undefined, needed: string[]): string[] {
  const holds = (one: string) => granted!.includes(one) || (one === "public_repo" && granted!.includes("repo"));
  return granted === undefined ? [] : needed.filter((one) => !holds(one));
}

function scopesMissing(granted: string[], missing: string[], { owner, name }: Place): DeployError {
  return new DeployError("INSUFFICIENT_PERMISSIONS", {
    what: `The token lacks ${named(missing)}. It has ${granted.length > 0 ? named(granted) : "no scope at all"}.`,
    where: `github: ${owner}/${name}`,
    next: missing.includes("workflow")
      ? `Give a token with ${named(missing)}, or remove .github/workflows from the sandbox.`
      : `Give a token with ${named(missing)}: ${tokens}`,
  });
}

function named(scopes: string[]): string {
  return `the scope${scopes.length > 1 ? "s" : ""} ${scopes.map((one) => `\`${one}\``).join(", ")}`;
}

/** GitHub's errors are a message and a list of objects or of texts, and what matters as much is in headers. */
function readError(
  body: Parameters<ReadError>[0],
  status: number,
  answered: Parameters<ReadError>[2],
): ReturnType<ReadError> {
  const { message: said, errors = [] } = (body ?? {}) as { message?: unknown; errors?: unknown };
  const more = (Array.isArray(errors) ? errors : []).flatMap((one: unknown) =>
    typeof one === "string" ? [one] : [(one as { message?: unknown } | null)?.message],
  );
  const texts = [said, ...more].filter((one): one is string => typeof one === "string");
  const message = texts.join(" ");
  const given = answered.headers;
  const own = texts.length > 0 ? { message } : {};

  const isUsedUp = given["x-ratelimit-remaining"] === "0";
  const isLimited = isUsedUp || given["retry-after"] !== undefined || /rate limit/i.test(message);
  if (status === 429 || (status === 403 && isLimited)) {
    const isSaid = given["retry-after"] !== undefined || isUsedUp;
    return { ...own, means: "RATE_LIMIT_EXCEEDED", ...(isSaid ? {} : { retryAfterMs: secondaryLimitMs }) };
  }
  const signOn = /^required; url=(https:\/\/[^\s,;]+)/.exec(given["x-github-sso"] ?? "")?.[1];
  if (status === 403 && signOn !== undefined)
    return {
      ...own,
      means: "INSUFFICIENT_PERMISSIONS",
      next: `The organisation wants the token allowed for single sign-on: open ${signOn}, then export again.`,
    };
  const accepted = (given["x-accepted-oauth-scopes"] ?? "").split(/[,\s]+/).filter((one) => one !== "");
  const granted = scopesIn(given);
  const isWrite = answered.method !== "GET" || status === 403;
  const lacks = granted !== undefined && accepted.length > 0 && !accepted.some((one) => granted.includes(one));
  if ((status === 403 || status === 404) && isWrite && lacks)
    return {
      ...own,
      means: "INSUFFICIENT_PERMISSIONS",
      next: `The token has ${granted.length > 0 ? named(granted) : "no scope"}; this needs one of ${accepted.map((one) => `\`${one}\``).join(", ")}. Give a token with it: ${tokens}`,
    };
  if (status === 422 && /already exists/i.test(message)) return { ...own, means: "PROJECT_NAME_TAKEN" };
  if (status === 422) return { ...own, next: "Mend what it names, then export again." };
  return own;
}
