import { type Gate, inside } from "../gate.ts";
import type { Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { given } from "./deployments.ts";

const usualLimit = 20;

export function notificationProcedures(os: Gate, services: Services) {
  const of = (principal: Principal | null) => inside(services, principal).engine.notifications;
  /** Theirs, with where it goes. */
  const own = (principal: Principal | null) => {
    const { principal: person, engine } = inside(services, principal);
    const { userId, email: address } = person;
    return { userId, address, choices: engine.notifications.own };
  };
  return {
    ownNotifications: {
      get: os.ownNotifications.get.handler(async ({ context }) => {
        const { userId, address, choices } = own(context.principal);
        return { ...(await choices.get(userId)), address };
      }),
      save: os.ownNotifications.save.handler(async ({ input, context }) => {
        const { userId, address, choices } = own(context.principal);
        return { ...(await choices.save(userId, { ...input, address })), address };
      }),
    },
    notifications: {
      list: os.notifications.list.handler(async ({ input, context }) => ({
        places: await of(context.principal).list(input),
      })),
      save: os.notifications.save.handler(({ input, context }) => of(context.principal).save(given(input))),
      update: os.notifications.update.handler(({ input, context }) => of(context.principal).update(input)),
      remove: os.notifications.remove.handler(async ({ input, context }) => {
        await of(context.principal).remove(input);
        return {};
      }),
      resend: os.notifications.resend.handler(({ input, context }) => of(context.principal).resend(input)),
      test: os.notifications.test.handler(({ input, context }) => of(context.principal).test(input)),
      deliveries: os.notifications.deliveries.handler(async ({ input, context }) => {
        const { limit = usualLimit, cursor, ...place } = input;
        const found = await of(context.principal).deliveries({
          ...place,
          ...(cursor === undefined ? {} : { before: cursor }),
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        return { deliveries: page, nextCursor: found.length > limit ? page.at(-1)!.id : null };
      }),
    },
  };
}
