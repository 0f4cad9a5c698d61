/**
 * GitHub, as far as a repository is looked for, made and pushed to: whose a token is and what it may, accounts and organisations, repositories
 * with real git behind them. Sources: docs.github.com/rest (2022-11-28), github/docs issue 44518, octokit fixtures. Read 2026-11.
 */
import { type Answer, type Definition, defineVendor, type Handler, type SimulatedRequest } from "../definition.ts";
import { answering, Refusal } from "../git/refusal.ts";
import {
  askPassword,
  basicOf,
  clearShelf,
  noRepository,
  numberOf,
  openShelf,
  putOnShelf,
  serveGit,
} from "../git/repositories.ts";

export interface GithubOptions {
  /** Tokens with the account behind each, and its scopes; null for a fine-grained one, which has none. Default: "simulated-token" of "simulated" with repo and workflow. */
  tokens?: Record<string, { login: string; scopes: string[] | null }>;
  /** Organisations by name. Default: "simulated-team" of "simulated". */
  organizations?: Record<string, Partial<GithubOrganization>>;
}

export interface GithubOrganization {
  members: string[];
  /** Whether members may make repositories. */
  membersCreate: boolean;
  /** Address where a token is allowed for single sign-on; every token is refused while it is there. */
  signOn: string | null;
}

export interface GithubRepository {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  description: string | null;
  archived: boolean;
  /** Logins that may write besides the owner and an organisation's members. */
  writers: string[];
  /** Tokens that do not see it, such as fine-grained ones that were not given it. */
  hiddenFrom: string[];
  /** `owner/name` it had before, in lower case. */
  formerly: string[];
  /** So many requests of git are answered with 404, as for a moment after it was made. */
  unknownToGit: number;
  /** Where its bare repository is. */
  directory: string;
}

export interface GithubState {
  url: string;
  shelf: string;
  tokens: Map<string, { login: string; scopes: string[] | null }>;
  organizations: Map<string, GithubOrganization>;
  repositories: Map<number, GithubRepository>;
  /** What `unknownToGit` of the next one that is made is. */
  nextUnknown: number;
}

type Person = { token: string; login: string; scopes: string[] | null };

/** GitHub with accounts in which nothing has happened. */
export function github(options: GithubOptions = {}): Definition<GithubState> {
  const routes: Record<string, Handler<GithubState>> = {
    "GET /user": (state, request) => {
      const { login, scopes } = personOf(state, request);
      return said(scopes, "", { json: { login, id: numberOf(login), type: "User" } });
    },
    "GET /users/:login": (state, request) => {
      const { scopes } = personOf(state, request);
      const login = request.param("login");
      const isPerson = [...state.tokens.values()].some((one) => same(one.login, login));
      if (!isPerson && !organizationOf(state, login)) return said(scopes, "", error(404, "Not Found"));
      return said(scopes, "", { json: { login, type: isPerson ? "User" : "Organization" } });
    },
    "POST /user/repos": (state, request) => {
      const person = personOf(state, request);
      if (person.scopes !== null && !hasAny(person.scopes, ["public_repo", "repo"]))
        return said(person.scopes, "public_repo, repo", error(404, "Not Found"));
      return create(state, request, { person, owner: person.login });
    },
    "POST /orgs/:org/repos": (state, request) => {
      const person = personOf(state, request);
      const name = request.param("org");
      const found = organizationOf(state, name);
      const needed = "public_repo, repo";
      if (found && found.organization.signOn !== null)
        return said(person.scopes, needed, {
          ...error(403, "Resource protected by organization SAML enforcement."),
          headers: { "x-github-sso": `required; url=${found.organization.signOn}` },
        });
      const isMember = found?.organization.members.some((login) => same(login, person.login)) ?? false;
      if (!found || !isMember || (person.scopes !== null && !hasAny(person.scopes, ["public_repo", "repo"])))
        return said(person.scopes, needed, error(404, "Not Found"));
      if (!found.organization.membersCreate)
        return said(
          person.scopes,
          needed,
          error(403, "You need admin access to the organization before adding a repository to it."),
        );
      return create(state, request, { person, owner: found.name });
    },
    "GET /repos/:owner/:repo": (state, request) => {
      const person = personOf(state, request);
      const [owner, name] = [request.param("owner"), request.param("repo")];
      const found = repositoryAt(state, owner, name);
      if (!found || !sees(person, state, found)) return said(person.scopes, "repo", error(404, "Not Found"));
      if (!same(`${found.owner}/${found.name}`, `${owner}/${name}`))
        return said(person.scopes, "repo", {
          status: 301,
          headers: { location: `${state.url}/repositories/${found.id}` },
          json: { message: "Moved Permanently", url: `${state.url}/repositories/${found.id}` },
        });
      return said(person.scopes, "repo", { json: viewOf(state, person, found) });
    },
    "GET /repositories/:id": (state, request) => {
      const person = personOf(state, request);
      const found = state.repositories.get(Number(request.param("id")));
      if (!found || !sees(person, state, found)) return said(person.scopes, "repo", error(404, "Not Found"));
      return said(person.scopes, "repo", { json: viewOf(state, person, found) });
    },
    "GET /:owner/:repo.git/info/refs": git("info/refs"),
    "POST /:owner/:repo.git/git-upload-pack": git("git-upload-pack"),
    "POST /:owner/:repo.git/git-receive-pack": git("git-receive-pack"),
  };
  return defineVendor<GithubState>({
    name: "github",
    state: (url) => newState(url, options),
    dispose: ({ shelf }) => clearShelf(shelf),
    routes: Object.fromEntries(Object.entries(routes).map(([key, handler]) => [key, answering(handler)])),
    authorize: (_state, { headers }) =>
      headers["user-agent"]
        ? null
        : error(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
          ),
    error: (status, message) => error(status, message),
    check: ({ route, request }) =>
      route?.startsWith("POST /") && !route.includes(".git/") ? differences(request) : [],
  });
}

function newState(
  url: string,
  {
    tokens = { "simulated-token": { login: "simulated", scopes: ["repo", "workflow"] } },
    organizations = { "simulated-team": { members: ["simulated"] } },
  }: GithubOptions,
): GithubState {
  const usual = { members: [], membersCreate: true, signOn: null };
  return {
    url,
    shelf: openShelf(),
    tokens: new Map(Object.entries(tokens)),
    organizations: new Map(Object.entries(organizations).map(([name, one]) => [name, { ...usual, ...one }])),
    repositories: new Map(),
    nextUnknown: 0,
  };
}

/** What is sent to make one; `name` is all that must be there. */
const fields = new Set([
  "name",
  "description",
  "homepage",
  "private",
  "visibility",
  "has_issues",
  "has_wiki",
  "auto_init",
]);

function differences(request: SimulatedRequest): string[] {
  const body = request.json();
  if (typeof body !== "object" || body === null) return ["the body is no object"];
  return Object.keys(body).flatMap((key) => (fields.has(key) ? [] : [`repos/create has no field ${key}`]));
}

function create(
  state: GithubState,
  request: SimulatedRequest,
  { person, owner }: { person: Person; owner: string },
): Answer {
  const body = request.json() as { name?: unknown; private?: unknown; description?: unknown };
  const given = typeof body.name === "string" ? body.name : "";
  const name = given.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  const fault = (message: string): Answer =>
    error(422, "Repository creation failed.", [{ resource: "Repository", code: "custom", field: "name", message }]);
  if (name === "") return fault("name can't be blank");
  if (name.length > 100) return fault("name is too long (maximum is 100 characters)");
  if (repositoryAt(state, owner, name)) return said(person.scopes, "", fault("name already exists on this account"));
  const isPrivate = body.private === true;
  if (isPrivate && person.scopes !== null && !person.scopes.includes("repo"))
    return said(person.scopes, "repo", error(404, "Not Found"));
  const id = 1_000 + state.repositories.size;
  const made: GithubRepository = {
    id,
    owner,
    name,
    private: isPrivate,
    description: typeof body.description === "string" ? body.description : null,
    archived: false,
    writers: [],
    hiddenFrom: [],
    formerly: [],
    unknownToGit: state.nextUnknown,
    directory: putOnShelf(state.shelf, id),
  };
  state.repositories.set(id, made);
  return said(person.scopes, "public_repo, repo", { status: 201, json: viewOf(state, person, made) });
}

function viewOf(state: GithubState, person: Person, repository: GithubRepository): Record<string, unknown> {
  const { url } = state;
  const { id, owner, name, archived, description } = repository;
  return {
    id,
    name,
    full_name: `${owner}/${name}`,
    private: repository.private,
    owner: { login: owner },
    html_url: `${url}/${owner}/${name}`,
    clone_url: `${url}/${owner}/${name}.git`,
    description,
    archived,
    default_branch: "main",
    permissions: { pull: true, push: writes(state, person, repository) },
  };
}

/** git over HTTP: whoever brings a token in the place of the password, and may write, may push. */
function git(service: string): Handler<GithubState> {
  return async (state, request) => {
    const found = repositoryAt(state, request.param("owner"), request.param("repo"));
    const given = basicOf(request);
    const known = given && state.tokens.get(given.password);
    if (given && !known)
      return { ...askPassword, body: "remote: Invalid username or token. Password authentication is not supported." };
    if (!known) return askPassword;
    const person = { token: given.password, ...known };
    if (!found || !sees(person, state, found)) return noRepository("Repository not found.");
    if (found.unknownToGit > 0) {
      found.unknownToGit -= 1;
      return noRepository("Repository not found.");
    }
    const isPush = service === "git-receive-pack" || request.query.get("service") === "git-receive-pack";
    if (isPush && (!writes(state, person, found) || found.archived))
      return {
        status: 403,
        headers: { "content-type": "text/plain" },
        body: found.archived
          ? "This repository was archived so it is read-only."
          : `Permission to ${found.owner}/${found.name}.git denied to ${person.login}.`,
      };
    const mayWorkflows = person.scopes === null || person.scopes.includes("workflow");
    return serveGit(state.shelf, request, {
      id: found.id,
      service,
      user: person.login,
      environment: mayWorkflows
        ? {}
        : {
            SIMULATED_NO_WORKFLOW:
              "refusing to allow a Personal Access Token to create or update workflow `.github/workflows/a.yml` without `workflow` scope",
          },
    });
  };
}

function repositoryAt({ repositories }: GithubState, owner: string, name: string): GithubRepository | undefined {
  const asked = `${owner}/${name}`.toLowerCase();
  const all = [...repositories.values()];
  return (
    all.find((one) => same(`${one.owner}/${one.name}`, asked)) ?? all.find(({ formerly }) => formerly.includes(asked))
  );
}

function sees(person: Person, state: GithubState, repository: GithubRepository): boolean {
  if (repository.hiddenFrom.includes(person.token)) return false;
  return !repository.private || writes(state, person, repository);
}

function writes({ organizations }: GithubState, { login }: Person, { owner, writers }: GithubRepository): boolean {
  const members = organizations.get(owner)?.members ?? [];
  return [owner, ...writers, ...members].some((one) => same(one, login));
}

function organizationOf({ organizations }: GithubState, asked: string) {
  for (const [name, organization] of organizations) if (same(name, asked)) return { name, organization };
  return undefined;
}

function personOf({ tokens }: GithubState, { headers }: SimulatedRequest): Person {
  const token = (headers["authorization"] ?? "").replace(/^(?:Bearer|token) /i, "");
  const known = tokens.get(token);
  if (!known) throw new Refusal(error(401, "Bad credentials"));
  return { token, ...known };
}

/** The answer with what every one says of the token, and of what the endpoint takes. */
function said(granted: string[] | null, accepted: string, answer: Answer): Answer {
  const own: Record<string, string> =
    granted === null ? {} : { "x-oauth-scopes": granted.join(", "), "x-accepted-oauth-scopes": accepted };
  const limits = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999" };
  return { ...answer, headers: { ...limits, ...own, ...answer.headers } };
}

function error(status: number, message: string, errors?: unknown[]): Answer {
  const documentation_url = "https://docs.github.com/rest";
  return { status, json: { message, ...(errors ? { errors } : {}), documentation_url, status: String(status) } };
}

function hasAny(granted: string[], accepted: string[]): boolean {
  return accepted.some((one) => granted.includes(one));
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
