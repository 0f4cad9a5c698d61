import type { WebhookView } from "@landfall/engine";
import { withoutHome } from "../errors.ts";
import { type Gate, inside } from "../gate.ts";
import type { Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { given } from "./deployments.ts";

const usualLimit = 20;

export function webhookProcedures(os: Gate, services: Services) {
  const { webhooks: os_ } = os;
  const of = (principal: Principal | null) => inside(services, principal).engine.webhooks;
  const shown = <W extends WebhookView>(one: W): W & { url: string } => ({
    ...one,
    url: `${services.publicUrl}/api/webhooks/${one.platform}/${one.id}`,
  });

  return {
    webhooks: {
      list: os_.list.handler(async ({ context }) => ({
        webhooks: (await of(context.principal).list()).map((one) => shown(one)),
      })),
      create: os_.create.handler(async ({ input, context }) => shown(await of(context.principal).create(given(input)))),
      setSecret: os_.setSecret.handler(async ({ input, context }) =>
        shown(await of(context.principal).setSecret(input.id, input.secret)),
      ),
      remove: os_.remove.handler(async ({ input, context }) => {
        await of(context.principal).remove(input.id);
        return {};
      }),
      deliveries: os_.deliveries.handler(async ({ input, context }) => {
        const { id, limit = usualLimit, cursor } = input;
        const found = await of(context.principal).deliveries(id, {
          ...(cursor === undefined ? {} : { before: cursor }),
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        return { deliveries: page, nextCursor: found.length > limit ? page.at(-1)!.id : null };
      }),
      replay: os_.replay.handler(async ({ input, context }) =>
        withoutHome(await of(context.principal).replay(input.id, input.delivery), services.engine.home),
      ),
    },
  };
}
