import type { ConnectionView, Platform } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { departuresOf } from "../departures.ts";
import { denied } from "../errors.ts";
import { type Gate, inside } from "../gate.ts";
import type { Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { given } from "./deployments.ts";

/** Operations of a platform that a person chooses by; presence is the capability. */
const operations = ["rollback", "promote", "logs", "variables", "domains", "webhooks", "remove"] as const;

export function connectionProcedures(os: Gate, services: Services) {
  const { publicUrl } = services;
  const of = (principal: Principal | null) => inside(services, principal);

  function redirectUri(platform: string): string {
    return `${publicUrl}/api/connections/${platform}/callback`;
  }

  const departures = departuresOf(services.db);

  return {
    connections: {
      list: os.connections.list.handler(async ({ context }) => ({
        connections: kept(await of(context.principal).engine.connections.list()),
      })),
      connect: os.connections.connect.handler(({ input, context }) =>
        of(context.principal).engine.connections.connect(given(input)),
      ),
      authorize: os.connections.authorize.handler(async ({ input, context }) => {
        const { engine, principal, organization } = of(context.principal);
        const { platform, name } = input;
        const { url, state, expiresAt } = await engine.connections.authorize({
          platform,
          redirectUri: redirectUri(known(engine.platforms, platform).id),
          ...(name === undefined ? {} : { name }),
        });
        await departures.remember(principal, organization.id, { state, expiresAt });
        return { url, expiresAt };
      }),
      callback: os.connections.callback.handler(async ({ input, context }) => {
        const { engine, principal, organization } = of(context.principal);
        const { platform, ...query } = input;
        if (!(await departures.take(principal, organization.id, query.state ?? "")))
          throw denied(
            "This answer is not for a request of this session.",
            "Begin again in the browser you are signed in with.",
          );
        const texts = Object.entries(query).filter((one): one is [string, string] => typeof one[1] === "string");
        return engine.connections.callback({ platform, query: new URLSearchParams(texts) });
      }),
      status: os.connections.status.handler(({ input, context }) =>
        of(context.principal).engine.connections.check(given(input)),
      ),
      disconnect: os.connections.disconnect.handler(({ input, context }) =>
        of(context.principal).engine.connections.disconnect(input.connection),
      ),
    },
    platforms: {
      list: os.platforms.list.handler(() => ({
        platforms: services.engine.platforms.map((platform) => ({
          id: platform.id,
          name: platform.name,
          runs: [...platform.runs],
          accepts: [...platform.accepts],
          connect: platform.connect ? services.engine.connections.ways({ platform: platform.id }) : [],
          operations: operations.filter((operation) => platform[operation] !== undefined),
          hosted: platform.baseUrl !== undefined,
          token: platform.connect?.find((way) => way.kind === "token") ?? null,
        })),
      })),
    },
    targets: {
      list: os.targets.list.handler(async ({ context }) => {
        const { engine } = of(context.principal);
        const connections = kept(await engine.connections.list());
        return {
          targets: engine.platforms.flatMap(({ id, name, baseUrl }) =>
            baseUrl === undefined
              ? [{ platform: id, name, connection: null, fault: null }]
              : connections
                  .filter((one) => one.platform === id)
                  .map((one) => ({ platform: id, name: `${name}: ${one.name}`, connection: one.id, fault: one.fault })),
          ),
        };
      }),
      saved: os.targets.saved.handler(async ({ context }) => ({
        targets: await of(context.principal).engine.targets.list(),
      })),
      save: os.targets.save.handler(({ input, context }) => of(context.principal).engine.targets.save(savedAs(input))),
      update: os.targets.update.handler(({ input: { id, ...change }, context }) =>
        of(context.principal).engine.targets.update(id, savedAs(change)),
      ),
      remove: os.targets.remove.handler(async ({ input, context }) => {
        await of(context.principal).engine.targets.remove(input.id);
        return {};
      }),
      test: os.targets.test.handler(({ input, context }) => of(context.principal).engine.targets.test(input.id)),
    },
  };
}

/** What is to be saved, without what was not said. */
function savedAs<T extends { target?: object | null | undefined }>({ target, ...rest }: T) {
  return { ...given(rest), ...(target === undefined ? {} : { target: target && given(target) }) };
}

/** A token of the server's own environment is the server's, not an organisation's. */
function kept(connections: ConnectionView[]): ConnectionView[] {
  return connections.filter(({ method }) => method !== "environment");
}

function known(platforms: Platform[], id: string): Platform {
  const found = platforms.find((platform) => platform.id === id);
  if (!found) throw new DeployError("NOT_FOUND", { what: "There is no such platform." });
  return found;
}
