/** The three ways to give a release the traffic on Vercel, step by step. */
import { syncVariables } from "../../connections/owned-variables.ts";
import { sentDetail } from "../../deployment/detail.ts";
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import { suggestNames } from "../../name.ts";
import type { DeployContext, DeployedService, ReleaseService, StepContext } from "../../platform.ts";
import type { Target } from "../../plan/plan.ts";
import { told } from "./addresses.ts";
import { isPerson, look, projectName, projectRef, type RemoteProject, scoped } from "./api.ts";
import { type Created, createWith, find, finish } from "./deployment.ts";
import { type Sending, sendingOf } from "./sending.ts";
import { givePreview, giveProduction } from "./traffic.ts";
import { incomplete, upload } from "./upload.ts";
import { variables } from "./variables.ts";

/** How often Vercel is asked what has arrived when answers were lost. */
const mostRounds = 5;

export async function deploy(context: DeployContext): Promise<DeployedService[]> {
  const service = serviceOf(context);
  const projectId = await projectFor(context, service);
  await setVariables(context, projectId);
  const sending = await sendingOf(service, context.bytes);
  const request = { ...sending.body, ...(context.environment === "production" ? {} : ofPreview(context, service)) };
  const create = (): Promise<Created> => createWith(context, { projectId, request, prebuilt: sending.prebuilt });

  const uploaded = await context.step("upload", async (step) => {
    const there = step.attempt > 1 ? await find(context, projectId) : null;
    const first = there ? { id: there } : await create();
    const of = sending.byDigest.size;
    if ("id" in first) {
      step.detail(sentDetail({ files: 0, sizeBytes: 0, of }));
      return { deployment: first.id, sent: 0 };
    }
    const sent = first.missing.length;
    const sizeBytes = first.missing.reduce((sum, sha) => sum + (sending.byDigest.get(sha)?.sizeBytes ?? 0), 0);
    step.detail(sentDetail({ files: sent, sizeBytes, of }));
    let inDoubt = await upload(context, sending, { missing: first.missing, step });
    for (let round = 1; inDoubt && round <= mostRounds; round++) {
      const next = await create();
      if ("id" in next) return { deployment: next.id, sent };
      inDoubt = await upload(context, sending, { missing: next.missing, step });
    }
    return { deployment: null, sent };
  });
  const ready = await context.step("deploy", async (step) => {
    const known = uploaded.deployment ?? (step.attempt > 1 ? await find(context, projectId) : null);
    const id = known ?? (await createWhole(context, { sending, create, step }));
    return finish(context, { projectId, id, step, isBuiltThere: sending.isBuiltThere });
  });
  return [await told(context, service, ready)];
}

/** Deploy the earlier deployment's files once more as production: what Vercel does to promote a preview. Answers what is deployed. */
async function deployAgain(
  context: DeployContext,
  { projectId, earlierId }: { projectId: string; earlierId: string },
): Promise<DeployedService[]> {
  const service = serviceOf(context);
  await setVariables(context, projectId);
  const ready = await context.step("deploy", async (step) => {
    const there = step.attempt > 1 ? await find(context, projectId) : null;
    const request = { deploymentId: earlierId };
    const created = there
      ? { id: there }
      : await createWith(context, { projectId, request, prebuilt: false, action: "promote" });
    if (!("id" in created)) throw incomplete(created.missing.length);
    return finish(context, { projectId, id: created.id, step, isBuiltThere: service.artifact.kind === "source" });
  });
  return [await told(context, service, ready)];
}

/** The plan of a platform with one service to a project has one. */
function serviceOf({ release }: DeployContext): ReleaseService {
  return release.services[0]!;
}

/** Id of the project: the one where it was deployed before, the one asked for, the account's project of that name, or else a new one. */
async function projectFor(context: DeployContext, { artifact, plan }: ReleaseService): Promise<string> {
  const { target, pin, step } = context;
  // What is pinned has both.
  if (target.projectId !== undefined && target.projectName !== undefined) return target.projectId;
  const name = projectName(context);
  const project = await step("create", async () => {
    const found = (await existing(context, target.projectId ?? name)) ?? (await made());
    const account = target.account ?? (isPerson(found.accountId) ? undefined : found.accountId);
    const pinned: Target = { projectId: found.id, projectName: found.name, ...(account ? { account } : {}) };
    await pin(pinned);
    return pinned;
  });
  return project.projectId!;

  async function made(): Promise<RemoteProject> {
    if (target.projectId !== undefined) throw notThere(target.projectId);
    const framework = artifact.kind === "source" ? (plan.remoteBuild?.framework ?? null) : null;
    try {
      // A name is taken once: the same request again is refused, so it does no harm.
      const asked = { method: "POST", path: "/v11/projects", json: { name, framework }, repeatable: true } as const;
      return await scoped(context).call<RemoteProject>({ ...asked, signal: context.signal });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      // Our own earlier request, whose answer was lost; or somebody's whose projects this credential does not see.
      const found = await existing(context, name).catch(() => null);
      if (found) return found;
      throw nameTaken(name, error);
    }
  }
}

async function existing(context: DeployContext, name: string): Promise<RemoteProject | null> {
  const where = path`/v9/projects/${name}`;
  const { signal } = context;
  const answer = await scoped(context).send({ method: "GET", path: where, accept: [404], expects: "json", signal });
  return answer.status === 404 ? null : (answer.json() as RemoteProject);
}

function notThere(projectId: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `The account on Vercel has no project ${projectId}.`,
    where: "vercel, VERCEL_PROJECT_ID",
    next: "Name one that is there, or leave it out: the project is then found or made by its name.",
    step: "create",
  });
}

function nameTaken(name: string, cause: ApiError): DeployError {
  const names = suggestNames(name, (one) => one === name);
  return new DeployError(
    "PROJECT_NAME_TAKEN",
    {
      what: `The account on Vercel has a project ${name} already, and this credential does not reach it.`,
      ...(cause.text.where === undefined ? {} : { where: cause.text.where }),
      next: `Deploy as another project: --project ${names[0]}; or use a credential that reaches that one.`,
      recovery: names.map((one) => ({
        kind: "alternative",
        label: `Deploy as ${one}`,
        command: `landfall deploy --platform vercel --project ${one}`,
      })),
      step: "create",
    },
    { cause },
  );
}

/** Pages that are built already read no variables, and then none is asked for. */
async function setVariables(context: DeployContext, projectId: string): Promise<void> {
  if (context.release.services.every(({ artifact }) => artifact.kind === "files")) return;
  const target = { ...context.target, projectId };
  await context.step("configure", () => syncVariables({ ...context, target }, variables));
}

/** All previews share one set of variables there; what this one was given goes with it, so that none gets another's. */
function ofPreview({ environment }: DeployContext, { artifact, variables: values }: ReleaseService): object {
  const gitMetadata = { commitRef: environment };
  if (artifact.kind === "files") return { gitMetadata };
  // In a request, a value that begins so is the name of a secret.
  const env = Object.fromEntries(Object.entries(values).filter(([, value]) => !value.startsWith("@")));
  return { gitMetadata, env, build: { env } };
}

/** Uploads may be lost on the other side, or end while others still arrive: what is named again is sent again, once. */
async function createWhole(
  context: DeployContext,
  { sending, create, step }: { sending: Sending; create(): Promise<Created>; step: StepContext },
): Promise<string> {
  const first = await create();
  if ("id" in first) return first.id;
  await upload(context, sending, { missing: first.missing, step });
  const second = await create();
  if ("id" in second) return second.id;
  throw incomplete(second.missing.length);
}

export async function rollback(context: DeployContext): Promise<DeployedService[]> {
  const earlier = earlierOf(context);
  const id = earlier.remoteId!;
  await context.step("deploy", async () => {
    if (context.environment !== "production") return givePreview(context, id);
    await giveProduction(context, { id, projectId: projectRef(context), ask: "rollback" });
  });
  return [{ ...earlier, name: serviceOf(context).plan.name }];
}

export async function promote(context: DeployContext): Promise<DeployedService[]> {
  const { remoteId } = earlierOf(context);
  const projectId = projectRef(context);
  const there = await look(context, remoteId!).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });
  // Vercel no longer has it; we have what it was made of.
  if (!there) return deploy(context);
  await context.note("Vercel promotes a preview by building it once more, with the variables of production.");
  return deployAgain(context, { projectId, earlierId: there.id });
}

function earlierOf({ earlier }: DeployContext): DeployedService {
  const [service] = earlier;
  if (service?.remoteId) return service;
  throw new DeployError("NOT_FOUND", {
    what: "Which deployment on Vercel this release was is not known.",
    next: "Deploy the earlier version again.",
    step: "deploy",
  });
}
