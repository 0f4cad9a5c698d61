import { type Gate, inside } from "../gate.ts";
import type { Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { given } from "./deployments.ts";

export function sharedProcedures(os: Gate, services: Services) {
  const of = (principal: Principal | null) => inside(services, principal).engine.shared;
  return {
    shared: {
      list: os.shared.list.handler(async ({ context }) => ({ values: await of(context.principal).list() })),
      set: os.shared.set.handler(async ({ input: { values, ...options }, context }) => {
        await of(context.principal).set(values, given(options));
        return { values: await of(context.principal).list() };
      }),
      remove: os.shared.remove.handler(async ({ input, context }) => {
        await of(context.principal).remove(input.key);
        return {};
      }),
      mappings: os.shared.mappings.handler(async ({ input, context }) => ({
        mappings: await of(context.principal).mappings(input),
      })),
      map: os.shared.map.handler(async ({ input, context }) => {
        await of(context.principal).map(input);
        return {};
      }),
      unmap: os.shared.unmap.handler(async ({ input, context }) => {
        await of(context.principal).unmap(input);
        return {};
      }),
    },
  };
}
