/**
 * A browser that comes back from a platform: GET /api/connections/<platform>/callback, answered with a page of the dashboard. Whose request it
 * answers, and for which organisation, says the state; see `departuresOf`.
 */
import type { Engine } from "@landfall/engine";
import { call as callProcedure } from "@orpc/server";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Kysely } from "kysely";
import { type Call, callOf } from "./call.ts";
import { failed } from "./failure.ts";
import type { Principal } from "./people/principal.ts";
import type { PeopleSchema } from "./people/tables.ts";
import type { routerOf } from "./router.ts";
import type { Services } from "./services.ts";
import { digestOf } from "./token.ts";

const address = /^\/api\/connections\/([a-z][a-z0-9-]{0,99})\/callback$/;

/** People who were sent to a platform: the state that comes back belongs to one session or key, and to the organisation it was asked for. */
export function departuresOf(db: Kysely<PeopleSchema>) {
  const prefix = "server/state/";
  const keyOf = (state: string): string => prefix + digestOf(state);
  /** The end first: what is over is found by it. */
  const valueOf = (expiresAt: string, { via, id }: Principal, organization: string): string =>
    [expiresAt, via, id, organization].join(" ");

  return {
    async remember(
      principal: Principal,
      organization: string,
      { state, expiresAt }: { state: string; expiresAt: string },
    ) {
      await db
        .deleteFrom("setting")
        .where("key", "like", `${prefix}%`)
        .where("value", "<", new Date().toISOString())
        .execute();
      await db
        .insertInto("setting")
        .values({ key: keyOf(state), value: valueOf(expiresAt, principal, organization) })
        .execute();
    },

    /** Which organisation it was asked for; undefined for a state that nobody was sent with. */
    async organizationOf(state: string): Promise<string | undefined> {
      const row = await db.selectFrom("setting").select("value").where("key", "=", keyOf(state)).executeTakeFirst();
      return row?.value.split(" ")[3];
    },

    /** True once, for whom it belongs to and in time. */
    async take(principal: Principal, organization: string, state: string): Promise<boolean> {
      const row = await db.selectFrom("setting").select("value").where("key", "=", keyOf(state)).executeTakeFirst();
      const [expiresAt = ""] = row?.value.split(" ") ?? [];
      if (expiresAt <= new Date().toISOString() || row?.value !== valueOf(expiresAt, principal, organization))
        return false;
      const { numDeletedRows } = await db.deleteFrom("setting").where("key", "=", keyOf(state)).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

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
