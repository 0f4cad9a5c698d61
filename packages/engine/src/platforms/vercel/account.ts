/** Whose a credential is, and the projects it reaches. */
import { DeployError } from "../../error.ts";
import { type Api, path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import { suggestNames } from "../../name.ts";
import type { Account, ApiContext, Platform } from "../../platform.ts";
import { type RemoteProject, scoped } from "./api.ts";

interface User {
  id: string;
  username: string;
  name?: string | null;
}

interface Team {
  id: string;
  name: string;
}

interface Token {
  expiresAt?: number;
  scopes?: { type: string; teamId?: string; expiresAt?: number }[];
}

/** A token of one team or one project may be refused some of these questions; what it may deploy is known from the others. */
export const account: NonNullable<Platform["account"]> = async ({ api, signal }) => {
  const ask = async <T>(at: string, query?: Record<string, number>): Promise<T | ApiError> => {
    try {
      return await api.call<T>({ method: "GET", path: at, ...(query ? { query } : {}), signal });
    } catch (error) {
      if (error instanceof ApiError && error.code === "INSUFFICIENT_PERMISSIONS") return error;
      throw error;
    }
  };
  const [user, teams, token, projects] = await Promise.all([
    ask<{ user: User }>("/v2/user"),
    ask<{ teams: Team[] }>("/v2/teams"),
    ask<{ token: Token }>("/v5/user/tokens/current"),
    ask<{ projects: RemoteProject[] }>("/v10/projects", { limit: 1 }),
  ]);
  return accountFrom({ user, teams, token, projects });
};

type Answer<T> = T | ApiError;

function accountFrom({
  user,
  teams,
  token,
  projects,
}: {
  user: Answer<{ user: User }>;
  teams: Answer<{ teams: Team[] }>;
  token: Answer<{ token: Token }>;
  projects: Answer<{ projects: RemoteProject[] }>;
}): Account {
  const there = teams instanceof ApiError ? [] : teams.teams;
  const about = token instanceof ApiError ? {} : token.token;
  const [only] = there;
  const teamId = about.scopes?.find((scope) => scope.teamId !== undefined)?.teamId;
  const who =
    user instanceof ApiError
      ? { id: only?.id ?? teamId ?? ownerOf(projects), name: only?.name ?? "a token of one project" }
      : { id: user.user.id, name: user.user.name ?? user.user.username };
  if (who.id === null) throw user;
  // Who only signed in with Vercel may ask who they are, is refused their teams and sees no project.
  const reachesNothing = teams instanceof ApiError && (projects instanceof ApiError || projects.projects.length === 0);
  const expiresAt = about.expiresAt ?? about.scopes?.find((scope) => scope.expiresAt !== undefined)?.expiresAt;
  return {
    id: who.id,
    name: who.name,
    ...(there.length > 0 ? { teams: there.map(({ id, name }) => ({ id, name })) } : {}),
    ...(reachesNothing ? { missingScopes: ["projects and deployments of a team or account"] } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
  };
}

function ownerOf(projects: Answer<{ projects: RemoteProject[] }>): string | null {
  return projects instanceof ApiError ? null : (projects.projects[0]?.accountId ?? null);
}

const pageSize = 100;

export const projects: NonNullable<Platform["projects"]> = {
  async checkName(context, name) {
    const api = scoped(context);
    const at = path`/v9/projects/${name}`;
    const answer = await api.send({ method: "GET", path: at, accept: [404], expects: "json", signal: context.signal });
    const free = answer.status === 404 || (answer.json() as RemoteProject).id === context.target.projectId;
    if (free) return { free, suggestions: [] };
    const near = await pagesOf(api, { search: name }, context);
    const taken = new Set(near.map((project) => project.name));
    return { free, suggestions: suggestNames(name, (one) => taken.has(one)) };
  },
  async list(context) {
    const all = await pagesOf(scoped(context), {}, context);
    return all.map(({ id, name, targets }) => {
      const url = targets?.production?.alias?.[0];
      return { id, name, ...(url ? { url: `https://${url}` } : {}) };
    });
  },
};

async function pagesOf(api: Api, query: Record<string, string>, { signal }: ApiContext): Promise<RemoteProject[]> {
  const all: RemoteProject[] = [];
  for (let from: number | undefined; ; ) {
    const page = await api.call<{ projects: RemoteProject[]; pagination: { next: number | null } }>({
      method: "GET",
      path: "/v10/projects",
      query: { ...query, limit: pageSize, from },
      signal,
    });
    all.push(...page.projects);
    if (page.pagination.next === null) return all;
    if (page.pagination.next === from)
      throw new DeployError("INTERNAL", { what: "Vercel's pages of projects go round." });
    from = page.pagination.next;
  }
}
