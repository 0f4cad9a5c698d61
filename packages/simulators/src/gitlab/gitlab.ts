/**
 * GitLab, as far as a project is looked for, made and pushed to: whose a token is, groups and subgroups, projects with real git behind them.
 * Sources: docs.gitlab.com/api "Projects", "Namespaces", gitlabhq app/services/projects, cooperspencer/gickup PR 337. Read 2026-11.
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

export interface GitlabOptions {
  /** Tokens with the user behind each, and its scopes. Default: "simulated-token" of "simulated" with api. */
  tokens?: Record<string, { username: string; scopes: string[] }>;
  /** Groups by their whole path, each with its members' access levels. Default: "simulated-group" and "simulated-group/team" of "simulated" as owner. */
  groups?: Record<string, Record<string, number>>;
}

export interface GitlabProject {
  id: number;
  /** Path of its namespace. */
  namespace: string;
  name: string;
  path: string;
  visibility: "private" | "internal" | "public";
  description: string | null;
  archived: boolean;
  /** A day; null when it is to stay. */
  markedForDeletion: string | null;
  /** Access levels besides those of its namespace. */
  members: Record<string, number>;
  hiddenFrom: string[];
  formerly: string[];
  unknownToGit: number;
  directory: string;
}

export interface GitlabState {
  url: string;
  shelf: string;
  tokens: Map<string, { username: string; scopes: string[] }>;
  groups: Map<string, { id: number; members: Record<string, number> }>;
  projects: Map<number, GitlabProject>;
  nextUnknown: number;
  /** Projects an account may have. */
  projectLimit: number;
}

type Person = { token: string; username: string; scopes: string[] };

const developer = 30;
const maintainer = 40;
const owner = 50;

/** GitLab with accounts in which nothing has happened. */
export function gitlab(options: GitlabOptions = {}): Definition<GitlabState> {
  const api: Record<string, Handler<GitlabState>> = {
    "GET /user": (state, request) => {
      const { username } = personOf(state, request);
      return { json: { id: numberOf(username), username, name: username } };
    },
    "GET /namespaces/:id": (state, request) => {
      const person = personOf(state, request);
      const asked = request.param("id");
      const group = state.groups.get(asked);
      if (group && levelOf(person, group.members) > 0)
        return { json: { id: group.id, kind: "group", full_path: asked, path: asked.split("/").at(-1) } };
      const isPerson = [...state.tokens.values()].some(({ username }) => username === asked);
      if (isPerson) return { json: { id: numberOf(asked), kind: "user", full_path: asked, path: asked } };
      return error(404, "404 Namespace Not Found");
    },
    "GET /projects/:id": (state, request) => {
      const person = personOf(state, request);
      const asked = request.param("id");
      const found = /^\d+$/.test(asked) ? state.projects.get(Number(asked)) : projectAt(state, asked);
      if (!found || !sees(state, person, found)) return error(404, "404 Project Not Found");
      if (!/^\d+$/.test(asked) && fullPath(found) !== asked)
        return {
          status: 301,
          headers: { location: `${state.url}/api/v4/projects/${found.id}` },
          json: { message: "This resource has been moved permanently" },
        };
      return { json: viewOf(state, person, found) };
    },
    "POST /projects": create,
  };
  const routes: Record<string, Handler<GitlabState>> = {
    ...Object.fromEntries(Object.entries(api).map(([key, handler]) => [key.replace(" ", " /api/v4"), handler])),
    "GET /*project.git/info/refs": git("info/refs"),
    "POST /*project.git/git-upload-pack": git("git-upload-pack"),
    "POST /*project.git/git-receive-pack": git("git-receive-pack"),
  };
  return defineVendor<GitlabState>({
    name: "gitlab",
    state: (url) => newState(url, options),
    dispose: ({ shelf }) => clearShelf(shelf),
    routes: Object.fromEntries(Object.entries(routes).map(([key, handler]) => [key, answering(handler)])),
    error: (status, message) => error(status, `${status} ${message}`),
    check: ({ route, request }) => (route === "POST /api/v4/projects" ? differences(request) : []),
  });
}

function newState(
  url: string,
  {
    tokens = { "simulated-token": { username: "simulated", scopes: ["api"] } },
    groups = { "simulated-group": { simulated: owner }, "simulated-group/team": { simulated: owner } },
  }: GitlabOptions,
): GitlabState {
  return {
    url,
    shelf: openShelf(),
    tokens: new Map(Object.entries(tokens)),
    groups: new Map(Object.entries(groups).map(([path, members], index) => [path, { id: 50 + index, members }])),
    projects: new Map(),
    nextUnknown: 0,
    projectLimit: 100_000,
  };
}

const fields = new Set(
  "name path namespace_id visibility description initialize_with_readme default_branch auto_devops_enabled topics".split(
    " ",
  ),
);

function differences(request: SimulatedRequest): string[] {
  const body = request.json();
  if (typeof body !== "object" || body === null) return ["the body is no object"];
  const { namespace_id: namespace } = body as { namespace_id?: unknown };
  return [
    ...Object.keys(body).flatMap((key) => (fields.has(key) ? [] : [`POST /projects has no field ${key}`])),
    ...(namespace === undefined || typeof namespace === "number" ? [] : ["namespace_id is a number"]),
  ];
}

function create(state: GitlabState, request: SimulatedRequest): Answer {
  const person = personOf(state, request);
  const body = (request.json() ?? {}) as Record<string, unknown>;
  const text = (key: string): string => (typeof body[key] === "string" ? body[key] : "");
  const path = text("path");
  const name = text("name");
  if (path === "" && name === "")
    return { status: 400, json: { error: "name, path are missing, at least one parameter must be provided" } };
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(path) || /\.(?:git|atom)$/.test(path))
    return refused({ path: [pathRule] });
  if (!/^[\p{L}\p{N}\p{Emoji}_][\p{L}\p{N}\p{Emoji}_.+ -]*$/u.test(name)) return refused({ name: [nameRule] });
  const group = [...state.groups].find(([, { id }]) => id === body["namespace_id"]);
  if (body["namespace_id"] !== undefined && !group) return refused({ namespace: ["is not valid"] });
  if (group && levelOf(person, group[1].members) < maintainer) return error(403, "403 Forbidden");
  const namespace = group?.[0] ?? person.username;
  const own = [...state.projects.values()].filter((one) => one.namespace === person.username);
  if (!group && own.length >= state.projectLimit)
    return refused({
      base: [`Your project limit is ${state.projectLimit}! Please contact your administrator to increase it`],
    });
  if (projectAt(state, `${namespace}/${path}`)) {
    const taken = ["has already been taken"];
    return refused({ "project_namespace.name": taken, name: taken, path: taken });
  }
  const id = 2_000 + state.projects.size;
  const made: GitlabProject = {
    id,
    namespace,
    name,
    path,
    visibility: text("visibility") === "public" ? "public" : "private",
    description: text("description") || null,
    archived: false,
    markedForDeletion: null,
    members: {},
    hiddenFrom: [],
    formerly: [],
    unknownToGit: state.nextUnknown,
    directory: putOnShelf(state.shelf, id),
  };
  state.projects.set(id, made);
  return { status: 201, json: viewOf(state, person, made) };
}

const pathRule =
  "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', '_', or '.', nor end with '-', '_', '.', '.git', or '.atom'.";
const nameRule =
  "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'.";

function refused(message: Record<string, string[]>): Answer {
  return { status: 400, json: { message } };
}

function viewOf(state: GitlabState, person: Person, project: GitlabProject): Record<string, unknown> {
  const { id, name, path, visibility, description, archived, markedForDeletion } = project;
  const full = fullPath(project);
  const own = project.members[person.username];
  const group = state.groups.get(project.namespace);
  const inGroup = group && levelOf(person, group.members);
  const level = project.namespace === person.username ? owner : own;
  return {
    id,
    name,
    path,
    path_with_namespace: full,
    web_url: `${state.url}/${full}`,
    http_url_to_repo: `${state.url}/${full}.git`,
    visibility,
    description,
    archived,
    default_branch: null,
    empty_repo: true,
    marked_for_deletion_at: markedForDeletion,
    permissions: {
      project_access: level === undefined ? null : { access_level: level },
      group_access: inGroup ? { access_level: inGroup } : null,
    },
  };
}

function git(service: string): Handler<GitlabState> {
  return async (state, request) => {
    const given = basicOf(request);
    if (!given) return askPassword;
    const known = state.tokens.get(given.password);
    if (!known)
      return { ...askPassword, body: "HTTP Basic: Access denied. The provided password or token is incorrect." };
    const person = { token: given.password, ...known };
    const found = projectAt(state, request.param("project"));
    const hidden = noRepository(
      "The project you were looking for could not be found or you don't have permission to view it.",
    );
    if (!found || !sees(state, person, found)) return hidden;
    if (found.unknownToGit > 0) {
      found.unknownToGit -= 1;
      return hidden;
    }
    const isPush = service === "git-receive-pack" || request.query.get("service") === "git-receive-pack";
    const mayWrite = person.scopes.includes("api") || person.scopes.includes("write_repository");
    if (isPush && (!mayWrite || accessOf(state, person, found) < developer))
      return {
        status: 403,
        headers: { "content-type": "text/plain" },
        body: "You are not allowed to push code to this project.",
      };
    return serveGit(state.shelf, request, { id: found.id, service, user: person.username });
  };
}

function projectAt({ projects }: GitlabState, asked: string): GitlabProject | undefined {
  const all = [...projects.values()];
  const path = asked.toLowerCase();
  return all.find((one) => fullPath(one).toLowerCase() === path) ?? all.find(({ formerly }) => formerly.includes(path));
}

function fullPath({ namespace, path }: GitlabProject): string {
  return `${namespace}/${path}`;
}

function accessOf(state: GitlabState, person: Person, { namespace, members }: GitlabProject): number {
  const inGroup = levelOf(person, state.groups.get(namespace)?.members ?? {});
  return Math.max(namespace === person.username ? owner : 0, levelOf(person, members), inGroup);
}

function sees(state: GitlabState, person: Person, project: GitlabProject): boolean {
  if (project.hiddenFrom.includes(person.token)) return false;
  return project.visibility !== "private" || accessOf(state, person, project) > 0;
}

function levelOf({ username }: Person, members: Record<string, number>): number {
  return members[username] ?? 0;
}

/** Throws an Answer for who is nobody, or whose token may not use the API. */
function personOf({ tokens }: GitlabState, { headers }: SimulatedRequest): Person {
  const token = headers["private-token"] ?? (headers["authorization"] ?? "").replace(/^Bearer /i, "");
  const known = tokens.get(token);
  if (!known) throw new Refusal(error(401, "401 Unauthorized"));
  if (!known.scopes.includes("api"))
    throw new Refusal({
      status: 403,
      json: {
        error: "insufficient_scope",
        error_description: "The request requires higher privileges than provided by the access token.",
        scope: "api",
      },
    });
  return { token, ...known };
}

function error(status: number, message: string): Answer {
  return { status, json: { message } };
}
