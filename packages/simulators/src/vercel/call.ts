/** One call of the API: who asks, for whom, and how it is refused. */
import type { z } from "zod";
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import { take, unique, type Deployment, type Project, type VercelState, type VercelToken } from "./state.ts";

export interface Call {
  state: VercelState;
  request: SimulatedRequest;
  token: VercelToken;
  /** The team (or the user) whose things are asked about: `teamId` or `slug` in the query, or the token's own. */
  owner: { id: string; slug: string };
  now: number;
}

export type Endpoint = (call: Call) => Answer | Promise<Answer>;

/** Thrown by endpoints; becomes the vendor's form of an error. */
class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super("refused");
    this.answer = answer;
  }
}

/** End the call with an error: `code` and `message` in Vercel's envelope, with whatever else belongs to the code. */
export function refuse(
  status: number,
  error: { code: string; message: string; [extra: string]: unknown },
  headers: Record<string, string> = {},
): never {
  throw new Refusal({ status, json: { error }, headers });
}

/** Codes of errors that say no more than their status does. Source: vercel.com/docs/rest-api/errors. */
const codes: Record<number, string> = {
  400: "bad_request",
  402: "payment_required",
  403: "forbidden",
  404: "not_found",
  405: "method_unknown",
  409: "conflict",
  410: "gone",
  429: "rate_limited",
  503: "service_unavailable",
};

/** The vendor's form of an error for a bare status. An invalid token is 403 here, never 401. */
export function plainError(status: number, message: string): Answer {
  if (status === 401) return invalidToken;
  return { status, json: { error: { code: codes[status] ?? "internal_server_error", message } } };
}

const invalidToken: Answer = {
  status: 403,
  json: { error: { code: "forbidden", message: "Not authorized", invalidToken: true } },
};

export const notFound = (what: string): never => refuse(404, { code: "not_found", message: `${what} not found` });

export const forbidden = (): never => refuse(403, { code: "forbidden", message: "Not authorized" });

/** The body of a request as the schema has it. */
export const read = <Schema extends z.ZodType>(request: SimulatedRequest, schema: Schema): z.output<Schema> =>
  checked(schema, request.json() ?? {});

/** The value, or a refusal that names the first thing wrong with it. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const where = path.length === 0 ? "body" : path.map(String).join(".");
  return refuse(400, { code: "bad_request", message: `Invalid request: \`${where}\`: ${message}` });
}

/** An endpoint as a route: rate limit, token and scope before it, errors in the vendor's form after it. */
export function endpointHandler(route: string, endpoint: Endpoint): Handler<VercelState> {
  return guarded(route, (state, request) => {
    const token = tokenOf(state, request);
    return endpoint({ state, request, token, owner: ownerOf(state, request, token), now: request.now });
  });
}

/** A route anyone may call, such as the steps of OAuth. */
export function guarded(route: string, handler: Handler<VercelState>): Handler<VercelState> {
  return async (state, request) => {
    const { total, windowMs } = state.limits.requests;
    const { allowed, remaining, resetAt } = take(state, { bucket: route, total, windowMs, now: request.now });
    const headers: Record<string, string> = {
      "x-vercel-id": `iad1::${unique(state, 5)}-${request.now}-${unique(state, 12)}`,
      "x-ratelimit-limit": String(total),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
    };
    if (!allowed) return rateLimited({ route, total, resetAt, now: request.now, headers });
    const answer = await answerOf(() => handler(state, request));
    return { ...answer, headers: { ...headers, ...answer.headers } };
  };
}

async function answerOf(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function rateLimited({
  route,
  total,
  resetAt,
  now,
  headers,
}: {
  route: string;
  total: number;
  resetAt: number;
  now: number;
  headers: Record<string, string>;
}): Answer {
  const seconds = Math.max(1, Math.ceil((resetAt - now) / 1000));
  const message = `The rate limit of ${total} exceeded for '${route}'. Try again in ${seconds} seconds`;
  const limit = { remaining: 0, reset: Math.ceil(resetAt / 1000), resetMs: resetAt, total };
  return {
    status: 429,
    headers: { ...headers, "retry-after": String(seconds) },
    json: { error: { code: "rate_limited", message, limit } },
  };
}

function tokenOf(state: VercelState, { headers, now }: SimulatedRequest): VercelToken {
  const [, value] = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  if (value === undefined)
    refuse(403, {
      code: "forbidden",
      message: "The request is missing an authentication token",
      missingToken: true,
    });
  const token = state.tokens.get(value);
  if (!token || (token.expiresAt !== null && token.expiresAt <= now)) throw new Refusal(invalidToken);
  return token;
}

function ownerOf(state: VercelState, { query }: SimulatedRequest, token: VercelToken): Call["owner"] {
  const { user, teams } = state;
  const bound = boundTo(state, token.scope);
  const asked = query.get("teamId") ?? query.get("slug");
  const id = asked ?? bound ?? user.defaultTeamId;
  if (id === null || id === user.id) return { id: user.id, slug: user.username };
  const team = teams.get(id) ?? [...teams.values()].find(({ slug }) => slug === id);
  if (!team || (bound !== null && team.id !== bound)) return forbidden();
  return { id: team.id, slug: team.slug };
}

/** Id of the only account a token reaches; null when it reaches all of them. */
function boundTo(state: VercelState, scope: VercelToken["scope"]): string | null {
  if (typeof scope === "string") return null;
  if ("team" in scope) return [...state.teams.values()].find((team) => isNamed(team, scope.team))?.id ?? "none";
  return [...state.projects.values()].find((project) => isNamed(project, scope.project))?.accountId ?? "none";
}

function isNamed({ id, ...names }: { id: string; slug?: string; name?: string }, wanted: string): boolean {
  return [id, names.slug, names.name].includes(wanted);
}

/** Refuse a token that may not act for the whole account. */
export function requireAccount({ token }: Call): void {
  if (token.scope === "identity" || (typeof token.scope === "object" && "project" in token.scope)) forbidden();
}

/** Whether the token may touch the project. */
export function mayTouch({ owner, token }: Call, project: Project): boolean {
  if (project.accountId !== owner.id || token.scope === "identity") return false;
  return typeof token.scope === "string" || !("project" in token.scope) || isNamed(project, token.scope.project);
}

/** The project of this id or name, as far as the token and the scope reach. */
export function projectOf(call: Call, idOrName: string): Project {
  return findProject(call, idOrName) ?? notFound("Project");
}

export function findProject(call: Call, idOrName: string): Project | null {
  const projects = [...call.state.projects.values()];
  const project = projects.find((each) => each.accountId === call.owner.id && isNamed(each, idOrName));
  if (!project) return null;
  return mayTouch(call, project) ? project : forbidden();
}

/** The deployment of this id, or that answers under this host name. */
export function deploymentOf(call: Call, idOrHost: string): Deployment {
  const { deployments, aliases } = call.state;
  const deployment =
    deployments.get(idOrHost) ?? deployments.get(aliases.get(idOrHost.toLowerCase())?.deploymentId ?? "");
  const project = deployment && call.state.projects.get(deployment.projectId);
  if (!deployment || !project || project.accountId !== call.owner.id) return notFound("Deployment");
  if (!mayTouch(call, project)) forbidden();
  return deployment;
}
