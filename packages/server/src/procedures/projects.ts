import type { Engine, ProjectView, RuntimeLogLine } from "@landfall/engine";
import { formatDotenv, parseDotenv, variablesOf as valuesIn } from "@landfall/engine/env/values/dotenv";
import type { Call } from "../call.ts";
import { missing, withoutHome } from "../errors.ts";
import { type Gate, inside } from "../gate.ts";
import { may, permit, type Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { whileAllowed } from "../stream.ts";
import { given, refusePlaces, removeEnvironment } from "./deployments.ts";

const production = "production";

export function projectProcedures(os: Gate, services: Services) {
  const of = (principal: Principal | null): Engine => inside(services, principal).engine;

  async function project(principal: Principal | null, name: string): Promise<ProjectView> {
    const who = inside(services, principal);
    const found = (await who.engine.projects()).find((one) => one.name === name);
    if (!found) throw missing("project");
    return asSeenBy(who.principal, found);
  }

  /** Lines as long as the caller may see them. That there is no such project is said before the stream begins. */
  async function runtimeLogs(
    asked: Parameters<Engine["runtimeLogs"]>[0],
    { principal, call }: { principal: Principal | null; call: Call },
  ): Promise<AsyncGenerator<RuntimeLogLine, Record<string, never>>> {
    const who = inside(services, principal);
    await project(principal, asked.project);

    const { signal } = asked;
    const check = (now: Principal): void => permit(now, "read:deployment", asked.project);
    return whileAllowed(services, { principal: who.principal, call, check, signal }, (until) =>
      who.engine.runtimeLogs({ ...asked, signal: until }),
    );
  }

  return {
    projects: {
      list: os.projects.list.handler(async ({ context }) => {
        const { engine, principal } = inside(services, context.principal);
        const all = (await engine.projects()).filter(({ name }) => may(principal, "read:project", name));
        return { projects: all.map((one) => asSeenBy(principal, one)) };
      }),
      get: os.projects.get.handler(({ input, context }) => project(context.principal, input.project)),
      create: os.projects.create.handler(async ({ input, context }) => {
        // A project is there from its first variable or deployment on; none at all is enough.
        await of(context.principal).variables.set({ project: input.name }, {});
        return project(context.principal, input.name);
      }),
      remove: os.projects.remove.handler(async ({ input, context }) => {
        const engine = of(context.principal);
        await engine.remove({ project: input.project });
        await services.collaborators.forget(engine.organization);
        return {};
      }),
      settings: {
        get: os.projects.settings.get.handler(({ input, context }) => of(context.principal).settings.get(input)),
        set: os.projects.settings.set.handler(async ({ input, context }) => {
          const { engine, principal } = inside(services, context.principal);
          const before = await engine.settings.get(input);
          if (input.settings.savedTarget !== before.settings.savedTarget)
            refusePlaces(principal, "update:deployment", ["savedTarget"]);
          return engine.settings.set(input);
        }),
      },
      protection: {
        get: os.projects.protection.get.handler(({ input, context }) => of(context.principal).protection.get(input)),
        set: os.projects.protection.set.handler(({ input, context }) => of(context.principal).protection.set(input)),
      },
      running: os.projects.running.handler(async ({ context }) => {
        const { engine, principal } = inside(services, context.principal);
        const { running, machine, services: all } = await engine.edge.status();
        return { running, machine, services: all.filter(({ project: of_ }) => may(principal, "read:deployment", of_)) };
      }),
    },
    environments: {
      list: os.environments.list.handler(async ({ input, context }) => ({
        environments: (await project(context.principal, input.project)).environments,
      })),
      rollback: os.environments.rollback.handler(async ({ input, context }) =>
        withoutHome(await of(context.principal).rollback(given(input)), services.engine.home),
      ),
      stop: os.environments.stop.handler(async ({ input, context }) => {
        await of(context.principal).stop(input);
        return {};
      }),
      start: os.environments.start.handler(async ({ input, context }) => {
        await of(context.principal).start(input);
        return {};
      }),
      logs: os.environments.logs.handler(({ input, context, signal }) =>
        runtimeLogs({ ...given(input), ...(signal ? { signal } : {}) }, context),
      ),
      remove: os.environments.remove.handler(async ({ input, context }) => {
        await removeEnvironment(of(context.principal), input);
        return {};
      }),
    },
    previews: {
      list: os.previews.list.handler(async ({ input, context }) => ({
        previews: (await project(context.principal, input.project)).environments.filter(
          ({ name }) => name !== production,
        ),
      })),
      remove: os.previews.remove.handler(async ({ input, context }) => {
        if (input.environment === production) throw missing("preview");
        await removeEnvironment(of(context.principal), input);
        return {};
      }),
    },
    variables: {
      list: os.variables.list.handler(async ({ input, context }) => ({
        variables: await of(context.principal).variables.list(input),
      })),
      set: os.variables.set.handler(async ({ input, context }) => {
        const { project: name, environment, values, ...options } = input;
        const { variables } = of(context.principal);
        await variables.set({ project: name, environment }, values, { ...given(options), ...by(context.principal) });
        return { variables: await variables.list({ project: name, environment }) };
      }),
      remove: os.variables.remove.handler(async ({ input, context }) => {
        const { project: name, environment, key } = input;
        await of(context.principal).variables.remove({ project: name, environment }, [key], by(context.principal));
        return {};
      }),
      history: os.variables.history.handler(async ({ input, context }) => ({
        changes: await of(context.principal).variables.history(given(input)),
      })),
      revert: os.variables.revert.handler(({ input: { id, ...target }, context }) =>
        of(context.principal).variables.revert(target, id, by(context.principal)),
      ),
      import: os.variables.import.handler(async ({ input, context }) => {
        const { text, allowEmpty, ...target } = input;
        const values = valuesIn(parseDotenv(text));
        await of(context.principal).variables.set(target, values, {
          ...given({ allowEmpty }),
          ...by(context.principal),
        });
        return { set: Object.keys(values) };
      }),
      export: os.variables.export.handler(async ({ input, context }) => {
        const all = await of(context.principal).variables.list(input);
        const readable = all.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
        return { text: formatDotenv(readable), left: all.filter(({ value }) => value === null).map(({ key }) => key) };
      }),
      compare: os.variables.compare.handler(async ({ input, context }) => ({
        differences: await of(context.principal).variables.compare(input),
      })),
    },
    domains: {
      list: os.domains.list.handler(async ({ input, context, signal }) => ({
        domains: await of(context.principal).domains.list({
          ...place(input, signal),
          ...(input.check === undefined ? {} : { check: input.check }),
        }),
      })),
      add: os.domains.add.handler(({ input, context, signal }) =>
        of(context.principal).domains.add(place(input, signal), input.name),
      ),
      check: os.domains.check.handler(({ input, context, signal }) =>
        of(context.principal).domains.check(place(input, signal), input.name),
      ),
      remove: os.domains.remove.handler(async ({ input, context, signal }) => {
        await of(context.principal).domains.remove(place(input, signal), input.name);
        return {};
      }),
    },
  };
}

/** Who may not read deployments is told only how they ended. */
function asSeenBy(principal: Principal, view: ProjectView): ProjectView {
  if (may(principal, "read:deployment", view.name)) return view;
  const environments = view.environments.map((one) => ({ ...one, platform: null }));
  return { ...view, environments, platforms: [], last: null };
}

function place(
  { project, platform }: { project: string; platform?: string | undefined },
  signal: AbortSignal | undefined,
) {
  return { project, ...(platform === undefined ? {} : { platform }), ...(signal ? { signal } : {}) };
}

/** Who it was, for the history. */
function by(principal: Principal | null): { by?: string } {
  return principal ? { by: principal.name } : {};
}
