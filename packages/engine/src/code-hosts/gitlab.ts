/**
 * GitLab, gitlab.com and self-managed: a project found, or made in one's own namespace or a group.
 * Sources: docs.gitlab.com/api "Projects", "Namespaces", "Rate limits"; docs.gitlab.com/user/reserved_names. Read 2026-11.
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

const tokens = "https://gitlab.com/-/user_settings/personal_access_tokens";
/** Who may push to a project that is not protected. */
const developer = 30;

interface GitlabProject {
  path_with_namespace: string;
  web_url: string;
  http_url_to_repo: string;
  visibility?: "private" | "internal" | "public";
  archived?: boolean;
  marked_for_deletion_at?: string | null;
  marked_for_deletion_on?: string | null;
  permissions?: { project_access: { access_level: number } | null; group_access: { access_level: number } | null };
}

export const gitlab: CodeHost = {
  id: "gitlab",
  name: "GitLab",
  baseUrl: "https://gitlab.com/api/v4",
  connect: [{ kind: "token", env: [], help: tokens }],
  gitUser: "oauth2",
  token: `Make a token at ${tokens} with the scope \`api\`, and give it as \`token\`.`,
  readError,

  async account({ api, signal }) {
    const user = await api.call<{ id: number; username: string }>({ method: "GET", path: "/user", signal });
    return { id: String(user.id), name: user.username };
  },

  async place({ api, signal }, { owner, name }) {
    // What GitLab refuses at the ends of a path, and never mends itself.
    const written = hyphened(name).replaceAll(/^[-_.]+|[-_.]+$/g, "");
    if (written === "")
      throw badName("There is no letter or digit in the name.", "name", "Give one with letters or digits.");
    if (/\.(?:git|atom)$/i.test(written))
      throw badName("A project on GitLab does not end in .git or .atom.", "name", "Give the name without it.");
    if (written.length > 255)
      throw badName("A project's name on GitLab has at most 255 characters.", "name", "Give a shorter one.");
    const parts = owner?.split("/") ?? [];
    if (!parts.every((part) => /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(part)))
      throw badName("This is no group of GitLab.", "owner", "Give its path, as in gitlab.com/acme/team: acme/team");
    const { username } = await api.call<{ username: string }>({ method: "GET", path: "/user", signal });
    const isOwn = (owner ?? username).toLowerCase() === username.toLowerCase();
    return { owner: isOwn ? username : owner!, name: written, isOwn };
  },

  async find({ api, signal }, { owner, name }) {
    const asked = path`/projects/${`${owner}/${name}`}`;
    const answer = await following(api, { method: "GET", path: asked, signal }).catch(nullWhereMissing);
    return answer && projectIn(answer.json() as GitlabProject, api);
  },

  async create(context, place, { name, private: isPrivate = true, description }) {
    const { api, signal } = context;
    const namespace = place.isOwn ? {} : { namespace_id: await groupId(context, place) };
    const asked = {
      name: isTitle(name) ? name : place.name,
      path: place.name,
      ...namespace,
      visibility: isPrivate ? "private" : "public",
      ...(description === undefined ? {} : { description }),
      initialize_with_readme: false,
      // Or the first push may start pipelines nobody asked for.
      auto_devops_enabled: false,
    };
    try {
      return projectIn(await api.call<GitlabProject>({ method: "POST", path: "/projects", json: asked, signal }), api);
    } catch (error) {
      throw whyNotMade(place, error);
    }
  },
};

/** Whether GitLab takes it as what people read: letters, digits, `_ . +`, dashes, spaces, and such a beginning. */
function isTitle(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.+ -]*$/u.test(name);
}

/** GitLab takes the namespace by its number alone. */
async function groupId({ api, signal }: HostContext, { owner }: Place): Promise<number> {
  try {
    const found = await api.call<{ id: number; kind: string }>({
      method: "GET",
      path: path`/namespaces/${owner}`,
      signal,
    });
    if (found.kind === "group") return found.id;
  } catch (error) {
    if (!(error instanceof DeployError && error.code === "NOT_FOUND")) throw error;
    throw new DeployError("NOT_FOUND", {
      what: `There is no group ${owner} on GitLab that this token may see.`,
      where: "owner",
      next: "Correct the path of the group, or leave it out for the account of the token. Groups are not made by an export.",
    });
  }
  throw badName(`${owner} is another person's account.`, "owner", "Leave the owner out, or give a group.");
}

function projectIn(said: GitlabProject, api: HostContext["api"]): Repository {
  const gitUrl = gitAddress(gitlab, api, said.http_url_to_repo);
  const closed = closedBecause(said);
  return {
    fullName: said.path_with_namespace,
    url: pageAddress(said.web_url, gitUrl),
    gitUrl,
    private: said.visibility !== "public",
    ...(closed ? { closed } : {}),
  };
}

function closedBecause(said: GitlabProject): Repository["closed"] {
  const { path_with_namespace: fullName, permissions } = said;
  if (said.marked_for_deletion_at ?? said.marked_for_deletion_on)
    return {
      code: "CONFLICT",
      what: `The project ${fullName} is marked for deletion.`,
      next: "Restore it there, give another name, or wait until it is gone.",
    };
  if (said.archived === true)
    return {
      code: "INSUFFICIENT_PERMISSIONS",
      what: `The project ${fullName} is archived and takes no changes.`,
      next: "Take it out of the archive there, or give another name.",
    };
  const levels = [permissions?.project_access, permissions?.group_access].flatMap((one) => one?.access_level ?? []);
  if (levels.length > 0 && Math.max(...levels) < developer)
    return {
      code: "INSUFFICIENT_PERMISSIONS",
      what: `There is a project ${fullName} already, and this token's account may not push to it.`,
      next: "Give another name or owner, or ask to become Developer of that project.",
    };
  return undefined;
}

function whyNotMade({ owner, name, isOwn }: Place, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const where = `gitlab: ${owner}/${name}`;
  if (error.code === "PROJECT_NAME_TAKEN")
    return new DeployError("PROJECT_NAME_TAKEN", {
      what: `The name ${owner}/${name} is taken by a project that this token may not see, or that is being deleted.`,
      where,
      next: "Give another name. GitLab keeps the name of a deleted project for some days.",
    });
  if (error.code === "INSUFFICIENT_PERMISSIONS" && error.vendor.next === undefined)
    return new DeployError("INSUFFICIENT_PERMISSIONS", {
      what: `${isOwn ? "GitLab" : `The group ${owner}`} does not let this account make projects.`,
      where,
      next: `Ask a maintainer of ${owner} to allow it or to make ${owner}/${name}, or give another owner.`,
    });
  return error;
}

/** GitLab's errors are a text, an object of lists by field, or `error` with a description. */
function readError(body: Parameters<ReadError>[0], status: number): ReturnType<ReadError> {
  const said = (body ?? {}) as Record<string, unknown>;
  if (said["error"] === "insufficient_scope") {
    const scope = typeof said["scope"] === "string" ? said["scope"].slice(0, 100) : "api";
    return {
      code: "insufficient_scope",
      means: "INSUFFICIENT_PERMISSIONS",
      next: `The token lacks the scope \`${scope}\`. Give one with \`api\`: ${tokens}`,
    };
  }
  const message = sentence(said["message"]) || sentence(said["error_description"]) || sentence(said["error"]);
  const own = message === "" ? {} : { message };
  if (status === 400 && /has already been taken/.test(message)) return { ...own, means: "PROJECT_NAME_TAKEN" };
  if (status === 400 && /project limit/i.test(message))
    return {
      ...own,
      means: "INSUFFICIENT_PERMISSIONS",
      next: "This account may have no more projects: give a group as owner, or ask an administrator.",
    };
  return status === 400 ? { ...own, next: "Mend what it names, then export again." } : own;
}

/** `{ name: ["is taken"], path: ["is taken"] }` as "name is taken; path is taken". */
function sentence(said: unknown): string {
  if (typeof said === "string") return said;
  if (typeof said !== "object" || said === null) return "";
  const texts = Object.entries(said).flatMap(([field, faults]) =>
    (Array.isArray(faults) ? faults : [faults])
      .filter((one) => typeof one === "string")
      .map((one) => `${field} ${one}`),
  );
  return texts.join("; ");
}
