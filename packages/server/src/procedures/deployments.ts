import type {
  Commit,
  Action,
  DeployEvent,
  DeploymentView,
  DeployPlan,
  DeployRequest,
  Engine,
  History,
  Prepared,
  Seen,
  Source,
} from "@landfall/engine";
import type { Access } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import { withEventMeta } from "@orpc/server";
import type { Call } from "../call.ts";
import { denied, withoutHome } from "../errors.ts";
import { type Gate, inside } from "../gate.ts";
import { hostOf, refusePrivate } from "../git-guard.ts";
import { may, openProjects, permit, type Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { firstSeq, whileAllowed } from "../stream.ts";
import { type Whose, whoseUploads } from "../uploads.ts";
import { allowedTo, type Asks } from "./allowed.ts";

const usualLimit = 20;

/** Fields of a request that say by what account, and where on a platform. */
const placeFields = ["connection", "target", "savedTarget"] as const;

/**
 * Accounts and places on platforms are the organisation's: who may do something by a role in the project alone names none, and so reaches no
 * other project through them. Throws INSUFFICIENT_PERMISSIONS.
 */
export function refusePlaces(principal: Principal, access: Access, named: readonly string[]): void {
  if (named.length === 0 || may(principal, access)) return;
  throw denied(
    `Who has a role in a project alone does not choose its ${named.join(", ")}.`,
    "Leave it out to deploy where the project goes, or ask an administrator of the organisation.",
  );
}

/** A value without its undefined fields, for types that take absent ones only. */
type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
export function given<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Given<T>;
}

type AskedSource =
  | {
      upload: string;
      subdirectory?: string | undefined;
      description?: string | undefined;
      commit?: Commit | undefined;
      history?: History | undefined;
    }
  | { git: string; ref?: string | undefined; subdirectory?: string | undefined };

/** A source as the engine opens it, of an organisation's own uploads. Throws NOT_FOUND, INVALID_SOURCE. */
export async function sourceOf(services: Services, asked: AskedSource, whose: Whose): Promise<Source> {
  const { subdirectory } = asked;
  const inFolder = subdirectory === undefined ? {} : { subdirectory };
  if ("upload" in asked) {
    const path = await services.uploads.path(whose, asked.upload);
    return { kind: "archive", path, ...inFolder, ...given({ commit: asked.commit, history: asked.history }) };
  }
  const git = {
    kind: "git" as const,
    url: asked.git,
    ...inFolder,
    ...(asked.ref === undefined ? {} : { ref: asked.ref }),
  };
  return { ...git, ...(await wayTo(services, asked.git)) };
}

/** How git gets to an address that somebody gave; not into this machine or its network. Throws INVALID_SOURCE, SOURCE_UNAVAILABLE. */
export async function wayTo(services: Services, url: string): Promise<{ proxy?: string }> {
  return services.options.allowPrivateSources === true ? {} : wayToHost(services, hostOf(url));
}

/** The same of an address's host alone. */
export async function wayToHost(
  { options, gitProxy }: Services,
  host: string,
  where?: string,
): Promise<{ proxy?: string }> {
  if (options.allowPrivateSources === true) return {};
  await refusePrivate(host, where);
  return { proxy: await gitProxy.url() };
}

export function deploymentProcedures(os: Gate, services: Services) {
  const { hub } = services;
  const { home } = services.engine;
  const of = (principal: Principal | null) => inside(services, principal);
  const shown = (view: DeploymentView, principal: Principal | null): DeploymentView =>
    withoutHome({ ...view, actions: allowedTo(principal, view.actions, { asks, project: view.project }) }, home);

  async function prepared(
    asked: { source: AskedSource; project?: string | undefined },
    { principal, engine }: ReturnType<typeof of>,
    { access, signal }: { access: Access; signal?: AbortSignal | undefined },
  ): Promise<Prepared> {
    const { source } = asked;
    refusePlaces(
      principal,
      access,
      placeFields.filter((field) => field in asked && asked[field as never] !== undefined),
    );
    if ("upload" in source && asked.project === undefined)
      throw new DeployError("INVALID_CONFIG", {
        what: "An upload has no name by which its project could be called.",
        where: "project",
        next: "Name the project.",
      });
    const request = {
      ...JSON.parse(JSON.stringify(asked)),
      source: await sourceOf(services, source, whoseUploads(principal)),
    } as DeployRequest;
    const made = await engine.prepare(request, signal ? { signal } : {});
    // Where an upload lies on our disk says nothing to anybody.
    const { description = "an upload" } = "upload" in source ? source : { description: made.plan.source.description };
    return { ...made, plan: { ...made.plan, source: { ...made.plan.source, description } } };
  }

  /** The deployment's events as long as the caller may see them, each with its seq as id. That there is none is said before the stream begins. */
  async function follow<E extends DeployEvent>(
    asked: { id: string; from?: number | undefined; lastEventId: string | undefined; signal: AbortSignal | undefined },
    { principal, call, takes }: { principal: Principal | null; call: Call; takes(event: DeployEvent): event is E },
  ): Promise<AsyncGenerator<E, Record<string, never>>> {
    const who = of(principal);
    const { id: deploymentId, project } = await who.engine.deployment(asked.id);
    const from = firstSeq(asked);
    async function* read(signal: AbortSignal): AsyncGenerator<E> {
      for await (const event of hub.follow({ engine: who.engine, deploymentId, from, signal }))
        if (takes(event)) yield withEventMeta({ ...event }, { id: String(event.seq) });
    }
    const { signal } = asked;
    const check = (now: Principal): void => permit(now, "read:deployment", project);
    return whileAllowed(services, { principal: who.principal, call, check, signal }, read);
  }

  return {
    deployments: {
      create: os.deployments.create.handler(async ({ input, context }) => {
        const who = of(context.principal);
        return shown(
          await who.engine.accept(await prepared(input, who, { access: "create:deployment" })),
          who.principal,
        );
      }),
      get: os.deployments.get.handler(async ({ input, context }) =>
        shown(await of(context.principal).engine.deployment(input.id), context.principal),
      ),
      list: os.deployments.list.handler(async ({ input, context }) => {
        const { limit = usualLimit, cursor, ...filter } = input;
        const { engine, principal } = of(context.principal);
        if (filter.project !== undefined) permit(principal, "read:deployment", filter.project);
        const projects = openProjects(principal, "read:deployment");
        const found = await engine.deployments({
          ...given(filter),
          ...(projects === null ? {} : { projects }),
          ...(cursor === undefined ? {} : { before: cursor }),
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        return {
          deployments: page.map((view) => ({
            ...shown({ ...view, plan: null }, context.principal),
            // Plans of earlier versions have no source.
            sizeBytes: (view.plan as Partial<DeployPlan> | null)?.source?.sizeBytes ?? null,
          })),
          nextCursor: found.length > limit ? page.at(-1)!.id : null,
        };
      }),
      events: os.deployments.events.handler(({ input, context, signal, lastEventId }) =>
        follow({ ...input, signal, lastEventId }, { ...context, takes: isEvent }),
      ),
      logs: os.deployments.logs.handler(({ input, context, signal, lastEventId }) =>
        follow({ ...input, signal, lastEventId }, { ...context, takes: isLog }),
      ),
      cancel: os.deployments.cancel.handler(async ({ input, context }) => {
        const { engine } = of(context.principal);
        await engine.cancel(input.id);
        return shown(await engine.deployment(input.id), context.principal);
      }),
      redeploy: os.deployments.redeploy.handler(async ({ input, context }) =>
        shown(await of(context.principal).engine.redeploy(input.id, seenIn(input)), context.principal),
      ),
      rollback: os.deployments.rollback.handler(async ({ input, context }) => {
        const { engine } = of(context.principal);
        const { id: to, project, environment } = await engine.deployment(input.id);
        return shown(await engine.rollback({ project, environment, to, ...seenIn(input) }), context.principal);
      }),
      promote: os.deployments.promote.handler(async ({ input, context }) =>
        shown(
          await of(context.principal).engine.promote(input.id, input.environment, seenIn(input)),
          context.principal,
        ),
      ),
      compare: os.deployments.compare.handler(async ({ input, context }) =>
        withoutHome(await of(context.principal).engine.compare({ from: input.with, to: input.id }), home),
      ),
      effect: os.deployments.effect.handler(async ({ input, context }) => {
        const { id, action, environment } = input;
        return withoutHome(await of(context.principal).engine.effect(id, action, environment), home);
      }),
      screenshot: os.deployments.screenshot.handler(async ({ input, context }) => {
        const picture = await of(context.principal).engine.screenshots.read(input.id);
        // Somebody else's page drew it: whoever opens it alone gets a picture and nothing that runs.
        context.call.response?.setHeader("content-security-policy", "sandbox");
        context.call.response?.setHeader("cache-control", "private");
        return new File([new Uint8Array(picture)], `${input.id}.png`, { type: "image/png" });
      }),
      share: os.deployments.share.handler(async ({ input, context }) => {
        const { token, expiresAt } = await of(context.principal).engine.shares.create(input.id);
        return { url: `${services.publicUrl}/s/${token}`, expiresAt };
      }),
      unshare: os.deployments.unshare.handler(async ({ input, context }) => {
        await of(context.principal).engine.shares.remove(input.id);
        return {};
      }),
      remove: os.deployments.remove.handler(async ({ input, context }) => {
        const { engine } = of(context.principal);
        const { id, live, project, environment } = await engine.deployment(input.id);
        if (!live)
          throw new DeployError("CONFLICT", {
            what: `${id} does not have the traffic, so there is nothing to stop.`,
            next: "Cancel one that is under way; earlier ones are kept to go back to.",
          });
        await removeEnvironment(engine, { project, environment });
        return {};
      }),
      checklist: os.deployments.checklist.handler(({ input, context, signal }) =>
        of(context.principal).engine.checklist(input.id, signal ? { signal } : {}),
      ),
    },
    detect: os.detect.handler(async ({ input, context, signal }) => {
      const { engine, principal } = of(context.principal);
      // A project's name is needed for nothing here; the upload's own is none a person would know.
      const request = { source: await sourceOf(services, input.source, whoseUploads(principal)), project: "detected" };
      const { detection } = await engine.prepare(request, signal ? { signal } : {});
      if (detection === null) throw new DeployError("NOT_DETECTED", { what: "Nothing was detected." });
      return withoutHome(detection, home);
    }),
    plan: os.plan.handler(async ({ input, context, signal }) => {
      const { plan, detection, problems, excluded } = await prepared(input, of(context.principal), {
        access: "create:source",
        signal,
      });
      return withoutHome({ plan, detection, problems, excluded }, home);
    }),
  };
}

const asks: Asks<Action> = {
  cancel: { access: "update:deployment", words: "cancel a deployment" },
  redeploy: { access: "create:deployment", words: "deploy" },
  promote: { access: "create:deployment", words: "promote a deployment" },
  rollback: { access: "create:deployment", words: "roll back" },
};

function seenIn({ expectLive }: { expectLive?: string | null | undefined }): Seen {
  return expectLive === undefined ? {} : { expectLive };
}

const isEvent = (_event: DeployEvent): _event is DeployEvent => true;
const isLog = (event: DeployEvent): event is DeployEvent & { type: "log" } => event.type === "log";

export async function removeEnvironment(
  engine: Engine,
  place: { project: string; environment: string },
): Promise<void> {
  await engine.remove(place);
}
