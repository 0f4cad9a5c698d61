/** What answers have in every case, by the published schema: a simulator that forgets a field teaches clients the wrong thing. */
import { z } from "zod";
import type { Exchange } from "../definition.ts";

const instant = z.int().min(0);
const texts = z.array(z.string());

const deployment = z.looseObject({
  id: z.string().startsWith("dpl_"),
  name: z.string(),
  url: z.string(),
  type: z.literal("LAMBDAS"),
  version: z.literal(2),
  readyState: z.enum(["QUEUED", "INITIALIZING", "BUILDING", "READY", "ERROR", "CANCELED", "BLOCKED"]),
  status: z.string(),
  aliasAssigned: z.boolean(),
  createdAt: instant,
  buildingAt: instant,
  bootedAt: instant,
  creator: z.looseObject({ uid: z.string() }),
  meta: z.record(z.string(), z.string()),
  regions: texts,
  ownerId: z.string(),
  projectId: z.string(),
  inspectorUrl: z.string(),
  env: texts,
  build: z.looseObject({ env: texts }),
  target: z.enum(["production", "staging"]).nullable(),
});

const project = z.looseObject({
  id: z.string().startsWith("prj_"),
  accountId: z.string(),
  name: z.string(),
  nodeVersion: z.string(),
  directoryListing: z.boolean(),
  resourceConfig: z.looseObject({ functionDefaultRegions: texts }),
  defaultResourceConfig: z.looseObject({ functionDefaultRegions: texts }),
});

const variable = z.looseObject({ id: z.string(), key: z.string(), type: z.string(), value: z.string() });
const pagination = z.looseObject({ count: z.int(), next: instant.nullable(), prev: instant.nullable() });
const domain = z.looseObject({ name: z.string(), apexName: z.string(), projectId: z.string(), verified: z.boolean() });
const webhook = z.looseObject({
  id: z.string(),
  url: z.string(),
  events: texts,
  ownerId: z.string(),
  createdAt: instant,
});

/** By route: the body of an answer without an error. */
export const answers: Record<string, z.ZodType> = {
  "GET /v2/user": z.looseObject({ user: z.looseObject({ id: z.string(), email: z.string(), username: z.string() }) }),
  "GET /v2/teams": z.looseObject({
    teams: z.array(
      z.looseObject({ id: z.string(), slug: z.string(), membership: z.looseObject({ role: z.string() }) }),
    ),
    pagination,
  }),
  "POST /v11/projects": project,
  "GET /v9/projects/:project": project,
  "GET /v10/projects": z.looseObject({ projects: z.array(project), pagination }),
  "POST /v13/deployments": deployment,
  "GET /v13/deployments/:id": deployment,
  "PATCH /v12/deployments/:id/cancel": deployment,
  "GET /v6/deployments": z.looseObject({
    deployments: z.array(
      deployment.omit({ id: true, aliasAssigned: true, env: true, build: true }).partial().extend({ uid: z.string() }),
    ),
    pagination,
  }),
  "GET /v10/projects/:project/env": z.looseObject({ envs: z.array(variable) }),
  "POST /v10/projects/:project/env": z.looseObject({
    created: z.union([variable, z.array(variable)]),
    failed: z.array(z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string() }) })),
  }),
  "POST /v10/projects/:project/domains": domain,
  "GET /v9/projects/:project/domains/:domain": domain,
  "POST /v9/projects/:project/domains/:domain/verify": domain,
  "GET /v6/domains/:domain/config": z.looseObject({ misconfigured: z.boolean(), acceptedChallenges: texts }),
  "POST /v1/webhooks": webhook.extend({ secret: z.string() }),
};

/** The message of a request that does not fit the schema. */
const misfit = z.looseObject({ error: z.looseObject({ message: z.string().startsWith("Invalid request") }) });

/** Sentences of what differs from the schema, in the request or in its answer. */
export function checkExchange({ route, request, answer }: Exchange): string[] {
  if (route === null) return [`no route takes ${request.method} ${request.path}`];
  if (route === "POST /v2/files" && request.headers["content-type"] !== "application/octet-stream")
    return ["a file is sent as application/octet-stream"];
  if (!answer) return [];
  if (answer.status >= 400) {
    const refused = misfit.safeParse(answer.json);
    return refused.success ? [refused.data.error.message] : [];
  }
  const found = answers[route]?.safeParse(answer.json);
  return found?.error?.issues.map(({ path, message }) => `answer, ${path.map(String).join(".")}: ${message}`) ?? [];
}
