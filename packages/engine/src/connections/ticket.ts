/** A ticket that a person grants in the browser while we ask whether that has happened; nobody has to come back to us. */
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import { path } from "../http/api.ts";
import type { Connect, Platform } from "../platform.ts";
import { type Client, moved, openClient, type PlatformAccess } from "./access.ts";

type Way = Extract<Connect, { kind: "ticket" }>;

export interface Tickets {
  /** A new ticket, and where a person grants it. */
  make(): Promise<{ ticket: string; url: string }>;
  isGranted(ticket: string): Promise<boolean>;
  /** What it was granted for: an access token. Once. */
  exchange(ticket: string): Promise<string>;
}

/** Whether Landfall is registered at the platform, as far as the environment says. */
export function canMakeTickets(platform: Platform, access: PlatformAccess | undefined): boolean {
  return wayOf(platform) !== undefined && access?.client !== undefined;
}

/** Throws INVALID_CONFIG when the platform has no tickets, or does not know us. */
export function ticketsOf({
  platform,
  access,
  clock,
}: {
  platform: Platform;
  access: PlatformAccess | undefined;
  clock: Clock;
}): Tickets {
  const way = wayOf(platform);
  const client = access?.client;
  if (!way || !client)
    throw new DeployError("INVALID_CONFIG", {
      what: way ? `Landfall is not registered at ${platform.name}.` : `${platform.name} has no tickets to grant.`,
      where: platform.id,
      next: `${way ? `Register an application there and set ${way.client.id}, or connect` : "Connect"} with a token: landfall connect ${platform.id}`,
      step: "auth",
    });
  const below = new URL(way.ticketsUrl).pathname.slice(new URL(platform.baseUrl!).pathname.length);

  async function ask<T>(work: (api: Client) => Promise<T>): Promise<T> {
    await using api = openClient({ platform, access, credential: null, clock });
    return await work(api);
  }

  return {
    async make() {
      const query = { client_id: client.id };
      const { id } = await ask((api) => api.call<{ id: string }>({ method: "POST", path: below, query }));
      const url = new URL(moved(way.authorizeUrl, platform, access));
      url.searchParams.set("response_type", "ticket");
      url.searchParams.set("ticket", id);
      return { ticket: id, url: url.href };
    },
    isGranted: (ticket) =>
      ask(async (api) => {
        const found = await api.call<{ authorized: boolean }>({ method: "GET", path: below + path`/${ticket}` });
        return found.authorized;
      }),
    exchange: (ticket) =>
      ask(async (api) => {
        const request = { method: "POST" as const, path: below + path`/${ticket}/exchange` };
        return (await api.call<{ access_token: string }>(request)).access_token;
      }),
  };
}

function wayOf({ connect }: Platform): Way | undefined {
  return connect?.find((way) => way.kind === "ticket");
}
