import { type Gate, inside } from "../gate.ts";
import type { Services } from "../services.ts";

export function serverProcedures(os: Gate, services: Services) {
  return {
    servers: {
      list: os.servers.list.handler(async ({ context }) => ({
        servers: await inside(services, context.principal).engine.servers.list(),
      })),
    },
  };
}
