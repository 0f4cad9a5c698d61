/**
 * A browser that comes back from a platform: GET /api/connections/<platform>/callback, answered with a page of the dashboard. Whose request it
 * answers, and for which organisation, says the state; see `departuresOf`.
 */
import type { Engine } from "@landfall/engine";
import { call as callProcedure } from "@orpc/server";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Call, callOf } from "./call.ts";
import { failed } from "./failure.ts";
import type { routerOf } from "./router.ts";
import type { Services } from "./services.ts";
import { departuresOf } from "./departures.ts";

const address = /^\/api\/connections\/([a-z][a-z0-9-]{0,99})\/callback$/;

/** The platform a browser comes back from; null for any other request, and for a program, which is answered in JSON. */
export function returningFrom(
  { method, url = "/", headers }: IncomingMessage,
  platforms: Engine["platforms"],
): string | null {
  if (method !== "GET" || !(headers.accept ?? "").includes("text/html")) return null;
  const id = address.exec(url.split("?", 1)[0]!)?.[1];
  return platforms.some((platform) => platform.id === id) ? id! : null;
}

/** Connect the account, and send the browser to the page that says so, or says why not. */
export async function answerReturn(
  services: Services,
  call: Call,
  { router, response, platform }: { router: ReturnType<typeof routerOf>; response: ServerResponse; platform: string },
): Promise<void> {
  const { request } = call;
  call.route = "connections.callback";
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://localhost").searchParams);
  const organizationId = await departuresOf(services.db).organizationOf(query["state"] ?? "");
  const own = { ...callOf({ request, response, organizationId }, services), id: call.id };
  const to = new URL("/connections", services.publicUrl);
  try {
    // By its path it is known to the record of changes.
    const known = { context: { call: own }, path: ["connections", "callback"] };
    await callProcedure(router.connections.callback, { ...query, platform }, known);
    to.searchParams.set("connected", platform);
  } catch (error) {
    to.searchParams.set("failed", platform);
    to.searchParams.set("code", failed(services, own, error).code);
  }
  response.writeHead(303, { location: to.href });
  response.end();
}
