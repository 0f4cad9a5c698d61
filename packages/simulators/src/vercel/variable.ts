/** Environment variables of a project. What is sensitive is never shown again. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { checked, notFound, projectOf, read, refuse, type Call, type Endpoint } from "./call.ts";
import { type Project, unique, type Variable } from "./state.ts";
import { notify } from "./webhook.ts";

const environment = z.enum(["production", "preview", "development"]);
const kind = z.enum(["plain", "encrypted", "sensitive", "system"]);

/** One variable as it comes with a new project. Keys and targets are checked later: their faults have codes of their own. */
export const variableRequest = z.looseObject({
  key: z.string(),
  value: z.string(),
  type: kind.default("encrypted"),
  target: z.preprocess((sent) => (typeof sent === "string" ? [sent] : sent), z.array(environment).default([])),
  customEnvironmentIds: z.array(z.string()).default([]),
  gitBranch: z.string().max(250).nullable().default(null),
  comment: z.string().max(500).default(""),
  visibility: z.enum(["config", "secret"]).optional(),
});
type VariableRequest = z.output<typeof variableRequest>;

const createRequest = z.preprocess(
  (sent) => (Array.isArray(sent) ? sent : [sent]),
  z.array(variableRequest.extend({ type: kind })),
);
const changeRequest = z.object({
  key: z.string().optional(),
  value: z.string().optional(),
  type: kind.optional(),
  target: z.array(environment).optional(),
  customEnvironmentIds: z.array(z.string()).optional(),
  gitBranch: z.string().max(250).nullable().optional(),
  comment: z.string().max(500).optional(),
});
const removeRequest = z.looseObject({ ids: z.array(z.string()).min(1).max(1000) });

interface Fault {
  code: string;
  message: string;
  [detail: string]: unknown;
}

export const variableEndpoints: Record<string, Endpoint> = {
  "GET /v10/projects/:project/env": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const { query } = call.request;
    const branch = query.get("gitBranch");
    const wanted = query.get("target");
    const envs = project.variables
      .filter(({ gitBranch }) => branch === null || gitBranch === null || gitBranch === branch)
      .filter(({ target }) => wanted === null || target.some((each) => each === wanted))
      .map((variable) => shown(variable, { decrypt: query.get("decrypt") === "true" }));
    return { json: { envs } };
  },

  // What `vercel env pull` asks for: only what may be read.
  "GET /v3/env/pull/:project/:environment": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const readable = project.variables.filter(({ type }) => type !== "sensitive");
    const wanted = checked(environment, call.request.param("environment"));
    return { json: { env: variablesFor(readable, { environment: wanted, branch: null }), buildEnv: {} } };
  },

  "GET /v1/projects/:project/env/:id": (call) => {
    const { variable } = variableOf(call);
    return { json: shown(variable, { decrypt: true }) };
  },

  "POST /v10/projects/:project/env": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const requests = read(call.request, createRequest);
    return alone(call, project, () => {
      const upsert = call.request.query.get("upsert") === "true";
      const { created, failed } = addVariables(call, project, { requests, upsert });
      if (created.length === 0 && failed.length > 0) refuse(400, failed[0]!.error);
      const answers = created.map((variable) => shown(variable, { decrypt: false }));
      const isList = Array.isArray(call.request.json());
      return { status: 201, json: { created: isList ? answers : answers[0], failed } };
    });
  },

  "PATCH /v9/projects/:project/env/:id": (call) => {
    const { project, variable } = variableOf(call);
    const changes = read(call.request, changeRequest);
    return alone(call, project, () => {
      const changed = { ...variable, ...changes, updatedAt: call.now } as Variable;
      const others = project.variables.filter((each) => each !== variable);
      const fault = faultOf(changed) ?? conflictOf(changed, others);
      if (fault) refuse(400, fault);
      Object.assign(variable, changed);
      tell(call, project, { type: "updated", variable });
      return { json: shown(variable, { decrypt: false }) };
    });
  },

  "DELETE /v9/projects/:project/env/:id": (call) => {
    const { project, variable } = variableOf(call);
    return alone(call, project, () => {
      remove(call, project, [variable.id]);
      return { json: shown(variable, { decrypt: false }) };
    });
  },

  "DELETE /v1/projects/:project/env": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const { ids } = read(call.request, removeRequest);
    return alone(call, project, () => {
      const removed = remove(call, project, ids);
      return { json: { deleted: removed.length, ids: removed } };
    });
  },
};

/** How long a write of variables keeps others out: longer than two requests sent together are apart. */
const writeMs = 5;

/** One write of a project's variables at a time; another one meanwhile is refused, as the vendor does. */
async function alone<T>(call: Call, project: Project, work: () => T): Promise<T> {
  if (project.writingVariables)
    refuse(400, {
      code: "bad_request",
      message: "The environment variable couldn't be created because an ongoing env update is already happening",
    });
  project.writingVariables = true;
  try {
    await delay(writeMs, undefined, { signal: call.request.signal });
    return work();
  } finally {
    project.writingVariables = false;
  }
}

/** Take what can be taken; the rest is answered with the reason of each. */
export function addVariables(
  call: Call,
  project: Project,
  { requests, upsert }: { requests: VariableRequest[]; upsert: boolean },
): { created: Variable[]; failed: { error: Fault }[] } {
  const created: Variable[] = [];
  const failed: { error: Fault }[] = [];
  for (const request of requests) {
    const fault = faultOf(request) ?? (upsert ? null : conflictOf(request, project.variables));
    if (fault) {
      failed.push({ error: fault });
      continue;
    }
    const earlier = project.variables.find((each) => overlaps(each, request));
    const variable: Variable = {
      id: earlier?.id ?? unique(call.state, 16),
      key: request.key,
      value: request.value,
      type: request.type,
      target: request.target,
      gitBranch: request.gitBranch,
      customEnvironmentIds: request.customEnvironmentIds,
      comment: request.comment,
      visibility: request.visibility ?? (request.type === "sensitive" ? "secret" : "config"),
      createdAt: earlier?.createdAt ?? call.now,
      updatedAt: call.now,
    };
    project.variables = [...project.variables.filter((each) => !overlaps(each, request)), variable];
    created.push(variable);
    tell(call, project, { type: earlier ? "updated" : "created", variable });
  }
  return { created, failed };
}

/** The values a new deployment gets; those of its branch win. */
export function variablesFor(
  variables: Variable[],
  { environment: wanted, branch }: { environment: Variable["target"][number]; branch: string | null },
): Record<string, string> {
  const fitting = variables.filter(
    ({ target, gitBranch }) => target.includes(wanted) && (gitBranch === null || gitBranch === branch),
  );
  const ordered = fitting.sort((one, other) => Number(one.gitBranch !== null) - Number(other.gitBranch !== null));
  return Object.fromEntries(ordered.map(({ key, value }) => [key, value]));
}

type Checked = Pick<Variable, "key" | "value" | "type" | "target" | "gitBranch" | "customEnvironmentIds">;

/** Names Vercel sets itself, and those of the machines its functions run on. */
const reserved =
  /^(VERCEL|NOW|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|AWS_(REGION|DEFAULT_REGION|LAMBDA_\w+|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SECRET_KEY|SESSION_TOKEN|SECURITY_TOKEN))$/;

function faultOf({ key, value, type, target, gitBranch, customEnvironmentIds }: Checked): Fault | null {
  const fault = (code: string, message: string): Fault => ({ code, message, key, envVarKey: key, target });
  if (key.length === 0 || key.length > 256) return fault("KEY_INVALID_LENGTH", "The key has a length from 1 to 256.");
  if (!/^[A-Za-z_]\w*$/.test(key))
    return fault("KEY_INVALID_CHARACTERS", `The name contains invalid characters: "${key}"`);
  if (reserved.test(key)) return fault("RESERVED_ENV_VARIABLE", `The name "${key}" is reserved.`);
  if (target.length === 0 && customEnvironmentIds.length === 0)
    return fault("MISSING_TARGET", "At least one of `target` and `customEnvironmentIds` is required.");
  if (Buffer.byteLength(value) > 65_536) return fault("VALUE_INVALID_LENGTH", "The value is longer than 64 KB.");
  if (gitBranch !== null && target.join() !== "preview")
    return fault("BAD_REQUEST", "A variable of a Git branch is for preview alone.");
  if (type === "sensitive" && target.includes("development"))
    return fault("BAD_REQUEST", "A sensitive variable cannot be for development.");
  return null;
}

function conflictOf(wanted: Checked, variables: Variable[]): Fault | null {
  const other = variables.find((each) => overlaps(each, wanted));
  if (!other) return null;
  const { key, target, gitBranch } = wanted;
  const message = `A variable with the name \`${key}\` already exists for the target ${target.join(",")} on branch ${gitBranch ?? "undefined"}`;
  return { code: "ENV_CONFLICT", message, key, envVarKey: key, envVarId: other.id, target, gitBranch };
}

function overlaps(one: Checked, other: Checked): boolean {
  return (
    one.key === other.key &&
    one.gitBranch === other.gitBranch &&
    (one.target.some((each) => other.target.includes(each)) ||
      one.customEnvironmentIds.some((each) => other.customEnvironmentIds.includes(each)))
  );
}

function remove(call: Call, project: Project, ids: string[]): string[] {
  const gone = project.variables.filter(({ id }) => ids.includes(id));
  project.variables = project.variables.filter(({ id }) => !ids.includes(id));
  for (const variable of gone) tell(call, project, { type: "deleted", variable });
  return gone.map(({ id }) => id);
}

function variableOf(call: Call): { project: Project; variable: Variable } {
  const project = projectOf(call, call.request.param("project"));
  const variable = project.variables.find(({ id }) => id === call.request.param("id"));
  return variable ? { project, variable } : notFound("Environment variable");
}

function shown({ value, gitBranch, ...variable }: Variable, { decrypt }: { decrypt: boolean }) {
  const hidden = variable.type === "sensitive";
  const readable = !hidden && (decrypt || variable.type !== "encrypted");
  const sealed = hidden ? "" : createHash("sha512").update(value).digest("base64");
  const ofBranch = gitBranch === null ? {} : { gitBranch };
  return { ...variable, ...ofBranch, value: readable ? value : sealed, decrypted: readable, configurationId: null };
}

function tell(
  call: Call,
  project: Project,
  { type, variable }: { type: "created" | "updated" | "deleted"; variable: Variable },
): void {
  const { id, key, target } = variable;
  notify(call, {
    type: `project.env-variable.${type}`,
    project,
    payload: { project: { id: project.id }, envVariable: { id, key, target } },
  });
}
