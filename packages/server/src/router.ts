/** The contract, implemented. */
import { inside, gateOf } from "./gate.ts";
import { connectionProcedures } from "./procedures/connections.ts";
import { deploymentProcedures } from "./procedures/deployments.ts";
import { liveProcedure } from "./procedures/live.ts";
import { notificationProcedures } from "./procedures/notifications.ts";
import { peopleProcedures } from "./procedures/people.ts";
import { projectProcedures } from "./procedures/projects.ts";
import { sandboxProcedures } from "./procedures/sandboxes.ts";
import { serverProcedures } from "./procedures/servers.ts";
import { shareProcedures } from "./procedures/shares.ts";
import { webhookProcedures } from "./procedures/webhooks.ts";
import { whoseUploads } from "./uploads.ts";
import { sharedProcedures } from "./procedures/shared.ts";
import type { Services } from "./services.ts";

export function routerOf(services: Services) {
  const os = gateOf(services);
  const { uploads } = services;
  return os.router({
    health: os.health.handler(() => ({ status: "ok", version: services.options.version })),
    uploads: {
      get: os.uploads.get.handler(({ input, context }) =>
        uploads.get(whoseUploads(inside(services, context.principal).principal), input.id),
      ),
      remove: os.uploads.remove.handler(async ({ input, context }) => {
        await uploads.remove(whoseUploads(inside(services, context.principal).principal), input.id);
        return {};
      }),
    },
    ...deploymentProcedures(os, services),
    ...shareProcedures(os, services),
    live: liveProcedure(os, services),
    ...projectProcedures(os, services),
    ...notificationProcedures(os, services),
    ...sharedProcedures(os, services),
    ...connectionProcedures(os, services),
    ...sandboxProcedures(os, services),
    ...serverProcedures(os, services),
    ...webhookProcedures(os, services),
    ...peopleProcedures(os, services),
  });
}
