/** Who a token belongs to: the user, teams, and tokens themselves. */
import { z } from "zod";
import { forbidden, notFound, read, requireAccount, type Endpoint } from "./call.ts";
import { unique, type Team, type VercelState, type VercelToken } from "./state.ts";

const tokenRequest = z.looseObject({ name: z.string().min(1), expiresAt: z.int().optional() });

export const accountEndpoints: Record<string, Endpoint> = {
  "GET /v2/user": ({ state, token, now }) => {
    if (typeof token.scope === "object" && "project" in token.scope) return forbidden();
    const { user } = state;
    const short = { ...user, avatar: null, version: "northstar" };
    if (typeof token.scope === "object") return { json: { user: { ...short, limited: true } } };
    const full = { createdAt: now, softBlock: null, billing: null, resourceConfig: {}, stagingPrefix: user.username };
    return { json: { user: { ...short, ...full, hasTrialAvailable: false } } };
  },

  "GET /v2/teams": (call) => {
    requireAccount(call);
    const { scope } = call.token;
    const reached = [...call.state.teams.values()].filter(
      (team) => typeof scope === "string" || ("team" in scope && [team.id, team.slug].includes(scope.team)),
    );
    const teams = reached.map((team) => shownTeam(call.state, team));
    return { json: { teams, pagination: { count: teams.length, next: null, prev: null } } };
  },

  "GET /v2/teams/:team": (call) => {
    requireAccount(call);
    const wanted = call.request.param("team");
    const team = [...call.state.teams.values()].find(({ id, slug }) => id === wanted || slug === wanted);
    return team ? { json: shownTeam(call.state, team) } : notFound("Team");
  },

  "GET /v5/user/tokens/:id": ({ state, request, token }) => {
    const id = request.param("id");
    const found = id === "current" ? token : [...state.tokens.values()].find((each) => each.id === id);
    return found ? { json: { token: shownToken(state, found) } } : notFound("Token");
  },

  "GET /v6/user/tokens": (call) => {
    requireAccount(call);
    const tokens = [...call.state.tokens.values()].map((token) => shownToken(call.state, token));
    return { json: { tokens, pagination: { count: tokens.length, next: null, prev: null } } };
  },

  "POST /v3/user/tokens": (call) => {
    requireAccount(call);
    const { name, expiresAt = null } = read(call.request, tokenRequest);
    const bearerToken = `vcp_${unique(call.state, 56)}`;
    const token = addToken(call.state, bearerToken, { name, scope: "account", createdAt: call.now, expiresAt });
    return { json: { token: shownToken(call.state, token), bearerToken } };
  },

  "DELETE /v3/user/tokens/:id": ({ state, request, token }) => {
    const id = request.param("id") === "current" ? token.id : request.param("id");
    for (const [value, each] of state.tokens) {
      if (each.id !== id) continue;
      state.tokens.delete(value);
      return { json: { tokenId: id } };
    }
    return notFound("Token");
  },
};

/** Make `value` a token that opens the API. */
export function addToken(state: VercelState, value: string, token: Omit<VercelToken, "id">): VercelToken {
  const added = { id: unique(state, 24), ...token };
  state.tokens.set(value, added);
  return added;
}

function shownToken(state: VercelState, { id, name, scope, createdAt, expiresAt }: VercelToken) {
  const reach =
    typeof scope === "object" && "team" in scope
      ? { type: "team", teamId: [...state.teams.values()].find((team) => isTeam(team, scope.team))?.id }
      : { type: "user" };
  const scopes = [{ ...reach, origin: "manual", createdAt, expiresAt: expiresAt ?? undefined }];
  return {
    id,
    name,
    type: "oauth2-token",
    origin: "manual",
    scopes,
    expiresAt: expiresAt ?? undefined,
    activeAt: createdAt,
    createdAt,
  };
}

const isTeam = ({ id, slug }: Team, wanted: string) => id === wanted || slug === wanted;

function shownTeam({ user }: VercelState, { id, slug, name }: Team) {
  const membership = { role: "OWNER", confirmed: true, uid: user.id, teamId: id, created: 0, createdAt: 0 };
  return {
    id,
    slug,
    name,
    creatorId: user.id,
    avatar: null,
    description: null,
    stagingPrefix: slug,
    membership,
    createdAt: 0,
    updatedAt: 0,
  };
}
