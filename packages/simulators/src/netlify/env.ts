/** Environment variables of sites and teams. Errors of these routes have `msg` where others have `message`. */
import { randomUUID } from "node:crypto";
import type { Handler, SimulatedRequest } from "../definition.ts";
import { isoOf, personOf, Refusal, siteOf, teamOf, textOf, type NetlifyState, type Variable } from "./state.ts";

const scopes = ["builds", "functions", "runtime", "post-processing"];
const contexts = ["all", "dev", "dev-server", "branch-deploy", "deploy-preview", "production", "branch"];

const path = "/accounts/:team/env";

/** Below the API's base. */
export const envRoutes: Record<string, Handler<NetlifyState>> = {
  [`GET ${path}`]: (state, request) => {
    const { query } = request;
    const scope = query.get("scope");
    // The command line repeats the name with brackets, as its forms do.
    const asked = [...query.getAll("context_name"), ...query.getAll("context_name[]")];
    const inScope = [...variablesOf(state, request).values()].filter(
      (variable) => scope === null || variable.scopes.includes(scope),
    );
    const views = inScope.map((variable) => view(state, request, variable));
    if (asked.length === 0) return { json: views };
    const within = views.map(({ values, ...rest }) => ({
      ...rest,
      values: values.filter((value) => value.context === "all" || asked.includes(value.context)),
    }));
    return { json: within.filter(({ values }) => values.length > 0) };
  },
  [`POST ${path}`]: (state, request) => {
    const variables = variablesOf(state, request);
    const given = request.json();
    if (!Array.isArray(given)) return refuse(400, "The body must be an array");
    const created = given.map((each) => read(each, { now: request.now }));
    for (const { key } of created) if (variables.has(key)) refuse(409, `${key} already exists`);
    for (const variable of created) variables.set(variable.key, variable);
    return { status: 201, json: created.map((variable) => view(state, request, variable)) };
  },
  [`GET ${path}/:key`]: (state, request) => ({ json: view(state, request, variableOf(state, request)) }),
  [`PUT ${path}/:key`]: (state, request) => {
    const variables = variablesOf(state, request);
    const { key, is_secret } = variableOf(state, request);
    const variable = read(request.json(), { now: request.now, before: { key, is_secret } });
    variables.delete(key);
    variables.set(variable.key, variable);
    return { json: view(state, request, variable) };
  },
  [`PATCH ${path}/:key`]: (state, request) => {
    const variable = variableOf(state, request);
    const value = readValue(request.json(), variable.is_secret);
    const others = variable.values.filter(
      (each) => each.context !== value.context || each.context_parameter !== value.context_parameter,
    );
    variable.values = [...others, value];
    variable.updatedAt = request.now;
    return { status: 201, json: view(state, request, variable) };
  },
  [`DELETE ${path}/:key`]: (state, request) => {
    variablesOf(state, request).delete(variableOf(state, request).key);
    return { status: 204 };
  },
  [`DELETE ${path}/:key/value/:value`]: (state, request) => {
    const variable = variableOf(state, request);
    const kept = variable.values.filter(({ id }) => id !== request.param("value"));
    if (kept.length === variable.values.length) refuse(404, "Not Found");
    variable.values = kept;
    return { status: 204 };
  },
};

function refuse(status: number, msg: string): never {
  throw new Refusal({ status, json: { code: status, msg } });
}

/** Variables of the site in the query, of the team when none is named. */
function variablesOf(state: NetlifyState, request: SimulatedRequest): Map<string, Variable> {
  const team = teamOf(state, request, request.param("team"));
  const name = request.query.get("site_id");
  const site = name === null ? null : siteOf(state, request, name);
  if (site && site.teamId !== team.id) refuse(404, "Not Found");
  const owner = (site ?? team).id;
  const variables = state.variables.get(owner) ?? new Map<string, Variable>();
  state.variables.set(owner, variables);
  return variables;
}

function variableOf(state: NetlifyState, request: SimulatedRequest): Variable {
  return variablesOf(state, request).get(request.param("key")) ?? refuse(404, "Not Found");
}

/** A variable as it was sent, checked whole. What is not said stays: the key, and that it is a secret. */
function read(
  given: unknown,
  { now, before }: { now: number; before?: Pick<Variable, "key" | "is_secret"> },
): Variable {
  const { key = before?.key, values, scopes: sent = scopes, is_secret = before?.is_secret ?? false } = fieldsOf(given);
  if (typeof key !== "string" || !/^[A-Za-z_]\w*$/.test(key)) return refuse(422, "key is invalid");
  if (!Array.isArray(values)) return refuse(422, "values must be an array");
  if (!Array.isArray(sent)) return refuse(422, "scopes must be an array");
  const secret = is_secret === true;
  // The default of a secret leaves out what a secret may not have.
  const named = sent.map((scope) => String(scope).replace("_", "-"));
  const kept = sent === scopes && secret ? scopes.filter((scope) => scope !== "post-processing") : named;
  for (const scope of kept) if (!scopes.includes(scope)) refuse(422, `scope ${scope} is unknown`);
  if (secret && kept.includes("post-processing")) refuse(422, "a secret cannot be used in post-processing");
  return {
    key,
    scopes: kept,
    is_secret: secret,
    values: values.map((value) => readValue(value, secret)),
    updatedAt: now,
  };
}

function readValue(given: unknown, secret: boolean): Variable["values"][number] {
  const { context = "all", context_parameter, value } = fieldsOf(given);
  const branch = textOf(context_parameter);
  if (typeof value !== "string") return refuse(422, "value is missing");
  if (typeof context !== "string" || !contexts.includes(context))
    return refuse(422, `context ${String(context)} is unknown`);
  if (context === "branch" && !branch) refuse(422, "context branch needs a context_parameter");
  if (secret && value !== "" && (context === "all" || context === "dev"))
    refuse(422, `a secret cannot have a value in context ${context}`);
  return { id: randomUUID(), context, ...(branch ? { context_parameter: branch } : {}), value };
}

function fieldsOf(given: unknown): Record<string, unknown> {
  return given !== null && typeof given === "object" ? { ...given } : refuse(400, "The body must be an object");
}

/** Of a secret only the value for local development is shown. */
function view(state: NetlifyState, request: SimulatedRequest, { updatedAt, ...variable }: Variable) {
  const { id, email } = personOf(state, request);
  return {
    ...variable,
    values: variable.values.map((value) =>
      variable.is_secret && value.context !== "dev" ? { ...value, value: "" } : value,
    ),
    updated_at: isoOf(updatedAt),
    updated_by: { id, full_name: email.split("@")[0], email, avatar_url: null },
  };
}
